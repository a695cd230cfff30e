// What goes wrong between the two ends: no server, one that restarts or turns calls away, wrong tokens and certificates.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http2";
import { createServer as createSocket, type AddressInfo } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";

import { ConnectError, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";

import { AtradClient, BoardService, CacheService, Code, connect, IndicatorService, type ConnectOptions } from "../src/node.js";
import { address, all, binary, folder, minutes, refusal, serve } from "./servers.js";

const needsBinary = { skip: binary ? false : "ATRAD_BINARY names no server to start" };

function client(where: string | undefined, options: ConnectOptions = {}): AtradClient {
  const made = connect(where, options);
  after(() => made.close());
  return made;
}

const closeOf = (of: AtradClient) => of.compute("IBM", "1d", "close", { last: 1 });

test("no server is told after a few tries", async () => {
  const began = performance.now();
  assert.equal((await refusal(closeOf(client("127.0.0.1:1")))).code, Code.Unavailable);
  assert(performance.now() - began < 15_000);
});

test("wrong options are told at once", () => {
  for (const where of ["localhost", "a:port", "a:70000", "https://a:1/b", "ftp://a:1", ":1"]) {
    assert.throws(() => connect(where), /address must be/, where);
  }
  assert.throws(() => connect("a:1", { token: "a b" }), /token must be/);
  assert.throws(() => connect("a:1", { tls: { cert: "a" } }), /come together/);
});

test("a token is sent and a wrong one is told", needsBinary, async () => {
  const server = await serve("127.0.0.1:0", "--demo", "--data", folder(), "--token", "secret");
  assert.equal((await closeOf(client(server.address, { token: "secret" }))).length, 1);
  for (const options of [{}, { token: "wrong" }]) {
    const denied = client(server.address, options);
    assert.equal((await refusal(closeOf(denied))).code, Code.Unauthenticated);
    assert.equal((await refusal(all(denied.computeStream("IBM", "1d", "close")))).code, Code.Unauthenticated);
  }
  Object.assign(process.env, { ATRAD_SERVER: server.address, ATRAD_TOKEN: "secret" });
  assert.equal((await closeOf(client(undefined))).length, 1);
  delete process.env.ATRAD_SERVER;
  delete process.env.ATRAD_TOKEN;
});

test("a Unix socket is an address", needsBinary, async () => {
  const server = await serve(`unix:${join(folder(), "s")}`, "--demo", "--data", folder());
  assert.equal((await closeOf(client(server.address))).length, 1);
});

test("an address may be of IPv6", { ...needsBinary, timeout: 60_000 }, async (context) => {
  const socket = createSocket();
  const hasIpv6 = await new Promise((found) => socket.once("error", () => found(false)).listen(0, "::1", () => found(true)));
  socket.close();
  if (!hasIpv6) return context.skip("this machine has no IPv6");
  const server = await serve("[::1]:0", "--demo", "--data", folder());
  for (const where of [server.address, `http://${server.address}/`]) assert.equal((await closeOf(client(where))).length, 1);
  // A certificate is of the address, and not of the name that stands for it.
  const cwd = folder();
  const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=server"];
  const tls = async (names: string) => {
    execFileSync("openssl", [...made, "-keyout", "key.pem", "-out", "cert.pem", "-addext", `subjectAltName=${names}`], { cwd, stdio: "pipe" });
    const files = ["--tls-cert", join(cwd, "cert.pem"), "--tls-key", join(cwd, "key.pem")];
    const secure = await serve("[::1]:0", "--demo", "--data", folder(), ...files);
    return closeOf(client(secure.address, { tls: { ca: join(cwd, "cert.pem") }, timeoutMs: 3_000 }));
  };
  assert.equal((await tls("IP:::1")).length, 1);
  await refusal(tls("DNS:localhost"));
});

test("TLS both ways", needsBinary, async () => {
  const cwd = folder();
  const openssl = (...options: string[]) => execFileSync("openssl", options, { cwd, stdio: "pipe" });
  const fresh = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl(...fresh, "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca", "-days", "2");
  writeFileSync(join(cwd, "names"), "subjectAltName=DNS:atrad.test");
  for (const name of ["server", "client"]) {
    openssl(...fresh, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    const sign = ["x509", "-req", "-in", `${name}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
    openssl(...sign, "-days", "2", "-extfile", "names", "-out", `${name}.pem`);
  }
  const file = (name: string) => join(cwd, name);
  const keys = ["--tls-cert", file("server.pem"), "--tls-key", file("server.key"), "--tls-client-ca", file("ca.pem")];
  const server = await serve("127.0.0.1:0", "--demo", "--data", folder(), ...keys);
  const trust = { ca: file("ca.pem"), serverName: "atrad.test" };
  const mutual = { ...trust, cert: file("client.pem"), key: file("client.key") };
  assert.equal((await closeOf(client(`https://${server.address}`, { tls: mutual }))).length, 1);
  for (const tls of [trust, { ...mutual, serverName: "other.test" }, true]) {
    const error = await refusal(closeOf(client(server.address, { tls, timeoutMs: 2_000 })));
    assert.notEqual(error.code, Code.InvalidArgument);
  }
});

test("a server that restarts is found again", needsBinary, async () => {
  const data = folder();
  const server = await serve("127.0.0.1:0", "--data", data);
  const found = client(server.address);
  await found.ingest("S", "1m", minutes(1000));
  const watch = found.watch([["S", "1m"]], "close");
  const first = await watch.next();
  assert.equal(first.value?.answer.times[0], 999n * 60_000_000_000n);
  const following = watch.next();
  await server.stop();
  setTimeout(() => void serve(server.address, "--data", data), 300);
  // Asked while nobody is there.
  assert.equal((await found.compute("S", "1m", "close", { last: 5 })).length, 5);
  const receipt = await found.ingest("S", "1m", minutes(1002));
  assert.deepEqual([receipt.accepted, receipt.ignored], [2n, 1000n]);
  // The watch goes on where it broke off.
  assert.equal((await following).value?.answer.times[0], 1000n * 60_000_000_000n);
  await watch.return(undefined);
});

test("a call is cancelled or late", async () => {
  const slow = Array.from({ length: 60 }, (_, at) => `wma(${41_000 + at})`);
  const signal = AbortSignal.timeout(20);
  assert([Code.Canceled, Code.DeadlineExceeded].includes((await refusal(client(address).compute("BTCUSDT", "15m", slow, { signal }))).code));
  const controller = new AbortController();
  controller.abort();
  assert.equal((await refusal(client(address).compute("IBM", "1d", "close", { signal: controller.signal }))).code, Code.Canceled);
  assert.equal((await refusal(client(address, { timeoutMs: 5 }).compute("BTCUSDT", "15m", slow))).code, Code.DeadlineExceeded);
  const closed = client(address);
  await closeOf(closed);
  const underWay = refusal(closed.compute("BTCUSDT", "15m", slow));
  setTimeout(() => closed.close(), 20);
  assert.equal((await underWay).code, Code.Canceled);
});

const one = { times: [1n], columns: [{ label: "close", values: [2.5] }] };

/** A server that turns calls away before it answers. */
async function small(...refusals: [Code, string?][]): Promise<{ calls: () => number; client: AtradClient; address: string }> {
  let calls = 0;
  const refuse = (context: HandlerContext) => {
    const [code, pushback] = refusals[calls++] ?? [];
    if (code === undefined) return;
    if (pushback !== undefined) context.responseTrailer.set("grpc-retry-pushback-ms", pushback);
    throw new ConnectError("not now", code);
  };
  // Those that compare do what they are asked for before they break off.
  const done = (_: unknown, context: HandlerContext) => {
    refuse(context);
    return {};
  };
  const routes = (router: ConnectRouter) =>
    router
      .service(IndicatorService, {
        compute(_, context) {
          refuse(context);
          return one;
        },
        async *computeStream(_, context) {
          yield { chunk: one };
          refuse(context);
        },
      })
      .service(CacheService, { compareAndSet: done })
      .service(BoardService, { postValue: done, deleteValue: done });
  const server = createServer(connectNodeAdapter({ routes }));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  after(() => server.close());
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { calls: () => calls, client: client(address), address };
}

test("what fails for the moment is tried again", async () => {
  const { Unavailable, ResourceExhausted, InvalidArgument } = Code;
  const cases: [string, [Code, string?][], number, Code | undefined][] = [
    ["until it is answered", [[Unavailable], [ResourceExhausted, "20"]], 3, undefined],
    ["pushback forbids it", [[Unavailable, "-1"]], 1, Unavailable],
    ["a limit has no hint", [[ResourceExhausted]], 1, ResourceExhausted],
    ["a wrong question", [[InvalidArgument, "1"]], 1, InvalidArgument],
    ["a hint past the end", [[ResourceExhausted, "90000"]], 1, ResourceExhausted],
    ["as long as it is busy", Array.from({ length: 10 }, () => [ResourceExhausted, "1"]), 11, undefined],
    ["nobody has answered", Array.from({ length: 10 }, () => [Unavailable]), 5, Unavailable],
    ["at least the hint long", [[Unavailable, "300"]], 2, undefined],
  ];
  for (const [name, refusals, calls, code] of cases) {
    const server = await small(...refusals);
    const began = performance.now();
    if (code === undefined) assert.equal((await closeOf(server.client)).column("close")[0], 2.5, name);
    else assert.equal((await refusal(closeOf(server.client))).code, code, name);
    assert.equal(server.calls(), calls, name);
    if (name === "at least the hint long") assert(performance.now() - began >= 300);
  }
});

test("a timeout may be of any length", async () => {
  for (const timeoutMs of [3e8, 3e9, 1e15, Infinity]) {
    const server = await small([Code.Unavailable, "1"], [Code.Unavailable, "1"]);
    assert.equal((await closeOf(client(server.address, { timeoutMs }))).length, 1);
    assert.equal((await server.client.compute("IBM", "1d", "close", { timeoutMs })).length, 1);
    await client(server.address, { timeoutMs }).services.indicators.compute({});
  }
});

test("a server that is busy is asked until the deadline", async () => {
  const busy = await small(...Array.from({ length: 1000 }, (): [Code, string] => [Code.Unavailable, "1"]));
  const began = performance.now();
  const error = await refusal(busy.client.compute("IBM", "1d", "close", { last: 1, timeoutMs: 3_000 }));
  assert.equal(error.code, Code.Unavailable);
  assert(performance.now() - began < 10_000);
  assert(busy.calls() >= 6 && busy.calls() < 50, String(busy.calls()));
});

test("what compares is made again only after a delay of the server", async () => {
  const { Unavailable } = Code;
  const [one, expected] = [{ namespace: "desk", name: "x" }, { expectedVersion: 0n }];
  type Call = (services: AtradClient["services"]) => Promise<unknown>;
  const calls: [string, boolean, Call][] = [
    ["a value of the cache", true, ({ cache }) => cache.compareAndSet({ namespace: "locks", key: "leader" })],
    ["a post with a version", true, ({ board }) => board.postValue({ ...one, ...expected })],
    ["a deletion with a version", true, ({ board }) => board.deleteValue({ ...one, ...expected })],
    ["a post of any version", false, ({ board }) => board.postValue(one)],
    ["a deletion of any version", false, ({ board }) => board.deleteValue(one)],
  ];
  for (const [name, compares, call] of calls) {
    const cut = await small([Unavailable]);
    if (compares) assert.equal((await refusal(call(cut.client.services))).code, Unavailable, name);
    else await call(cut.client.services);
    assert.equal(cut.calls(), compares ? 1 : 2, name);
    const late = await small([Unavailable, "1"]);
    await call(late.client.services);
    assert.equal(late.calls(), 2, name);
  }
});

test("a whole answer is begun again, and a stream is not", async () => {
  const whole = await small([Code.Unavailable, "1"]);
  assert.equal((await whole.client.compute("IBM", "1d", "close")).length, 1);
  assert.equal(whole.calls(), 2);
  const streamed = await small([Code.Unavailable, "1"]);
  assert.equal((await refusal(all(streamed.client.computeStream("IBM", "1d", "close")))).code, Code.Unavailable);
  assert.equal(streamed.calls(), 1);
});
