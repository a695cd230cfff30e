// Finds the series above their moving average, the strongest first.
//
// Run `atrad serve --demo`, then `npm run build` and `node dist/samples/screen.js`; ATRAD_ADDRESS names a server elsewhere.

import { close, connect, indicators } from "../src/node.js";

const { rsi, sma } = indicators;
const client = connect(process.env.ATRAD_ADDRESS);

const screen = await client.screen("1d", close.gt(sma(50)), {
  values: { close, rsi: rsi(14) },
  symbols: ["AAPL", "MS*", "IBM", "GOOG"],
  rankBy: rsi(14),
});
for (const { series, time, values, rank } of screen) {
  const opens = new Date(Number(time / 1_000_000n)).toISOString().slice(0, 19);
  const found = screen.labels.map((label, at) => `${label} ${values[at]!.toFixed(6)}`);
  console.log([series.join(" "), opens, rank!.toFixed(6), ...found].join("\t"));
}
console.log(`${screen.matched} of ${screen.scanned}`);
client.close();
