// What the views have of the page around them.

import type { Catalog } from "../catalog.ts";
import type { Id, SeriesInfo } from "../server.ts";
import type { State } from "../state.ts";

export interface Page {
  state: State;
  catalog: Catalog | undefined;
  series: SeriesInfo[];
  /** Writes the state into the address. */
  save: () => void;
  openSeries: (id: Id) => void;
  /** Opens the chart with one more expression. */
  openExpression: (text: string) => void;
  /** Asks for a token, and says why. */
  askToken: (why: string) => void;
}

/** A symbol as expressions name it. */
export const quoted = (symbol: string): string => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(symbol) ? symbol : `"${symbol}"`);
