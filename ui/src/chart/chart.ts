// Panes one above the other over the same bars: what is in sight, what is loaded, gestures and keys.

import { fill, h, perFrame } from "../dom.ts";
import { type Source, type Window, bucketOf, rowOf, sizeFor } from "../window.ts";
import { Pane, type PaneSpec, type Shared } from "./pane.ts";
import { colors } from "./paint.ts";

const BARS_MIN = 10;
/** The empty part to the right of the newest bar, of what is in sight. */
const MARGIN = 0.06;

export interface Model {
  source: Source;
  /** The panes for the columns of a window. */
  panes: (window: Window) => PaneSpec[];
  barSeconds: number;
}

export interface Events {
  /** Other bars are in sight. */
  moved: () => void;
  /** A window could not be loaded. */
  failed: (error: unknown) => void;
}

let charts = 0;

export class Chart {
  readonly view = { from: 0, to: 1 };
  window: Window | undefined;
  private model: Model | undefined;
  private panes: Pane[] = [];
  private loading: AbortController | undefined;
  private readonly sync = `chart-${(charts += 1)}`;
  private readonly redraw = perFrame(() => this.draw());

  constructor(
    private readonly root: HTMLElement,
    private readonly events: Events,
  ) {
    new ResizeObserver(() => this.layout()).observe(root);
  }

  /** Draws a model, beginning with this window. */
  open(model: Model, window: Window, from: number, to: number): void {
    this.loading?.abort();
    this.loading = undefined;
    this.model = model;
    this.window = window;
    Object.assign(this.view, { from, to });
    this.build();
  }

  close(): void {
    this.loading?.abort();
    this.loading = undefined;
    this.panes.forEach((pane) => pane.destroy());
    this.panes = [];
    this.model = undefined;
    this.window = undefined;
  }

  /** Makes the panes anew, as after a change of the theme. */
  build(): void {
    const { model, window } = this;
    if (!model || !window) return;
    this.panes.forEach((pane) => pane.destroy());
    const shared: Shared = {
      view: this.view,
      colors: colors(),
      barSeconds: model.barSeconds,
      sync: this.sync,
      known: { window: undefined, from: 0, to: 0, ticks: [] },
      base: (shown) => Math.max(shown.start, Math.ceil(this.view.from)),
    };
    const specs = model.panes(window);
    this.panes = specs.map((spec, at) => new Pane(spec, shared, at === specs.length - 1, (over) => this.gestures(over)));
    fill(this.root, ...this.panes.map((pane) => pane.element));
    this.panes.forEach((pane) => pane.show(window));
    this.layout();
    this.ensure();
  }

  get rows(): number {
    return Math.max(this.model?.source.rows ?? 0, this.window?.end ?? 0);
  }

  /** Whether the newest bar is in sight. */
  get isAtTip(): boolean {
    return this.view.to >= this.rows - 1;
  }

  /** The bars in sight, without the margin. */
  get bars(): number {
    return Math.round((this.view.to - this.view.from) / (1 + MARGIN));
  }

  showNewest(bars: number): void {
    this.moveTo(this.rows - bars, this.rows + bars * MARGIN);
  }

  showAll(): void {
    this.showNewest(this.rows);
  }

  /** Moves by a part of what is in sight. */
  pan(part: number): void {
    const span = this.view.to - this.view.from;
    this.moveTo(this.view.from + span * part, this.view.to + span * part);
  }

  /** Zooms around a bar; more than 1 shows more bars. */
  zoom(factor: number, around = this.view.to): void {
    const { from, to } = this.view;
    const span = Math.max(BARS_MIN, Math.min((to - from) * factor, this.rows * 1.2 + BARS_MIN));
    const part = (around - from) / (to - from);
    this.moveTo(around - span * part, around + span * (1 - part));
  }

  moveTo(from: number, to: number): void {
    const span = Math.max(BARS_MIN, to - from);
    const begin = Math.max(-span * 0.5, Math.min(from, this.rows - span * 0.1));
    Object.assign(this.view, { from: begin, to: begin + span });
    this.redraw();
    this.ensure();
    this.events.moved();
  }

  /** The time of a bar, as far as the window has it. */
  timeAt(row: number): number | undefined {
    const window = this.window;
    if (!window || window.times.length === 0) return undefined;
    const bucket = bucketOf(window, row);
    const [first, next] = [window.times[bucket]!, window.times[bucket + 1]];
    const part = (row - rowOf(window, bucket)) / window.size;
    return next === undefined ? first + (row - rowOf(window, bucket)) * (this.model?.barSeconds ?? 0) : first + (next - first) * part;
  }

  /** The window has other values. */
  refresh(): void {
    const window = this.window;
    if (window) this.panes.forEach((pane) => pane.show(window));
  }

  /** Loads the window again, as its bars have changed. */
  reload(): void {
    this.load();
  }

  private draw(): void {
    this.panes.forEach((pane) => pane.move());
  }

  private layout(): void {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (width === 0 || height === 0 || this.panes.length === 0) return;
    const others = this.panes.length - 1;
    const small = others === 0 ? 0 : Math.max(96, Math.min(190, Math.floor((height * 0.52) / others)));
    this.panes.forEach((pane, at) => {
      const tall = pane.spec.isPrice || (at === 0 && others === 0) ? Math.max(220, height - small * others) : small;
      pane.element.style.height = `${tall}px`;
      pane.resize(width, tall);
    });
  }

  /** The plot area in pixels. */
  private get width(): number {
    return Math.max(200, this.panes[0]?.width ?? this.root.clientWidth);
  }

  /** Loads what is in sight and not here, or here with too few or too many bars in a bucket. */
  private ensure(): void {
    const { window } = this;
    if (!window || this.loading) return;
    const from = Math.max(0, this.view.from);
    const to = Math.min(this.rows, this.view.to);
    const span = this.view.to - this.view.from;
    const wanted = sizeFor(Math.floor(from), Math.ceil(to), this.width);
    const near = span * 0.3;
    const isHere = window.start <= Math.max(0, from - near) && window.end >= Math.min(this.rows, to + near);
    if (to > from && (window.size !== wanted || !isHere)) this.load(wanted);
  }

  private load(size?: number): void {
    const { model, view } = this;
    if (!model) return;
    this.loading?.abort();
    const loading = new AbortController();
    this.loading = loading;
    const span = view.to - view.from;
    const from = Math.max(0, Math.floor(view.from - span));
    const to = Math.min(this.rows, Math.ceil(view.to + span));
    const wanted = size ?? sizeFor(Math.max(0, Math.floor(view.from)), Math.min(this.rows, Math.ceil(view.to)), this.width);
    const [rows, wasAtTip] = [this.rows, this.isAtTip];
    const finished = model.source.window(from, to, wanted, loading.signal).then(
      (window) => {
        if (this.loading !== loading) return;
        this.loading = undefined;
        if (window.times.length === 0) return;
        this.window = window;
        const more = wasAtTip ? this.rows - rows : 0;
        if (more > 0) Object.assign(view, { from: view.from + more, to: view.to + more });
        this.refresh();
        this.ensureOnce(wanted);
      },
      (error: unknown) => {
        if (this.loading !== loading) return;
        this.loading = undefined;
        if (!loading.signal.aborted) this.events.failed(error);
      },
    );
    void finished;
  }

  /** After a load: again if the view has moved on, but not if the answer is what was asked. */
  private ensureOnce(asked: number): void {
    const wanted = sizeFor(Math.max(0, Math.floor(this.view.from)), Math.min(this.rows, Math.ceil(this.view.to)), this.width);
    const { window } = this;
    if (!window) return;
    const isCovered = window.start <= Math.max(0, this.view.from) && window.end >= Math.min(this.rows, this.view.to);
    if (wanted !== asked || !isCovered) this.ensure();
  }

  private gestures(over: HTMLElement): void {
    const rowAt = (x: number): number => {
      const { left, width } = over.getBoundingClientRect();
      return this.view.from + ((x - left) / width) * (this.view.to - this.view.from);
    };
    over.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        const { width } = over.getBoundingClientRect();
        if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) return this.pan(event.deltaX / width);
        const around = this.isAtTip && !event.ctrlKey ? Math.min(this.rows, rowAt(event.clientX)) : rowAt(event.clientX);
        this.zoom(Math.exp(Math.max(-120, Math.min(120, event.deltaY)) / 400), around);
      },
      { passive: false },
    );
    const held = new Map<number, number>();
    over.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      held.set(event.pointerId, event.clientX);
      over.setPointerCapture(event.pointerId);
      over.classList.add("grabbed");
    });
    over.addEventListener("pointermove", (event) => {
      const before = held.get(event.pointerId);
      if (before === undefined) return;
      const others = [...held].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
      const { width } = this;
      const other = others[0];
      if (other === undefined) this.pan((before - event.clientX) / width);
      else if (event.clientX !== other) this.zoom(Math.abs((before - other) / (event.clientX - other)) || 1, rowAt(other));
      held.set(event.pointerId, event.clientX);
    });
    const release = (event: PointerEvent): void => {
      held.delete(event.pointerId);
      over.classList.remove("grabbed");
    };
    over.addEventListener("pointerup", release);
    over.addEventListener("pointercancel", release);
    over.addEventListener("dblclick", () => this.showNewest(200));
  }
}

/** An empty chart says why. */
export function notice(...lines: (string | Node)[]): HTMLElement {
  return h("div", { class: "notice", role: "status" }, ...lines.map((one) => h("p", {}, one)));
}
