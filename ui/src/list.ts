// The list of series, with a search.

import { compact } from "./chart/format.ts";
import { debounced, fill, h } from "./dom.ts";
import type { Id, SeriesInfo } from "./server.ts";

/** As many entries as are shown: more are found by the search. */
const SHOWN = 400;

export class SeriesList {
  readonly search = h("input", { type: "search", class: "search", placeholder: "Search series  ( / )", "aria-label": "Search series", spellcheck: "false" });
  readonly element: HTMLElement;
  private readonly items = h("ul", { class: "series", role: "listbox", "aria-label": "Series" });
  private readonly note = h("p", { class: "note" });
  private all: SeriesInfo[] = [];
  private chosen: Id = { symbol: "", timeframe: "" };

  constructor(private readonly open: (id: Id) => void) {
    this.element = h("div", { class: "list" }, this.search, this.items, this.note);
    this.search.addEventListener("input", debounced(60, () => this.draw()));
    this.search.addEventListener("keydown", (event) => this.key(event));
  }

  show(all: SeriesInfo[]): void {
    this.all = all;
    this.draw();
  }

  choose(id: Id): void {
    this.chosen = id;
    for (const item of this.items.children) {
      const is = (item as HTMLElement).dataset.id === `${id.symbol} ${id.timeframe}`;
      item.setAttribute("aria-selected", String(is));
    }
  }

  private matches(): SeriesInfo[] {
    const words = this.search.value.toUpperCase().split(/\s+/).filter(Boolean);
    return this.all.filter(({ id }) => words.every((word) => id.symbol.toUpperCase().includes(word) || id.timeframe.toUpperCase() === word));
  }

  private draw(): void {
    const matches = this.matches();
    const items = matches.slice(0, SHOWN).map(({ id, rows }) => {
      const item = h(
        "li",
        { role: "option", "data-id": `${id.symbol} ${id.timeframe}`, tabindex: "-1", onclick: () => this.open(id) },
        h("span", { class: "symbol" }, id.symbol),
        h("span", { class: "frame" }, id.timeframe),
        h("span", { class: "rows" }, compact(Number(rows ?? 0))),
      );
      return item;
    });
    fill(this.items, ...items);
    const more = matches.length - items.length;
    const none = this.all.length === 0 ? "There are no series yet. Import some with atrad import, or start with --demo." : "No series matches.";
    this.note.textContent = matches.length === 0 ? none : more > 0 ? `${more} more: type to find them` : "";
    this.choose(this.chosen);
  }

  /** Up and down move through the matches, Enter opens the first or the one in focus. */
  private key(event: KeyboardEvent): void {
    const matches = this.matches();
    const at = matches.findIndex(({ id }) => id.symbol === this.chosen.symbol && id.timeframe === this.chosen.timeframe);
    const to = event.key === "ArrowDown" ? at + 1 : event.key === "ArrowUp" ? at - 1 : event.key === "Enter" ? Math.max(0, at) : undefined;
    if (event.key === "Escape") this.search.blur();
    const next = to === undefined ? undefined : matches[Math.max(0, Math.min(matches.length - 1, to))];
    if (!next) return;
    event.preventDefault();
    this.open(next.id);
    if (event.key === "Enter") this.search.blur();
  }
}
