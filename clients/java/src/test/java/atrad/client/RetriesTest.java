package atrad.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import atrad.v1.IndicatorOuterClass.Column;
import atrad.v1.IndicatorOuterClass.ComputeRequest;
import atrad.v1.IndicatorOuterClass.ComputeResponse;
import atrad.v1.IndicatorOuterClass.ComputeStreamRequest;
import atrad.v1.IndicatorOuterClass.ComputeStreamResponse;
import atrad.v1.IndicatorServiceGrpc;
import atrad.v1.Ingest.IngestStreamRequest;
import atrad.v1.Ingest.IngestStreamResponse;
import atrad.v1.IngestServiceGrpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Retries and flow control, against small servers that misbehave. */
class RetriesTest {
  private static Answer closeOf(Atrad client) {
    return client.compute("IBM", "1d", Span.last(1), "close");
  }

  private static AtradException refusal(Atrad client) {
    return assertThrows(AtradException.class, () -> closeOf(client));
  }

  /** A refusal of a small server, with what it says about a retry. */
  private record Refusal(Code code, String pushback) {}

  /** A server that turns calls away before it answers. */
  private static final class Small extends IndicatorServiceGrpc.IndicatorServiceImplBase {
    private static final ComputeResponse ONE =
        ComputeResponse.newBuilder()
            .addTimes(1)
            .addColumns(Column.newBuilder().setLabel("close").addValues(2.5))
            .build();
    private final List<Refusal> refusals;
    private final AtomicInteger calls = new AtomicInteger();

    private Small(List<Refusal> refusals) {
      this.refusals = refusals;
    }

    private boolean refuses(StreamObserver<?> observer) {
      int call = calls.getAndIncrement();
      if (call >= refusals.size()) {
        return false;
      }
      Metadata trailers = new Metadata();
      if (refusals.get(call).pushback != null) {
        trailers.put(
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER),
            refusals.get(call).pushback);
      }
      observer.onError(
          Status.fromCode(refusals.get(call).code)
              .withDescription("not now")
              .asRuntimeException(trailers));
      return true;
    }

    @Override
    public void compute(ComputeRequest request, StreamObserver<ComputeResponse> observer) {
      if (!refuses(observer)) {
        observer.onNext(ONE);
        observer.onCompleted();
      }
    }

    @Override
    public void computeStream(
        ComputeStreamRequest request, StreamObserver<ComputeStreamResponse> observer) {
      observer.onNext(ComputeStreamResponse.newBuilder().setChunk(ONE).build());
      if (!refuses(observer)) {
        observer.onCompleted();
      }
    }
  }

  /** A server that breaks the first stream of batches after one receipt. */
  private static final class Breaking extends IngestServiceGrpc.IngestServiceImplBase {
    private final List<Long> batches = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger streams = new AtomicInteger();

    @Override
    public StreamObserver<IngestStreamRequest> ingestStream(
        StreamObserver<IngestStreamResponse> observer) {
      boolean breaks = streams.getAndIncrement() == 0;
      return new StreamObserver<>() {
        @Override
        public void onNext(IngestStreamRequest request) {
          batches.add(request.getBatch());
          if (breaks && request.getBatch() == 1) {
            observer.onError(Status.UNAVAILABLE.asRuntimeException());
          } else if (!breaks || request.getBatch() == 0) {
            long rows = request.getBars().getTimesCount();
            observer.onNext(
                IngestStreamResponse.newBuilder()
                    .setBatch(request.getBatch())
                    .setReceipt(
                        atrad.v1.Ingest.Receipt.newBuilder()
                            .setAccepted(rows)
                            .setEpoch(request.getBatch()))
                    .build());
          }
        }

        @Override
        public void onError(Throwable gone) {}

        @Override
        public void onCompleted() {
          observer.onCompleted();
        }
      };
    }
  }

  @Test
  void anInterruptedIngestGoesOnWithTheFirstBatchWithoutAReceipt() throws IOException {
    Breaking breaking = new Breaking();
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .maxInboundMessageSize(1 << 26)
            .addService(breaking)
            .build()
            .start();
    try (Atrad client = Atrad.connect("127.0.0.1:" + server.getPort())) {
      assertEquals(
          new Receipt(350_000, 0, 0, 3), client.ingest("S", "1m", Servers.minutes(350_000)));
      List<Long> again =
          breaking.batches.subList(breaking.batches.lastIndexOf(1L), breaking.batches.size());
      assertEquals(List.of(1L, 2L, 3L), again);
    } finally {
      server.shutdownNow();
    }
  }

  /** A server that sends as much as its client takes. */
  private static final class Endless extends IndicatorServiceGrpc.IndicatorServiceImplBase {
    private static final int BYTES = 1 << 20;
    private final AtomicInteger sent = new AtomicInteger();
    private final CompletableFuture<Void> cancelled = new CompletableFuture<>();

    @Override
    public void computeStream(
        ComputeStreamRequest request, StreamObserver<ComputeStreamResponse> observer) {
      ServerCallStreamObserver<ComputeStreamResponse> call =
          (ServerCallStreamObserver<ComputeStreamResponse>) observer;
      ComputeResponse.Builder chunk = ComputeResponse.newBuilder();
      for (int row = 0; row < BYTES / 8; row++) {
        chunk.addTimes(row);
      }
      ComputeStreamResponse message = ComputeStreamResponse.newBuilder().setChunk(chunk).build();
      call.setOnCancelHandler(() -> cancelled.complete(null));
      call.setOnReadyHandler(
          () -> {
            while (call.isReady()) {
              call.onNext(message);
              sent.incrementAndGet();
            }
          });
    }
  }

  @Test
  void aSlowReaderSlowsTheServerAndLeavesIt() throws Exception {
    Endless endless = new Endless();
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .addService(endless)
            .build()
            .start();
    try (Atrad client = Atrad.connect("127.0.0.1:" + server.getPort())) {
      try (Messages<Answer> chunks = client.computeStream("IBM", "1d", Span.all(), "close")) {
        assertEquals(Endless.BYTES / 8, chunks.next().size());
        Thread.sleep(500);
        int ahead = endless.sent.get();
        assertTrue(ahead < 20, () -> ahead + " MB were sent to a client that took one");
        for (int taken = 0; taken < 40; taken++) {
          chunks.next();
        }
        assertTrue(endless.sent.get() >= 41);
      }
      endless.cancelled.get(5, TimeUnit.SECONDS);
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void aLongTimeoutMayBeOfManyBatches() throws IOException {
    Breaking breaking = new Breaking();
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .maxInboundMessageSize(1 << 26)
            .addService(breaking)
            .build()
            .start();
    String address = "127.0.0.1:" + server.getPort();
    try (Atrad client = Atrad.builder(address).timeout(Duration.ofDays(10_000)).connect()) {
      assertEquals(1_100_000, client.ingest("S", "1m", Servers.minutes(1_100_000)).accepted());
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void aClosedClientSaysSoInStreams() throws Exception {
    Endless endless = new Endless();
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .addService(endless)
            .addService(new Breaking())
            .build()
            .start();
    Atrad client = Atrad.connect("127.0.0.1:" + server.getPort());
    try (Messages<Answer> chunks = client.computeStream("IBM", "1d", Span.all(), "close");
        IngestStream batches = client.ingestStream("S", "1m", Ingestion.DEFAULT)) {
      assertTrue(chunks.hasNext());
      batches.send(Servers.minutes(1));
      assertEquals(1, batches.next().receipt().accepted());
      client.close();
      AtradException read =
          assertThrows(AtradException.class, () -> chunks.forEachRemaining(chunk -> {}));
      AtradException written = assertThrows(AtradException.class, batches::hasNext);
      for (AtradException error : List.of(read, written)) {
        assertEquals("the client is closed", error.text());
        assertEquals(Code.CANCELLED, error.code());
      }
    } finally {
      server.shutdownNow();
    }
  }

  private interface Use {
    void of(Small server, Atrad client);
  }

  private static void withSmall(List<Refusal> refusals, Use use) throws IOException {
    withSmall(refusals, Duration.ofMinutes(1), use);
  }

  private static void withSmall(List<Refusal> refusals, Duration timeout, Use use)
      throws IOException {
    Small small = new Small(refusals);
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .addService(small)
            .build()
            .start();
    try (Atrad client = Atrad.builder("127.0.0.1:" + server.getPort()).timeout(timeout).connect()) {
      use.of(small, client);
    } finally {
      server.shutdownNow();
    }
  }

  private static void tried(String name, int calls, Code code, Refusal... refusals)
      throws IOException {
    withSmall(
        List.of(refusals),
        (server, client) -> {
          if (code == Code.OK) {
            assertEquals(2.5, closeOf(client).column("close")[0], name);
          } else {
            assertEquals(code, refusal(client).code(), name);
          }
          assertEquals(calls, server.calls.get(), name);
        });
  }

  private static Refusal[] repeated(Refusal refusal, int times) {
    return Collections.nCopies(times, refusal).toArray(Refusal[]::new);
  }

  @Test
  void aServerThatIsBusyIsAskedUntilTheDeadline() throws IOException {
    withSmall(
        List.of(repeated(new Refusal(Code.UNAVAILABLE, "1"), 1000)),
        Duration.ofSeconds(3),
        (server, client) -> {
          long began = System.nanoTime();
          assertEquals(Code.UNAVAILABLE, refusal(client).code());
          assertTrue(System.nanoTime() - began < 10e9);
          assertTrue(server.calls.get() >= 6 && server.calls.get() < 50, server.calls::toString);
        });
  }

  @Test
  void whatFailsForTheMomentIsTriedAgain() throws IOException {
    Refusal busy = new Refusal(Code.RESOURCE_EXHAUSTED, "1");
    tried(
        "until it is answered",
        3,
        Code.OK,
        new Refusal(Code.UNAVAILABLE, null),
        new Refusal(Code.RESOURCE_EXHAUSTED, "20"));
    tried("pushback forbids it", 1, Code.UNAVAILABLE, new Refusal(Code.UNAVAILABLE, "-1"));
    tried(
        "a limit has no hint",
        1,
        Code.RESOURCE_EXHAUSTED,
        new Refusal(Code.RESOURCE_EXHAUSTED, null));
    tried("a wrong question", 1, Code.INVALID_ARGUMENT, new Refusal(Code.INVALID_ARGUMENT, "1"));
    tried(
        "a hint past the end",
        1,
        Code.RESOURCE_EXHAUSTED,
        new Refusal(Code.RESOURCE_EXHAUSTED, "90000"));
    tried("as long as it is busy", 11, Code.OK, repeated(busy, 10));
    tried(
        "nobody has answered",
        5,
        Code.UNAVAILABLE,
        repeated(new Refusal(Code.UNAVAILABLE, null), 10));
    long began = System.nanoTime();
    tried("at least the hint long", 2, Code.OK, new Refusal(Code.UNAVAILABLE, "300"));
    assertTrue(System.nanoTime() - began >= 300e6);
  }

  @Test
  void aWholeAnswerIsBegunAgainAndAStreamIsNot() throws IOException {
    List<Refusal> once = List.of(new Refusal(Code.UNAVAILABLE, "1"));
    withSmall(
        once,
        (server, client) -> {
          assertEquals(1, client.compute("IBM", "1d", Span.all(), "close").size());
          assertEquals(2, server.calls.get());
        });
    withSmall(
        once,
        (server, client) -> {
          Messages<Answer> chunks = client.computeStream("IBM", "1d", Span.all(), "close");
          assertEquals(1, chunks.next().size());
          assertEquals(
              Code.UNAVAILABLE, assertThrows(AtradException.class, chunks::hasNext).code());
          assertEquals(1, server.calls.get());
        });
  }
}
