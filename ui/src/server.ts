// A series of the server as a source of windows, and the bars that come.

import { CallError, call, stream } from "./rpc.ts";
import type { Buckets, Source, Window } from "./window.ts";

export interface Id {
  symbol: string;
  timeframe: string;
}

export interface SeriesInfo {
  id: Id;
  rows?: string;
  firstTime?: string;
  lastTime?: string;
  resampledFrom?: string;
}

interface Downsampled {
  bucketRows?: string;
  firstRow?: string;
  rows?: string;
  times?: string[];
  bars?: { open?: Value[]; high?: Value[]; low?: Value[]; close?: Value[]; volume?: Value[] };
  columns?: { label: string; last?: Value[]; first?: Value[]; min?: Value[]; max?: Value[] }[];
  infos?: { displayShift?: number }[];
}

type Value = number | string | null;

/** Numbers of JSON: null is no value, infinities are words. */
export const numbers = (values: Value[] | undefined): number[] => (values ?? []).map((value) => (value === null ? Number.NaN : Number(value)));

/** Seconds of a time in nanoseconds. */
export const seconds = (time: string): number => Number(BigInt(time) / 1_000_000n) / 1000;

const nanoseconds = (time: number): string => String(BigInt(Math.round(time * 1000)) * 1_000_000n);

/** All series, page by page. */
export async function listSeries(): Promise<SeriesInfo[]> {
  const found: SeriesInfo[] = [];
  let pageToken = "";
  do {
    const page = await call<{ series?: SeriesInfo[]; nextPageToken?: string }>("SeriesService/ListSeries", { pageSize: 10_000, pageToken });
    found.push(...(page.series ?? []));
    pageToken = page.nextPageToken ?? "";
  } while (pageToken && found.length < 100_000);
  return found;
}

/** A row of a watch. */
export interface Row {
  time: number;
  values: number[];
  isProvisional: boolean;
}

/** As many times as are known at once. */
const ANCHORS_MAX = 60_000;

/** One series with expressions. */
export class ServerSource implements Source {
  /** The bars of the series, known after the first answer. */
  rows = 0;
  /** Rows and times of the overview, to find the times of any rows. */
  private anchors: { row: number; time: number }[] = [];
  private overview: Promise<void> | undefined;

  constructor(
    readonly id: Id,
    readonly expressions: string[],
  ) {}

  /** The newest bars: the first window of a chart. */
  async newest(bars: number, buckets: number, signal: AbortSignal): Promise<Window> {
    const window = await this.ask({ last: String(bars) }, buckets, signal);
    this.rows = window.end;
    this.anchors = [anchor(window, 0), anchor(window, window.times.length - 1)].filter((one) => one !== undefined);
    return window;
  }

  /** The bars between two times, in seconds. */
  async between(from: number, to: number, buckets: number, signal: AbortSignal): Promise<Window> {
    const tip = await this.newest(2, 2, signal);
    const window = await this.ask({ startTime: nanoseconds(from), endTime: nanoseconds(to) }, buckets, signal);
    return window.times.length > 0 ? window : tip;
  }

  async window(from: number, to: number, size: number, signal: AbortSignal): Promise<Window> {
    await (this.overview ??= this.loadOverview());
    const isTip = to >= this.rows;
    // More than these bars need, and less than they would need in buckets of half the size.
    const buckets = size === 1 ? 8000 : Math.min(9000, Math.max((to - from) / size + 3, (1.8 * (to - from)) / size));
    for (let left = 4; ; left -= 1) {
      const range: Record<string, string> = {};
      if (from > 0) range.startTime = nanoseconds(this.timeOf(from, "before"));
      if (!isTip) range.endTime = nanoseconds(this.timeOf(to, "after"));
      const window = await this.ask(range, buckets, signal);
      if (isTip) this.rows = Math.max(window.end, 1);
      this.learn(window);
      // Where the known times lie far apart, more bars came than were asked for; now that is known better.
      if (window.size <= size || left === 0) return window;
    }
  }

  /** The times of a window are known from now on. */
  private learn(window: Window): void {
    const found = window.times.map((_, bucket) => anchor(window, bucket)!);
    const [first, last] = [found[0], found.at(-1)];
    if (!first || !last) return;
    const [before, after] = [this.anchors.filter((one) => one.row < first.row), this.anchors.filter((one) => one.row > last.row)];
    this.anchors = before.length + after.length > ANCHORS_MAX ? found : [...before, ...found, ...after];
  }

  /** The time of a bar, or one before or after it: exact where the overview has it. */
  private timeOf(row: number, side: "before" | "after"): number {
    const after = this.anchors.findIndex((one) => one.row > row);
    const [before, next] = [this.anchors[after === -1 ? this.anchors.length - 1 : Math.max(0, after - 1)], this.anchors[after]];
    if (side === "before" || !next) return before?.time ?? 0;
    return next.time;
  }

  /** When a bar opens, in seconds: between the bars of the overview in proportion. */
  timeAt(row: number): number | undefined {
    const after = this.anchors.findIndex((one) => one.row > row);
    const [before, next] = [this.anchors[after - 1], this.anchors[after]];
    if (!before || !next) return after === 0 ? next?.time : this.anchors.at(-1)?.time;
    return before.time + ((next.time - before.time) * (row - before.row)) / (next.row - before.row);
  }

  private async loadOverview(): Promise<void> {
    const answer = await call<Downsampled>("IndicatorService/Downsample", { request: { series: this.id, expressions: ["close"] }, bucketsMax: 8000 });
    const window = read(answer);
    this.learn(window);
    this.rows = Math.max(this.rows, window.end);
  }

  private async ask(range: object, buckets: number, signal: AbortSignal): Promise<Window> {
    const request = { request: { series: this.id, range, expressions: this.expressions }, bucketsMax: Math.max(2, Math.ceil(buckets)), withBars: true };
    return read(await call<Downsampled>("IndicatorService/Downsample", request, signal));
  }

  /** Follows the newest bar: calls `row` with each row that comes, `moved` when what is drawn may be void. */
  async watch(row: (row: Row, isFirst: boolean) => void, moved: () => void, told: (isLive: boolean) => void, signal: AbortSignal): Promise<void> {
    const expressions = [...this.expressions, "open", "high", "low", "close", "volume"];
    const request = { series: [this.id], expressions, last: "1", includeForming: true };
    for (let pause = 500; !signal.aborted; pause = Math.min(pause * 2, 15_000)) {
      let isFirst = true;
      try {
        for await (const event of stream<WatchResponse>("IndicatorService/Watch", request, signal)) {
          told(true);
          pause = 500;
          if (event.failure) throw new CallError("unknown", event.failure.message ?? "");
          const { values, provisional, revisedFrom, skipped } = event.rows ?? {};
          if (revisedFrom !== undefined || (skipped !== undefined && skipped !== "0")) moved();
          const columns = (values?.columns ?? []).map((column) => numbers(column.values));
          (values?.times ?? []).forEach((time, at) => {
            row({ time: seconds(time), values: columns.map((column) => column[at]!), isProvisional: provisional ?? false }, isFirst);
            isFirst = false;
          });
        }
        return;
      } catch (error) {
        if (signal.aborted) return;
        told(false);
        const isFinal = error instanceof CallError && !["unavailable", "unknown", "resource_exhausted", "deadline_exceeded"].includes(error.code);
        if (isFinal) return;
        await new Promise((resolve) => setTimeout(resolve, pause));
        moved();
      }
    }
  }
}

interface WatchResponse {
  rows?: { values?: { times?: string[]; columns?: { values?: Value[] }[] }; provisional?: boolean; revisedFrom?: string; skipped?: string };
  failure?: { message?: string };
}

function anchor(window: Window, bucket: number): { row: number; time: number } | undefined {
  const time = window.times[bucket];
  if (time === undefined) return undefined;
  const { size, start } = window;
  return { row: bucket === 0 ? start : (Math.floor(start / size) + bucket) * size, time };
}

function read(answer: Downsampled): Window {
  const start = Number(answer.firstRow ?? 0);
  const columns = (answer.columns ?? []).map((column, at): Buckets => {
    const [last, first, min, max] = [column.last, column.first, column.min, column.max].map(numbers) as [number[], number[], number[], number[]];
    return { label: column.label, last, first, min, max, shift: answer.infos?.[at]?.displayShift ?? 0 };
  });
  const bars = answer.bars;
  const candles = bars && {
    open: numbers(bars.open),
    high: numbers(bars.high),
    low: numbers(bars.low),
    close: numbers(bars.close),
    volume: numbers(bars.volume),
  };
  const times = (answer.times ?? []).map(seconds);
  return { size: Number(answer.bucketRows ?? 1), start, end: start + Number(answer.rows ?? 0), times, candles, columns };
}
