// The connection to a server: one client per service, and what an error says in detail. Messages and services are
// generated and exported from here.

import { Code, ConnectError, createClient, type Client, type Interceptor } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";

import { CacheService } from "./generated/atrad/v1/cache_pb.js";
import { IndicatorService } from "./generated/atrad/v1/indicator_pb.js";
import { IngestService } from "./generated/atrad/v1/ingest_pb.js";
import { SeriesService } from "./generated/atrad/v1/series_pb.js";
import { BadRequestSchema, ResourceInfoSchema, RetryInfoSchema } from "./generated/google/rpc/error_details_pb.js";

export * from "./expressions.js";
export * from "./generated/atrad/v1/cache_pb.js";
export * from "./generated/atrad/v1/indicator_pb.js";
export * from "./generated/atrad/v1/ingest_pb.js";
export * from "./generated/atrad/v1/series_pb.js";
/** A function per indicator: `indicators.rsi(14)`, `indicators.macd(12, 26, 9).hist`. */
export * as indicators from "./generated/indicators.js";

const MESSAGE_BYTES_MAX = 64 << 20;
// Node's own default of 64 KiB makes every chunk of an answer wait for the network several times.
const WINDOW_BYTES = 8 << 20;

export interface Options {
  /** Sent as a bearer token with every call. */
  token?: string;
  /** For a call that names none of its own; 0 waits for ever. A minute unless set. */
  timeoutMs?: number;
}

/** A connection to one server, with one client per service. */
export interface Atrad {
  indicators: Client<typeof IndicatorService>;
  ingest: Client<typeof IngestService>;
  series: Client<typeof SeriesService>;
  cache: Client<typeof CacheService>;
  /** Closes the connection; calls that are under way fail. */
  close(): void;
}

/** Prepares a connection to `host:port` without TLS, or to a URL; the first call opens it. */
export function connect(address: string, options: Options = {}): Atrad {
  const baseUrl = address.includes("://") ? address : `http://${address}`;
  const sessionManager = new Http2SessionManager(baseUrl, {}, { settings: { initialWindowSize: WINDOW_BYTES } });
  const transport = createGrpcTransport({
    baseUrl,
    sessionManager,
    interceptors: options.token === undefined ? [] : [bearer(options.token)],
    acceptCompression: [],
    readMaxBytes: MESSAGE_BYTES_MAX,
    writeMaxBytes: MESSAGE_BYTES_MAX,
    defaultTimeoutMs: options.timeoutMs ?? 60_000,
  });
  return {
    indicators: createClient(IndicatorService, transport),
    ingest: createClient(IngestService, transport),
    series: createClient(SeriesService, transport),
    cache: createClient(CacheService, transport),
    close: () => sessionManager.abort(),
  };
}

/** What the server said about a call that failed. */
export interface Failed {
  /** The name of the gRPC code, as in `InvalidArgument`. */
  code: string;
  message: string;
  /** What is wrong with which field of the request. */
  fields: { field: string; description: string }[];
  /** The kind and the name of what was not found. */
  resource?: { type: string; name: string };
  /** Milliseconds after which a retry may help. */
  retryAfterMs?: number;
}

/** Reads an error that a call was rejected with. */
export function explain(error: unknown): Failed {
  const failed = ConnectError.from(error);
  const [resource] = failed.findDetails(ResourceInfoSchema);
  const [retry] = failed.findDetails(RetryInfoSchema);
  return {
    code: Code[failed.code],
    message: failed.rawMessage,
    fields: failed.findDetails(BadRequestSchema).flatMap((bad) =>
      bad.fieldViolations.map(({ field, description }) => ({ field, description })),
    ),
    ...(resource && { resource: { type: resource.resourceType, name: resource.resourceName } }),
    ...(retry?.retryDelay && {
      retryAfterMs: Number(retry.retryDelay.seconds) * 1e3 + retry.retryDelay.nanos / 1e6,
    }),
  };
}

function bearer(token: string): Interceptor {
  return (next) => (request) => {
    request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  };
}
