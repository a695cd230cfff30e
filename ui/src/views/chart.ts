// The view of one series: candles, expressions, live bars, a comparison.

import { Chart, notice } from "../chart/chart.ts";
import { frameSeconds } from "../chart/format.ts";
import { colors } from "../chart/paint.ts";
import type { LineSpec, PaneSpec } from "../chart/pane.ts";
import { debounced, fill, h } from "../dom.ts";
import { Editor } from "../editor.ts";
import { CallError } from "../rpc.ts";
import { type Row, ServerSource } from "../server.ts";
import type { Drawn, Place } from "../state.ts";
import type { Window } from "../window.ts";
import { type Page, quoted } from "./page.ts";

const RANGES: [string, number][] = [["1D", 86_400], ["1W", 604_800], ["1M", 2_592_000], ["3M", 7_776_000], ["1Y", 31_536_000], ["All", Number.POSITIVE_INFINITY]];
const FRAMES = ["1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w"];

export class ChartView {
  readonly element: HTMLElement;
  readonly editor: Editor;
  readonly chart: Chart;
  private readonly stage = h("div", { class: "stage" });
  private readonly veil = h("div", { class: "veil", hidden: true });
  private readonly name = h("div", { class: "name" });
  private readonly frames = h("div", { class: "group frames", role: "group", "aria-label": "Timeframe" });
  private readonly versus = h("input", { class: "versus", type: "text", placeholder: "Compare with …", list: "symbols", "aria-label": "Compare with a symbol", spellcheck: "false", maxlength: "64" });
  private readonly live = h("span", { class: "live", title: "Not live" });
  private readonly problems = h("div", { class: "problems", role: "alert" });
  private readonly failures = new Map<string, string>();
  private source: ServerSource | undefined;
  private running = new AbortController();
  private tip = 0;
  private readonly reload = debounced(300, () => this.chart.reload());
  private readonly remember = debounced(250, () => this.rememberView());

  constructor(private readonly page: Page) {
    this.editor = new Editor(() => page.catalog, "Add an expression, as in ema(50) or macd.hist  ( e )", (text) => this.add(text));
    const ranges = RANGES.map(([label, span]) => h("button", { onclick: () => this.range(span), title: `Show ${label}` }, label));
    this.versus.addEventListener("change", () => this.compare(this.versus.value.trim()));
    this.element = h(
      "section",
      { class: "view chart-view" },
      h("div", { class: "bar" }, this.name, this.live, this.frames, h("div", { class: "group" }, ...ranges), h("span", { class: "space" }), this.versus),
      h("div", { class: "bar second" }, this.editor.element),
      this.problems,
      h("div", { class: "canvas" }, this.stage, this.veil),
    );
    this.chart = new Chart(this.stage, { moved: () => this.remember(), failed: (error) => this.told(error) });
  }

  /** Opens the series of the state. */
  async open(): Promise<void> {
    this.running.abort();
    const running = new AbortController();
    this.running = running;
    const { state } = this.page;
    this.failures.clear();
    this.versus.value = state.versus;
    fill(this.name, h("b", {}, state.symbol || "No series"), h("span", {}, state.timeframe));
    this.setLive(false);
    this.drawFrames();
    this.drawProblems();
    if (!state.symbol) {
      this.chart.close();
      return this.cover(notice("Choose a series on the left."));
    }
    try {
      await this.load(running.signal);
    } catch (error) {
      if (running.signal.aborted) return;
      this.chart.close();
      this.told(error);
    }
  }

  /** Stops what runs, as another view is shown. */
  close(): void {
    this.running.abort();
    this.setLive(false);
  }

  add(text: string, place: Place = "auto"): void {
    const { state } = this.page;
    if (state.expressions.some((one) => one.text === text)) return this.problem(`${text} is there already.`);
    if (state.expressions.length >= 16) return this.problem("A chart has at most 16 expressions. Remove one first.");
    state.expressions.push({ text, place });
    this.editor.text = "";
    this.page.save();
    void this.open();
  }

  private async load(signal: AbortSignal): Promise<void> {
    const { state } = this.page;
    let notes: string | undefined;
    for (;;) {
      const drawn = state.expressions.filter((one) => !this.failures.has(one.text));
      const texts = drawn.map((one) => one.text);
      if (state.versus) texts.push(`close@${quoted(state.versus)}`);
      const source = new ServerSource({ symbol: state.symbol, timeframe: state.timeframe }, texts);
      try {
        const width = Math.max(300, this.stage.clientWidth);
        const window = "bars" in state.shown
          ? await source.newest(state.shown.bars, width, signal)
          : await source.between(state.shown.from, state.shown.to, width, signal);
        if (signal.aborted) return;
        this.begin(source, window, drawn, signal);
        return;
      } catch (error) {
        if (signal.aborted || !(error instanceof CallError)) throw error;
        const at = error.expression;
        const isVersus = state.versus !== "" && (at === drawn.length || (error.code === "not_found" && error.message.includes(`${state.versus} `)));
        if (isVersus) {
          [state.versus, this.versus.value] = ["", ""];
          notes = error.message;
        } else if (at === undefined || at >= drawn.length) throw error;
        else this.failures.set(drawn[at]!.text, error.message);
        this.drawProblems(notes);
      }
    }
  }

  private begin(source: ServerSource, window: Window, drawn: Drawn[], signal: AbortSignal): void {
    const { state } = this.page;
    this.source = source;
    if (window.times.length === 0) {
      this.chart.close();
      return this.cover(notice(`${state.symbol} ${state.timeframe} has no bars.`));
    }
    this.cover(undefined);
    const isNewest = "bars" in state.shown;
    const span = window.end - window.start;
    const to = isNewest ? window.end + Math.max(span, 10) * 0.06 : window.end;
    const versus = state.versus;
    const barSeconds = frameSeconds(state.timeframe);
    this.tip = isNewest ? window.times.at(-1)! : Number.NaN;
    this.chart.open({ source, barSeconds, panes: (shown) => this.panes(shown, drawn, versus) }, window, Math.min(window.start, window.end - 10), to);
    document.documentElement.dataset.drawn = String(Math.round(performance.now()));
    this.remember();
    void source.watch((row, isFirst) => this.row(row, isFirst), () => this.moved(), (isLive) => this.setLive(isLive), signal);
  }

  /** Which columns are drawn where: those of prices over the candles, each other expression in a pane of its own. */
  private panes(window: Window, drawn: Drawn[], versus: string): PaneSpec[] {
    const { lines } = colors();
    const { state, catalog } = this.page;
    const own = versus ? window.columns.slice(0, -1) : window.columns;
    const price: PaneSpec = { isPrice: true, title: `${state.symbol} · ${state.timeframe}`, lines: [], versus: versus ? window.columns.length - 1 : undefined };
    if (versus) price.title = `${state.symbol}\n${versus}`;
    const under: PaneSpec[] = [];
    let color = 0;
    for (const { expression, columns } of grouped(own.map((one) => one.label), drawn)) {
      const isOver = expression.place === "over" || (expression.place === "auto" && (catalog?.isOverPrices(expression.text) ?? false));
      // The lines of a band are one thing, and have one colour.
      const first = color;
      color += isOver ? 1 : columns.length;
      const specs = columns.map((column, at): LineSpec => ({
        column,
        label: own[column]!.label,
        color: lines[(isOver ? first : first + at) % lines.length]!,
        actions: at < columns.length - 1 ? [] : this.actions(expression, isOver),
      }));
      if (isOver) price.lines.push(...specs);
      else under.push({ isPrice: false, title: expression.text, lines: specs, versus: undefined });
    }
    return [price, ...under];
  }

  private actions(expression: Drawn, isOver: boolean): LineSpec["actions"] {
    const { state } = this.page;
    const move = (): void => {
      expression.place = isOver ? "under" : "over";
      this.page.save();
      this.chart.build();
    };
    const remove = (): void => {
      state.expressions = state.expressions.filter((one) => one !== expression);
      this.page.save();
      void this.open();
    };
    return [
      { text: isOver ? "↓" : "↑", title: isOver ? "Move to a pane of its own" : "Move over the candles", run: move },
      { text: "×", title: `Remove ${expression.text}`, run: remove },
    ];
  }

  /** A bar has come, or changed. */
  private row({ time, values }: Row, isFirst: boolean): void {
    const { window } = this.chart;
    const { source } = this;
    if (!window || !source) return;
    const last = window.times.length - 1;
    const holdsTip = window.end === source.rows;
    // Bars may have come between the first window and the watch.
    if (isFirst && time > this.tip) {
      this.tip = time;
      return this.reload();
    }
    this.live.classList.remove("beat");
    void this.live.offsetWidth;
    this.live.classList.add("beat");
    const wasAtTip = this.chart.isAtTip;
    if (Number.isNaN(this.tip) || !holdsTip || window.size > 1 || time < window.times[last]!) {
      if (time > this.tip) {
        source.rows += 1;
        if (wasAtTip) this.follow();
        this.reload();
      } else if (Number.isNaN(this.tip) || time === this.tip) this.tip = time;
      this.tip = Math.max(this.tip || 0, time);
      return;
    }
    const isNew = time > window.times[last]!;
    if (isNew) {
      window.times.push(time);
      window.end += 1;
      source.rows += 1;
    }
    const at = isNew ? last + 1 : last;
    window.columns.forEach((column, index) => (column.last[at] = values[index]!));
    const { candles } = window;
    const prices = values.slice(window.columns.length);
    if (candles) ([candles.open, candles.high, candles.low, candles.close, candles.volume] as number[][]).forEach((column, index) => (column[at] = prices[index]!));
    this.tip = time;
    if (isNew && wasAtTip) this.follow();
    this.chart.refresh();
  }

  private follow(): void {
    const { from, to } = this.chart.view;
    this.chart.moveTo(from + 1, to + 1);
  }

  private moved(): void {
    this.reload();
  }

  private setLive(isLive: boolean): void {
    this.live.classList.toggle("on", isLive);
    this.live.title = isLive ? "Live: new bars appear as they are stored" : "Not live";
  }

  private range(seconds: number): void {
    const { state } = this.page;
    if (!Number.isFinite(seconds)) this.chart.showAll();
    else this.chart.showNewest(Math.max(10, Math.round(seconds / frameSeconds(state.timeframe))));
  }

  private compare(symbol: string): void {
    const { state } = this.page;
    state.versus = symbol;
    this.page.save();
    void this.open();
  }

  private rememberView(): void {
    const { state } = this.page;
    const { view } = this.chart;
    if (!this.chart.window) return;
    const [from, to] = [this.chart.timeAt(view.from) ?? this.source?.timeAt(view.from), this.chart.timeAt(view.to) ?? this.source?.timeAt(view.to)];
    if (this.chart.isAtTip || from === undefined || to === undefined) state.shown = { bars: Math.max(10, this.chart.bars) };
    else state.shown = { from, to };
    this.page.save();
  }

  private drawFrames(): void {
    const { state } = this.page;
    const stored = this.page.series.filter(({ id }) => id.symbol === state.symbol).map(({ id }) => id.timeframe);
    const shortest = Math.min(...stored.map(frameSeconds));
    const possible = FRAMES.filter((frame) => frameSeconds(frame) % shortest === 0);
    const all = [...new Set([...stored, ...possible, state.timeframe].filter(Boolean))].sort((a, b) => frameSeconds(a) - frameSeconds(b));
    const open = (timeframe: string) => (): void => this.page.openSeries({ symbol: state.symbol, timeframe });
    fill(this.frames, ...all.map((frame) => h("button", { "aria-pressed": String(frame === state.timeframe), onclick: open(frame) }, frame)));
  }

  private cover(content: HTMLElement | undefined): void {
    this.veil.hidden = content === undefined;
    fill(this.veil, content);
  }

  private told(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof CallError && (error.code === "unauthenticated" || error.code === "permission_denied")) this.page.askToken(text);
    if (this.chart.window) return this.problem(text);
    const again = h("button", { onclick: () => void this.open() }, "Try again");
    this.cover(notice(text, again));
  }

  private problem(text: string): void {
    this.drawProblems(text);
  }

  private drawProblems(other?: string): void {
    const { state } = this.page;
    const lines = [...this.failures].map(([text, message]) => {
      const remove = (): void => {
        state.expressions = state.expressions.filter((one) => one.text !== text);
        this.failures.delete(text);
        this.page.save();
        this.drawProblems();
      };
      const edit = (): void => {
        remove();
        this.editor.text = text;
        this.editor.input.focus();
      };
      return h("p", {}, h("code", {}, text), `: ${message} `, h("button", { class: "tiny", onclick: edit }, "Edit"), h("button", { class: "tiny", onclick: remove }, "Remove"));
    });
    if (other) lines.push(h("p", {}, other, h("button", { class: "tiny", onclick: () => this.drawProblems() }, "Dismiss")));
    fill(this.problems, ...lines);
  }
}

/** The columns of each expression: from its own on, those before the first of the next one. */
export function grouped(labels: string[], drawn: Drawn[]): { expression: Drawn; columns: number[] }[] {
  const groups = drawn.map((expression) => ({ expression, columns: [] as number[] }));
  const begins = (label: string, { text }: Drawn): boolean => {
    const name = /^([a-z_][a-z0-9_]*)\s*=(?!=)/i.exec(text)?.[1] ?? text;
    return label === name || label.startsWith(`${name}.`);
  };
  let at = 0;
  labels.forEach((label, column) => {
    const next = groups[at + 1];
    if (groups[at]!.columns.length > 0 && next && begins(label, next.expression) && !begins(label, groups[at]!.expression)) at += 1;
    groups[at]!.columns.push(column);
  });
  return groups.filter(({ columns }) => columns.length > 0);
}
