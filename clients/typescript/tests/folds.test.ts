// Walk-forward folds: the means and the choices are made here, of the columns that `compute` returns.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { Answer, AtradError, Code, connect, type FoldSpan, Sweep, type SweepOptions, type WalkForwardOptions } from "../src/node.js";
import { connect as connectWeb } from "../src/web.js";
import { address, refusal } from "./servers.js";

const PERIODS = [5, 10, 15, 20];
const label = (period: number) => `close / ema(${period})`;

/** The mean of a column over the bars of a fold, those without a value left out, and the number of bars. */
function mean(values: Answer, column: string, { first, last }: FoldSpan): [number, number] {
  let [sum, count, bars] = [0, 0, 0];
  values.column(column).forEach((value, row) => {
    if (values.times[row]! < first || values.times[row]! > last) return;
    bars++;
    if (!Number.isNaN(value)) [sum, count] = [sum + value, count + 1];
  });
  return [sum / count, bars];
}

function near(found: number | undefined, expected: number, what: string): void {
  assert(Math.abs(found! - expected) <= 1e-9 * Math.abs(expected), `${what}: got ${found}, want ${expected}`);
}

for (const [name, client] of Object.entries({ gRPC: connect(address), "gRPC-Web": connectWeb(address) })) {
  after(() => client.close());

  test(`${name}: folds choose in sample, and judge out of sample`, async () => {
    const values = await client.compute("MSFT", "1d", PERIODS.map(label));
    const walks: WalkForwardOptions[] = [{ folds: 4 }, { folds: 5, anchored: true, inSample: 1000, purge: 10, embargo: 5 }];
    for (const walkForward of walks) {
      const { folds, anchored = false, inSample = 0, purge = 0, embargo = 0 } = walkForward;
      const sweep = await client.sweep("MSFT", "1d", "close / ema(5..20 step 5)", { reductions: ["last", "mean"], by: "mean", walkForward });
      const [table] = sweep.tables;
      assert.deepEqual([table!.folds.length, sweep.returned, sweep.tried, table!.length], [folds, BigInt(folds), 4n, 0]);
      const rows = values.length;
      const outside = Math.floor(inSample ? (rows - inSample) / folds : rows / (folds + 1));
      let [sum, bars] = [0, 0];
      table!.folds.forEach((fold, number) => {
        const begin = rows - (folds - number) * outside;
        assert.deepEqual([fold.outOfSampleBars.first, fold.outOfSampleBars.last], [values.times[begin + embargo], values.times[begin + outside - 1]]);
        assert.equal(fold.inSampleBars.last, values.times[begin - 1 - purge]);
        assert(!anchored || fold.inSampleBars.first === values.times[0]);
        const means = PERIODS.map((period) => mean(values, label(period), fold.inSampleBars));
        const best = means.reduce((at, [each], other) => (each > means[at]![0] ? other : at), 0);
        assert.deepEqual(fold.parameters, { period: PERIODS[best] });
        near(fold.inSample.mean, means[best]![0], `fold ${number} in sample`);
        assert.equal(fold.inSampleBars.bars, BigInt(means[best]![1]));
        const [judged, count] = mean(values, label(PERIODS[best]!), fold.outOfSampleBars);
        near(fold.outOfSample.mean, judged, `fold ${number} out of sample`);
        assert.equal(fold.outOfSampleBars.bars, BigInt(count));
        [sum, bars] = [sum + judged * count, bars + count];
      });
      near(table!.outOfSample.mean, sum / bars, "all folds");
      assert.deepEqual([table!.outOfSampleBars, table!.outOfSample.last], [BigInt(bars), table!.folds.at(-1)!.outOfSample.last]);
    }
  });

  test(`${name}: a fold without a value chooses none`, async () => {
    const options = { reductions: ["last"], walkForward: { folds: 2 } };
    const sweep = await client.sweep("MSFT", "1d", ["ema(5000..5001)", "rsi(14)"], options);
    const [none, one] = sweep.tables;
    const { parameters, inSample, outOfSample, outOfSampleBars } = none!.folds[1]!;
    assert.deepEqual([parameters, inSample, outOfSample, outOfSampleBars.bars], [{}, {}, {}, 1090n]);
    assert.deepEqual([none!.outOfSample, none!.outOfSampleBars, sweep.undefined], [{ last: NaN }, 0n, 2n]);
    assert.deepEqual([one!.folds[0]!.parameters, Object.keys(one!.folds[0]!.inSample), one!.outOfSampleBars], [{}, ["last"], 2180n]);
  });

  test(`${name}: wrong folds are told`, async () => {
    const reductions = ["last"];
    const wrong: Record<string, SweepOptions> = {
      "walk_forward.folds": { reductions, walkForward: { folds: 0 } },
      "walk_forward.purge": { reductions, walkForward: { folds: 4, purge: 5000 } },
      "walk_forward.in_sample": { reductions, walkForward: { folds: 4, inSample: 2 ** 40 } },
      walk_forward: { walkForward: { folds: 4 } },
      top: { reductions, top: 1, walkForward: { folds: 4 } },
      "walkForward.folds": { reductions, walkForward: { folds: 2 ** 32 } },
      "walkForward.purge": { reductions, walkForward: { folds: 4, purge: -1 } },
      "walkForward.embargo": { reductions, walkForward: { folds: 4, embargo: 0.5 } },
    };
    for (const [path, options] of Object.entries(wrong)) {
      const told = await refusal(client.sweep("MSFT", "1d", "ema(3..5)", options));
      assert.deepEqual([told.code, told.fields[0]?.path], [Code.InvalidArgument, path]);
    }
  });
}

test("a part of a sweep that is not known is an error", () => {
  const unknown = { part: { case: undefined } } as Parameters<Sweep["take"]>[0];
  assert.throws(() => new Sweep().take(unknown), (error: AtradError) => error.code === Code.Internal);
});
