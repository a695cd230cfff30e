// Why a call failed, with what the server said about it in detail.

import { Code, ConnectError } from "@connectrpc/connect";

import type { Failure } from "./generated/atrad/v1/ingest_pb.js";
import {
  BadRequestSchema,
  QuotaFailureSchema,
  RequestInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from "./generated/google/rpc/error_details_pb.js";

export { Code };

/** A call failed. `code` says of which kind: `error.code === Code.NotFound`. */
export class AtradError extends ConnectError {
  /** What is wrong with which field of the request, by its path: `expressions[1]`, `bars.high[17]`. */
  readonly fields: { path: string; message: string }[] = [];
  /** The kind and the name of what was not found. */
  resource?: { kind: string; name: string };
  /** The limit of the server that was exceeded, as its flag is named: `answer_bytes_max`. */
  limit?: string;
  /** Milliseconds after which a retry may help. */
  retryAfterMs?: number;
  /** The name of the request in the log of the server. */
  requestId?: string;
  /** Whether the server forbids a retry. */
  retryForbidden = false;

  /** The message without the code. */
  get text(): string {
    return this.rawMessage;
  }

  /** That of the base class takes every error of Connect for one of these. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && Object.prototype.isPrototypeOf.call(AtradError.prototype, value);
  }

  /** What is refused here, before it is sent. */
  static invalid(path: string, message: string): AtradError {
    const made = new AtradError(message, Code.InvalidArgument);
    made.fields.push({ path, message });
    return made;
  }

  /** The error that a call was rejected with. */
  static override from(reason: unknown, code = Code.Unknown): AtradError {
    if (reason instanceof AtradError) return reason;
    const failed = ConnectError.from(reason, code);
    // A connection that breaks has no code of the server.
    const isCut = failed.code === Code.Aborted && failed.details.length === 0;
    // In a stream the question is inside of another message, which nobody who asks has seen.
    const message = failed.rawMessage.replace(/^request: /, "");
    const made = new AtradError(message, isCut ? Code.Unavailable : failed.code, failed.metadata, undefined, failed.cause);
    made.details = failed.details;
    made.#note(failed);
    return made;
  }

  /** The error of one item of a batch or a stream, whose other items are not affected. */
  static ofFailure(failure: Failure): AtradError {
    const made = new AtradError(failure.message, failure.code);
    if (failure.field) made.fields.push({ path: failure.field, message: failure.message });
    if (failure.retryAfterMs) made.retryAfterMs = Number(failure.retryAfterMs);
    return made;
  }

  #note(failed: ConnectError): void {
    for (const { fieldViolations } of failed.findDetails(BadRequestSchema)) {
      for (const { field, description } of fieldViolations) {
        this.fields.push({ path: field.replace(/^request\./, ""), message: description.replace(/^request: /, "") });
      }
    }
    const [resource] = failed.findDetails(ResourceInfoSchema);
    if (resource) this.resource = { kind: resource.resourceType, name: resource.resourceName };
    const [quota] = failed.findDetails(QuotaFailureSchema);
    if (quota?.violations[0]) this.limit = quota.violations[0].subject;
    const [request] = failed.findDetails(RequestInfoSchema);
    const id = request?.requestId ?? failed.metadata.get("x-request-id");
    if (id) this.requestId = id;
    const [retry] = failed.findDetails(RetryInfoSchema);
    if (retry?.retryDelay) this.retryAfterMs = Number(retry.retryDelay.seconds) * 1e3 + retry.retryDelay.nanos / 1e6;
    const pushback = failed.metadata.get("grpc-retry-pushback-ms");
    if (pushback === null) return;
    // Anything but a number of at least 0 forbids a retry.
    this.retryForbidden = !/^\d+$/.test(pushback);
    if (!this.retryForbidden) this.retryAfterMs = Number(pushback);
  }
}
