// The client against a real server with the demo series, whose address is in ATRAD_ADDRESS.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";

import { connect, explain, type Atrad } from "../src/index.js";

const address = process.env.ATRAD_ADDRESS;
assert(address, "ATRAD_ADDRESS does not name a server");
const atrad: Atrad = connect(address);
after(() => atrad.close());

function series(symbol: string, timeframe: string) {
  return { case: "series" as const, value: { symbol, timeframe } };
}

async function failure(call: Promise<unknown>) {
  return explain(await call.then(() => assert.fail("the call succeeded"), (error: unknown) => error));
}

test("an answer is columns by label", async () => {
  const answer = await atrad.indicators.compute({
    source: series("BTCUSDT", "15m"),
    range: { last: 100n },
    expressions: ["close", "sma(close, 5)"],
  });
  const [closes, means] = answer.columns;
  assert(closes && means);
  assert.deepEqual([closes.label, means.label], ["close", "sma(close, 5)"]);
  assert.equal(answer.times.length, 100);
  for (let row = 4; row < 100; row++) {
    const mean = closes.values.slice(row - 4, row + 1).reduce((sum, value) => sum + value) / 5;
    assert(Math.abs((means.values[row] ?? NaN) - mean) <= 1e-12 * mean, `row ${row}`);
  }
});

test("chunks join to the whole", async () => {
  const expressions = ["rsi(14)", "ema(25)", "bbands(20)"];
  let chunks = 0;
  let rows = 0;
  for await (const { chunk } of atrad.indicators.computeStream({ request: { source: series("BTCUSDT", "15m"), expressions } })) {
    chunks += 1;
    rows += chunk?.times.length ?? 0;
  }
  assert(chunks > 1);
  assert.equal(rows, 51203);
});

test("bars come back as they went in", async () => {
  const id = { symbol: `TS-${randomUUID().slice(0, 13)}`, timeframe: "1d" };
  const bars = {
    times: [0n, 86_400_000_000_000n],
    open: [1, 2],
    high: [3, 3],
    low: [1, 1.5],
    close: [2, 2.5],
    volume: [0, 7],
  };
  const { receipt } = await atrad.ingest.ingest({ series: id, bars });
  assert.equal(receipt?.accepted, 2n);
  for await (const { bars: read } of atrad.series.readBars({ series: id })) {
    assert(read);
    const { times, open, high, low, close, volume } = read;
    assert.deepEqual({ times, open, high, low, close, volume }, bars);
  }
});

test("batches of a stream get receipts in order", async () => {
  const id = { symbol: `TS-${randomUUID().slice(0, 13)}`, timeframe: "1d" };
  async function* batches() {
    for (const [batch, high] of [[7n, 3], [8n, 0]] as const) {
      yield { batch, series: id, bars: { times: [0n], open: [1], high: [high], low: [1], close: [2], volume: [0] } };
    }
  }
  const outcomes = [];
  for await (const { batch, outcome } of atrad.ingest.ingestStream(batches())) outcomes.push([batch, outcome.case]);
  assert.deepEqual(outcomes, [[7n, "receipt"], [8n, "failure"]]);
});

test("errors name the field or the resource", async () => {
  const wrong = await failure(
    atrad.indicators.compute({ source: series("BTCUSDT", "15m"), expressions: ["rsi(14)", "rsi(0)"] }),
  );
  assert.equal(wrong.code, "InvalidArgument");
  assert.match(wrong.fields[0]?.field ?? "", /^expressions\[1\]/);
  const absent = await failure(
    atrad.indicators.compute({ source: series("NOSUCH", "15m"), expressions: ["rsi(14)"] }),
  );
  assert.equal(absent.code, "NotFound");
  assert.match(absent.resource?.name ?? "", /NOSUCH/);
});

test("the cache keeps bytes", async () => {
  const key = randomUUID();
  assert.equal((await failure(atrad.cache.get({ namespace: "typescript", key }))).code, "NotFound");
  await atrad.cache.put({ namespace: "typescript", key, value: new Uint8Array([0, 255]), ttlMs: 60_000n });
  assert.deepEqual((await atrad.cache.get({ namespace: "typescript", key })).value, new Uint8Array([0, 255]));
});
