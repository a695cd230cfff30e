// A window of a history as it is drawn: buckets of bars, from one answer of the server or from arrays.

export interface Buckets {
  label: string;
  /** The last value of each bucket; the others equal it if a bucket is one bar, and are empty then. */
  last: number[];
  first: number[];
  min: number[];
  max: number[];
  /** The bars by which charts shift the line to the right. */
  shift: number;
}

export interface Candles {
  open: number[];
  high: number[];
  low: number[];
  close: number[];
  volume: number[];
}

export interface Window {
  /** The bars of a bucket. */
  size: number;
  /** The first bar and the one after the last, counted from the start of the series. */
  start: number;
  end: number;
  /** When the first bar of each bucket opens, in seconds since the Unix epoch. */
  times: number[];
  /** Absent where the answer has no bars. */
  candles: Candles | undefined;
  columns: Buckets[];
}

/** Where windows come from. */
export interface Source {
  /** The bars of the history, if they are known. */
  readonly rows: number;
  /** The window over these bars and perhaps some more, in buckets of so many. */
  window(from: number, to: number, size: number, signal: AbortSignal): Promise<Window>;
}

/** The bar at which a bucket begins. */
export function rowOf(window: Window, bucket: number): number {
  const { size, start } = window;
  return bucket === 0 ? start : (Math.floor(start / size) + bucket) * size;
}

/** The bucket of a bar, within the window. */
export function bucketOf(window: Window, row: number): number {
  const bucket = Math.floor(row / window.size) - Math.floor(window.start / window.size);
  return Math.max(0, Math.min(window.times.length - 1, bucket));
}

/** The size of buckets over these bars, as the server chooses it: a power of two. */
export function sizeFor(from: number, to: number, buckets: number): number {
  let size = 1;
  while (to > from && Math.floor((to - 1) / size) - Math.floor(from / size) + 1 > buckets) size *= 2;
  return size;
}

/** Windows over arrays that are here whole; the reduction is that of the server. */
export class Arrays implements Source {
  readonly rows: number;

  constructor(
    private readonly times: number[],
    private readonly columns: { label: string; values: number[] }[],
    private readonly candles: Candles | undefined,
  ) {
    this.rows = times.length;
  }

  window(from: number, to: number, size: number): Promise<Window> {
    const start = Math.max(0, Math.floor(from));
    const end = Math.min(this.rows, Math.ceil(to));
    const frame: Window = { size, start, end, times: [], candles: undefined, columns: [] };
    for (let row = start; row < end; row = (Math.floor(row / size) + 1) * size) frame.times.push(this.times[row]!);
    frame.columns = this.columns.map(({ label, values }) => reduced(label, values, frame));
    const candles = this.candles;
    if (candles) {
      const of = (name: "open" | "high" | "low" | "close"): Buckets => reduced(name, candles[name], frame);
      const [open, high, low, close] = [of("open"), of("high"), of("low"), of("close")];
      const either = (a: number[], b: number[]): number[] => (size > 1 ? a : b);
      frame.candles = {
        open: either(open.first, open.last),
        high: either(high.max, high.last),
        low: either(low.min, low.last),
        close: close.last,
        volume: summed(candles.volume, frame),
      };
    }
    return Promise.resolve(frame);
  }
}

function reduced(label: string, values: number[], { size, start, end }: Window): Buckets {
  const buckets: Buckets = { label, last: [], first: [], min: [], max: [], shift: 0 };
  if (size === 1) return { ...buckets, last: values.slice(start, end) };
  for (let row = start; row < end; ) {
    const next = Math.min(end, (Math.floor(row / size) + 1) * size);
    let [first, min, max, last] = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
    for (; row < next; row += 1) {
      const value = values[row]!;
      if (Number.isNaN(value)) continue;
      if (Number.isNaN(last)) [first, min, max] = [value, value, value];
      min = Math.min(min, value);
      max = Math.max(max, value);
      last = value;
    }
    buckets.first.push(first);
    buckets.min.push(min);
    buckets.max.push(max);
    buckets.last.push(last);
  }
  return buckets;
}

function summed(values: number[], { size, start, end }: Window): number[] {
  const sums: number[] = [];
  for (let row = start; row < end; ) {
    const next = Math.min(end, (Math.floor(row / size) + 1) * size);
    let sum = 0;
    for (; row < next; row += 1) sum += values[row]!;
    sums.push(sum);
  }
  return sums;
}
