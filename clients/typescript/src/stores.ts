// What a server stores besides bars: retention, splits and dividends, calendars, clocks, the cache.

import { nanoseconds } from "./columns.js";
import { Connection } from "./connection.js";
import { AtradError, Code } from "./errors.js";
import { CorporateActionKind, type Calendar, type SeriesInfo, type SymbolActions } from "./generated/atrad/v1/series_pb.js";
import { counted, milliseconds, rangeOf, resamplingOf, seriesId, type CallOptions, type ResamplingOptions, type SpanOptions, type Time } from "./requests.js";

/** Which bars of a series are kept: so many of the newest, for so long after they close. Without either all are. */
export interface Retention {
  rows?: bigint | number;
  ageMs?: number;
}

/** A split of so many new shares per old share, or a cash dividend per share, by the ex-date. */
export interface CorporateActionOf {
  exDate: Time;
  kind: "split" | "dividend";
  value: number;
}

const KINDS = { split: CorporateActionKind.SPLIT, dividend: CorporateActionKind.DIVIDEND };

/** A connection to one server, with these calls. */
export class Stores extends Connection {
  /** Describes a series, stored or resampled. */
  async getSeries(
    symbol: string,
    timeframe: string,
    options: CallOptions & Pick<SpanOptions, "asOf"> & { resampling?: ResamplingOptions } = {},
  ): Promise<SeriesInfo> {
    const { asOf } = rangeOf({ ...(options.asOf !== undefined && { asOf: options.asOf }) });
    const series = seriesId([symbol, timeframe]);
    const request = { series, resampling: resamplingOf(options.resampling), ...(asOf !== undefined && { asOf }) };
    return described((await this.one(this.services.series.getSeries, request, options)).series);
  }

  /** Removes the bars of a stored series that are too many or too old, now and from now on, and describes what is left. */
  async setRetention(symbol: string, timeframe: string, { rows = 0, ageMs = 0 }: Retention, options: CallOptions = {}): Promise<SeriesInfo> {
    const retention = { rowsMax: counted("rows", rows), ageMaxMs: milliseconds("ageMs", ageMs) };
    const isSet = retention.rowsMax > 0n || retention.ageMaxMs > 0n;
    const request = { series: seriesId([symbol, timeframe]), ...(isSet && { retention }) };
    return described((await this.one(this.services.series.setRetention, request, options)).series);
  }

  /** Deletes a series with all its bars; resolves to how many these were. */
  async deleteSeries(symbol: string, timeframe: string, options: CallOptions = {}): Promise<bigint> {
    return (await this.one(this.services.series.deleteSeries, { series: seriesId([symbol, timeframe]) }, options)).rows;
  }

  /** Stores splits and dividends of a symbol, which `adjust` applies. One of the same ex-date and kind is replaced. */
  async putActions(symbol: string, actions: readonly CorporateActionOf[], options: CallOptions = {}): Promise<void> {
    const listed = actions.map(({ exDate, kind, value }) => ({ exTime: nanoseconds("exDate", exDate), kind: kindOf(kind), value }));
    await this.one(this.services.series.putCorporateActions, { symbol, actions: listed }, options);
  }

  /** Lists the splits and dividends of all symbols, or of those that start with a prefix. */
  async *actions(prefix = "", options: CallOptions = {}): AsyncGenerator<SymbolActions> {
    let pageToken = "";
    do {
      const page = await this.one(this.services.series.listCorporateActions, { symbolPrefix: prefix, pageToken }, options);
      yield* page.symbols;
      pageToken = page.nextPageToken;
    } while (pageToken);
  }

  /** Deletes the splits and dividends of a symbol; resolves to how many these were. */
  async deleteActions(symbol: string, options: CallOptions = {}): Promise<bigint> {
    return (await this.one(this.services.series.deleteCorporateActions, { symbol }, options)).deleted;
  }

  /** Lists the calendars that bars may have, all or those with a text in their names. */
  async calendars(search = "", options: CallOptions = {}): Promise<Calendar[]> {
    return (await this.one(this.services.series.listCalendars, { search }, options)).calendars;
  }

  /** The time of the clock of the token, in nanoseconds: nothing that was known later is seen. */
  async clock(options: CallOptions = {}): Promise<bigint> {
    return (await this.one(this.services.clock.getClock, {}, options)).time;
  }

  /** Moves the clock of the token to a later time, for a back-test. */
  async advanceClock(to: Time, options: CallOptions = {}): Promise<void> {
    await this.one(this.services.clock.advanceClock, { time: nanoseconds("to", to) }, options);
  }

  /** Reads an entry of the cache; undefined if there is none. */
  async cacheGet(namespace: string, key: string, options: CallOptions = {}): Promise<Uint8Array | undefined> {
    try {
      return (await this.one(this.services.cache.get, { namespace, key }, options)).value;
    } catch (reason) {
      if (AtradError.from(reason).code === Code.NotFound) return undefined;
      throw reason;
    }
  }

  /** Writes an entry of the cache, to be kept for so many milliseconds at most; by default as the server does. */
  async cachePut(namespace: string, key: string, value: Uint8Array, options: CallOptions & { ttlMs?: number } = {}): Promise<void> {
    const ttlMs = milliseconds("ttlMs", options.ttlMs ?? 0);
    await this.one(this.services.cache.put, { namespace, key, value, ttlMs }, options);
  }

  /** Deletes an entry of the cache, if it is there. */
  async cacheDelete(namespace: string, key: string, options: CallOptions = {}): Promise<void> {
    await this.one(this.services.cache.delete, { namespace, key }, options);
  }
}

function described(series: SeriesInfo | undefined): SeriesInfo {
  if (!series) throw new AtradError("a response without a series", Code.Internal);
  return series;
}

function kindOf(kind: CorporateActionOf["kind"]): CorporateActionKind {
  const known = KINDS[kind];
  if (known === undefined) throw AtradError.invalid("kind", `kind must be split or dividend, got ${String(kind)}`);
  return known;
}
