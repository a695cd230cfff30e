package atrad.client;

import atrad.v1.BoardServiceGrpc;
import atrad.v1.CacheServiceGrpc;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The attempts of one call: made again while it fails for the moment, with pauses that grow, until
 * its deadline, or for a minute without one.
 */
final class Attempts {
  /**
   * For a server that has never answered: it may not be there at all. One that has is waited for.
   */
  private static final int MOST = 5;

  private static final long PAUSE_FIRST_MS = 100;

  /**
   * Such pauses find a server that has restarted soon enough, and cost it nothing while it has not.
   */
  private static final long PAUSE_MOST_MS = 2000;

  /** How long a server that is away is waited for by a call without a deadline. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /**
   * Methods that are not idempotent, because they compare with what is stored; some only with a
   * field of the request.
   */
  private static final Map<String, Optional<String>> COMPARING =
      Map.of(
          CacheServiceGrpc.getCompareAndSetMethod().getFullMethodName(),
          Optional.empty(),
          BoardServiceGrpc.getPostValueMethod().getFullMethodName(),
          Optional.of("expected_version"),
          BoardServiceGrpc.getDeleteValueMethod().getFullMethodName(),
          Optional.of("expected_version"));

  private final Connection connection;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final long deadline;
  private final boolean isBounded;
  private boolean isIdempotent = true;
  private int failed;
  private long failingSince;

  /** Within this time; null for ever. */
  Attempts(Connection connection, Duration timeout) {
    this.connection = connection;
    this.isBounded = timeout != null;
    this.deadline = System.nanoTime() + (isBounded ? timeout.toNanos() : 0);
  }

  /**
   * Those of this call. One that compares is repeated only after a delay of the server, which then
   * has not carried it out: after any other error, as of a connection that broke, nobody knows.
   */
  <Q> Attempts of(MethodDescriptor<Q, ?> method, Q request) {
    Optional<String> field = COMPARING.get(method.getFullMethodName());
    isIdempotent =
        field == null || field.isPresent() && !isSet((Message) request, field.orElseThrow());
    return this;
  }

  private static boolean isSet(Message request, String field) {
    FieldDescriptor found = request.getDescriptorForType().findFieldByName(field);
    return found == null || request.hasField(found);
  }

  /** The nanoseconds left for the next attempt; 0 for ever. */
  long left() {
    return isBounded ? Math.max(1, deadline - System.nanoTime()) : 0;
  }

  /** Counts anew: the call got further than before. */
  void progressed() {
    failed = 0;
    connection.reached();
  }

  /** Ends a pause early; may be called by another thread. */
  void end() {
    ended.countDown();
  }

  /** Waits before the next attempt, or throws the error if that would not help. */
  void pause(AtradException error) {
    if (failed == 0) {
      failingSince = System.nanoTime();
    }
    failed++;
    // What asks for a delay is a server that is there.
    if (error.retryAfter().isPresent()) {
      connection.reached();
    }
    // All clients are told about the same, and are not to come back together.
    double wait = wanted(error) * (1 + ThreadLocalRandom.current().nextDouble() / 2);
    long end = isBounded ? deadline : failingSince + PATIENCE.toNanos();
    boolean isLate = System.nanoTime() + (long) (wait * 1e6) - end > 0;
    if (wait < 0 || failed >= MOST && !connection.isReached() || isLate) {
      throw error;
    }
    try {
      ended.await((long) Math.ceil(wait), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AtradException(Status.Code.CANCELLED, "the thread was interrupted", error);
    }
    connection.reconnect();
  }

  /** Milliseconds, less than 0 for no retry. The server's delay is a least one. */
  private double wanted(AtradException error) {
    if (error.retryForbidden()) {
      return -1;
    }
    boolean isUnavailable = error.code() == Status.Code.UNAVAILABLE;
    long own = Math.min(PAUSE_MOST_MS, PAUSE_FIRST_MS << Math.min(failed - 1, 8));
    if (error.retryAfter().isPresent()
        && (isUnavailable || error.code() == Status.Code.RESOURCE_EXHAUSTED)) {
      // One of nothing is not to be asked for all the time.
      return Math.max(error.retryAfter().get().toMillis(), own / 10);
    }
    // A limit that no waiting lifts comes without a delay.
    return isUnavailable && isIdempotent ? own : -1;
  }
}
