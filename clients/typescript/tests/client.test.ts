// The client against a real server with the demo series, by gRPC and, as browsers do, by gRPC-Web.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";

import { CorporateActionKind } from "../src/generated/atrad/v1/series_pb.js";
import { Answer, AtradError, Code, connect, indicators } from "../src/node.js";
import { connect as connectWeb } from "../src/web.js";
import { address, all, minutes, refusal } from "./servers.js";

for (const [name, client] of Object.entries({ gRPC: connect(address), "gRPC-Web": connectWeb(address) })) {
  after(() => client.close());
  const unique = () => `TS-${randomUUID().slice(0, 13)}`;

  test(`${name}: an answer is columns by label`, async () => {
    const answer = await client.compute("BTCUSDT", "15m", ["close", "sma(close, 5)"], { last: 100 });
    assert.deepEqual([answer.labels, answer.length], [["close", "sma(close, 5)"], 100]);
    const [closes, means] = [answer.column("close"), answer.column("sma(close, 5)")];
    for (let row = 4; row < 100; row++) {
      const mean = closes.subarray(row - 4, row + 1).reduce((sum, value) => sum + value) / 5;
      assert(Math.abs(means[row]! - mean) <= 1e-12 * mean, `row ${row}`);
    }
    assert.equal(answer.facts.infos[1]?.lookback, 4n);
    assert.throws(() => answer.column("none"), /there are close, sma/);
  });

  test(`${name}: an answer of any size is whole, with the same bits in chunks`, async () => {
    const asked = ["rsi(14)", "ema(25)", "bbands(20)"];
    const whole = await client.compute("BTCUSDT", "15m", asked);
    assert.deepEqual([whole.length, whole.labels.length], [51203, 5]);
    assert(Number.isNaN(whole.column("rsi(14)")[13]) && !Number.isNaN(whole.column("rsi(14)")[14]));
    let rows = 0;
    let chunks = 0;
    for await (const chunk of client.computeStream("BTCUSDT", "15m", asked)) {
      for (const [label, column] of chunk.columns)
        assert.deepEqual(column, whole.column(label).subarray(rows, rows + chunk.length));
      rows += chunk.length;
      chunks += 1;
    }
    assert(chunks > 1);
    assert.equal(rows, 51203);
    const newest = await client.compute("BTCUSDT", "15m", asked, { last: 40_000 });
    assert.deepEqual(newest.column("ema(25)"), whole.column("ema(25)").subarray(11203));
    assert.deepEqual(newest.times, whole.times.subarray(11203));
    // Far more rows are asked for than there are, or than memory holds.
    for (const last of [2 ** 31, Number.MAX_SAFE_INTEGER])
      assert.deepEqual((await client.compute("BTCUSDT", "15m", asked, { last })).columns, whole.columns);
  });

  test(`${name}: bars are computed over without being stored`, async () => {
    const answer = await client.computeBars({ times: [1n, 2n, 3n, 4n, 5n], close: [1, NaN, 3, 4, 5] }, "sma(close, 2)");
    assert.deepEqual([...answer.column("sma(close, 2)")], [NaN, NaN, NaN, 3.5, 4.5]);
    const large = minutes(200_000);
    assert.deepEqual((await client.computeBars(large, "close")).column("close"), large.close);
    const refused = await refusal(client.computeBars({ times: [1n], close: [] }, "close"));
    assert.equal(refused.fields[0]?.path, "bars.close");
  });

  test(`${name}: many series are independent`, async () => {
    const asked = [["MSFT", "1d"], ["NOSUCH", "1d"], ["AAPL", "1d"]] as const;
    const found = new Map((await all(client.batch(asked, "close", { last: 2 }))).map(([[symbol], outcome]) => [symbol, outcome]));
    assert(found.get("MSFT") instanceof Answer && found.get("AAPL") instanceof Answer);
    assert((found.get("NOSUCH") as AtradError).code === Code.NotFound);
    const { matrix, samples, bars } = await client.correlate([asked[0], asked[2]], "close", { returns: true, last: 100 });
    assert(matrix[0]![0] === 1 && matrix[0]![1] === matrix[1]![0] && samples === 99n);
    assert.deepEqual(bars, [100n, 100n]);
  });

  test(`${name}: a sweep returns reductions or columns`, async () => {
    const sweep = await client.sweep("MSFT", "1d", "ema(3..5)", { last: 10 });
    const [table] = sweep.tables;
    assert.deepEqual([table?.length, sweep.times.length, [...table!.column("period")]], [3, 10, [3, 4, 5]]);
    const single = await client.compute("MSFT", "1d", "ema(4)", { last: 10 });
    assert.deepEqual(table!.values.get(table!.labels[0]!)![1], single.column("ema(4)"));
    assert.equal((await refusal(client.sweep("MSFT", "1d", "ema(0..5)"))).code, Code.InvalidArgument);
  });

  test(`${name}: bars come back as they went in`, async () => {
    const symbol = unique();
    const bars = { ...minutes(250_001), extra: { funding: minutes(250_001).close.fill(NaN, 7, 8) } };
    const receipt = await client.ingest(symbol, "1m", bars);
    assert.equal(receipt.accepted, 250_001n);
    const again = await client.ingest(symbol, "1m", bars, { key: ["ts", symbol] });
    assert.deepEqual([again.accepted, again.ignored, again.epoch], [0n, 250_001n, receipt.epoch]);
    const read = await client.readBars(symbol, "1m");
    assert.deepEqual([read.times, read.column("close"), read.column("funding")], [bars.times, bars.close, bars.extra.funding]);
    bars.high[200_005] = NaN;
    assert.equal((await refusal(client.ingest(symbol, "1m", bars))).fields[0]?.path, "bars.high[5]");
  });

  test(`${name}: bars are adjusted on every road`, async () => {
    const [symbol, bars, adjust] = [unique(), minutes(100), "split" as const];
    await client.ingest(symbol, "1m", bars);
    const split = { exTime: bars.times[50]!, kind: CorporateActionKind.SPLIT, value: 4 };
    await client.services.series.putCorporateActions({ symbol, actions: [split] });
    const first = bars.close[0]! / 4;
    for (const answer of [await client.compute(symbol, "1m", "close", { adjust }), await client.readBars(symbol, "1m", { adjust })]) {
      assert.equal(answer.column("close")[0], first);
      assert.deepEqual(answer.facts.adjustments.map((each) => [each.rows, each.actions[0]?.priceFactor]), [[50n, 0.25]]);
    }
    for await (const [, found] of client.batch([[symbol, "1m"]], "close", { adjust }))
      assert.equal(found instanceof Answer && found.column("close")[0], first);
    const swept = await client.sweep(symbol, "1m", "shift(close, 99..99)", { reductions: ["last"], adjust });
    assert.equal(swept.tables[0]!.column(swept.tables[0]!.labels[0]!)[0], first);
    const screened = await client.screen("1m", "close > 0", { values: "shift(close, 99)", symbols: [symbol], adjust });
    assert.equal(screened.hits[0]!.values[0], first);
    for await (const { answer } of client.watch([[symbol, "1m"]], "close", { last: 100, adjust })) {
      assert.equal(answer.column("close")[0], first);
      break;
    }
  });

  test(`${name}: batches of a stream have outcomes in order`, async () => {
    const wrong = minutes(2);
    wrong.high[1] = 0;
    const outcomes = await all(client.ingestStream(unique(), "1m", [minutes(2), wrong, minutes(3)]));
    assert.deepEqual(outcomes.map((each) => (each instanceof AtradError ? each.code : each.accepted)), [2n, Code.InvalidArgument, 1n]);
  });

  test(`${name}: errors name the field or the resource`, async () => {
    for (const options of [{ last: 1 }, {}]) {
      const wrong = await refusal(client.compute("BTCUSDT", "15m", ["rsi(14)", "rsi(0)"], options));
      assert.deepEqual([wrong.code, wrong.fields[0]?.path], [Code.InvalidArgument, "expressions[1]"]);
      assert(wrong.requestId);
      const absent = await refusal(client.compute("NOSUCH", "15m", "rsi(14)", options));
      assert.deepEqual([absent.code, absent.resource], [Code.NotFound, { kind: "series", name: "NOSUCH 15m" }]);
    }
    const { rsi } = indicators;
    assert.throws(() => rsi(0), RangeError);
    assert.match((await refusal(client.compute("IBM", "1d", "nosuch(3)"))).text, /nosuch/);
    assert.equal((await refusal(client.compute("IBM", "1d", []))).fields[0]?.path, "expressions");
    assert.equal((await refusal(client.compute("IBM", "1d", "close", { last: 0 }))).fields[0]?.path, "last");
    assert.equal((await refusal(client.compute("IBM", "1d", "close", { from: "noon" }))).fields[0]?.path, "from");
  });

  test(`${name}: answers are saved and read back`, async () => {
    const answer = await client.compute("IBM", "1d", "wma(78)", { persistMs: 60_000 });
    const read = await client.readSavedResult(answer.facts.savedKey);
    assert.deepEqual(read.column("wma(78)"), answer.column("wma(78)"));
    assert((await all(client.savedResults("IBM"))).some((each) => each.key === answer.facts.savedKey));
  });

  test(`${name}: lists, alerts and the cache are reached`, async () => {
    assert((await all(client.series("BTCUSD"))).length >= 2);
    const alert = { name: unique(), series: [{ symbol: "IBM", timeframe: "1d" }], condition: "close > 1" };
    await client.services.alerts.putAlert({ alert });
    await client.services.alerts.deleteAlert({ name: alert.name });
    assert.equal((await refusal(client.services.alerts.deleteAlert({ name: alert.name }))).resource?.kind, "alert");
    assert.equal((await refusal(client.services.clock.getClock({}))).code, Code.PermissionDenied);
    const cycle = await client.indicators("", { group: "cycle" });
    assert(cycle.length > 0 && cycle.every((each) => each.group === "cycle"));
    const key = { namespace: "typescript", key: unique() };
    await client.services.cache.put({ ...key, value: new Uint8Array([0, 255]), ttlMs: 60_000n });
    assert.deepEqual((await client.services.cache.get(key)).value, new Uint8Array([0, 255]));
  });

  test(`${name}: a watch begins with the newest rows`, async () => {
    for await (const { series, answer, provisional } of client.watch([["IBM", "1d"]], "close", { last: 3 })) {
      assert.deepEqual([series, answer.length, provisional], [["IBM", "1d"], 3, false]);
      break;
    }
  });
}

test("what browsers load has nothing of Node", async () => {
  const { readFileSync } = await import("node:fs");
  const seen = new Set<string>();
  const load = (url: URL) => {
    if (seen.has(url.href)) return;
    seen.add(url.href);
    for (const [, name] of readFileSync(url, "utf8").matchAll(/from "([^"]+)"/g)) {
      assert(!/^node:|connect-node/.test(name!), `${url.href} imports ${name}`);
      if (name!.startsWith(".")) load(new URL(name!, url));
    }
  };
  load(new URL("../src/web.js", import.meta.url));
  assert(seen.size > 10);
});
