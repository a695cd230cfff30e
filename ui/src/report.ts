// An answer of the command as a page of its own: the same charts over arrays that the file holds.

import { Chart } from "./chart/chart.ts";
import { colors } from "./chart/paint.ts";
import type { LineSpec, PaneSpec } from "./chart/pane.ts";
import { h } from "./dom.ts";
import * as theme from "./theme.ts";
import { Arrays, type Candles, sizeFor } from "./window.ts";

/** What the command writes: columns over times in seconds; null is no value. */
interface Answer {
  title: string;
  barSeconds: number;
  times: number[];
  /** `isOver` has the scale of prices. */
  columns: { label: string; isOver: boolean; values: (number | null)[] }[];
  /** Whether the last five columns are open, high, low, close and volume. */
  hasBars: boolean;
}

function number(value: number | null): number {
  return value === null ? Number.NaN : value;
}

function panes(answer: Answer, columns: { label: string }[], candles: Candles | undefined): PaneSpec[] {
  const { lines } = colors();
  const price: PaneSpec = { isPrice: true, title: answer.title, lines: [], versus: undefined };
  const under = new Map<string, PaneSpec>();
  columns.forEach(({ label }, column) => {
    const line: LineSpec = { column, label, color: lines[column % lines.length]!, actions: [] };
    const name = label.replace(/(?<=[\w)\]])\.[a-z_]\w*$/i, "");
    const pane = under.get(name) ?? { isPrice: false, title: name, lines: [], versus: undefined };
    if (candles && answer.columns[column]!.isOver) price.lines.push(line);
    else under.set(name, { ...pane, lines: [...pane.lines, line] });
  });
  return candles ? [price, ...under.values()] : [...under.values()];
}

function start(): void {
  theme.apply();
  const answer = JSON.parse(document.getElementById("data")!.textContent) as Answer;
  const all = answer.columns.map(({ label, values }) => ({ label, values: values.map(number) }));
  const bars = answer.hasBars ? all.splice(-5) : [];
  const [open, high, low, close, volume] = bars.map(({ values }) => values);
  const candles = open && high && low && close && volume ? { open, high, low, close, volume } : undefined;
  document.title = `${answer.title} – atrad`;
  const stage = h("div", { class: "stage" });
  const chart = new Chart(stage, { moved: () => undefined, failed: () => undefined });
  const flip = (): void => {
    theme.toggle();
    chart.build();
  };
  const rows = answer.times.length;
  const bar = h("div", { class: "bar" }, h("b", {}, answer.title), h("span", { class: "note" }, `${rows} bars`), h("span", { class: "space" }));
  bar.append(h("button", { onclick: () => chart.showAll() }, "All"), h("button", { onclick: () => chart.showNewest(200) }, "Newest"), h("button", { onclick: flip, "aria-label": "Dark or light" }, "◐"));
  document.body.append(h("div", { class: "report" }, bar, h("div", { class: "canvas" }, stage)));
  if (rows === 0) return stage.append(h("div", { class: "notice" }, h("p", {}, "The answer has no bars.")));
  const source = new Arrays(answer.times, all, candles);
  const model = { source, barSeconds: answer.barSeconds, panes: () => panes(answer, all, candles) };
  void source.window(0, rows, sizeFor(0, rows, Math.max(300, stage.clientWidth))).then((window) => chart.open(model, window, 0, rows * 1.03 + 1));
}

start();
