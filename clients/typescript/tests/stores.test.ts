// What is stored besides bars.

import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";

import { Code, connect } from "../src/node.js";
import { connect as connectWeb } from "../src/web.js";
import { address, binary, folder, minutes, refusal, serve } from "./servers.js";

for (const [name, client] of Object.entries({ gRPC: connect(address), "gRPC-Web": connectWeb(address) })) {
  const symbol = `TS-${randomUUID().slice(0, 13)}`;
  after(() => client.close());

  test(`${name}: a series is described, cut and deleted`, async () => {
    await client.ingest(symbol, "1m", minutes(90));
    assert.equal((await client.getSeries(symbol, "1m")).rows, 90n);
    assert.equal((await client.getSeries(symbol, "1m", { asOf: 600_000_000_000n })).rows, 10n);
    assert.equal((await client.getSeries(symbol, "30m")).resampledFrom, "1m");
    const cut = await client.setRetention(symbol, "1m", { rows: 20 });
    assert.deepEqual([cut.rows, cut.retention?.rowsMax], [20n, 20n]);
    assert.equal((await client.setRetention(symbol, "1m", {})).retention, undefined);
    assert.equal((await refusal(client.setRetention(symbol, "1m", { ageMs: -1 }))).fields[0]?.path, "ageMs");
    assert.equal((await refusal(client.setRetention(symbol, "1m", { rows: 1.5 }))).fields[0]?.path, "rows");
    assert.equal(await client.deleteSeries(symbol, "1m"), 20n);
    assert.equal((await refusal(client.getSeries(symbol, "1m"))).code, Code.NotFound);
  });

  test(`${name}: splits and dividends are stored, listed and deleted`, async () => {
    const exDate = new Date("2020-08-31");
    await client.putActions(symbol, [{ exDate, kind: "split", value: 4 }, { exDate, kind: "dividend", value: 0.5 }]);
    for await (const found of client.actions(symbol)) {
      assert.deepEqual([found.symbol, found.actions.length, found.actions[0]?.exTime], [symbol, 2, BigInt(exDate.getTime()) * 1_000_000n]);
    }
    assert.equal(await client.deleteActions(symbol), 2n);
    assert.equal((await refusal(client.putActions(symbol, [{ exDate, kind: "merger" as "split", value: 1 }]))).fields[0]?.path, "kind");
    assert((await client.calendars("york")).some((each) => each.zone === "America/New_York"));
  });

  test(`${name}: the cache keeps bytes`, async () => {
    assert.equal(await client.cacheGet(symbol, "a"), undefined);
    await client.cachePut(symbol, "a", Uint8Array.of(1, 2), { ttlMs: 60_000.5 });
    assert.deepEqual([...(await client.cacheGet(symbol, "a"))!], [1, 2]);
    await client.cacheDelete(symbol, "a");
    assert.equal(await client.cacheGet(symbol, "a"), undefined);
    const saved = await refusal(client.compute("IBM", "1d", "close", { last: 1, persistMs: NaN }));
    assert.equal(saved.fields[0]?.path, "persistMs");
  });
}

test("a token with a clock sees what was known", { skip: !binary }, async () => {
  const where = folder();
  const tokens = [
    { name: "writer", scopes: ["read", "write"] },
    { name: "test", scopes: ["read"], as_of: 240_000_000_000, clock: true },
  ];
  const lines = tokens.map((each) => JSON.stringify({ ...each, sha256: createHash("sha256").update(each.name).digest("hex") }));
  writeFileSync(join(where, "tokens"), lines.join("\n"));
  const server = await serve("127.0.0.1:0", "--data", join(where, "data"), "--tokens", join(where, "tokens"));
  using writer = connect(server.address, { token: "writer" });
  using client = connect(server.address, { token: "test" });
  await writer.ingest("S", "1m", minutes(10));
  assert.equal(await client.clock(), 240_000_000_000n);
  let table = await client.compute("S", "1m", "close", { since: { epoch: 0n } });
  assert.equal(table.version.epoch, 0n);
  // The epoch says nothing here, the token all.
  for (const count of [4, 7, 10]) {
    await client.advanceClock(BigInt(count) * 60_000_000_000n);
    table = table.updated(await client.compute("S", "1m", "close", { since: table.version }));
    assert.deepEqual([...table.column("close")], [...minutes(count).close]);
  }
  assert.equal((await refusal(client.advanceClock(0n))).code, Code.InvalidArgument);
});
