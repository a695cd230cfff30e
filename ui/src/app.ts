// The page: its frame, the views in it, keys, the theme and the state in the address.

import { Catalog } from "./catalog.ts";
import { fill, h } from "./dom.ts";
import { SeriesList } from "./list.ts";
import { CallError, token } from "./rpc.ts";
import { type Id, listSeries } from "./server.ts";
import { type View, read, write } from "./state.ts";
import * as theme from "./theme.ts";
import { ChartView } from "./views/chart.ts";
import type { Page } from "./views/page.ts";
import { ScreenView } from "./views/screen.ts";
import { StatusView } from "./views/status.ts";
import { SweepView } from "./views/sweep.ts";

const TITLES: Record<View, string> = { chart: "Chart", screen: "Screener", sweep: "Sweep", status: "Status" };
const KEYS: [string, string][] = [
  ["← →", "move"],
  ["+ −", "zoom in, out"],
  ["Home End", "all bars, the newest"],
  ["/", "search series"],
  ["e", "add an expression"],
  ["1 2 3 4", "chart, screener, sweep, status"],
  ["d", "dark or light"],
  ["?", "these keys"],
];

const page: Page = {
  state: read(location.hash),
  catalog: undefined,
  series: [],
  save,
  openSeries: (id) => openSeries(id),
  openExpression: (text) => {
    void show("chart", false);
    chart.add(text);
  },
  askToken,
};
const list = new SeriesList((id) => openSeries(id));
const chart = new ChartView(page);
const views = { chart, screen: new ScreenView(page), sweep: new SweepView(page), status: new StatusView(page) };
const main = h("main", {});
const symbols = h("datalist", { id: "symbols" });
const tabs = h("nav", { class: "group", "aria-label": "Views" });
const keys = h("dialog", { class: "keys" });
const door = h("dialog", { class: "door" });
let written = location.hash;

function save(): void {
  written = write(page.state);
  if (written !== location.hash) history.replaceState(null, "", written);
}

function openSeries(id: Id): void {
  const isOther = page.state.symbol !== id.symbol;
  Object.assign(page.state, { symbol: id.symbol, timeframe: id.timeframe });
  if (isOther && page.state.versus === id.symbol) page.state.versus = "";
  if (!("bars" in page.state.shown)) page.state.shown = { bars: 200 };
  page.state.shown.bars = Math.min(page.state.shown.bars, 5000);
  list.choose(id);
  const next = page.state.view === "sweep" ? "sweep" : "chart";
  history.pushState(null, "", write({ ...page.state, view: next }));
  void show(next);
}

async function show(view: View, opens = true): Promise<void> {
  if (view !== page.state.view) views[page.state.view].close();
  page.state.view = view;
  save();
  for (const button of tabs.children) button.setAttribute("aria-pressed", String((button as HTMLElement).dataset.view === view));
  fill(main, views[view].element);
  document.title = page.state.symbol && view === "chart" ? `${page.state.symbol} ${page.state.timeframe} – atrad` : `${TITLES[view]} – atrad`;
  if (opens) await views[view].open();
}

function askToken(why: string): void {
  if (door.open) return;
  const input = h("input", { type: "password", autocomplete: "off", "aria-label": "Token", required: true });
  const form = h("form", { method: "dialog" }, h("h2", {}, "This server asks for a token"), h("p", {}, why), input, h("button", { class: "primary" }, "Use it"), h("p", { class: "note" }, "It stays in this tab until the tab is closed."));
  form.addEventListener("submit", () => {
    token.set(input.value.trim());
    void start();
  });
  fill(door, form);
  door.showModal();
}

function frame(): HTMLElement {
  const tab = (view: View): HTMLElement => h("button", { "data-view": view, onclick: () => void show(view) }, TITLES[view]);
  tabs.append(...(Object.keys(TITLES) as View[]).map(tab));
  const dark = h("button", { title: "Dark or light  ( d )", "aria-label": "Dark or light", onclick: toggleTheme }, "◐");
  const help = h("button", { title: "Keys  ( ? )", "aria-label": "Keys", onclick: () => keys.showModal() }, "?");
  const rows = KEYS.flatMap(([key, what]) => [h("dt", {}, key), h("dd", {}, what)]);
  keys.append(h("h2", {}, "Keys"), h("dl", {}, ...rows), h("p", { class: "note" }, "Drag to move, turn the wheel to zoom, double-click for the newest bars."));
  keys.append(h("p", { class: "note" }, h("a", { href: "licenses.txt" }, "Licences of what this page is made of")), h("form", { method: "dialog" }, h("button", { class: "primary" }, "Close")));
  const mark = h("img", { src: "icon.svg", alt: "", width: "22", height: "22" });
  const head = h("header", {}, h("div", { class: "brand" }, mark, "atrad"), tabs, h("span", { class: "space" }), dark, help);
  return h("div", { class: "frame" }, head, h("aside", {}, list.element), main, symbols, keys, door);
}

function toggleTheme(): void {
  theme.toggle();
  chart.chart.build();
  views.sweep.restyle();
}

function key(event: KeyboardEvent): void {
  const at = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || at.matches("input, select, textarea") || keys.open || door.open) return;
  const { chart: drawn } = chart;
  const inChart: Record<string, () => void> = {
    ArrowLeft: () => drawn.pan(event.shiftKey ? -0.5 : -0.1),
    ArrowRight: () => drawn.pan(event.shiftKey ? 0.5 : 0.1),
    "+": () => drawn.zoom(0.8),
    "=": () => drawn.zoom(0.8),
    "-": () => drawn.zoom(1.25),
    Home: () => drawn.showAll(),
    End: () => drawn.showNewest(200),
    e: () => chart.editor.input.focus(),
  };
  const anywhere: Record<string, () => void> = {
    "/": () => list.search.focus(),
    d: toggleTheme,
    "?": () => keys.showModal(),
    "1": () => void show("chart"),
    "2": () => void show("screen"),
    "3": () => void show("sweep"),
    "4": () => void show("status"),
  };
  const run = (page.state.view === "chart" ? inChart[event.key] : undefined) ?? anywhere[event.key];
  if (!run) return;
  event.preventDefault();
  run();
}

/** The first series that is shown: that of the link, or the one with the most bars. */
function choose(): void {
  const { state, series } = page;
  const known = series.filter(({ id }) => !state.symbol || id.symbol === state.symbol);
  const first = known.reduce((best, one) => (Number(one.rows ?? 0) > Number(best?.rows ?? 0) ? one : best), known[0]);
  if (!state.symbol && first) Object.assign(state, first.id);
  else if (state.symbol && !state.timeframe && first) state.timeframe = first.id.timeframe;
}

async function start(): Promise<void> {
  const { state } = page;
  try {
    const loaded = [Catalog.load(), listSeries()] as const;
    [page.catalog, page.series] = await Promise.all(loaded);
    list.show(page.series);
    fill(symbols, ...[...new Set(page.series.map(({ id }) => id.symbol))].slice(0, 2000).map((symbol) => h("option", { value: symbol })));
    choose();
    list.choose(state);
    await show(state.view);
  } catch (error) {
    const text = (error as Error).message;
    if (error instanceof CallError && ["unauthenticated", "permission_denied"].includes(error.code)) return askToken(text);
    const again = h("button", { onclick: () => void start() }, "Try again");
    fill(main, h("div", { class: "notice", role: "alert" }, h("p", {}, text), again));
  }
}

theme.apply();
document.body.append(frame());
document.addEventListener("keydown", key);
window.addEventListener("hashchange", () => {
  if (location.hash === written) return;
  views[page.state.view].close();
  page.state = read(location.hash);
  choose();
  list.choose(page.state);
  void show(page.state.view);
});
void start();
