// Counts the crossovers of many pairs of moving averages, and shows the three best.
//
// Run `atrad serve --demo`, then `npm run build` and `node dist/samples/sweep.js`; ATRAD_ADDRESS names a server elsewhere.

import { connect, crossover, indicators, steps, variants } from "../src/node.js";

const { ema } = indicators;
const client = connect(process.env.ATRAD_ADDRESS);

const asked = crossover(ema(steps(5, 50, 5, "fast")), ema(variants([50, 100, 200], "slow")));
const reductions = ["count_true", "mean"];
const sweep = await client.sweep("MSFT", "1d", asked, { reductions, where: "fast < slow", top: 3 });
console.log(`${sweep.variants} variants, ${sweep.tried} tried, ${sweep.returned} returned`);
for (const table of sweep.tables) {
  for (const row of table)
    console.log([row.fast, row.slow, ...table.labels.map((label) => `${label} ${row[label]!.toFixed(6)}`)].join("\t"));
}
client.close();
