// What the server answers: columns of values by label.

import { floats, instants } from "./columns.js";
import { AtradError, Code } from "./errors.js";
import type { ColumnInfo, Join } from "./generated/atrad/v1/indicator_pb.js";
import type { ComputeResponse, ReadBarsResponse } from "./generated/columns_pb.js";

const ROWS_GUESSED = 1 << 17;

/** Columns of values by label, one value per bar; NaN where there is none. */
export class Answer {
  constructor(
    /** When each bar opens: nanoseconds since the Unix epoch, UTC. */
    readonly times: BigInt64Array,
    /** The values by label: that of an expression, or else its text. */
    readonly columns: ReadonlyMap<string, Float64Array>,
    /** What the server says besides: canonical expressions, epoch, joins. */
    readonly facts: Facts,
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
  column(label: string | { toString(): string }): Float64Array {
    const found = this.columns.get(String(label));
    if (!found) throw AtradError.invalid("label", `no column ${String(label)}; there are ${this.labels.join(", ")}`);
    return found;
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
  /** The key of the saved result; empty if it was not saved. */
  savedKey: string;
  /** The time as of which the values are, in nanoseconds; undefined means now. */
  asOf: bigint | undefined;
}

/** Columns of some bars, as they came. */
export interface Chunk {
  times: Uint8Array;
  labels: string[];
  values: Uint8Array[];
  facts: Facts;
}

const NOTHING: Facts = { epoch: 0n, resampledFrom: "", infos: [], joins: [], savedKey: "", asOf: undefined };

export function chunkOf(response: ComputeResponse | undefined): Chunk {
  if (!response) return { times: new Uint8Array(), labels: [], values: [], facts: NOTHING };
  const { times, columns, epoch, resampledFrom, infos, joins, savedResultKey, asOf } = response;
  return {
    times,
    labels: columns.map((each) => each.label),
    values: columns.map((each) => each.values),
    facts: { epoch, resampledFrom, infos, joins, savedKey: savedResultKey, asOf },
  };
}

export function chunkOfBars({ bars, epoch, resampledFrom, asOf }: ReadBarsResponse): Chunk {
  const facts = { ...NOTHING, epoch, resampledFrom, asOf };
  if (!bars) return { times: new Uint8Array(), labels: [], values: [], facts };
  const { times, open, high, low, close, volume, extra } = bars;
  return {
    times,
    labels: ["open", "high", "low", "close", "volume", ...extra.map((each) => each.name)],
    values: [open, high, low, close, volume, ...extra.map((each) => each.values)],
    facts,
  };
}

/** The answer of one chunk: its columns are views of the message where that is aligned. */
export function answerOf({ times, labels, values, facts }: Chunk): Answer {
  return new Answer(instants(times), new Map(labels.map((label, at) => [label, floats(values[at]!)])), facts);
}

/** Joins chunks, with one allocation per column where the number of rows is known. */
export class Assembler {
  #first: Chunk | undefined;
  #arrays: Uint8Array[] | undefined;
  #bytes = 0;

  constructor(readonly rows: number) {}

  add(chunk: Chunk): void {
    if (!this.#first) {
      this.#first = chunk;
      return;
    }
    if (!this.#arrays) {
      const size = 8 * Math.max(this.rows, ROWS_GUESSED, this.#first.times.length / 4);
      this.#arrays = Array.from({ length: 1 + this.#first.values.length }, () => new Uint8Array(size));
      this.#copy(this.#first, this.#arrays);
    }
    this.#copy(chunk, this.#arrays);
  }

  #copy(chunk: Chunk, arrays: Uint8Array[]): void {
    if (chunk.values.length + 1 !== arrays.length)
      throw new AtradError(`${chunk.values.length} columns after ${arrays.length - 1}`, Code.Internal);
    const end = this.#bytes + chunk.times.length;
    [chunk.times, ...chunk.values].forEach((bytes, at) => {
      if (bytes.length !== chunk.times.length) throw new AtradError("columns of different lengths", Code.Internal);
      if (end > arrays[at]!.length) {
        const larger = new Uint8Array(2 * end);
        larger.set(arrays[at]!.subarray(0, this.#bytes));
        arrays[at] = larger;
      }
      arrays[at]!.set(bytes, this.#bytes);
    });
    this.#bytes = end;
  }

  answer(): Answer {
    const first = this.#first ?? chunkOf(undefined);
    if (!this.#arrays) return answerOf(first);
    const [times, ...values] = this.#arrays.map((each) => each.subarray(0, this.#bytes));
    return answerOf({ ...first, times: times!, values });
  }
}
