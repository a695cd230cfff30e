// The calls of the API.

import { answerOf, Assembler, chunkOf, chunkOfBars, type Answer, type Values } from "./answer.js";
import { floats } from "./columns.js";
import { AtradError, Code } from "./errors.js";
import type { Expr } from "./expressions.js";
import { CorrelationMethod, type Indicator } from "./generated/atrad/v1/indicator_pb.js";
import { OnConflict, PriceRange, type Receipt } from "./generated/atrad/v1/ingest_pb.js";
import type { SavedResult } from "./generated/atrad/v1/saved_result_pb.js";
import type { SeriesInfo } from "./generated/atrad/v1/series_pb.js";
import type { WatchResponse } from "./generated/columns_pb.js";
import {
  adjustOf,
  barsOf,
  foldsOf,
  questionOf,
  rangeOf,
  resamplingOf,
  seriesId,
  sinceOf,
  textsOf,
  valueTypeOf,
  type Adjustment,
  type BarColumns,
  type BatchOptions,
  type CallOptions,
  type ComputeOptions,
  type Expressions,
  type FloatType,
  type ReadOptions,
  type ResamplingOptions,
  type ScreenOptions,
  type Series,
  type SpanOptions,
  type SweepOptions,
  type ValueOptions,
} from "./requests.js";
import { Stores } from "./stores.js";
import { Screen, Sweep } from "./sweeps.js";

const BATCH_ROWS = 100_000;
// An answer of this size at most is asked for in one message.
const UNARY_BYTES_MAX = 2_000_000;
const OUTPUTS_GUESSED = 3;

/** What becomes of bars whose time is stored already, and of prices below 0. */
export interface IngestOptions extends CallOptions {
  onConflict?: "replace" | "keep" | "error";
  prices?: "not_negative" | "any";
  /** Client and batch, by which a retry is recognised even after a restart. */
  key?: readonly [client: string, batch: string];
}

export interface WatchOptions {
  signal?: AbortSignal;
  /** All series of this timeframe whose symbols match, as in `*USDT`, those to come, too. */
  pattern?: string;
  timeframe?: string;
  /** The number of newest closed rows of each series to begin with, 1 unless set. */
  last?: number;
  /** Whether to tell the newest bar before it is closed, again with every change. */
  includeForming?: boolean;
  /** A condition, which makes the watch an alert. */
  onlyWhen?: Expr | string;
  /** Whether to wait for series that do not exist yet. */
  waitForSeries?: boolean;
  resampling?: ResamplingOptions;
  adjust?: Adjustment;
}

/** What a watch tells of one series: rows, or why there are none. */
export interface Update {
  series: Series;
  /** The rows, oldest first; without any, after a correction or a failure. */
  answer: Answer;
  /** Whether the bar of the only row is not closed: the next rows of the series replace it. */
  provisional: boolean;
  /** Rows told before that open at this time or later are void, in nanoseconds; undefined leaves all as they are. */
  revisedFrom: bigint | undefined;
  /** The closed rows before these that were not sent, because this side read too slowly. */
  skipped: bigint;
  /** Why the watch of this series is interrupted; undefined while it goes on. */
  error: AtradError | undefined;
}

/** A correlation matrix: one row and one column per series. */
export interface Correlation {
  matrix: Float64Array[];
  samples: bigint;
  epochs: bigint[];
  /** The bars of each series that have a value, before the join. */
  bars: bigint[];
}

/** A connection to one server. Every call may be rejected with an `AtradError`. */
export class AtradClient extends Stores {
  /** Lists the indicators, all or those of a group or whose name or title holds a text. */
  async indicators(search = "", options: CallOptions & { group?: string } = {}): Promise<Indicator[]> {
    return (await this.one(this.services.indicators.listIndicators, { search, group: options.group ?? "" }, options)).indicators;
  }

  /** Computes expressions over a series. Answers of any size are whole: a large one comes in chunks, which are joined. */
  async compute<T extends FloatType = "float64">(
    symbol: string,
    timeframe: string,
    expressions: Expressions,
    options: ComputeOptions<T> = {},
  ): Promise<Answer<Values<T>>> {
    return this.#ask(questionOf([symbol, timeframe], expressions, options), options, options.last);
  }

  /** Computes over bars sent along, which are not stored. Columns that are not there are NaN. */
  async computeBars<T extends FloatType = "float64">(
    bars: BarColumns,
    expressions: Expressions,
    options: SpanOptions & ValueOptions<T> = {},
  ): Promise<Answer<Values<T>>> {
    const source = { case: "bars" as const, value: barsOf(bars, false) };
    const request = { source, expressions: textsOf(expressions), range: rangeOf(options), valueType: valueTypeOf(options) };
    return this.#ask(request, options, bars.times.length);
  }

  /** As `compute`, in chunks, oldest bars first, all of one epoch. */
  async *computeStream<T extends FloatType = "float64">(
    symbol: string,
    timeframe: string,
    expressions: Expressions,
    options: ComputeOptions<T> = {},
  ): AsyncGenerator<Answer<Values<T>>> {
    const request = questionOf([symbol, timeframe], expressions, options);
    for await (const { chunk } of this.each(this.raw.computeStream, { request }, options))
      yield answerOf(chunkOf(chunk, options.valueType), options.last);
  }

  /** Computes the same expressions over many series. Yields each with its answer or its error, as they finish. */
  async *batch<T extends FloatType = "float64">(
    series: readonly Series[],
    expressions: Expressions,
    options: BatchOptions<T> = {},
  ): AsyncGenerator<[Series, Answer<Values<T>> | AtradError]> {
    const request = {
      series: series.map(seriesId),
      expressions: textsOf(expressions),
      range: rangeOf(options),
      resampling: resamplingOf(options.resampling),
      adjust: adjustOf(options.adjust),
      valueType: valueTypeOf(options),
    };
    const parts = new Map<number, Assembler<Values<T>>>();
    for await (const { index, outcome, last } of this.each(this.raw.computeBatch, request, options)) {
      const name = series[index]!;
      if (outcome.case === "failure") {
        yield [name, AtradError.ofFailure(outcome.value)];
        continue;
      }
      const part = parts.get(index) ?? new Assembler<Values<T>>(options.last ?? 0);
      parts.set(index, part);
      part.add(chunkOf(outcome.value, options.valueType));
      if (!last) continue;
      parts.delete(index);
      yield [name, part.answer()];
    }
  }

  /** The correlation matrix of many series of one timeframe, of values of an expression or of their returns. */
  async correlate(
    series: readonly Series[],
    expression: Expr | string = "close",
    options: SpanOptions & { returns?: boolean; method?: "pearson" | "spearman"; resampling?: ResamplingOptions; adjust?: Adjustment } = {},
  ): Promise<Correlation> {
    const request = {
      series: series.map(seriesId),
      expression: String(expression),
      range: rangeOf(options),
      resampling: resamplingOf(options.resampling),
      adjust: adjustOf(options.adjust),
      returns: options.returns ?? false,
      method: options.method === "spearman" ? CorrelationMethod.SPEARMAN : CorrelationMethod.PEARSON,
    };
    const { values, rows, epochs, bars } = await this.one(this.raw.correlate, request, options);
    const flat = floats(values);
    const matrix = epochs.map((_, row) => flat.subarray(row * epochs.length, (row + 1) * epochs.length));
    return { matrix, samples: rows, epochs, bars };
  }

  /** Computes every variant of expressions with ranges, as in `ema(5..200)`, and reduces each on the server. */
  async sweep(symbol: string, timeframe: string, expressions: Expressions, options: SweepOptions = {}): Promise<Sweep> {
    const request = {
      source: { case: "series" as const, value: seriesId([symbol, timeframe]) },
      expressions: textsOf(expressions),
      range: rangeOf(options),
      resampling: resamplingOf(options.resampling),
      adjust: adjustOf(options.adjust),
      reductions: [...(options.reductions ?? [])],
      where: options.where ?? "",
      top: options.top ?? 0,
      by: options.by ?? "",
      ascending: options.ascending ?? false,
      walkForward: foldsOf(options.walkForward),
    };
    return (await this.whole(this.raw.sweep, request, options, () => new Sweep(), (made, part) => made.take(part))).complete();
  }

  /** Finds the series where a condition holds at the newest closed bar; an empty one finds all. */
  async screen(timeframe: string, condition: Expr | string, options: ScreenOptions = {}): Promise<Screen> {
    const request = {
      timeframe,
      condition: String(condition),
      symbols: [...(options.symbols ?? [])],
      expressions: options.values === undefined ? [] : textsOf(options.values),
      rankBy: String(options.rankBy ?? ""),
      ascending: options.ascending ?? false,
      top: options.top ?? 0,
      resampling: resamplingOf(options.resampling),
      adjust: adjustOf(options.adjust),
      asOf: rangeOf({ ...(options.asOf !== undefined && { asOf: options.asOf }) }).asOf,
    };
    return (await this.whole(this.raw.screen, request, options, () => new Screen(), (made, part) => made.take(part))).complete();
  }

  /**
   * Yields the `last` rows of each series, then each row as its bar is stored, for as long as it is iterated. After an
   * interruption it goes on where it broke off.
   */
  async *watch(series: readonly Series[], expressions: Expressions, options: WatchOptions = {}): AsyncGenerator<Update> {
    const request = {
      series: series.map(seriesId),
      symbolGlob: options.pattern ?? "",
      timeframe: options.timeframe ?? "",
      expressions: textsOf(expressions),
      last: BigInt(options.last ?? 1),
      includeForming: options.includeForming ?? false,
      onlyWhen: String(options.onlyWhen ?? ""),
      waitForSeries: options.waitForSeries ?? false,
      resampling: resamplingOf(options.resampling),
      adjust: adjustOf(options.adjust),
    };
    const attempts = this.attempts({ ...(options.signal && { signal: options.signal }), timeoutMs: 0 });
    const tokens = new Map<string, Uint8Array>();
    for (;;) {
      try {
        for await (const response of this.once(this.raw.watch, { ...request, resumeTokens: [...tokens.values()] }, attempts)) {
          attempts.progressed();
          const update = updateOf(response);
          if (response.resumeToken.length > 0) tokens.set(update.series.join(" "), response.resumeToken);
          yield update;
        }
        return;
      } catch (reason) {
        await attempts.pause(reason);
      }
    }
  }

  /**
   * Stores bars, which are durable when it resolves. Up to 100,000 bars are stored whole or not at all; more in such
   * batches, of which all before an error are stored.
   */
  async ingest(symbol: string, timeframe: string, bars: BarColumns, options: IngestOptions = {}): Promise<Receipt> {
    let total: Receipt | undefined;
    const rows = bars.times.length;
    for (let from = 0, batch = 0; from < rows || batch === 0; from += BATCH_ROWS, batch++) {
      const request = batchOf([symbol, timeframe], options, rows > BATCH_ROWS ? batch : undefined);
      const part = barsOf(bars, true, from, Math.min(rows, from + BATCH_ROWS));
      const { receipt } = await this.one(this.raw.ingest, { ...request, bars: part }, options);
      if (!receipt) throw new AtradError("a response without a receipt", Code.Internal);
      if (total) {
        total.accepted += receipt.accepted;
        total.replaced += receipt.replaced;
        total.ignored += receipt.ignored;
        total.epoch = receipt.epoch;
      }
      total ??= receipt;
    }
    return total!;
  }

  /** Stores batches as they come. Yields in order the receipt of each, or the error for which it was refused. */
  async *ingestStream(
    symbol: string,
    timeframe: string,
    batches: AsyncIterable<BarColumns> | Iterable<BarColumns>,
    options: IngestOptions = {},
  ): AsyncGenerator<Receipt | AtradError> {
    if (!this.link.duplex) {
      for await (const bars of batches) yield await this.ingest(symbol, timeframe, bars, options).catch(refusal);
      return;
    }
    async function* requests() {
      let batch = 0n;
      for await (const bars of batches) {
        yield { ...batchOf([symbol, timeframe], options, Number(batch)), batch, bars: barsOf(bars, true) };
        batch++;
      }
    }
    const attempts = this.attempts({ timeoutMs: 0, ...options });
    for await (const { outcome } of this.once(this.raw.ingestStream, requests(), attempts)) {
      if (outcome.case === "receipt") yield outcome.value;
      else if (outcome.case === "failure") yield AtradError.ofFailure(outcome.value);
    }
  }

  /** Yields the series, all or those whose symbol starts with a prefix. */
  async *series(prefix = "", options: CallOptions & { timeframe?: string } = {}): AsyncGenerator<SeriesInfo> {
    let pageToken = "";
    do {
      const request = { symbolPrefix: prefix, timeframe: options.timeframe ?? "", pageToken };
      const page = await this.one(this.services.series.listSeries, request, options);
      yield* page.series;
      pageToken = page.nextPageToken;
    } while (pageToken);
  }

  /** Reads the bars of a series as columns `open`, `high`, `low`, `close`, `volume`, and its extra columns. */
  async readBars(symbol: string, timeframe: string, options: ReadOptions = {}): Promise<Answer> {
    const request = {
      series: seriesId([symbol, timeframe]),
      range: rangeOf(options),
      resampling: resamplingOf(options.resampling),
      adjust: adjustOf(options.adjust),
      ...sinceOf(options),
    };
    return this.assembled(this.raw.readBars, request, options, chunkOfBars);
  }

  /** Yields the saved results, all or those whose key starts with a prefix. */
  async *savedResults(prefix = "", options: CallOptions = {}): AsyncGenerator<SavedResult> {
    let pageToken = "";
    do {
      const page = await this.one(this.services.savedResults.listSavedResults, { keyPrefix: prefix, pageToken }, options);
      yield* page.savedResults;
      pageToken = page.nextPageToken;
    } while (pageToken);
  }

  /** Reads one saved result by its key. */
  async readSavedResult(key: string, options: CallOptions = {}): Promise<Answer> {
    return this.assembled(this.raw.readSavedResult, { key }, options, ({ chunk }) => chunkOf(chunk));
  }

  /** In one message, or in chunks if the answer is or may be too large for that. */
  async #ask<T extends FloatType>(
    request: Parameters<typeof this.raw.compute>[0],
    options: SpanOptions & ValueOptions<T>,
    rows: number | undefined,
  ): Promise<Answer<Values<T>>> {
    const { valueType, last } = options;
    const outputs = OUTPUTS_GUESSED * (request.expressions?.length ?? 0);
    if (rows !== undefined && rows * 8 * (1 + outputs) <= UNARY_BYTES_MAX) {
      try {
        return answerOf(chunkOf(await this.one(this.raw.compute, request, options), valueType), last);
      } catch (reason) {
        if (AtradError.from(reason).limit !== "answer_bytes_max") throw reason;
      }
    }
    return this.assembled(this.raw.computeStream, { request }, options, ({ chunk }) => chunkOf(chunk, valueType));
  }
}

const CONFLICTS = { replace: OnConflict.REPLACE, keep: OnConflict.KEEP, error: OnConflict.ERROR };

/** A batch without its bars; one of several has a key of its own. */
function batchOf(series: Series, { onConflict, prices, key }: IngestOptions, batch: number | undefined) {
  return {
    series: seriesId(series),
    onConflict: CONFLICTS[onConflict ?? "replace"],
    priceRange: prices === "any" ? PriceRange.ANY : PriceRange.NOT_NEGATIVE,
    ...(key && { idempotencyKey: { client: key[0], batch: batch === undefined ? key[1] : `${key[1]}.${batch}` } }),
  };
}

/** The error of a batch; what concerns the whole call is thrown. */
function refusal(reason: unknown): AtradError {
  const error = AtradError.from(reason);
  if (error.code !== Code.InvalidArgument) throw error;
  return error;
}

function updateOf({ series, event }: WatchResponse): Update {
  const rows = event.case === "rows" ? event.value : undefined;
  return {
    series: [series?.symbol ?? "", series?.timeframe ?? ""],
    answer: answerOf(chunkOf(rows?.values)),
    provisional: rows?.provisional ?? false,
    revisedFrom: rows?.revisedFrom,
    skipped: rows?.skipped ?? 0n,
    error: event.case === "failure" ? AtradError.ofFailure(event.value) : undefined,
  };
}
