// The connection of Node: gRPC over HTTP/2, by TCP, TLS or a Unix socket.

import { readFileSync } from "node:fs";
import type { SecureClientSessionOptions } from "node:http2";
import { connect as connectSocket } from "node:net";
import { connect as connectTls } from "node:tls";

import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";

import { AtradClient } from "./client.js";
import { AtradError } from "./errors.js";
import { bearer, capped, retrying } from "./retry.js";

export * from "./core.js";

// Node's own default of 64 KiB makes every chunk of an answer wait for the network several times.
const WINDOW_BYTES = 8 << 20;
const MESSAGE_BYTES_MAX = 0xffffffff;
const PING_MS = 120_000;

/** Files in PEM. */
export interface Tls {
  /** The certificates to trust, instead of the well-known ones. */
  ca?: string;
  /** The certificate of this client and its key, for servers that ask for one (mTLS). */
  cert?: string;
  key?: string;
  /** The name in the server's certificate, where it is not the host of the address. */
  serverName?: string;
}

export interface ConnectOptions {
  /** Sent as a bearer token with every call. */
  token?: string;
  tls?: boolean | Tls;
  /** Milliseconds for a call that names none of its own, retries included; 0 waits for ever. A minute unless set. */
  timeoutMs?: number;
}

/**
 * Prepares a connection; the first call opens it. The address is `HOST:PORT`, `https://HOST:PORT` for TLS, or `unix:PATH`.
 * Without one, ATRAD_SERVER and ATRAD_TOKEN say where the server is, or it is at 127.0.0.1:50051.
 */
export function connect(address?: string, options: ConnectOptions = {}): AtradClient {
  const token = options.token ?? (address ? undefined : process.env.ATRAD_TOKEN);
  const { baseUrl, settings } = target(address || process.env.ATRAD_SERVER || "127.0.0.1:50051", options.tls ?? false);
  const sessionManager = new Http2SessionManager(
    baseUrl,
    { pingIntervalMs: PING_MS },
    { ...settings, settings: { initialWindowSize: WINDOW_BYTES } },
  );
  const shared = { reached: false };
  const timeoutMs = capped(options.timeoutMs ?? 60_000);
  const transport = createGrpcTransport({
    baseUrl,
    sessionManager,
    interceptors: [...(token === undefined ? [] : [bearer(token)]), retrying(shared)],
    acceptCompression: [],
    readMaxBytes: MESSAGE_BYTES_MAX,
    writeMaxBytes: MESSAGE_BYTES_MAX,
    defaultTimeoutMs: timeoutMs,
  });
  return new AtradClient({ transport, shared, timeoutMs, duplex: true, close: () => sessionManager.abort() });
}

function target(address: string, tls: boolean | Tls): { baseUrl: string; settings: SecureClientSessionOptions } {
  if (address.startsWith("unix:")) {
    const path = address.slice("unix:".length).replace(/^\/\//, "");
    return { baseUrl: "http://localhost", settings: { createConnection: () => connectSocket(path) } };
  }
  const [, scheme, host] = /^(?:(https?|grpcs?):\/\/)?([^/\s]+:\d{1,5})\/?$/.exec(address) ?? [];
  const ipv6 = /^\[([0-9a-fA-F:.]+)\]:(\d+)$/.exec(host ?? "");
  const url = `${scheme === "https" || scheme === "grpcs" || tls ? "https" : "http"}://${host}`;
  if (!host || !URL.canParse(url))
    throw AtradError.invalid("address", `address must be HOST:PORT, unix:PATH or https://HOST:PORT, got ${JSON.stringify(address)}`);
  const { ca, cert, key, serverName } = typeof tls === "boolean" ? {} : tls;
  if ((cert === undefined) !== (key === undefined)) throw AtradError.invalid("tls", "cert and key of a client come together");
  const settings = {
    ...(ca !== undefined && { ca: readFileSync(ca) }),
    ...(cert !== undefined && { cert: readFileSync(cert) }),
    ...(key !== undefined && { key: readFileSync(key) }),
    ...(serverName !== undefined && { servername: serverName }),
  };
  if (!ipv6) return { baseUrl: url, settings };
  // Node would send the address without its brackets as authority, which is none: strict servers refuse it.
  const where = { host: ipv6[1]!, port: Number(ipv6[2]) };
  const open = url.startsWith("https:") ? () => connectTls({ ...where, ...settings, ALPNProtocols: ["h2"] }) : () => connectSocket(where);
  return { baseUrl: url.replace(/\[.*\]/, "localhost"), settings: { createConnection: open } };
}
