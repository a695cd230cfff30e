package atrad.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import atrad.v1.Board.DeleteValueRequest;
import atrad.v1.Board.DeleteValueResponse;
import atrad.v1.Board.PostValueRequest;
import atrad.v1.Board.PostValueResponse;
import atrad.v1.BoardServiceGrpc;
import atrad.v1.Cache.CompareAndSetRequest;
import atrad.v1.Cache.CompareAndSetResponse;
import atrad.v1.CacheServiceGrpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Calls that are not idempotent, to a server that carries them out and then breaks off. */
class ComparingTest {
  /** Breaks off the first call; with a pushback, unless it is null. */
  private static final class Breaking {
    private final AtomicInteger calls = new AtomicInteger();
    private final String pushback;

    private Breaking(String pushback) {
      this.pushback = pushback;
    }

    private <R> void answer(StreamObserver<R> observer, R response) {
      if (calls.getAndIncrement() > 0) {
        observer.onNext(response);
        observer.onCompleted();
        return;
      }
      Metadata trailers = new Metadata();
      if (pushback != null) {
        trailers.put(
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER), pushback);
      }
      observer.onError(Status.UNAVAILABLE.asRuntimeException(trailers));
    }

    private Server start() throws IOException {
      return NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
          .addService(cache())
          .addService(board())
          .build()
          .start();
    }

    private CacheServiceGrpc.CacheServiceImplBase cache() {
      return new CacheServiceGrpc.CacheServiceImplBase() {
        @Override
        public void compareAndSet(
            CompareAndSetRequest request, StreamObserver<CompareAndSetResponse> observer) {
          answer(observer, CompareAndSetResponse.newBuilder().setStored(true).build());
        }
      };
    }

    private BoardServiceGrpc.BoardServiceImplBase board() {
      return new BoardServiceGrpc.BoardServiceImplBase() {
        @Override
        public void postValue(
            PostValueRequest request, StreamObserver<PostValueResponse> observer) {
          answer(observer, PostValueResponse.getDefaultInstance());
        }

        @Override
        public void deleteValue(
            DeleteValueRequest request, StreamObserver<DeleteValueResponse> observer) {
          answer(observer, DeleteValueResponse.getDefaultInstance());
        }
      };
    }
  }

  private static final List<Consumer<Atrad>> COMPARING =
      List.of(
          client ->
              client.call(
                  CacheServiceGrpc.getCompareAndSetMethod(),
                  CompareAndSetRequest.newBuilder().setNamespace("locks").setKey("a").build()),
          client -> client.board("desk").expecting(0).post("x", "1"),
          client -> client.board("desk").expecting(0).delete("x"));

  private static void made(Consumer<Atrad> call, String pushback, int calls, Code code)
      throws IOException {
    Breaking breaking = new Breaking(pushback);
    Server server = breaking.start();
    try (Atrad client = Atrad.connect("127.0.0.1:" + server.getPort())) {
      if (code == Code.OK) {
        call.accept(client);
      } else {
        assertEquals(code, assertThrows(AtradException.class, () -> call.accept(client)).code());
      }
      assertEquals(calls, breaking.calls.get());
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void whatComparesIsMadeAgainOnlyAfterADelayOfTheServer() throws IOException {
    for (Consumer<Atrad> call : COMPARING) {
      made(call, null, 1, Code.UNAVAILABLE);
      made(call, "1", 2, Code.OK);
    }
  }

  @Test
  void whatDoesNotCompareIsMadeAgain() throws IOException {
    made(client -> client.board("desk").post("x", "1"), null, 2, Code.OK);
    made(client -> client.board("desk").delete("x"), null, 2, Code.OK);
  }
}
