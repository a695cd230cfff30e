package atrad.client;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** What the calls of the API are made of: deadlines, retries, and streams that are begun again. */
public abstract sealed class Connection implements AutoCloseable permits Stores {
  private final ManagedChannel managed;
  private final Channel channel;
  private final Duration timeout;
  private final Runnable release;
  private final Shared shared;

  /** What connections that differ in their timeouts have in common. */
  private static final class Shared {
    private volatile boolean isClosed;
    private volatile boolean isReached;
  }

  /** The same connection with another time for a call. */
  Connection(Connection other, Duration time) {
    managed = other.managed;
    channel = other.channel;
    timeout = Builder.checked(time);
    release = other.release;
    shared = other.shared;
  }

  Connection(Builder options) {
    managed = options.channel();
    timeout = options.timeout;
    release = options.release;
    shared = new Shared();
    Metadata headers = new Metadata();
    if (options.token != null) {
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
          "Bearer " + options.token);
    }
    channel =
        ClientInterceptors.intercept(managed, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** The channel, for stubs: with the token, without deadlines and retries. */
  public Channel channel() {
    return channel;
  }

  /**
   * The same client with another time for a call with all its retries, null for ever: {@code
   * client.timeout(Duration.ofSeconds(5)).compute(...)}. Both share the connection, which either
   * closes.
   */
  public Atrad timeout(Duration time) {
    return new Atrad(this, time);
  }

  /** Closes the connection; calls that are under way fail. */
  @Override
  public void close() {
    shared.isClosed = true;
    managed.shutdownNow();
    release.run();
  }

  private static AtradException closed(Throwable cause) {
    return new AtradException(Status.Code.CANCELLED, "the client is closed", cause);
  }

  /**
   * Makes any unary call of the API: {@code call(AlertServiceGrpc.getListAlertsMethod(), request)}.
   *
   * @throws AtradException if it fails, after the retries that may help
   */
  public <Q, R> R call(MethodDescriptor<Q, R> method, Q request) {
    Attempts attempts = attempts().of(method, request);
    while (true) {
      try {
        R response = ClientCalls.blockingUnaryCall(channel, method, within(attempts), request);
        attempts.progressed();
        return response;
      } catch (StatusRuntimeException failed) {
        attempts.pause(failure(failed));
      }
    }
  }

  /**
   * Makes any call of the API that streams its responses: {@code
   * stream(BoardServiceGrpc.getWatchValuesMethod(), request, null)}. It ends after the timeout,
   * which is null for an open-ended one. It is made again only while no message has come.
   *
   * @throws AtradException if it fails, here or while the messages are iterated
   */
  public <Q, R> Messages<R> stream(MethodDescriptor<Q, R> method, Q request, Duration time) {
    return each(method, request, new Attempts(this, Builder.checked(time)), Function.identity());
  }

  /** The same method with other messages, which have columns as bytes. */
  static <Q extends Message, R extends Message> MethodDescriptor<Q, R> columns(
      MethodDescriptor<?, ?> method, Q request, R response) {
    return method.toBuilder(ProtoUtils.marshaller(request), ProtoUtils.marshaller(response))
        .build();
  }

  /** Those of a call that does the work of several. */
  Attempts attempts(int calls) {
    return new Attempts(this, timeout == null ? null : Builder.capped(timeout.multipliedBy(calls)));
  }

  Attempts attempts() {
    return attempts(1);
  }

  Attempts endless() {
    return new Attempts(this, null);
  }

  /** The server has answered. */
  void reached() {
    shared.isReached = true;
  }

  /** Whether the server has answered before. */
  boolean isReached() {
    return shared.isReached;
  }

  /** Connects at once, without the delay that grew while nobody was there. */
  void reconnect() {
    managed.resetConnectBackoff();
  }

  /** Why a call failed, which is the close of this client if it is closed. */
  AtradException failure(StatusRuntimeException failed) {
    return failure(failed.getStatus(), failed.getTrailers(), failed);
  }

  /** The same of a status with its trailers. */
  AtradException failure(Status status, Metadata trailers, Throwable cause) {
    return shared.isClosed ? closed(cause) : AtradException.of(status, trailers, cause);
  }

  /** One attempt of a call. */
  <Q, R> R once(MethodDescriptor<Q, R> method, Q request, Duration time) {
    try {
      return ClientCalls.blockingUnaryCall(
          channel,
          method,
          CallOptions.DEFAULT.withDeadlineAfter(time.toNanos(), TimeUnit.NANOSECONDS),
          request);
    } catch (StatusRuntimeException failed) {
      throw failure(failed);
    }
  }

  /**
   * The messages of one stream. One at a time is asked for, so that a slow reader slows the server.
   */
  <Q, R> Stream<R> open(MethodDescriptor<Q, R> method, Q request, Attempts attempts) {
    Context.CancellableContext context = Context.current().withCancellation();
    Context before = context.attach();
    try {
      return new Stream<>(
          ClientCalls.blockingServerStreamingCall(channel, method, within(attempts), request),
          context);
    } catch (RejectedExecutionException ended) {
      throw closed(ended);
    } finally {
      context.detach(before);
    }
  }

  /** A call that streams both ways. */
  <Q, R> BlockingClientCall<Q, R> both(MethodDescriptor<Q, R> method, Attempts attempts) {
    return ClientCalls.blockingBidiStreamingCall(channel, method, within(attempts));
  }

  /**
   * The messages of a stream, which is made again only while none has come; null for those that
   * yield nothing.
   */
  <Q, R, T> Messages<T> each(
      MethodDescriptor<Q, R> method, Q request, Attempts attempts, Function<R, T> read) {
    while (true) {
      Stream<R> opened = open(method, request, attempts);
      try {
        opened.responses.hasNext();
        attempts.progressed();
        return new Messages<>(this, opened, read);
      } catch (StatusRuntimeException failed) {
        opened.close();
        attempts.pause(failure(failed));
      }
    }
  }

  /**
   * All messages of a stream, given to what `begin` makes; from the start again if it breaks off.
   */
  <Q, R, T> T whole(
      MethodDescriptor<Q, R> method, Q request, Supplier<T> begin, BiConsumer<T, R> take) {
    Attempts attempts = attempts();
    while (true) {
      T made = begin.get();
      try (Stream<R> opened = open(method, request, attempts)) {
        opened.responses.forEachRemaining(message -> take.accept(made, message));
        attempts.progressed();
        return made;
      } catch (StatusRuntimeException failed) {
        attempts.pause(failure(failed));
      }
    }
  }

  private static CallOptions within(Attempts attempts) {
    long left = attempts.left();
    return left == 0
        ? CallOptions.DEFAULT
        : CallOptions.DEFAULT.withDeadlineAfter(left, TimeUnit.NANOSECONDS);
  }

  /** An open stream; closing it ends the call. */
  record Stream<R>(Iterator<R> responses, Context.CancellableContext context)
      implements AutoCloseable {
    @Override
    public void close() {
      context.cancel(null);
    }
  }
}
