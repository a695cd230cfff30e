// What the calls of the API are made of: one transport, its services, and streams that are begun again.

import { createClient, type CallOptions as RpcOptions, type Client, type Transport } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";

import { Assembler, type Answer, type Chunk, type Values } from "./answer.js";
import { withColumns } from "./columns.js";
import { AtradError } from "./errors.js";
import { AdminService } from "./generated/atrad/v1/admin_pb.js";
import { AlertService } from "./generated/atrad/v1/alert_pb.js";
import { BoardService } from "./generated/atrad/v1/board_pb.js";
import { CacheService } from "./generated/atrad/v1/cache_pb.js";
import { ClockService } from "./generated/atrad/v1/clock_pb.js";
import {
  IndicatorService,
  type ComputeBatchRequestSchema,
  type CorrelateRequestSchema,
  type ScreenRequestSchema,
  type WatchRequestSchema,
} from "./generated/atrad/v1/indicator_pb.js";
import { IngestService, type IngestResponse, type IngestStreamResponse } from "./generated/atrad/v1/ingest_pb.js";
import { SavedResultService, type ReadSavedResultRequestSchema } from "./generated/atrad/v1/saved_result_pb.js";
import { SeriesService, type ReadBarsRequestSchema } from "./generated/atrad/v1/series_pb.js";
import type * as columns from "./generated/columns_pb.js";
import type { CallOptions } from "./requests.js";
import { Attempts, capped, type Shared } from "./retry.js";

type Init<S extends Parameters<typeof createClient>[0]["methods"][number]["input"]> = MessageInitShape<S>;
type Unary<Q, R> = (request: Q, options?: RpcOptions) => Promise<R>;
type Stream<Q, R> = (request: Q, options?: RpcOptions) => AsyncIterable<R>;

/** The methods whose messages have columns, which are bytes here. */
export interface Raw {
  compute: Unary<Init<typeof columns.ComputeRequestSchema>, columns.ComputeResponse>;
  computeStream: Stream<Init<typeof columns.ComputeStreamRequestSchema>, columns.ComputeStreamResponse>;
  computeBatch: Stream<Init<typeof ComputeBatchRequestSchema>, columns.ComputeBatchResponse>;
  correlate: Unary<Init<typeof CorrelateRequestSchema>, columns.CorrelateResponse>;
  sweep: Stream<Init<typeof columns.SweepRequestSchema>, columns.SweepResponse>;
  screen: Stream<Init<typeof ScreenRequestSchema>, columns.ScreenResponse>;
  watch: Stream<Init<typeof WatchRequestSchema>, columns.WatchResponse>;
  ingest: Unary<Init<typeof columns.IngestRequestSchema>, IngestResponse>;
  ingestStream: Stream<AsyncIterable<Init<typeof columns.IngestStreamRequestSchema>>, IngestStreamResponse>;
  readBars: Stream<Init<typeof ReadBarsRequestSchema>, columns.ReadBarsResponse>;
  readSavedResult: Stream<Init<typeof ReadSavedResultRequestSchema>, columns.ReadSavedResultResponse>;
}

/** What a way to a server has to offer. */
export interface Link {
  transport: Transport;
  shared: Shared;
  /** For a call that names none of its own; 0 waits for ever. */
  timeoutMs: number;
  /** Whether batches can be sent while receipts come, which browsers do not allow. */
  duplex: boolean;
  close(): void;
}

/** A connection to one server, with a client of each service that has the same retries, deadlines, token and errors. */
export class Connection {
  readonly services: {
    indicators: Client<typeof IndicatorService>;
    ingestion: Client<typeof IngestService>;
    series: Client<typeof SeriesService>;
    savedResults: Client<typeof SavedResultService>;
    alerts: Client<typeof AlertService>;
    board: Client<typeof BoardService>;
    cache: Client<typeof CacheService>;
    admin: Client<typeof AdminService>;
    clock: Client<typeof ClockService>;
  };
  protected readonly raw: Raw;

  constructor(protected readonly link: Link) {
    const { transport } = link;
    this.services = {
      indicators: createClient(IndicatorService, transport),
      ingestion: createClient(IngestService, transport),
      series: createClient(SeriesService, transport),
      savedResults: createClient(SavedResultService, transport),
      alerts: createClient(AlertService, transport),
      board: createClient(BoardService, transport),
      cache: createClient(CacheService, transport),
      admin: createClient(AdminService, transport),
      clock: createClient(ClockService, transport),
    };
    const services = [IndicatorService, IngestService, SeriesService, SavedResultService];
    this.raw = Object.assign({}, ...services.map((each) => createClient(withColumns(each), transport))) as Raw;
  }

  /** Closes the connection; calls that are under way fail. */
  close(): void {
    this.link.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  protected attempts({ timeoutMs, signal }: CallOptions): Attempts {
    return new Attempts(this.link.shared, timeoutMs ?? this.link.timeoutMs, signal);
  }

  /** A unary call, whose errors are those of this package even where the call did not reach the server. */
  protected async one<Q, R>(method: Unary<Q, R>, request: Q, { signal, timeoutMs }: CallOptions): Promise<R> {
    try {
      return await method(request, { ...(signal && { signal }), timeoutMs: capped(timeoutMs ?? this.link.timeoutMs) });
    } catch (reason) {
      throw AtradError.from(reason);
    }
  }

  /** The messages of one stream; leaving the loop ends the call. */
  protected async *once<Q, R>(method: Stream<Q, R>, request: Q, attempts: Attempts): AsyncGenerator<R, void, undefined> {
    const controller = new AbortController();
    const stop = () => controller.abort(attempts.signal?.reason);
    if (attempts.signal?.aborted) stop();
    attempts.signal?.addEventListener("abort", stop);
    try {
      yield* method(request, { signal: controller.signal, timeoutMs: attempts.left() });
    } catch (reason) {
      throw AtradError.from(reason);
    } finally {
      attempts.signal?.removeEventListener("abort", stop);
      controller.abort();
    }
  }

  /** The messages of a stream, which is begun again only while none has come. */
  protected async *each<Q, R>(method: Stream<Q, R>, request: Q, options: CallOptions): AsyncGenerator<R, void, undefined> {
    const attempts = this.attempts(options);
    for (;;) {
      let isBegun = false;
      try {
        for await (const message of this.once(method, request, attempts)) {
          isBegun = true;
          yield message;
        }
        return;
      } catch (reason) {
        if (isBegun) throw reason;
        await attempts.pause(reason);
      }
    }
  }

  /** All messages of a stream, given to what `begin` makes; from the start again if it breaks off. */
  protected async whole<Q, R, T>(
    method: Stream<Q, R>,
    request: Q,
    options: CallOptions,
    begin: () => T,
    take: (made: T, message: R) => void,
  ): Promise<T> {
    const attempts = this.attempts(options);
    for (;;) {
      const made = begin();
      try {
        for await (const message of this.once(method, request, attempts)) take(made, message);
        this.link.shared.reached = true;
        return made;
      } catch (reason) {
        await attempts.pause(reason);
      }
    }
  }

  /** The answer in chunks, which are joined. */
  protected async assembled<Q, R, V extends Values = Float64Array>(
    method: Stream<Q, R>,
    request: Q,
    options: CallOptions & { last?: number },
    read: (message: R) => Chunk,
  ): Promise<Answer<V>> {
    const begin = () => new Assembler<V>(options.last ?? 0);
    return (await this.whole(method, request, options, begin, (made, message) => made.add(read(message)))).answer();
  }
}
