// The connection of browsers: gRPC-Web by `fetch`. The server must allow the origin of the page (`--cors-origin`).

import { createGrpcWebTransport } from "@connectrpc/connect-web";

import { AtradClient } from "./client.js";
import { AtradError } from "./errors.js";
import { bearer, capped, retrying } from "./retry.js";

export * from "./core.js";

export interface ConnectOptions {
  /** Sent as a bearer token with every call. */
  token?: string;
  /** Milliseconds for a call that names none of its own, retries included; 0 waits for ever. A minute unless set. */
  timeoutMs?: number;
  /** Instead of the global one. */
  fetch?: typeof globalThis.fetch;
}

/** Prepares a connection to `http://HOST:PORT` or `https://HOST:PORT`. */
export function connect(address: string, options: ConnectOptions = {}): AtradClient {
  const baseUrl = address.includes("://") ? address.replace(/\/$/, "") : `http://${address}`;
  if (!URL.canParse(baseUrl)) throw AtradError.invalid("address", `address must be https://HOST:PORT, got ${JSON.stringify(address)}`);
  const shared = { reached: false };
  const timeoutMs = capped(options.timeoutMs ?? 60_000);
  const transport = createGrpcWebTransport({
    baseUrl,
    interceptors: [...(options.token === undefined ? [] : [bearer(options.token)]), retrying(shared)],
    defaultTimeoutMs: timeoutMs,
    ...(options.fetch && { fetch: options.fetch }),
  });
  return new AtradClient({ transport, shared, timeoutMs, duplex: false, close: () => {} });
}
