// The same calls over the protocols of browsers and of plain HTTP, against the server in ATRAD_ADDRESS.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-node";

import { BadRequestSchema } from "../src/generated/google/rpc/error_details_pb.js";
import { IndicatorService, IngestService, SeriesService } from "../src/node.js";

const address = process.env.ATRAD_ADDRESS;
assert(address, "ATRAD_ADDRESS does not name a server");
const baseUrl = `http://${address}`;
const series = { symbol: "BTCUSDT", timeframe: "15m" };
const question = { source: { case: "series" as const, value: series }, range: { last: 3n }, expressions: ["rsi(14)"] };

const transports: Record<string, Transport> = {
  "Connect, JSON, HTTP/1.1": createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: false }),
  "Connect, JSON, HTTP/2": createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: false }),
  "Connect, JSON, GET": createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: false, useHttpGet: true }),
  "Connect, protobuf, HTTP/1.1": createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: true }),
  "Connect, protobuf, GET": createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: true, useHttpGet: true }),
  "gRPC-Web, HTTP/1.1": createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
  "gRPC-Web, HTTP/2": createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
};

for (const [name, transport] of Object.entries(transports)) {
  test(`${name}: unary, streams and errors`, async () => {
    const indicators = createClient(IndicatorService, transport);
    const answer = await indicators.compute(question);
    assert.equal(answer.times.length, 3);
    assert.ok(answer.columns[0]?.values.every((value) => value > 0 && value < 100));
    assert.equal(answer.infos[0]?.lookback, 14n);

    let rows = 0;
    for await (const { chunk } of indicators.computeStream({ request: { ...question, range: {} } })) {
      rows += chunk?.columns[0]?.values.length ?? 0;
    }
    const facts = await createClient(SeriesService, transport).getSeries({ series });
    assert.equal(BigInt(rows), facts.series?.rows);

    const refused = await indicators.compute({ ...question, expressions: ["rsi(0)"] }).catch(ConnectError.from);
    assert.ok(refused instanceof ConnectError && refused.code === Code.InvalidArgument, String(refused));
    assert.equal(refused.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field, "expressions[0]");
    const none = { source: { case: "series" as const, value: { symbol: "NONE", timeframe: "1d" } }, expressions: ["close"] };
    await assert.rejects(
      async () => {
        for await (const chunk of indicators.computeStream({ request: none })) assert.fail(String(chunk));
      },
      (error) => ConnectError.from(error).code === Code.NotFound,
    );
    const late = await indicators.compute(question, { timeoutMs: 1 }).catch(ConnectError.from);
    // A connection of HTTP/1.1 whose call was late is closed, maybe while the client still writes.
    const isCut = late instanceof ConnectError && /EPIPE|ECONNRESET/.test(late.message);
    assert.ok(!(late instanceof ConnectError) || late.code === Code.DeadlineExceeded || isCut, String(late));
  });
}

test("Connect, JSON, HTTP/2: batches in, receipts out", async () => {
  const ingest = createClient(IngestService, transports["Connect, JSON, HTTP/2"]!);
  async function* batches() {
    for (const batch of [1n, 2n]) {
      const column = [Number(batch)];
      const bars = { times: [batch * 60_000_000_000n], open: column, high: column, low: column, close: column, volume: column };
      yield { batch, series: { symbol: "TS-CONNECT", timeframe: "1m" }, bars };
    }
  }
  const receipts = [];
  for await (const { batch, outcome } of ingest.ingestStream(batches())) receipts.push([batch, outcome.case]);
  assert.deepEqual(receipts, [[1n, "receipt"], [2n, "receipt"]]);
});
