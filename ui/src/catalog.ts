// The catalogue of the server: what an expression may name, for completion, hints and panes.

import { call } from "./rpc.ts";

export interface Param {
  name: string;
  kind: string;
  defaultValue?: string;
  min?: number;
  max?: number;
  choices?: string[];
  help: string;
}

export interface Indicator {
  name: string;
  title: string;
  summary: string;
  group: string;
  inputs?: string[];
  params?: Param[];
  outputs: { name: string; help: string }[];
}

interface Listing {
  indicators?: Indicator[];
  presets?: { name: string; summary: string; expressions: string[] }[];
  columns?: string[];
}

/** A proposal to complete a word with. */
export interface Proposal {
  text: string;
  title: string;
  detail: string;
  isCall: boolean;
}

/** The call around the cursor. */
export interface Around {
  indicator: Indicator;
  /** The index of the parameter at the cursor; -1 while it is an input. */
  at: number;
}

export class Catalog {
  readonly indicators = new Map<string, Indicator>();
  readonly presets = new Map<string, string[]>();
  private readonly proposals: Proposal[] = [];

  constructor(listing: Listing) {
    for (const one of listing.indicators ?? []) {
      this.indicators.set(one.name, one);
      this.proposals.push({ text: one.name, title: one.title, detail: one.summary, isCall: (one.params ?? []).length > 0 });
    }
    for (const one of listing.presets ?? []) {
      this.presets.set(one.name, one.expressions);
      this.proposals.push({ text: one.name, title: one.expressions.join(", "), detail: one.summary, isCall: false });
    }
    for (const name of listing.columns ?? []) {
      this.proposals.push({ text: name, title: "column", detail: "A column of the bars.", isCall: false });
    }
  }

  static async load(): Promise<Catalog> {
    return new Catalog(await call<Listing>("IndicatorService/ListIndicators", {}));
  }

  /** Proposals for a word, the closest first: names that begin with it, then names and titles that hold it. */
  complete(word: string, max = 12): Proposal[] {
    const text = word.toLowerCase();
    if (text === "") return [];
    const rank = (one: Proposal): number => {
      if (one.text === text) return 0;
      if (one.text.startsWith(text)) return 1 + one.text.length / 100;
      if (one.title.toLowerCase().startsWith(text)) return 3;
      if (one.text.includes(text)) return 4;
      return one.title.toLowerCase().includes(text) ? 5 : 9;
    };
    const ranked = this.proposals.map((one) => ({ one, rank: rank(one) })).filter(({ rank }) => rank < 9);
    return ranked.sort((a, b) => a.rank - b.rank).slice(0, max).map(({ one }) => one);
  }

  /** The innermost call around a place in a text. */
  around(text: string, cursor: number): Around | undefined {
    let depth = 0;
    let commas = 0;
    for (let at = cursor - 1; at >= 0; at -= 1) {
      const c = text[at]!;
      if (c === ")" || c === "]") depth += 1;
      else if (c === "[") depth -= 1;
      else if (c === "," && depth === 0) commas += 1;
      else if (c === "(" && depth-- === 0) {
        const name = /[a-z_][a-z0-9_]*$/i.exec(text.slice(0, at))?.[0];
        const indicator = name === undefined ? undefined : this.indicators.get(name);
        return indicator && { indicator, at: this.parameter(indicator, text.slice(at + 1, cursor), commas) };
      }
    }
    return undefined;
  }

  private parameter(indicator: Indicator, written: string, commas: number): number {
    const params = indicator.params ?? [];
    const named = /([a-z_]+)\s*=[^,=]*$/.exec(written)?.[1];
    if (named) return params.findIndex((one) => one.name === named);
    const inputs = splitArguments(written).slice(0, commas).filter((one) => !/^\s*([-0-9.]|[a-z_]+\s*=)/.test(one)).length;
    const here = splitArguments(written).at(-1) ?? "";
    return /^\s*[a-z]/.test(here) ? -1 : commas - inputs;
  }

  /** Whether an expression has the scale of prices: all that it names are prices and averages of them. */
  isOverPrices(text: string): boolean {
    const body = text.replace(/^\s*[a-z_][a-z0-9_]*\s*=(?!=)/i, "").replaceAll(/"[^"]*"/g, "");
    if (/[<>!]|==|\b(and|or|not)\b|(^|[^.\w])[-/*]/.test(body.replaceAll(/\([^()]*\)/g, ""))) return false;
    for (const [, name] of body.matchAll(/(?<![.\w@])([a-z_][a-z0-9_]*)(?!\s*=[^=])/gi)) {
      const found = this.indicators.get(name!);
      if (found && !["overlap", "price"].includes(found.group)) return false;
      if (found && NOT_PRICES.has(found.name)) return false;
      if (name === "volume" || name === "v" || name === "returns" || name === "time") return false;
      const preset = this.presets.get(name!);
      if (preset) return preset.every((one) => this.isOverPrices(one));
    }
    return true;
  }
}

/** In the groups of prices, but on a scale of their own. */
const NOT_PRICES = new Set(["bbands_width", "bbw", "percent_b", "bbp"]);

/** The arguments of a call, split at the commas that are not inside another call. */
function splitArguments(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const c of text) {
    depth += c === "(" || c === "[" ? 1 : c === ")" || c === "]" ? -1 : 0;
    if (c === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += c;
  }
  return parts;
}

/** A parameter with its range, as in `period = 14 (2 … 100000)`. */
export function describe(param: Param): string {
  const range = param.choices?.length ? param.choices.join(" | ") : `${number(param.min)} … ${number(param.max)}`;
  return `${param.name} = ${param.defaultValue ?? ""} (${range})`;
}

const number = (value: number | undefined): string => (value === undefined ? "" : value >= 1e7 ? value.toExponential(0) : String(value));
