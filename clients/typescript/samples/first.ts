// Lists an indicator, computes two expressions over a series, and shows how an error is told.
//
// Run `atrad serve --demo`, then `npm run sample`; ATRAD_ADDRESS names a server elsewhere.

import { connect, explain } from "../src/index.js";

const atrad = connect(process.env.ATRAD_ADDRESS ?? "127.0.0.1:50051");

function compute(symbol: string, ...expressions: string[]) {
  const source = { case: "series" as const, value: { symbol, timeframe: "15m" } };
  return atrad.indicators.compute({ source, range: { last: 5n }, expressions });
}

async function printError(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    const { code, message, fields, resource } = explain(error);
    console.log(`error ${code}: ${message}`);
    if (resource) console.log(`  resource: ${resource.type} ${resource.name}`);
    for (const { field, description } of fields) console.log(`  field ${field}: ${description}`);
  }
}

const { indicators } = await atrad.indicators.listIndicators({ search: "rsi" });
for (const { params, summary } of indicators.filter(({ name }) => name === "rsi")) {
  console.log(`rsi(${params.map((param) => `${param.name}=${param.defaultValue}`).join(", ")}): ${summary}`);
}

const answer = await compute("BTCUSDT", "rsi(14)", "macd(12, 26, 9).hist");
console.log(["time", ...answer.columns.map((column) => column.label)].join("\t"));
for (const [row, time] of answer.times.entries()) {
  const opens = new Date(Number(time / 1_000_000n)).toISOString().slice(0, 19);
  console.log([opens, ...answer.columns.map((column) => column.values[row]?.toFixed(6))].join("\t"));
}

await printError(compute("NOSUCH", "rsi(14)"));
await printError(compute("BTCUSDT", "rsi(0)"));
atrad.close();
