// The options of calls, and the messages that they become.

import { encoded, encodedTimes, nanoseconds, type Column, type Times } from "./columns.js";
import { AtradError } from "./errors.js";
import { Expr, Outputs } from "./expressions.js";

/** An expression, its text, or both in a list, or by labels: `{ fast: ema(12), slow: "ema(26)" }`. */
export type Expressions = Asked | readonly Asked[] | Readonly<Record<string, Expr | string>>;
type Asked = Expr | Outputs | string;

/** A time: nanoseconds since the Unix epoch, a date, or text in ISO 8601. */
export type Time = bigint | Date | string;
/** Symbol and timeframe. */
export type Series = readonly [symbol: string, timeframe: string];

/** How a call is made. */
export interface CallOptions {
  /** Cancels the call. */
  signal?: AbortSignal;
  /** Milliseconds for the call with all its retries, instead of those of the connection; 0 waits for ever. */
  timeoutMs?: number;
}

/** How bars of a timeframe that is not stored are made of shorter ones. */
export interface ResamplingOptions {
  /** The session start in minutes from 00:00 UTC. */
  sessionOffsetMinutes?: number;
  /** Whether to return the newest bar before it is closed. */
  includeForming?: boolean;
  /** What fills gaps. */
  fill?: "none" | "previous" | "nan";
  /** The calendar of the bars: an exchange, as in XNYS, or a time zone, as in America/New_York. */
  calendar?: string;
}

/** Which bars to take. */
export interface SpanOptions extends CallOptions {
  /** The newest bars of those in the range, at least 1. */
  last?: number;
  /** Bars that open at this time or later. */
  from?: Time;
  /** Bars that open before this time. */
  until?: Time;
  /** As a server that was given only the bars that were closed at this time. */
  asOf?: Time;
}

/** Which corporate actions adjust the bars: splits, or dividends too. Without it they are as they were traded. */
export type Adjustment = "none" | "split" | "total";

export interface BarsOptions extends SpanOptions {
  resampling?: ResamplingOptions;
  adjust?: Adjustment;
}

/**
 * Names the bars behind an answer, to ask for what changed since it; `{ epoch: 0n }` has nothing yet. It may be stored and
 * used by another process. Without the token the epoch is taken for one of the series that is stored now, even if that was
 * created anew since.
 */
export interface Version {
  epoch: bigint;
  token?: Uint8Array;
}

/**
 * The type of the values: `float32` rounds them to the nearest one, in half the bytes, and beyond 3.4e38 to infinity.
 * Everything is computed in float64 all the same.
 */
export type FloatType = "float64" | "float32";

export interface ValueOptions<T extends FloatType = "float64"> {
  /** The type of the values, float64 unless set. */
  valueType?: T;
}

export interface SinceOptions {
  /** Only rows that are new or revised since an answer with this version; `updated` applies them. */
  since?: Version;
}

export interface ReadOptions extends BarsOptions, SinceOptions {}

export interface BatchOptions<T extends FloatType = "float64"> extends BarsOptions, ValueOptions<T> {}

export interface ComputeOptions<T extends FloatType = "float64"> extends BatchOptions<T>, SinceOptions {
  /** Saves the answer on the server for this many milliseconds; 0 for ever. */
  persistMs?: number;
}

/** Bars in columns of the same length, oldest first. */
export interface BarColumns {
  /** When each bar opens: nanoseconds since the Unix epoch, UTC. */
  times: Times;
  open?: Column;
  high?: Column;
  low?: Column;
  close?: Column;
  volume?: Column;
  /** More columns, by name. */
  extra?: Record<string, Column>;
}

/** Folds: in each the best variant is chosen by the bars in sample, and judged by the later bars out of sample. */
export interface WalkForwardOptions {
  /** The number of folds. */
  folds: number;
  /** Whether the bars in sample of every fold begin with the first bar, instead of being as many in each. */
  anchored?: boolean;
  /** The number of bars in sample of the first fold; as many as out of sample unless set. */
  inSample?: number;
  /** The number of bars at the end of those in sample that do not count. */
  purge?: number;
  /** The number of bars at the start of those out of sample that do not count. */
  embargo?: number;
}

export interface SweepOptions extends BarsOptions {
  /** What each variant is reduced to: `mean`, `sharpe(252)`; without any the columns themselves are returned. */
  reductions?: readonly string[];
  /** A condition over the parameters, as in `fast < slow`. */
  where?: string;
  /** The best variants by the column `by`; 0 returns all. */
  top?: number;
  by?: string;
  ascending?: boolean;
  /** Chooses the best variant of each fold by the column `by`, and judges it by later bars: `folds` of each table. */
  walkForward?: WalkForwardOptions;
}

export interface ScreenOptions extends CallOptions, Pick<SpanOptions, "asOf"> {
  /** Values to return of each series. */
  values?: Expressions;
  /** Names and patterns, as in `*USDT`; by default all. */
  symbols?: readonly string[];
  /** What ranks the series; `top` returns the first of them. */
  rankBy?: Expr | string;
  ascending?: boolean;
  top?: number;
  resampling?: ResamplingOptions;
  adjust?: Adjustment;
}

export function textsOf(expressions: Expressions): string[] {
  const isOne = (each: unknown): each is Asked => typeof each === "string" || each instanceof Expr || each instanceof Outputs;
  const made = isOne(expressions)
    ? [String(expressions)]
    : Array.isArray(expressions)
      ? expressions.map(String)
      : Object.entries(expressions).map(([label, each]) => (each instanceof Expr ? each : new Expr(String(each))).as(label));
  if (made.length === 0) throw AtradError.invalid("expressions", "give at least one expression, as in rsi(14)");
  return made;
}

export const seriesId = ([symbol, timeframe]: Series) => ({ symbol, timeframe });

export function rangeOf({ last, from, until, asOf }: SpanOptions) {
  if (last !== undefined && !(Number.isInteger(last) && last > 0))
    throw AtradError.invalid("last", `last must be at least 1, got ${last}`);
  return {
    ...(last !== undefined && { last: BigInt(last) }),
    ...(from !== undefined && { startTime: nanoseconds("from", from) }),
    ...(until !== undefined && { endTime: nanoseconds("until", until) }),
    ...(asOf !== undefined && { asOf: nanoseconds("asOf", asOf) }),
  };
}

const FILLS = { none: 1, previous: 2, nan: 3 } as const;

export function resamplingOf(how: ResamplingOptions | undefined) {
  return how && { ...how, fill: how.fill ? FILLS[how.fill] : 0 };
}

const ADJUSTMENTS = { none: 1, split: 2, total: 3 } as const;

export function adjustOf(how: Adjustment | undefined) {
  return how ? ADJUSTMENTS[how] : 0;
}

const VALUE_TYPES = { float64: 0, float32: 1 } as const;

export function valueTypeOf({ valueType = "float64" }: ValueOptions<FloatType>) {
  const number = VALUE_TYPES[valueType];
  if (number === undefined) throw AtradError.invalid("valueType", `valueType must be float64 or float32, got ${String(valueType)}`);
  return number;
}

export function sinceOf({ since }: SinceOptions) {
  return since && { sinceEpoch: counted("since", since.epoch), sinceToken: since.token ?? new Uint8Array() };
}

/** A number of the API that counts something: 64 bits without a sign. */
export function counted(field: string, count: number | bigint): bigint {
  if (typeof count === "bigint" ? BigInt.asUintN(64, count) !== count : !(Number.isSafeInteger(count) && count >= 0))
    throw AtradError.invalid(field, `${field} must be an integer of at least 0, got ${count}`);
  return BigInt(count);
}

/** A time to keep something, rounded up: 0 has a meaning of its own. */
export function milliseconds(field: string, time: number): bigint {
  return counted(field, Math.ceil(time));
}

/** A computation over a series. */
export function questionOf(series: Series, expressions: Expressions, options: ComputeOptions<FloatType>) {
  return {
    source: { case: "series" as const, value: seriesId(series) },
    expressions: textsOf(expressions),
    range: rangeOf(options),
    resampling: resamplingOf(options.resampling),
    adjust: adjustOf(options.adjust),
    valueType: valueTypeOf(options),
    ...sinceOf(options),
    ...(options.persistMs !== undefined && { persist: { ttlMs: milliseconds("persistMs", options.persistMs) } }),
  };
}

export function foldsOf(how: WalkForwardOptions | undefined) {
  if (!how) return undefined;
  const { folds, anchored = false, inSample = 0, purge = 0, embargo = 0 } = how;
  if (!(Number.isInteger(folds) && folds >= 0 && folds < 2 ** 32))
    throw AtradError.invalid("walkForward.folds", `walkForward.folds must be an integer of at least 1, got ${folds}`);
  return {
    folds,
    anchored,
    inSample: counted("walkForward.inSample", inSample),
    purge: counted("walkForward.purge", purge),
    embargo: counted("walkForward.embargo", embargo),
  };
}

const PRICES = ["open", "high", "low", "close", "volume"] as const;

/** The bars from one row to before another. Without all columns those that are not there are NaN. */
export function barsOf(bars: BarColumns, all: boolean, from = 0, to = bars.times.length) {
  const rows = bars.times.length;
  const missing = all ? undefined : new Float64Array(rows).fill(NaN);
  const cut = (name: string, column: Column | undefined) => {
    if (column?.length !== rows)
      throw AtradError.invalid(`bars.${name}`, `bars.${name} has ${column?.length ?? "no"} values for ${rows} bars`);
    return from === 0 && to === rows ? encoded(column) : encoded(column instanceof Float64Array ? column.subarray(from, to) : column.slice(from, to));
  };
  const times = bars.times instanceof BigInt64Array ? bars.times.subarray(from, to) : bars.times.slice(from, to);
  const [open, high, low, close, volume] = PRICES.map((name) => cut(name, bars[name] ?? missing)) as Five;
  const extra = Object.entries(bars.extra ?? {}).map(([name, column]) => ({ name, values: cut(`extra ${name}`, column) }));
  return { times: encodedTimes(times), open, high, low, close, volume, extra };
}
type Five = [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
