// What the server answers: columns of values by label.

import { floats, floats32, instants } from "./columns.js";
import { AtradError, Code } from "./errors.js";
import type { ColumnInfo, Join } from "./generated/atrad/v1/indicator_pb.js";
import type { SeriesAdjustment } from "./generated/atrad/v1/series_pb.js";
import type { ComputeResponse, ReadBarsResponse } from "./generated/columns_pb.js";
import type { FloatType, Version } from "./requests.js";

const ROWS_GUESSED = 1 << 17;
const ROWS_TRUSTED = 1 << 18;

/** A column of the answer to a question with a `valueType`. */
export type Values<T extends FloatType = FloatType> = T extends "float32" ? Float32Array : Float64Array;

/** Columns of values by label, one value per bar; NaN where there is none. */
export class Answer<V extends Values = Float64Array> {
  constructor(
    /** When each bar opens: nanoseconds since the Unix epoch, UTC. */
    readonly times: BigInt64Array,
    /** The values by label: that of an expression, or else its text. */
    readonly columns: ReadonlyMap<string, V>,
    /** What the server says besides: canonical expressions, epoch, joins. */
    readonly facts: Facts,
    /** The number of newest rows that were asked for; 0 is all. */
    readonly last = 0,
    /** Whether the columns are those of a series, which may get more of them. */
    readonly ofBars = false,
  ) {
    for (const [label, column] of columns) {
      if (column.length !== times.length)
        throw new AtradError(`column ${label} has ${column.length} values for ${times.length} bars`, Code.Internal);
    }
  }

  /** The number of bars. */
  get length(): number {
    return this.times.length;
  }

  get labels(): string[] {
    return [...this.columns.keys()];
  }

  /** The values of a label, or of an expression by its text. */
  column(label: string | { toString(): string }): V {
    const found = this.columns.get(String(label));
    if (!found) throw AtradError.invalid("label", `no column ${String(label)}; there are ${this.labels.join(", ")}`);
    return found;
  }

  /** What the next question gives as `since`, to get only what changes after this answer. */
  get version(): Version {
    return { epoch: this.facts.epoch, token: this.facts.sinceToken };
  }

  /**
   * This answer brought up to date by a later one: that to the same question with its `version` as `since`. It has the
   * values of a fresh answer, to the bit; with `last` it is cut to so many of its newest rows. Chunks of `computeStream` are
   * applied in turn. This answer stays as it is, but shares its columns with the new one if no row came.
   */
  updated(later: Answer<V>): Answer<V> {
    const { changedFrom } = later.facts;
    const valid = changedFrom === undefined ? this.length : before(this.times, changedFrom);
    if (valid > 0 && later.length > 0 && later.times[0]! <= this.times[valid - 1]!)
      throw AtradError.invalid("later", "the later answer has rows of the earlier one that are not void: ask with its version as `since`");
    const isSame =
      this.columns.size === later.columns.size &&
      [...later.columns].every(([label, column]) => this.columns.get(label)?.constructor === column.constructor);
    if (this.ofBars !== later.ofBars || (valid > 0 && !this.ofBars && !isSame))
      throw AtradError.invalid("later", `the later answer has the columns ${later.#shape}, the earlier ${this.#shape}`);
    // What comes is new among the newest rows: those between them and older ones are not known.
    const first = later.last > 0 ? Math.max(0, valid + later.length - later.last) : 0;
    // A chunk after the first of a stream has no facts.
    const { infos, sinceToken, epoch } = later.facts;
    const isChunk = !this.ofBars && infos.length === 0 && sinceToken.length === 0 && epoch === this.facts.epoch;
    const columns = new Map<string, V>();
    for (const [label, more] of later.columns) {
      // A series may have got a column, which had no values before; where all rows are void, it may be one of another type.
      const known = this.columns.get(label);
      const kind = more.constructor as new (length: number) => V;
      columns.set(label, extended(known instanceof kind ? known : (new kind(valid).fill(NaN) as V), valid, more, first));
    }
    const times = extended(this.times, valid, later.times, first);
    return new Answer(times, columns, isChunk ? this.facts : later.facts, later.last, later.ofBars);
  }

  /** What tells columns apart, in errors. */
  get #shape(): string {
    return [...this.columns].map(([label, column]) => (column instanceof Float32Array ? `${label} of float32` : label)).join(", ");
  }

  /** When the bar of a row opens. */
  time(row: number): Date {
    return new Date(Number(this.times[row]! / 1_000_000n));
  }

  /** The rows: when each bar opens, and its values in the order of the labels. */
  *[Symbol.iterator](): Generator<[Date, number[]]> {
    const columns = [...this.columns.values()];
    for (let row = 0; row < this.length; row++) yield [this.time(row), columns.map((each) => each[row]!)];
  }
}

/** The number of times before another. */
function before(times: BigInt64Array, when: bigint): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < when) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The valid rows of a column and more of them, from a row on. */
function extended<T extends Values | BigInt64Array>(column: T, valid: number, more: T, first: number): T {
  if (more.length === 0) return column.subarray(first, valid) as T;
  const kept = Math.max(0, valid - first);
  const made = new (column.constructor as new (length: number) => T)(kept + more.length);
  made.set(column.subarray(valid - kept, valid) as never);
  made.set(more as never, kept);
  return made;
}

/** What the server says about an answer. */
export interface Facts {
  /** The version of the series; 0n for bars sent along. */
  epoch: bigint;
  /** The stored timeframe that the bars are made of; empty if they are stored. */
  resampledFrom: string;
  /** What holds of each column: canonical expression, lookback, shift on charts. */
  infos: ColumnInfo[];
  /** The other series that the expressions name. */
  joins: Join[];
  /** How the bars of each series were adjusted: the actions that count, and their factors. */
  adjustments: SeriesAdjustment[];
  /** The key of the saved result; empty if it was not saved. */
  savedKey: string;
  /** The time as of which the values are, in nanoseconds; undefined means now. */
  asOf: bigint | undefined;
  /**
   * With `since`: rows of earlier answers that open at this time or later are void, in nanoseconds; the smallest number
   * voids all, undefined none.
   */
  changedFrom: bigint | undefined;
  /** With `since`: what names the bars behind the answer; see `version`. */
  sinceToken: Uint8Array;
}

/** Columns of some bars, as they came. */
export interface Chunk {
  isFloat32?: boolean;
  ofBars?: boolean;
  times: Uint8Array;
  labels: string[];
  values: Uint8Array[];
  facts: Facts;
}

const NOTHING: Facts = {
  epoch: 0n,
  resampledFrom: "",
  infos: [],
  joins: [],
  adjustments: [],
  savedKey: "",
  asOf: undefined,
  changedFrom: undefined,
  sinceToken: new Uint8Array(),
};

export function chunkOf(response: ComputeResponse | undefined, type: FloatType = "float64"): Chunk {
  if (!response) return { times: new Uint8Array(), labels: [], values: [], facts: NOTHING };
  const { times, columns, epoch, resampledFrom, infos, joins, adjustments, savedResultKey: savedKey, asOf, changedFrom, sinceToken } = response;
  return {
    times,
    labels: columns.map((each) => each.label),
    values: columns.map((each) => (type === "float32" ? each.float32Values : each.values)),
    isFloat32: type === "float32",
    facts: { epoch, resampledFrom, infos, joins, adjustments, savedKey, asOf, changedFrom, sinceToken },
  };
}

export function chunkOfBars({ bars, epoch, resampledFrom, adjustments, asOf, changedFrom, sinceToken }: ReadBarsResponse): Chunk {
  const facts = { ...NOTHING, epoch, resampledFrom, adjustments, asOf, changedFrom, sinceToken };
  if (!bars) return { times: new Uint8Array(), labels: [], values: [], facts, ofBars: true };
  const { times, open, high, low, close, volume, extra } = bars;
  return {
    times,
    labels: ["open", "high", "low", "close", "volume", ...extra.map((each) => each.name)],
    values: [open, high, low, close, volume, ...extra.map((each) => each.values)],
    facts,
    ofBars: true,
  };
}

/** The answer of one chunk to a question about so many rows: its columns are views of the message where that is aligned. */
export function answerOf<V extends Values>({ times, labels, values, facts, ofBars, isFloat32 }: Chunk, last = 0): Answer<V> {
  const read = (isFloat32 ? floats32 : floats) as (bytes: Uint8Array) => V;
  return new Answer<V>(instants(times), new Map(labels.map((label, at) => [label, read(values[at]!)])), facts, last, ofBars);
}

/** Joins chunks, with one allocation per column where the number of rows is known. */
export class Assembler<V extends Values = Float64Array> {
  #first: Chunk | undefined;
  #arrays: Uint8Array[] | undefined;
  #rows = 0;

  /** Of an answer with at most so many rows; 0 means that their number is not known. */
  constructor(readonly rows: number) {}

  add(chunk: Chunk): void {
    if (!this.#first) {
      this.#first = chunk;
      return;
    }
    if (!this.#arrays) {
      const come = this.#first.times.length / 8;
      // All rows that may come, if that is not far more than have come: there may be fewer.
      const expected = this.rows / 4 <= Math.max(ROWS_TRUSTED, come) ? this.rows : 0;
      const rows = Math.max(expected, ROWS_GUESSED, 2 * come);
      this.#arrays = Array.from({ length: 1 + this.#first.values.length }, (_, at) => new Uint8Array(rows * this.#size(at)));
      this.#copy(this.#first, this.#arrays);
    }
    this.#copy(chunk, this.#arrays);
  }

  #copy(chunk: Chunk, arrays: Uint8Array[]): void {
    if (chunk.values.length + 1 !== arrays.length)
      throw new AtradError(`${chunk.values.length} columns after ${arrays.length - 1}`, Code.Internal);
    const more = chunk.times.length / 8;
    [chunk.times, ...chunk.values].forEach((bytes, at) => {
      const [begin, end] = [this.#rows * this.#size(at), (this.#rows + more) * this.#size(at)];
      if (bytes.length !== end - begin) throw new AtradError("columns of different lengths", Code.Internal);
      if (end > arrays[at]!.length) {
        const larger = new Uint8Array(2 * end);
        larger.set(arrays[at]!.subarray(0, begin));
        arrays[at] = larger;
      }
      arrays[at]!.set(bytes, begin);
    });
    this.#rows += more;
  }

  /** The size of a time, or of a value. */
  #size(at: number): number {
    return at > 0 && this.#first?.isFloat32 ? 4 : 8;
  }

  answer(): Answer<V> {
    const first = this.#first ?? chunkOf(undefined);
    if (!this.#arrays) return answerOf(first, this.rows);
    const [times, ...values] = this.#arrays.map((each, at) => each.subarray(0, this.#rows * this.#size(at)));
    return answerOf({ ...first, times: times!, values }, this.rows);
  }
}
