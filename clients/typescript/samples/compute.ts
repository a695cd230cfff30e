// Lists an indicator, computes two expressions over a series, and shows how an error is told.
//
// Run `atrad serve --demo`, then `npm run sample`; ATRAD_ADDRESS names a server elsewhere.

import { AtradError, connect, indicators } from "../src/node.js";

const { rsi, macd } = indicators;
const client = connect(process.env.ATRAD_ADDRESS);

for (const { name, params, summary } of await client.indicators("rsi")) {
  if (name === "rsi") console.log(`rsi(${params.map((each) => `${each.name}=${each.defaultValue}`).join(", ")}): ${summary}`);
}

const answer = await client.compute("BTCUSDT", "15m", { rsi: rsi(14), hist: macd(12, 26, 9).hist }, { last: 5 });
console.log(["time", ...answer.labels].join("\t"));
for (const [time, values] of answer)
  console.log([time.toISOString().slice(0, 19), ...values.map((each) => each.toFixed(6))].join("\t"));

const whole = await client.compute("BTCUSDT", "15m", "sma(close, 50)");
const sum = whole.column("sma(close, 50)").subarray(49).reduce((total, each) => total + each);
console.log(`sum of ${whole.length}\t${sum.toFixed(6)}`);

for (const [symbol, text] of [["NOSUCH", "rsi(14)"], ["BTCUSDT", "rsi(0)"]] as const) {
  try {
    await client.compute(symbol, "15m", text, { last: 1 });
  } catch (error) {
    if (!(error instanceof AtradError)) throw error;
    console.log(`error ${error.code}: ${error.text}`);
    if (error.resource) console.log(`  resource: ${error.resource.kind} ${error.resource.name}`);
    for (const { path, message } of error.fields) console.log(`  field ${path}: ${message}`);
  }
}
client.close();
