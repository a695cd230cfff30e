// Values that come as float32, against doubles that are rounded here.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";

import { Answer, AtradError, Code, connect, type ComputeOptions, type FloatType } from "../src/node.js";
import { connect as connectWeb } from "../src/web.js";
import { address, refusal } from "./servers.js";

const ASKED = ["close / 3", "rsi(14)"];

for (const [name, client] of Object.entries({ gRPC: connect(address), "gRPC-Web": connectWeb(address) })) {
  after(() => client.close());

  test(`${name}: values come as float32`, async () => {
    // In one message, in chunks, and in chunks whose number of rows is known.
    for (const span of [{ last: 10 }, {}, { last: 51_000 }]) {
      const exact: Answer = await client.compute("BTCUSDT", "15m", ASKED, span);
      const short: Answer<Float32Array> = await client.compute("BTCUSDT", "15m", ASKED, { ...span, valueType: "float32" });
      assert.deepEqual(short.times, exact.times);
      for (const [label, column] of exact.columns) assert.deepEqual(short.column(label), Float32Array.from(column), label);
    }
    const closes = (await client.readBars("BTCUSDT", "15m")).column("close");
    let [rows, chunks] = [0, 0];
    for await (const chunk of client.computeStream("BTCUSDT", "15m", ASKED, { valueType: "float32" })) {
      const expected = Float32Array.from(closes.subarray(rows, rows + chunk.length), (each) => each / 3);
      assert.deepEqual(chunk.column("close / 3"), expected);
      [rows, chunks] = [rows + chunk.length, chunks + 1];
    }
    assert(chunks > 1 && rows === 51203, `${rows} rows in ${chunks} chunks`);
    // A type that is known at run time only.
    const valueType = (rows > 0 ? "float32" : "float64") as FloatType;
    const either: Answer<Float32Array | Float64Array> = await client.compute("IBM", "1d", "close", { last: 1, valueType });
    assert(either.column("close") instanceof Float32Array);
    const options: ComputeOptions = { last: 1 };
    const plain: Float64Array = (await client.compute("IBM", "1d", "close", options)).column("close");
    assert(plain instanceof Float64Array);
  });

  test(`${name}: float32 of bars, with what does not fit`, async () => {
    const bars = { times: [1n, 2n, 3n, 4n, 5n], close: [0.1, NaN, 1e39, 1e300, 1e-60] };
    const found = await client.computeBars(bars, ["close", "0 - close"], { valueType: "float32" });
    assert.deepEqual([...found.column("close")], [Math.fround(0.1), NaN, Infinity, Infinity, 0]);
    assert.deepEqual([...found.column("0 - close")].slice(1, 4), [NaN, -Infinity, -Infinity]);
    assert.deepEqual([...found].map(([, values]) => values[0]), [...found.column("close")]);
    const none = await client.compute("IBM", "1d", "close", { until: 0n, valueType: "float32" });
    assert.deepEqual(none.column("close"), new Float32Array());
  });

  test(`${name}: float32 of many series`, async () => {
    const asked = [["BTCUSDT", "15m"], ["NOSUCH", "1d"], ["IBM", "1d"]] as const;
    let seen = 0;
    for await (const [series, found] of client.batch(asked, "sma(9)", { valueType: "float32" })) {
      seen++;
      if (found instanceof AtradError) {
        assert.deepEqual([series[0], found.code], ["NOSUCH", Code.NotFound]);
        continue;
      }
      const exact = await client.compute(series[0], series[1], "sma(9)");
      assert.deepEqual(found.column("sma(9)"), Float32Array.from(exact.column("sma(9)")));
    }
    assert.equal(seen, 3);
  });

  test(`${name}: a table of float32 is kept up to date`, async () => {
    const symbol = `TS-${randomUUID().slice(0, 13)}`;
    const store = (from: number, values: number[]) => {
      const times = values.map((_, at) => BigInt(from + at) * 60_000_000_000n);
      return client.ingest(symbol, "1m", { times, open: values, high: values, low: values, close: values, volume: values });
    };
    await store(0, [0.1, 0.2, 0.3]);
    const table = await client.compute(symbol, "1m", "close", { valueType: "float32", last: 3, since: { epoch: 0n } });
    await store(2, [0.7, 0.8]);
    const later = await client.compute(symbol, "1m", "close", { valueType: "float32", last: 3, since: table.version });
    assert.deepEqual([later.length, table.updated(later).column("close")], [2, Float32Array.of(0.2, 0.7, 0.8)]);
    const exact = await client.compute(symbol, "1m", "close", { last: 3, since: table.version });
    assert.throws(() => table.updated(exact as never), /the columns close, the earlier close of float32/);
    // Where all rows are void nothing of the earlier answer is left, not even its type.
    const fresh = await client.compute(symbol, "1m", "close", { last: 3, since: { epoch: 0n } });
    const replaced: Answer = table.updated(fresh as never) as never;
    assert.deepEqual(replaced.column("close"), fresh.column("close"));
    const other = await client.compute(symbol, "1m", "open", { valueType: "float32", since: { epoch: 0n } });
    assert.deepEqual(table.updated(other).column("open"), other.column("open"));
  });

  test(`${name}: another type is refused`, async () => {
    const wrong = await refusal(client.compute("IBM", "1d", "close", { valueType: "int8" as "float32" }));
    assert.deepEqual([wrong.code, wrong.fields[0]?.path], [Code.InvalidArgument, "valueType"]);
  });
}
