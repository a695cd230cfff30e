// One pane: a uPlot, a legend with the values at the cursor, and labels on its axes.

import uPlot from "uplot";

import { fill, h } from "../dom.ts";
import { type Window, bucketOf, rowOf } from "../window.ts";
import { axis, line, percent, spread } from "./data.ts";
import { labels, ticks, time, value } from "./format.ts";
import { type Colors, FONT, candles, dense, histogram, tag, volumes } from "./paint.ts";

/** A line of a pane: a column of the window. */
export interface LineSpec {
  column: number;
  label: string;
  color: string;
  /** Buttons beside its label. */
  actions: { text: string; title: string; run: () => void }[];
}

export interface PaneSpec {
  isPrice: boolean;
  title: string;
  lines: LineSpec[];
  /** The column of the series to compare with; prices are in percent then. */
  versus: number | undefined;
}

/** What panes share. */
export interface Shared {
  view: { from: number; to: number };
  colors: Colors;
  barSeconds: number;
  sync: string;
  /** The ticks of the time axis, which all panes have in common. */
  known: { window: Window | undefined; from: number; to: number; ticks: { row: number; label: string }[] };
  /** The first bar in sight, at which a comparison begins. */
  base: (window: Window) => number;
}

export const AXIS_PIXELS = 74;
const TIME_PIXELS = 26;

export class Pane {
  readonly element: HTMLElement;
  private readonly legend = h("div", { class: "legend" });
  private readonly valueLabel = h("div", { class: "axis-label value-label", hidden: true });
  private readonly timeLabel = h("div", { class: "axis-label time-label", hidden: true });
  private u: uPlot | undefined;
  private window: Window | undefined;
  private readonly spans: { at: (bucket: number) => string; node: HTMLElement; tone?: (bucket: number) => string }[] = [];

  constructor(
    readonly spec: PaneSpec,
    private readonly shared: Shared,
    private readonly hasTimes: boolean,
    private readonly gestures: (over: HTMLElement) => void,
  ) {
    this.element = h("div", { class: spec.isPrice ? "pane price" : "pane" }, this.legend, this.valueLabel, this.timeLabel);
    this.fillLegend();
  }

  /** The plot area in pixels. */
  get width(): number {
    return this.u ? this.u.bbox.width / devicePixelRatio : 0;
  }

  get over(): HTMLElement | undefined {
    return this.u?.over;
  }

  resize(width: number, height: number): void {
    if (this.u) this.u.setSize({ width, height });
    else this.create(width, height);
  }

  /** Draws another window. */
  show(window: Window): void {
    this.window = window;
    this.u?.setData(this.data(window), false);
    this.move();
  }

  /** Draws the bars in sight. */
  move(): void {
    const { from, to } = this.shared.view;
    if (!this.u) return;
    if (this.spec.versus !== undefined && this.window) this.u.setData(this.data(this.window), false);
    this.u.setScale("x", { min: from, max: to });
    if (this.u.cursor.left === undefined || this.u.cursor.left < 0) this.values(this.newest());
  }

  destroy(): void {
    this.u?.destroy();
    this.element.remove();
  }

  private newest(): number {
    const window = this.window;
    return window ? bucketOf(window, Math.min(window.end - 1, Math.floor(this.shared.view.to))) : 0;
  }

  private data(window: Window): uPlot.AlignedData {
    const shifts = this.spec.lines.map(({ column }) => window.columns[column]?.shift ?? 0);
    const rows = axis(window, Math.max(0, ...shifts));
    const columns = this.spec.lines.map(({ column }) => {
      const buckets = window.columns[column];
      return buckets ? line(window, buckets, rows.length) : rows.map(() => null);
    });
    if (!this.spec.isPrice || !window.candles) return [rows, ...columns] as uPlot.AlignedData;
    const { low, high, close } = window.candles;
    if (this.spec.versus === undefined) {
      return [rows, spread(window, low, rows.length), spread(window, high, rows.length), ...columns] as uPlot.AlignedData;
    }
    const at = bucketOf(window, this.shared.base(window));
    const other = window.columns[this.spec.versus]!;
    const base = (values: number[]): number => values.slice(at).find((one) => !Number.isNaN(one)) ?? Number.NaN;
    const own = percent(spread(window, close, rows.length), base(close));
    const versus = percent(line(window, other, rows.length), base(other.last));
    return [rows, own, versus, ...columns.map((points) => percent(points, base(close)))] as uPlot.AlignedData;
  }

  private create(width: number, height: number): void {
    const { colors } = this.shared;
    const hidden: uPlot.Series = { paths: () => null, points: { show: false } };
    const drawn = (color: string, thick = 1.5): uPlot.Series => ({ stroke: color, width: thick, points: { show: false }, spanGaps: false });
    const compared = this.spec.versus !== undefined;
    const prices = !this.spec.isPrice ? [] : compared ? [drawn(colors.lines[0]!, 2), drawn(colors.lines[3]!, 2)] : [hidden, hidden];
    const isBars = ({ label }: LineSpec): boolean => label.endsWith(".hist");
    // Buckets of many bars are painted.
    const linear = uPlot.paths.linear!();
    const paths: uPlot.Series.PathBuilder = (u, index, from, to) => (this.isDense ? null : linear(u, index, from, to));
    const lines = this.spec.lines.map((one) => (isBars(one) ? hidden : { ...drawn(one.color), paths }));
    const options: uPlot.Options = {
      width,
      height,
      padding: [this.spec.isPrice ? 14 : 8, 0, this.hasTimes ? 0 : 4, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { show: false }, sync: { key: this.shared.sync, scales: ["x", null] } },
      scales: { x: { time: false, auto: false }, y: { range: (_, min, max) => this.range(min, max) } },
      axes: [this.timeAxis(), this.valueAxis()],
      series: [{}, ...prices, ...lines],
      hooks: {
        drawClear: [(u) => this.spec.isPrice && !compared && this.window && volumes(u, this.window, colors)],
        draw: [(u) => this.paint(u)],
        setCursor: [(u) => this.point(u)],
      },
    };
    this.u = new uPlot(options, this.window ? this.data(this.window) : ([[]] as unknown as uPlot.AlignedData), this.element);
    this.gestures(this.u.over);
    this.move();
  }

  private get isDense(): boolean {
    return this.window !== undefined && this.window.size > 1 && this.spec.versus === undefined;
  }

  private range(min: number | null, max: number | null): [number, number] {
    if (min === null || max === null) return [0, 1];
    const room = (max - min || Math.abs(max) || 1) * 0.06;
    return [min - room * (this.spec.isPrice && this.spec.versus === undefined ? 2.5 : 1), max + room * (this.spec.isPrice ? 1.5 : 2)];
  }

  private valueAxis(): uPlot.Axis {
    const { colors } = this.shared;
    return {
      side: 1,
      size: AXIS_PIXELS,
      gap: 6,
      space: this.spec.isPrice ? 46 : 28,
      stroke: colors.text,
      font: `11px ${FONT}`,
      grid: { stroke: colors.grid, width: 1 },
      ticks: { show: false },
      border: { show: true, stroke: colors.grid, width: 1 },
      values: (_, splits) => labels(splits).map((label) => (this.spec.versus === undefined ? label : `${label} %`)),
    };
  }

  private timeAxis(): uPlot.Axis {
    const { colors } = this.shared;
    let found: { row: number; label: string }[] = [];
    return {
      size: this.hasTimes ? TIME_PIXELS : 0,
      stroke: colors.text,
      font: `11px ${FONT}`,
      grid: { stroke: colors.grid, width: 1 },
      ticks: { show: false },
      border: { show: this.hasTimes, stroke: colors.grid, width: 1 },
      gap: 6,
      splits: (u) => {
        found = this.ticks(u);
        return found.map(({ row }) => row);
      },
      values: () => (this.hasTimes ? found.map(({ label }) => label) : found.map(() => "")),
      filter: (_, splits) => splits,
    };
  }

  private ticks(u: uPlot): { row: number; label: string }[] {
    const window = this.window;
    const { from, to } = this.shared.view;
    if (!window || window.times.length === 0 || to <= window.start || from >= window.end) return [];
    const { known } = this.shared;
    if (known.window === window && known.from === from && known.to === to) return known.ticks;
    const bars: { row: number; time: number }[] = [];
    const end = bucketOf(window, Math.min(to, window.end - 1));
    for (let bucket = bucketOf(window, Math.max(from, window.start)); bucket <= end; bucket += 1) {
      bars.push({ row: rowOf(window, bucket), time: window.times[bucket]! });
    }
    Object.assign(known, { window, from, to, ticks: ticks(bars, u.bbox.width / devicePixelRatio / (to - from), 84) });
    return known.ticks;
  }

  private paint(u: uPlot): void {
    const window = this.window;
    const { colors } = this.shared;
    if (!window) return;
    if (this.spec.isPrice && this.spec.versus === undefined) candles(u, window, colors);
    for (const { column, label, color } of this.spec.lines) {
      const buckets = window.columns[column];
      if (!buckets) continue;
      if (label.endsWith(".hist")) histogram(u, window, buckets.last, colors);
      else if (this.isDense) dense(u, window, buckets, color);
    }
    const at = this.newest();
    const { open, close } = window.candles ?? {};
    if (this.spec.isPrice && close && this.spec.versus === undefined && close[at] !== undefined) {
      tag(u, close[at]!, value(close[at]), close[at]! >= open![at]! ? colors.up : colors.down, colors);
    }
    if (!this.spec.isPrice) {
      const taken: number[] = [];
      for (const { column, color } of this.spec.lines.slice(0, 3)) {
        const last = window.columns[column]?.last[at];
        if (last === undefined || Number.isNaN(last)) continue;
        const y = u.valToPos(last, "y");
        if (taken.some((other) => Math.abs(other - y) < 18)) continue;
        taken.push(y);
        tag(u, last, value(last), color, colors);
      }
    }
  }

  /** The cursor is there: values in the legend, labels on the axes. */
  private point(u: uPlot): void {
    const { left, top } = u.cursor;
    const window = this.window;
    const isAway = left === undefined || left < 0 || !window || window.times.length === 0;
    this.timeLabel.hidden = isAway || !this.hasTimes;
    this.valueLabel.hidden = isAway || top === undefined || top < 0 || !this.element.matches(":hover");
    if (isAway) return this.values(this.newest());
    const bucket = bucketOf(window, Math.round(u.posToVal(left, "x")));
    this.values(bucket);
    if (this.hasTimes) {
      this.timeLabel.textContent = time(window.times[bucket]!, this.shared.barSeconds);
      const half = this.timeLabel.offsetWidth / 2;
      this.timeLabel.style.left = `${Math.max(half, Math.min(this.width - half, left))}px`;
    }
    if (!this.valueLabel.hidden) {
      const text = value(u.posToVal(top!, "y"));
      this.valueLabel.textContent = this.spec.versus === undefined ? text : `${text} %`;
      this.valueLabel.style.top = `${top! + u.bbox.top / devicePixelRatio}px`;
      this.valueLabel.style.left = `${this.width}px`;
    }
  }

  private values(bucket: number): void {
    for (const { at, node, tone } of this.spans) {
      node.textContent = this.window ? at(bucket) : "";
      if (tone && this.window) node.className = `number ${tone(bucket)}`;
    }
  }

  private fillLegend(): void {
    const { spec } = this;
    const number = (at: (bucket: number) => string, color?: string, tone?: (bucket: number) => string): HTMLElement => {
      const node = h("span", { class: "number" });
      if (color) node.style.color = color;
      this.spans.push(tone ? { at, node, tone } : { at, node });
      return node;
    };
    const parts: HTMLElement[] = [];
    if (spec.isPrice && spec.versus === undefined) parts.push(this.priceLegend(number));
    if (spec.versus !== undefined) parts.push(...this.versusLegend(number));
    for (const { column, label, color, actions } of spec.lines) {
      const name = h("span", { class: "name", title: label }, label);
      const value_ = number((bucket) => value(this.window?.columns[column]?.last[bucket]), color);
      const dot = h("span", { class: "dot" });
      dot.style.background = color;
      const buttons = actions.map(({ text, title, run }) => h("button", { class: "tiny", title, "aria-label": title, onclick: run }, text));
      parts.push(h("span", { class: "entry" }, dot, name, value_, ...buttons));
    }
    fill(this.legend, ...parts);
  }

  /** Both series, in percent from the first bar in sight. */
  private versusLegend(number: (at: (bucket: number) => string) => HTMLElement): HTMLElement[] {
    const { lines } = this.shared.colors;
    const names = this.spec.title.split("\n");
    const of = (bucket: number, values: number[] | undefined): string => {
      const window = this.window!;
      const base = values?.slice(bucketOf(window, this.shared.base(window))).find((one) => !Number.isNaN(one));
      const change = base === undefined ? Number.NaN : (values![bucket]! / base - 1) * 100;
      return Number.isNaN(change) ? "–" : `${change > 0 ? "+" : ""}${value(Number(change.toFixed(2)))} %`;
    };
    const sources = [(): number[] | undefined => this.window?.candles?.close, (): number[] | undefined => this.window?.columns[this.spec.versus!]?.last];
    return sources.map((values, at) => {
      const dot = h("span", { class: "dot" });
      dot.style.background = lines[at * 3]!;
      return h("span", { class: "entry" }, dot, h("span", { class: "title" }, names[at] ?? ""), number((bucket) => of(bucket, values())));
    });
  }

  private priceLegend(number: (at: (bucket: number) => string, color?: string, tone?: (bucket: number) => string) => HTMLElement): HTMLElement {
    const of = (name: "open" | "high" | "low" | "close" | "volume", bucket: number): number | undefined => this.window?.candles?.[name][bucket];
    const change = (bucket: number): number => (of("close", bucket)! / (of("close", Math.max(0, bucket - 1)) ?? Number.NaN) - 1) * 100;
    const tone = (bucket: number): string => ((of("close", bucket) ?? 0) >= (of("open", bucket) ?? 0) ? "up" : "down");
    const entry = h("span", { class: "entry" }, h("span", { class: "title" }, this.spec.title));
    for (const [letter, name] of [["O", "open"], ["H", "high"], ["L", "low"], ["C", "close"]] as const) {
      entry.append(h("span", { class: "letter" }, letter), number((bucket) => value(of(name, bucket)), undefined, tone));
    }
    const changed = (bucket: number): string => {
      const text = value(Number(change(bucket).toFixed(2)));
      return text === "–" ? "" : `${change(bucket) > 0 ? "+" : ""}${text} %`;
    };
    entry.append(number(changed, undefined, (bucket) => (change(bucket) >= 0 ? "up" : "down")));
    entry.append(h("span", { class: "letter" }, "V"), number((bucket) => value(of("volume", bucket))));
    return entry;
  }
}
