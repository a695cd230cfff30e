// When a call is made again: while it fails for the moment, with pauses that grow, until the deadline.

import type { DescMethod } from "@bufbuild/protobuf";
import { Code, type Interceptor } from "@connectrpc/connect";

import { AtradError } from "./errors.js";
import { BoardService } from "./generated/atrad/v1/board_pb.js";
import { CacheService } from "./generated/atrad/v1/cache_pb.js";

/** For a server that has never answered: it may not be there at all. One that has is waited for. */
const ATTEMPTS_MAX = 5;
const PAUSE_FIRST_MS = 100;
/** Such pauses find a server that has restarted soon enough, and cost it nothing while it has not. */
const PAUSE_MAX_MS = 2_000;
/** How long a server that is away is waited for by a call without a deadline. */
const PATIENCE_MS = 60_000;

/**
 * Methods that are not idempotent, because they compare with what is stored; some only with a field of the request. A call
 * that may have been carried out is not made again.
 */
const COMPARING = new Map<DescMethod, string | undefined>([
  [CacheService.method.compareAndSet, undefined],
  [BoardService.method.postValue, "expectedVersion"],
  [BoardService.method.deleteValue, "expectedVersion"],
]);

function isIdempotent(method: DescMethod, message: object): boolean {
  if (!COMPARING.has(method)) return true;
  const field = COMPARING.get(method);
  return field !== undefined && (message as Record<string, unknown>)[field] === undefined;
}

/** More milliseconds have no place in the header of a deadline, and even more in a timer. */
const LONGEST_MS = 99_999_999;

/** A time for a call, within which a deadline can be told: more than a day is this one, 0 waits for ever. */
export function capped(timeoutMs: number): number {
  return Math.min(timeoutMs, LONGEST_MS);
}

/** What all calls of a connection share. */
export interface Shared {
  /** Whether the server has ever answered. */
  reached: boolean;
}

/**
 * The attempts of one call. One that is not idempotent is repeated only after a delay of the server, which then has not carried
 * it out: after any other error, as of a connection that broke, nobody knows.
 */
export class Attempts {
  readonly #deadline: number;
  #failed = 0;
  #failingSince = 0;

  constructor(
    readonly shared: Shared,
    timeoutMs: number,
    readonly signal?: AbortSignal,
    readonly idempotent = true,
  ) {
    this.#deadline = timeoutMs > 0 ? performance.now() + capped(timeoutMs) : Infinity;
  }

  /** The milliseconds left for the next attempt, 0 for ever. */
  left(): number {
    return this.#deadline === Infinity ? 0 : Math.max(1, Math.ceil(this.#deadline - performance.now()));
  }

  /** Counts anew: the call got further than before. */
  progressed(): void {
    this.#failed = 0;
    this.shared.reached = true;
  }

  /** Waits before the next attempt, or throws the error if that would not help. */
  async pause(reason: unknown): Promise<void> {
    const error = AtradError.from(reason);
    const now = performance.now();
    if (this.#failed === 0) this.#failingSince = now;
    this.#failed += 1;
    // What asks for a delay is a server that is there.
    if (error.retryAfterMs !== undefined) this.shared.reached = true;
    const wait = this.#wanted(error);
    const end = this.#deadline === Infinity ? this.#failingSince + PATIENCE_MS : this.#deadline;
    const isNobodyThere = this.#failed >= ATTEMPTS_MAX && !this.shared.reached;
    if (wait === undefined || isNobodyThere || now + wait > end) throw error;
    await sleep(wait, this.signal);
  }

  #wanted(error: AtradError): number | undefined {
    if (error.retryForbidden || this.signal?.aborted) return undefined;
    if (error.code !== Code.Unavailable && error.code !== Code.ResourceExhausted) return undefined;
    let own = Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** (this.#failed - 1));
    // The server's delay is a least one, and one of nothing is not to be asked for all the time.
    if (error.retryAfterMs !== undefined) own = Math.max(error.retryAfterMs, own / 10);
    // A limit that no waiting lifts comes without a delay.
    else if (error.code === Code.ResourceExhausted || !this.idempotent) return undefined;
    // All clients are told about the same, and are not to come back together.
    return own * (1 + Math.random() / 2);
  }
}

/** Makes unary calls again, and reads the errors of all calls. The deadline of the call bounds its attempts. */
export function retrying(shared: Shared): Interceptor {
  return (next) => async (request) => {
    const timeoutMs = parseInt(request.header.get("grpc-timeout") ?? request.header.get("connect-timeout-ms") ?? "0", 10);
    const attempts = new Attempts(shared, timeoutMs, request.signal, request.stream || isIdempotent(request.method, request.message));
    for (;;) {
      try {
        const response = await next(request);
        if (!response.stream) {
          shared.reached = true;
          return response;
        }
        return { ...response, message: told(response.message) };
      } catch (reason) {
        if (request.stream) throw AtradError.from(reason);
        await attempts.pause(reason);
      }
    }
  };
}

async function* told<T>(messages: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* messages;
  } catch (reason) {
    throw AtradError.from(reason);
  }
}

/** Sends a bearer token with every call. */
export function bearer(token: string): Interceptor {
  if (!/^[!-~]+$/.test(token)) throw AtradError.invalid("token", "token must be ASCII without spaces, and not empty");
  return (next) => (request) => {
    request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  };
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, failed) => {
    const stop = () => {
      clearTimeout(timer);
      failed(AtradError.from(signal?.reason, Code.Canceled));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      done();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
