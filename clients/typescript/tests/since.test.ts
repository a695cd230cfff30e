// Tables that are kept up to date by what changed since an earlier answer.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";

import { Answer, type AtradError, Code, connect, type Facts, type Version } from "../src/node.js";
import { connect as connectWeb } from "../src/web.js";
import { address, minutes, refusal } from "./servers.js";

const MINUTE = 60_000_000_000n;
const ALL = -(2n ** 63n);
const FACTS: Facts = {
  epoch: 4n,
  resampledFrom: "",
  infos: [],
  joins: [],
  adjustments: [],
  savedKey: "",
  asOf: undefined,
  changedFrom: undefined,
  sinceToken: new Uint8Array([1]),
};

function answer(times: number[], last = 0, changedFrom?: bigint, label = "x"): Answer {
  const columns = new Map([[label, Float64Array.from(times, (each) => each / 2)]]);
  return new Answer(BigInt64Array.from(times, BigInt), columns, { ...FACTS, changedFrom }, last);
}

test("a later answer takes the place of void rows", () => {
  const cases: [name: string, times: number[], last: number, changedFrom: bigint | undefined, expected: number[]][] = [
    ["nothing", [], 0, undefined, [1, 2, 3]],
    ["a new row", [4], 0, 4n, [1, 2, 3, 4]],
    ["a revised row", [3, 4], 0, 3n, [1, 2, 3, 4]],
    ["earlier than necessary", [3, 4], 0, 2n, [1, 3, 4]],
    ["all are void", [7], 0, ALL, [7]],
    ["all are void, before 1970", [-7, 1], 0, ALL, [-7, 1]],
    ["rows are gone", [], 0, 2n, [1]],
    ["all are gone", [], 0, ALL, []],
    ["nothing, cut", [], 3, undefined, [1, 2, 3]],
    ["a smaller table", [], 2, undefined, [2, 3]],
    ["cut", [4], 3, 4n, [2, 3, 4]],
    ["a revised row, cut", [2, 3, 4], 3, 2n, [2, 3, 4]],
    ["more than the newest rows", [50, 51, 52], 3, 4n, [50, 51, 52]],
  ];
  for (const [name, times, last, changedFrom, expected] of cases) {
    const before = answer([1, 2, 3], last);
    const updated = before.updated(answer(times, last, changedFrom));
    assert.deepEqual([...updated.times].map(Number), expected, name);
    assert.deepEqual([...updated.column("x")], expected.map((each) => each / 2), name);
    assert.deepEqual([...before.column("x")], [0.5, 1, 1.5], name);
  }
  const wrong = [answer([3, 4]), answer([2], 0, 3n), answer([4], 0, 4n, "y"), new Answer(new BigInt64Array(), new Map(), FACTS, 0, true)];
  for (const later of wrong)
    assert.throws(() => answer([1, 2, 3]).updated(later), (error: AtradError) => error.fields[0]?.path === "later");
});

/** Bars that were stored, by minute: the oracle of what is computed over them. */
class Stored {
  readonly closes = new Map<number, number>();

  constructor(readonly symbol = `TS-${randomUUID().slice(0, 13)}`) {}

  async store(client: ReturnType<typeof connect>, from: number, values: number[]): Promise<void> {
    values.forEach((value, at) => this.closes.set(from + at, value));
    const times = values.map((_, at) => BigInt(from + at) * MINUTE);
    await client.ingest(this.symbol, "1m", { times, open: values, high: values, low: values, close: values, volume: values });
  }

  /** The newest rows: times, closes, and the means of three. */
  newest(last: number): [bigint[], number[], number[]] {
    const rows = [...this.closes].sort(([a], [b]) => a - b);
    const closes = rows.map(([, close]) => close);
    const means = closes.map((close, row) => (row < 2 ? NaN : (closes[row - 2]! + closes[row - 1]! + close) / 3));
    return [rows.map(([minute]) => BigInt(minute) * MINUTE).slice(-last), closes.slice(-last), means.slice(-last)];
  }
}

const prices = (from: number, count: number) => Array.from({ length: count }, (_, at) => ((from + at) % 7) + 1);

for (const [name, client] of Object.entries({ gRPC: connect(address), "gRPC-Web": connectWeb(address) })) {
  after(() => client.close());

  test(`${name}: a table is kept up to date`, async () => {
    const stored = new Stored();
    await stored.store(client, 0, prices(0, 10));
    const asked = ["close", "sma(3)"];
    const questions = [
      (since: Version) => client.compute(stored.symbol, "1m", asked, { since, last: 10 }),
      (since: Version) => client.compute(stored.symbol, "1m", asked, { since }),
      (since: Version) => client.readBars(stored.symbol, "1m", { since, last: 10 }),
    ];
    const tables = await Promise.all(questions.map((each) => each({ epoch: 0n })));
    const steps: [from: number, values: number[]][] = [
      [10, prices(10, 3)], // new bars
      [12, [99]], // a corrected one
      [12, prices(12, 4)], // both
      [16, prices(16, 50)], // more than the table has
      [5, [50]], // one before the table
      [70, [0.1, 0.2, 0.3]], // after a gap
    ];
    for (const [from, values] of steps) {
      await stored.store(client, from, values);
      for (const [at, question] of questions.entries()) {
        const table = (tables[at] = tables[at]!.updated(await question(tables[at]!.version)));
        const [times, closes, means] = stored.newest([10, 1000, 10][at]!);
        assert.deepEqual([[...table.times], [...table.column("close")]], [times, closes], `question ${at} after ${from}`);
        if (at < 2) table.column("sma(3)").forEach((mean, row) => assert(Object.is(mean, means[row]!) || Math.abs(mean - means[row]!) < 1e-12 * mean));
        const nothing = await question(table.version);
        assert.deepEqual([nothing.length, nothing.facts.changedFrom], [0, undefined]);
      }
    }
    // Created anew, with the same epoch in the end.
    await client.services.series.deleteSeries({ series: { symbol: stored.symbol, timeframe: "1m" } });
    const anew = new Stored(stored.symbol);
    await anew.store(client, 3, prices(3, 4));
    const later = await questions[1]!(tables[1]!.version);
    assert.equal(later.facts.changedFrom, ALL);
    assert.deepEqual([...tables[1]!.updated(later).column("close")], anew.newest(1000)[1]);
  });

  test(`${name}: a series that gets a column has none before`, async () => {
    const symbol = `TS-${randomUUID().slice(0, 13)}`;
    const bars = minutes(6);
    const part = (from: number, to: number) =>
      Object.fromEntries(Object.entries(bars).map(([name, column]) => [name, column.subarray(from, to)])) as unknown as typeof bars;
    await client.ingest(symbol, "1m", part(0, 4));
    const table = await client.readBars(symbol, "1m", { since: { epoch: 0n } });
    await client.ingest(symbol, "1m", { ...part(4, 6), extra: { funding: [7, 8] } });
    const later = await client.readBars(symbol, "1m", { since: table.version });
    const updated = table.updated(later);
    assert.deepEqual([later.length, [...updated.column("funding")]], [2, [NaN, NaN, NaN, NaN, 7, 8]]);
    assert.deepEqual(updated.column("close"), bars.close);
  });

  test(`${name}: chunks are applied in turn`, async () => {
    const asked = ["close", "rsi(14)", "bbands(20)"];
    const whole = await client.compute("BTCUSDT", "15m", asked);
    let table: Answer | undefined;
    for await (const chunk of client.computeStream("BTCUSDT", "15m", asked, { since: { epoch: 0n } }))
      table = table ? table.updated(chunk) : chunk;
    assert.deepEqual([table!.times, table!.columns, table!.facts.infos.length], [whole.times, whole.columns, 5]);
    const later = await client.compute("BTCUSDT", "15m", asked, { since: table!.version });
    assert.deepEqual([later.length, later.facts.changedFrom], [0, undefined]);
  });

  test(`${name}: a wrong version is told, or gets all rows`, async () => {
    const other = await client.compute("IBM", "1d", "close", { last: 5, since: { epoch: 0n } });
    const fresh = await client.compute("MSFT", "1d", "close", { last: 5 });
    for (const since of [other.version, { epoch: 99n }]) {
      const found = await client.compute("MSFT", "1d", "close", { last: 5, since });
      assert.equal(found.facts.changedFrom, ALL);
      assert.deepEqual([found.columns, other.updated(found).columns], [fresh.columns, fresh.columns]);
    }
    const rubbish = { epoch: 1n, token: new Uint8Array([1, 2, 3]) };
    const wrong = await refusal(client.compute("MSFT", "1d", "close", { since: rubbish }));
    assert.deepEqual([wrong.code, wrong.fields[0]?.path], [Code.InvalidArgument, "since_token"]);
    const saved = await refusal(client.compute("MSFT", "1d", "close", { since: { epoch: 0n }, persistMs: 0 }));
    assert.deepEqual([saved.code, saved.fields[0]?.path], [Code.InvalidArgument, "since_epoch"]);
    const negative = await refusal(client.readBars("MSFT", "1d", { since: { epoch: -1n } }));
    assert.deepEqual([negative.code, negative.fields[0]?.path], [Code.InvalidArgument, "since"]);
  });
}
