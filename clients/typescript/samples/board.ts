// Posts values to a board, and reads them.
//
// Run `atrad serve`, then `npm run build` and `node dist/samples/board.js`; ATRAD_ADDRESS names a server elsewhere.

import { AtradError, Code, connect } from "../src/node.js";

const client = connect(process.env.ATRAD_ADDRESS);
const { board } = client.services;
const namespace = `SAMPLE-TYPESCRIPT-${process.hrtime.bigint()}`;

const text = (value: string) => ({
  contentType: "text/plain",
  content: { case: "data", value: new TextEncoder().encode(value) } as const,
});

const show = async (name: string) => {
  try {
    const { value, content } = await board.readValue({ namespace, name });
    const columns = content.case === "columns" ? content.value.columns : [];
    const shown = columns.flatMap(({ label, values }) => [label, ...values.map((each) => each.toFixed(6))]);
    const data = content.case === "data" ? [value!.contentType, new TextDecoder().decode(content.value)] : [];
    console.log([name, ...shown, ...data].join("\t"));
  } catch (error) {
    if (!(error instanceof AtradError && error.code === Code.NotFound)) throw error;
    console.log(`${name}\tno value`);
  }
};

const limit = { namespace, name: "risk/BTCUSDT" };
const { version } = await board.postValue({ ...limit, ...text("0.25") });
const columns = [
  { label: "rsi", values: [31.5, 64.25] },
  { label: "size", values: [1, 0] },
];
await board.postValue({ namespace, name: "signals", content: { case: "columns", value: { columns } } });
await show("risk/BTCUSDT");
await show("signals");

await board.postValue({ ...limit, ...text("0.5"), expectedVersion: version });
await show("risk/BTCUSDT");
try {
  await board.postValue({ ...limit, ...text("0.75"), expectedVersion: version });
} catch (error) {
  if (!(error instanceof AtradError)) throw error;
  console.log(`error ${error.code}`);
}
await board.deleteValue({ namespace, name: "signals" });
await show("signals");
client.close();
