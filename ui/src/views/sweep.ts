// The sweep: every variant of an expression with ranges, reduced to a number each, as a heat map of two parameters.

import { value } from "../chart/format.ts";
import { fill, h } from "../dom.ts";
import { Editor } from "../editor.ts";
import { CallError, stream } from "../rpc.ts";
import { numbers } from "../server.ts";
import { type Grid, HeatMap } from "./heatmap.ts";
import type { Page } from "./page.ts";

type Wire = { label: string; values?: (number | string | null)[] }[];

interface Part {
  header?: { expressions?: { parameters?: string[]; columns?: { label: string }[] }[] };
  rows?: { parameters?: Wire; columns?: Wire };
  summary?: { variants?: string; tried?: string };
}

interface Variant {
  parameters: number[];
  value: number;
}

const REDUCTIONS = ["sharpe", "mean", "last", "min", "max", "sum", "stddev", "count_true", "hit_rate", "max_drawdown"];

export class SweepView {
  readonly element: HTMLElement;
  private readonly expression: Editor;
  private readonly where = h("input", { type: "text", placeholder: "optional, as in fast < slow", "aria-label": "Where", maxlength: "500", spellcheck: "false" });
  private readonly reduction = h("select", { "aria-label": "Reduction" }, ...REDUCTIONS.map((name) => h("option", { value: name }, name)));
  private readonly summary = h("p", { class: "note", role: "status" });
  private readonly best = h("div", { class: "table best" });
  private readonly map = new HeatMap((x, y) => this.chosen(x, y));
  private names: string[] = [];
  private running = new AbortController();

  constructor(private readonly page: Page) {
    this.expression = new Editor(() => page.catalog, "An expression with ranges, as in rsi(2..30)", () => void this.run());
    const field = (label: string, element: HTMLElement, wide = false): HTMLElement => h("label", { class: wide ? "field wide" : "field" }, h("span", {}, label), element);
    this.where.addEventListener("keydown", (event) => event.key === "Enter" && void this.run());
    this.reduction.addEventListener("change", () => void this.run());
    this.element = h(
      "section",
      { class: "view form-view" },
      h(
        "div",
        { class: "form" },
        field("Expression with ranges", this.expression.element, true),
        field("Reduce to", this.reduction),
        field("Where", this.where),
        h("button", { class: "primary", onclick: () => void this.run() }, "Sweep"),
      ),
      this.summary,
      h("div", { class: "sweep" }, this.map.element, this.best),
    );
  }

  open(): Promise<void> {
    const { sweep } = this.page.state;
    if (!REDUCTIONS.includes(sweep.reduction)) this.reduction.append(h("option", { value: sweep.reduction }, sweep.reduction));
    [this.expression.text, this.where.value, this.reduction.value] = [sweep.expression, sweep.where, sweep.reduction];
    return this.run();
  }

  close(): void {
    this.running.abort();
  }

  /** Draws in the colours of the theme. */
  restyle(): void {
    this.map.draw();
  }

  private async run(): Promise<void> {
    this.running.abort();
    const { signal } = (this.running = new AbortController());
    const { state } = this.page;
    state.sweep = { expression: this.expression.text, reduction: this.reduction.value, where: this.where.value.trim() };
    this.page.save();
    const { symbol, timeframe, sweep } = state;
    const [wide] = [this.summary];
    wide.className = "note";
    if (!symbol) {
      wide.textContent = "Choose a series on the left.";
      return;
    }
    wide.textContent = "Sweeping …";
    const request = { series: { symbol, timeframe }, expressions: [sweep.expression], reductions: [sweep.reduction], where: sweep.where };
    const [variants, began] = [[] as Variant[], performance.now()];
    try {
      for await (const { header, rows, summary } of stream<Part>("IndicatorService/Sweep", request, signal)) {
        if (header) this.names = header.expressions?.[0]?.parameters ?? [];
        if (rows) variants.push(...read(rows.parameters ?? [], rows.columns ?? []));
        if (summary) wide.textContent = `${summary.tried ?? 0} variants of ${symbol} ${timeframe} in ${Math.round(performance.now() - began)} ms. The best of many is partly luck: test it on bars that the sweep has not seen.`;
      }
      this.draw(variants);
    } catch (error) {
      if (signal.aborted) return;
      wide.className = "note wrong";
      wide.textContent = (error as Error).message;
      if (error instanceof CallError && error.code === "unauthenticated") this.page.askToken(error.message);
    }
  }

  private draw(variants: Variant[]): void {
    const { reduction } = this.page.state.sweep;
    this.map.show(grid(variants, this.names, reduction));
    const ranked = variants.filter((one) => !Number.isNaN(one.value)).sort((a, b) => b.value - a.value).slice(0, 25);
    const head = h("tr", {}, ...this.names.map((name) => h("th", { class: "number" }, name)), h("th", { class: "number" }, reduction));
    const rows = ranked.map((one) => {
      const row = h("tr", { tabindex: "0", title: "Draw this variant" }, ...one.parameters.map((number) => h("td", { class: "number" }, String(number))), h("td", { class: "number" }, value(one.value)));
      row.addEventListener("click", () => this.page.openExpression(variant(this.page.state.sweep.expression, one.parameters)));
      return row;
    });
    fill(this.best, ranked.length > 0 && h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows)));
  }

  private chosen(x: number, y: number): void {
    if (this.names.length <= 2) this.page.openExpression(variant(this.page.state.sweep.expression, [x, y]));
  }
}

function read(parameters: Wire, columns: Wire): Variant[] {
  const axes = parameters.map((one) => numbers(one.values));
  return numbers(columns[0]?.values).map((value, at) => ({ parameters: axes.map((axis) => axis[at]!), value }));
}

/** The grid of the first two parameters; of variants that differ in others, the largest value. */
function grid(variants: Variant[], names: string[], label: string): Grid {
  const axis = (at: number): number[] => [...new Set(variants.map((one) => one.parameters[at] ?? 0))].sort((a, b) => a - b);
  const [xs, ys] = [axis(0), axis(1)];
  const [columns, rows] = [new Map(xs.map((x, at) => [x, at])), new Map(ys.map((y, at) => [y, at]))];
  const cells = new Array<number>(xs.length * ys.length).fill(Number.NaN);
  for (const { parameters, value } of variants) {
    const at = rows.get(parameters[1] ?? 0)! * xs.length + columns.get(parameters[0] ?? 0)!;
    if (!(cells[at]! >= value)) cells[at] = value;
  }
  return { names: [names[0] ?? "", names[1] ?? ""], label, xs, ys, cells };
}

/** The expression with numbers in the place of its ranges and lists. */
export function variant(expression: string, parameters: number[]): string {
  let at = 0;
  const range = /(-?[\d.]+?\.\.-?[\d.]+(?:\s+step\s+-?[\d.]+)?|\[[^\]]*\])(?:\s+as\s+\w+)?/g;
  return expression.replaceAll(range, (text) => String(parameters[at++] ?? text));
}
