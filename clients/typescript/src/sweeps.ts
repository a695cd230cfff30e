// What sweeps and screens answer: tables of variants, and of series.

import { floats, instants } from "./columns.js";
import { AtradError, Code } from "./errors.js";
import type { FoldBars, SweepHeader, SweptExpression } from "./generated/atrad/v1/indicator_pb.js";
import type { ScreenResponse, SweepColumns, SweepFold, SweepOutOfSample, SweepResponse } from "./generated/columns_pb.js";

/** Bars of a fold that count: when the first and the last of them open, in nanoseconds, and their number. */
export interface FoldSpan {
  first: bigint;
  last: bigint;
  bars: bigint;
}

/** The best variant of a fold in sample, and what came of it. */
export interface Fold {
  /** The bars by which the variant was chosen. */
  inSampleBars: FoldSpan;
  /** The bars by which it was judged. */
  outOfSampleBars: FoldSpan;
  /** Its parameters, by name; none if no variant has a value in sample. */
  parameters: Record<string, number>;
  /** Its columns over the bars in sample, by label; none as above. */
  inSample: Record<string, number>;
  /** The same over the bars out of sample. */
  outOfSample: Record<string, number>;
}

/** The variants of one expression, a row each. */
export class Table {
  /** The parameters and the reductions, by label: one value per variant. Times of bars are in seconds since the Unix epoch. */
  readonly columns = new Map<string, Float64Array>();
  /** Without reductions, the columns of each variant by label: one value per bar. */
  readonly values = new Map<string, Float64Array[]>();
  /** With `walkForward`, the folds, instead of all variants. */
  readonly folds: Fold[] = [];
  /** With `walkForward`, the columns over the bars out of sample of all folds, each with the variant that was chosen in it. */
  outOfSample: Record<string, number> = {};
  /** The number of these bars. */
  outOfSampleBars = 0n;
  readonly #parts = new Map<string, Float64Array[]>();
  readonly #variants = new Map<string, { parameters: Float64Array; columns: Map<string, Float64Array> }>();

  constructor(private readonly declared: SweptExpression) {}

  /** The expression, or its label. */
  get label(): string {
    return this.declared.label;
  }
  /** The names of the parameters. */
  get parameters(): string[] {
    return this.declared.parameters;
  }
  /** The labels of the columns that are not parameters. */
  get labels(): string[] {
    return this.declared.columns.map((each) => each.label);
  }
  /** The combinations of parameters, and those of them that were computed. */
  get counts(): { variants: bigint; tried: bigint } {
    return { variants: this.declared.variants, tried: this.declared.tried };
  }

  /** The number of variants that were returned; 0 with `walkForward`. */
  get length(): number {
    return [...this.columns.values()][0]?.length ?? [...this.values.values()][0]?.length ?? 0;
  }

  column(label: string): Float64Array {
    const found = this.columns.get(label);
    if (!found) throw AtradError.invalid("label", `no column ${label}; there are ${[...this.columns.keys()].join(", ")}`);
    return found;
  }

  /** The rows: the values of each variant by label. */
  *[Symbol.iterator](): Generator<Record<string, number>> {
    for (let row = 0; row < this.length; row++)
      yield Object.fromEntries([...this.columns].map(([label, column]) => [label, column[row]!]));
  }

  /** Takes rows of reductions. */
  append(label: string, values: Float64Array): void {
    const parts = this.#parts.get(label);
    if (parts) parts.push(values);
    else this.#parts.set(label, [values]);
  }

  /** Takes a part of the columns of one variant. */
  place(part: SweepColumns, rows: number): void {
    const parameters = floats(part.parameters);
    const key = parameters.join();
    const found = this.#variants.get(key) ?? { parameters, columns: new Map<string, Float64Array>() };
    this.#variants.set(key, found);
    for (const { label, values } of part.columns) {
      const column = found.columns.get(label) ?? new Float64Array(rows).fill(NaN);
      found.columns.set(label, column);
      if (Number(part.startRow) + values.length / 8 > rows)
        throw new AtradError("the sweep has more rows than its header says", Code.Internal);
      column.set(floats(values), Number(part.startRow));
    }
  }

  /** Takes the next fold. */
  addFold({ number, inSampleBars, outOfSampleBars, parameters, inSample, outOfSample }: SweepFold): void {
    if (number !== this.folds.length) throw new AtradError(`fold ${number} of ${this.label} after ${this.folds.length} folds`, Code.Internal);
    this.folds.push({
      inSampleBars: spanOf(inSampleBars),
      outOfSampleBars: spanOf(outOfSampleBars),
      parameters: named(this.parameters, parameters),
      inSample: named(this.labels, inSample),
      outOfSample: named(this.labels, outOfSample),
    });
  }

  /** Takes what all folds have in common. */
  addOutOfSample({ bars, columns }: SweepOutOfSample): void {
    this.outOfSample = named(this.labels, columns);
    this.outOfSampleBars = bars;
  }

  /** Joins the rows as they came, or puts whole columns in the order of their parameters. */
  complete(): void {
    for (const [label, parts] of this.#parts) this.columns.set(label, joined(parts, Float64Array));
    const variants = [...this.#variants.values()].sort((a, b) => compared(a.parameters, b.parameters));
    if (variants.length === 0) return;
    this.parameters.forEach((name, at) => this.columns.set(name, Float64Array.from(variants, (each) => each.parameters[at]!)));
    for (const label of this.labels) this.values.set(label, variants.map((each) => each.columns.get(label)!));
  }
}

/** The answer of a sweep: a table per expression, in the order of the request. */
export class Sweep {
  readonly tables: Table[] = [];
  /** When each bar opens, if columns are returned: nanoseconds since the Unix epoch, UTC. */
  times: BigInt64Array = new BigInt64Array();
  /** What the server says about the bars: their number, epoch, joins. */
  header: SweepHeader | undefined;
  /**
   * The combinations of parameters, those that were computed, and those that are here; with `walkForward` the folds in which
   * one was chosen.
   */
  variants = 0n;
  tried = 0n;
  returned = 0n;
  /** The variants with a reduction that has no value, as the Sharpe ratio of equal values. */
  undefined = 0n;
  #times: BigInt64Array[] = [];
  #complete = false;

  take({ part }: SweepResponse): void {
    switch (part.case) {
      case "header":
        this.header = part.value;
        this.tables.push(...part.value.expressions.map((each) => new Table(each)));
        break;
      case "times":
        this.#times.push(instants(part.value.times));
        break;
      case "rows": {
        const table = this.#table(part.value.expression);
        for (const { label, values } of [...part.value.parameters, ...part.value.columns]) table.append(label, floats(values));
        break;
      }
      case "columns":
        this.#table(part.value.expression).place(part.value, Number(this.header?.rows ?? 0n));
        break;
      case "fold":
        this.#table(part.value.expression).addFold(part.value);
        break;
      case "outOfSample":
        this.#table(part.value.expression).addOutOfSample(part.value);
        break;
      case "summary":
        ({ variants: this.variants, tried: this.tried, returned: this.returned, undefined: this.undefined } = part.value);
        this.#complete = true;
        break;
      default:
        throw new AtradError("the sweep has a part that this client does not know", Code.Internal);
    }
  }

  complete(): this {
    if (!this.#complete) throw new AtradError("the sweep ended without its summary", Code.Internal);
    this.times = joined(this.#times, BigInt64Array);
    this.#times = [];
    this.tables.forEach((each) => each.complete());
    return this;
  }

  #table(expression: number): Table {
    const found = this.tables[expression];
    if (!found) throw new AtradError("the sweep names an expression that is not in its header", Code.Internal);
    return found;
  }
}

/** A series where the condition holds. */
export interface Hit {
  series: [symbol: string, timeframe: string];
  /** When its newest closed bar opens: nanoseconds since the Unix epoch, UTC. */
  time: bigint;
  /** The values of the expressions at that bar, in the order of the labels. */
  values: Float64Array;
  /** What ranks it; undefined without `rankBy`. */
  rank: number | undefined;
}

/** The series where a condition holds, at their newest closed bars. */
export class Screen {
  readonly hits: Hit[] = [];
  labels: string[] = [];
  /** How many series were looked at, matched, had too few bars for the condition, and failed. */
  scanned = 0n;
  matched = 0n;
  undefined = 0n;
  failed = 0n;
  /** The first of those that failed. */
  failures: { series: [string, string]; error: AtradError }[] = [];
  #complete = false;

  take({ part }: ScreenResponse): void {
    if (part.case === "hit") {
      const { series, time, values, rank } = part.value;
      this.hits.push({ series: [series?.symbol ?? "", series?.timeframe ?? ""], time, values: floats(values), rank });
    } else if (part.case === "summary") {
      const { labels, scanned, matched, undefined, failed, failures } = part.value;
      Object.assign(this, { labels, scanned, matched, undefined, failed });
      for (const { series, failure } of failures)
        this.failures.push({ series: [series?.symbol ?? "", series?.timeframe ?? ""], error: AtradError.ofFailure(failure!) });
      this.#complete = true;
    }
  }

  complete(): this {
    if (!this.#complete) throw new AtradError("the screen ended without its summary", Code.Internal);
    return this;
  }

  [Symbol.iterator](): Iterator<Hit> {
    return this.hits[Symbol.iterator]();
  }
}

function spanOf(bars: FoldBars | undefined): FoldSpan {
  return { first: bars?.firstTime ?? 0n, last: bars?.lastTime ?? 0n, bars: bars?.bars ?? 0n };
}

/** Values by their names; none if there are none. */
function named(names: readonly string[], bytes: Uint8Array): Record<string, number> {
  const values = floats(bytes);
  if (values.length > 0 && values.length !== names.length)
    throw new AtradError(`a fold has ${values.length} values for ${names.join(", ")}`, Code.Internal);
  return Object.fromEntries([...values].map((value, at) => [names[at]!, value]));
}

function joined<T extends Float64Array | BigInt64Array>(parts: T[], kind: new (length: number) => T): T {
  const made = new kind(parts.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const each of parts) {
    made.set(each as never, at);
    at += each.length;
  }
  return made;
}

function compared(a: Float64Array, b: Float64Array): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}
