// Stores bars, and watches an indicator over them while another one comes.
//
// Run `atrad serve --demo`, then `npm run build` and `node dist/samples/watch.js`; ATRAD_ADDRESS names a server elsewhere.

import { randomUUID } from "node:crypto";

import { close, connect, indicators } from "../src/node.js";

const client = connect(process.env.ATRAD_ADDRESS);
const symbol = `SAMPLE-TS-${randomUUID().slice(0, 13)}`;
const start = BigInt(Date.UTC(2024, 0, 1)) * 1_000_000n;

/** The bars of some minutes. */
function bars(from: number, to: number) {
  const minutes = Array.from({ length: to - from }, (_, at) => from + at);
  const price = Float64Array.from(minutes, (minute) => 100 + ((minute * minute) % 17) / 4);
  return {
    times: BigInt64Array.from(minutes, (minute) => start + BigInt(minute) * 60_000_000_000n),
    open: price,
    high: price.map((each) => each + 1),
    low: price.map((each) => each - 1),
    close: price.map((each) => each + 0.25),
    volume: minutes,
  };
}

async function store(from: number, to: number) {
  const { accepted, replaced, ignored } = await client.ingest(symbol, "1m", bars(from, to));
  console.log(`accepted ${accepted}, replaced ${replaced}, ignored ${ignored}`);
}

await store(0, 50);
await store(49, 50);
let next = 50;
for await (const { answer } of client.watch([[symbol, "1m"]], { close, ema: indicators.ema(9) }, { last: 2 })) {
  for (const [time, values] of answer)
    console.log([time.toISOString().slice(0, 19), ...values.map((each) => each.toFixed(6))].join("\t"));
  if (next === 53) break;
  await store(next, next + 1);
  next += 1;
}
client.close();
