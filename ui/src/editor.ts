// A line to type expressions in: proposals from the catalogue while a word is typed, and the signature of the call around the
// cursor with the ranges of its parameters.

import { type Catalog, type Proposal, describe } from "./catalog.ts";
import { fill, h } from "./dom.ts";

export class Editor {
  readonly element: HTMLElement;
  readonly input = h("input", {
    class: "expression",
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    role: "combobox",
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    maxlength: "1024",
  });
  private readonly proposals = h("ul", { class: "proposals", role: "listbox", hidden: true });
  private readonly hint = h("div", { class: "hint", hidden: true });
  private found: Proposal[] = [];
  private chosen = 0;

  constructor(
    private readonly catalog: () => Catalog | undefined,
    placeholder: string,
    private readonly entered: (text: string) => void,
  ) {
    this.input.placeholder = placeholder;
    this.input.setAttribute("aria-label", placeholder);
    this.element = h("div", { class: "editor" }, this.input, h("div", { class: "drop" }, this.proposals, this.hint));
    this.input.addEventListener("input", () => this.look());
    this.input.addEventListener("click", () => this.look());
    this.input.addEventListener("keyup", (event) => ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key) && this.look());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.hide(), 120));
  }

  get text(): string {
    return this.input.value.trim();
  }

  set text(value: string) {
    this.input.value = value;
  }

  private get cursor(): number {
    return this.input.selectionStart ?? this.input.value.length;
  }

  private word(): string {
    const before = this.input.value.slice(0, this.cursor);
    return /(?<![@."'\w])[a-z_][a-z0-9_]*$/i.exec(before)?.[0] ?? "";
  }

  private look(): void {
    const catalog = this.catalog();
    if (!catalog) return;
    this.found = catalog.complete(this.word());
    this.chosen = 0;
    this.showProposals();
    const around = catalog.around(this.input.value, this.cursor);
    this.hint.hidden = around === undefined;
    if (!around) return;
    const { indicator, at } = around;
    const params = indicator.params ?? [];
    const parts = params.flatMap((param, index) => [
      h("span", { class: index === at ? "param here" : "param" }, describe(param)),
      index < params.length - 1 ? ", " : "",
    ]);
    const help = params[at]?.help ?? indicator.summary;
    fill(this.hint, h("div", { class: "signature" }, h("b", {}, indicator.name), "(", ...parts, ")"), h("div", { class: "help" }, help));
  }

  private showProposals(): void {
    this.proposals.hidden = this.found.length === 0;
    this.input.setAttribute("aria-expanded", String(this.found.length > 0));
    const items = this.found.map((one, at) => {
      const text = h("b", {}, one.text);
      const item = h("li", { role: "option", "aria-selected": String(at === this.chosen) }, text, h("span", { class: "what" }, one.title));
      item.addEventListener("mousedown", (event) => {
        event.preventDefault();
        this.chosen = at;
        this.complete();
      });
      return item;
    });
    fill(this.proposals, ...items);
    items[this.chosen]?.scrollIntoView({ block: "nearest" });
  }

  private complete(): void {
    const chosen = this.found[this.chosen];
    if (!chosen) return;
    const [value, cursor] = [this.input.value, this.cursor];
    const start = cursor - this.word().length;
    const opens = chosen.isCall && value[cursor] !== "(";
    const text = value.slice(0, start) + chosen.text + (opens ? "()" : "");
    this.input.value = text + value.slice(cursor);
    const place = opens ? text.length - 1 : text.length;
    this.input.setSelectionRange(place, place);
    this.found = [];
    this.look();
    if (!opens) this.proposals.hidden = true;
    this.found = [];
  }

  private key(event: KeyboardEvent): void {
    const isOpen = !this.proposals.hidden && this.found.length > 0;
    const isWhole = isOpen && this.found.some((one) => one.text === this.word());
    if (isOpen && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const by = event.key === "ArrowDown" ? 1 : this.found.length - 1;
      this.chosen = (this.chosen + by) % this.found.length;
      this.showProposals();
    } else if (isOpen && (event.key === "Tab" || (event.key === "Enter" && !isWhole))) {
      this.complete();
    } else if (event.key === "Enter") {
      this.hide();
      if (this.text) this.entered(this.text);
    } else if (event.key === "Escape") {
      if (isOpen) this.hide();
      else this.input.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private hide(): void {
    this.proposals.hidden = true;
    this.hint.hidden = true;
    this.found = [];
    this.input.setAttribute("aria-expanded", "false");
  }
}
