// The screener: one condition over many series, a table of those where it holds.

import { value } from "../chart/format.ts";
import { fill, h } from "../dom.ts";
import { Editor } from "../editor.ts";
import { CallError, stream } from "../rpc.ts";
import { type Id, numbers } from "../server.ts";
import type { Page } from "./page.ts";

interface Part {
  hit?: { series: Id; values?: (number | string | null)[]; rank?: number | string };
  summary?: { labels?: string[]; scanned?: string; matched?: string; undefined?: string; failed?: string; failures?: { series?: Id; failure?: { message?: string } }[] };
}

interface Hit {
  id: Id;
  values: number[];
}

const ROWS_MAX = 2000;

export class ScreenView {
  readonly element: HTMLElement;
  private readonly condition: Editor;
  private readonly columns: Editor;
  private readonly rank: Editor;
  private readonly symbols = h("input", { type: "text", placeholder: "all symbols, or BTC*", "aria-label": "Symbols", maxlength: "200", spellcheck: "false" });
  private readonly frame = h("select", { "aria-label": "Timeframe" });
  private readonly summary = h("p", { class: "note", role: "status" });
  private readonly table = h("div", { class: "table" });
  private running = new AbortController();
  private sorted: { column: number; isDown: boolean } = { column: -1, isDown: true };

  constructor(private readonly page: Page) {
    const editor = (hint: string): Editor => new Editor(() => page.catalog, hint, () => void this.run());
    [this.condition, this.columns, this.rank] = [editor("Condition, as in rsi(14) < 30"), editor("Columns, separated by commas"), editor("Rank by (optional)")];
    const field = (label: string, element: HTMLElement, wide = false): HTMLElement => h("label", { class: wide ? "field wide" : "field" }, h("span", {}, label), element);
    this.symbols.addEventListener("keydown", (event) => event.key === "Enter" && void this.run());
    this.element = h(
      "section",
      { class: "view form-view" },
      h(
        "div",
        { class: "form" },
        field("Timeframe", this.frame),
        field("Symbols", this.symbols),
        field("Condition", this.condition.element, true),
        field("Columns", this.columns.element, true),
        field("Rank by", this.rank.element),
        h("button", { class: "primary", onclick: () => void this.run() }, "Screen"),
      ),
      this.summary,
      this.table,
    );
  }

  open(): Promise<void> {
    const { screen, timeframe } = this.page.state;
    const frames = [...new Set(this.page.series.map(({ id }) => id.timeframe))];
    const chosen = screen.timeframe || timeframe || frames[0] || "1d";
    if (!frames.includes(chosen)) frames.push(chosen);
    fill(this.frame, ...frames.map((frame) => h("option", { value: frame, selected: frame === chosen }, frame)));
    [this.condition.text, this.columns.text, this.rank.text, this.symbols.value] = [screen.condition, screen.columns, screen.rank, screen.symbols];
    return this.run();
  }

  close(): void {
    this.running.abort();
  }

  private async run(): Promise<void> {
    this.running.abort();
    const { signal } = (this.running = new AbortController());
    const { state } = this.page;
    state.screen = { condition: this.condition.text, columns: this.columns.text, rank: this.rank.text, symbols: this.symbols.value.trim(), timeframe: this.frame.value };
    this.page.save();
    const { condition, columns, rank, symbols, timeframe } = state.screen;
    const expressions = split(columns);
    const request = { symbols: symbols.split(/[\s,]+/).filter(Boolean), timeframe, condition, expressions, rankBy: rank };
    const hits: Hit[] = [];
    let labels = expressions;
    this.summary.className = "note";
    this.summary.textContent = "Screening …";
    try {
      for await (const { hit, summary } of stream<Part>("IndicatorService/Screen", request, signal)) {
        if (hit) hits.push({ id: hit.series, values: numbers(hit.values).concat(rank ? [Number(hit.rank ?? Number.NaN)] : []) });
        if (summary) {
          labels = (summary.labels ?? expressions).concat(rank ? [`rank: ${rank}`] : []);
          this.summary.textContent = told(summary);
        }
      }
      this.draw(labels, hits);
    } catch (error) {
      if (signal.aborted) return;
      fill(this.table);
      this.summary.className = "note wrong";
      this.summary.textContent = (error as Error).message;
      if (error instanceof CallError && error.code === "unauthenticated") this.page.askToken(error.message);
    }
  }

  private draw(labels: string[], hits: Hit[]): void {
    const { column, isDown } = this.sorted;
    const sorted = column < 0 ? hits : [...hits].sort((a, b) => order(a.values[column]!, b.values[column]!) * (isDown ? -1 : 1));
    const sort = (at: number) => (): void => {
      this.sorted = { column: at, isDown: at === column ? !isDown : true };
      this.draw(labels, hits);
    };
    const mark = (at: number): string => (at !== column ? "" : isDown ? " ↓" : " ↑");
    const head = h("tr", {}, h("th", {}, "Symbol"), ...labels.map((label, at) => h("th", { class: "number", tabindex: "0", onclick: sort(at) }, `${label}${mark(at)}`)));
    const rows = sorted.slice(0, ROWS_MAX).map(({ id, values }) => {
      const cells = values.map((one) => h("td", { class: "number" }, value(one)));
      const link = h("a", { href: `#series=${encodeURIComponent(id.symbol)}&tf=${id.timeframe}` }, id.symbol);
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.page.openSeries(id);
      });
      return h("tr", {}, h("td", {}, link), ...cells);
    });
    fill(this.table, hits.length > 0 && h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows)));
  }
}

function told({ scanned, matched, undefined: none, failed, failures }: NonNullable<Part["summary"]>): string {
  const text = [`${matched ?? 0} of ${scanned ?? 0} series match.`];
  if (Number(none ?? 0) > 0) text.push(`${none} have too few bars.`);
  if (Number(failed ?? 0) > 0) text.push(`${failed} failed: ${failures?.[0]?.series?.symbol ?? ""}: ${failures?.[0]?.failure?.message ?? ""}`);
  return text.join(" ");
}

const order = (a: number, b: number): number => (Number.isNaN(a) ? -1 : 0) - (Number.isNaN(b) ? -1 : 0) || a - b || 0;

/** Expressions between commas that are not inside a call. */
export function split(text: string): string[] {
  const parts: string[] = [""];
  let depth = 0;
  for (const c of text) {
    depth += "([".includes(c) ? 1 : ")]".includes(c) ? -1 : 0;
    if (c === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += c;
  }
  return parts.map((part) => part.trim()).filter(Boolean);
}
