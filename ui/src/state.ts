// What a link holds: the view, the series, the expressions and the bars, in the fragment of the address. The server never
// sees it. A link may come from anybody, so each part is checked and what is wrong is left out.

export type View = "chart" | "screen" | "sweep" | "status";
export type Place = "auto" | "over" | "under";

/** An expression and the pane that it is drawn in. */
export interface Drawn {
  text: string;
  place: Place;
}

/** The visible bars: the newest ones, or those between two times in seconds since the Unix epoch. */
export type Shown = { bars: number } | { from: number; to: number };

export interface State {
  view: View;
  symbol: string;
  timeframe: string;
  expressions: Drawn[];
  /** The symbol to compare with; empty means none. */
  versus: string;
  shown: Shown;
  screen: { condition: string; columns: string; rank: string; symbols: string; timeframe: string };
  sweep: { expression: string; reduction: string; where: string };
}

const SYMBOL = /^[A-Za-z0-9._:/^=$#&-]{1,64}$/;
const TIMEFRAME = /^([1-9][0-9]{0,5}[smhdw]|([12346]|12)M)$/;
/** The times that a series may have, in seconds: int64 nanoseconds. */
const SECONDS_MAX = 9.2e9;
const EXPRESSIONS_MAX = 16;
const TEXT_MAX = 1024;

export function initial(): State {
  return {
    view: "chart",
    symbol: "",
    timeframe: "",
    expressions: [{ text: "ema(20)", place: "auto" }, { text: "rsi(14)", place: "auto" }],
    versus: "",
    shown: { bars: 200 },
    screen: { condition: "rsi(14) < 40", columns: "close, rsi(14), roc(10)", rank: "", symbols: "", timeframe: "" },
    sweep: { expression: "pnl(position(rsi(2..30 step 2 as period) < 20..40 step 2 as low, rsi(14) > 60), 5)", reduction: "sharpe", where: "" },
  };
}

export const isSymbol = (text: string): boolean => SYMBOL.test(text);

/** Reads a fragment. */
export function read(fragment: string): State {
  const state = initial();
  const given = new URLSearchParams(fragment.replace(/^#/, ""));
  const text = (name: string): string | undefined => given.get(name)?.slice(0, TEXT_MAX);
  const view = text("view");
  if (view === "screen" || view === "sweep" || view === "status") state.view = view;
  const [symbol, timeframe, versus] = [text("series"), text("tf"), text("vs")];
  if (symbol && SYMBOL.test(symbol)) state.symbol = symbol;
  if (timeframe && TIMEFRAME.test(timeframe)) state.timeframe = timeframe;
  if (versus && SYMBOL.test(versus)) state.versus = versus;
  if (given.has("e")) {
    const texts = given.getAll("e").slice(0, EXPRESSIONS_MAX).map((one) => one.slice(0, TEXT_MAX));
    state.expressions = texts.map(drawn).filter((one) => one.text !== "");
  }
  const [bars, from, to] = ["bars", "from", "to"].map((name) => Number(text(name) ?? Number.NaN));
  const isTime = (seconds: number): boolean => Math.abs(seconds) <= SECONDS_MAX;
  if (isTime(from!) && isTime(to!) && Math.floor(from!) < Math.floor(to!)) state.shown = { from: from!, to: to! };
  else if (bars! >= 10 && bars! <= 1e9) state.shown = { bars: Math.round(bars!) };
  for (const part of ["screen", "sweep"] as const) {
    const fields = state[part] as Record<string, string>;
    for (const name of Object.keys(fields)) fields[name] = text(`${part}.${name}`) ?? fields[name]!;
  }
  return state;
}

function drawn(text: string): Drawn {
  const found = /^(over|under):(.*)$/s.exec(text);
  return found ? { text: found[2]!.trim(), place: found[1] as Place } : { text: text.trim(), place: "auto" };
}

/** Writes a fragment. */
export function write(state: State): string {
  const parts = new URLSearchParams();
  if (state.view !== "chart") parts.set("view", state.view);
  if (state.symbol) parts.set("series", state.symbol);
  if (state.timeframe) parts.set("tf", state.timeframe);
  if (state.versus) parts.set("vs", state.versus);
  for (const { text, place } of state.expressions) parts.append("e", place === "auto" ? text : `${place}:${text}`);
  if (state.expressions.length === 0) parts.set("e", "");
  if ("bars" in state.shown) parts.set("bars", String(state.shown.bars));
  else {
    parts.set("from", String(Math.floor(state.shown.from)));
    parts.set("to", String(Math.ceil(state.shown.to)));
  }
  if (state.view === "screen" || state.view === "sweep") {
    for (const [name, value] of Object.entries(state[state.view])) parts.set(`${state.view}.${name}`, value);
  }
  return `#${parts.toString()}`;
}
