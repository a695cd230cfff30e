package atrad.client;

import atrad.columns.v1.Columns;
import atrad.v1.Ingest.IngestStreamResponse;
import atrad.v1.IngestServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Batches of bars on their way to one series. Each is stored whole or not at all, and the outcomes
 * come in the order of the batches: send, and iterate the outcomes, in one thread or in two. A
 * batch without an outcome may be stored or not, and it is safe to send it again.
 */
public final class IngestStream
    implements Iterable<IngestStream.Outcome>, Iterator<IngestStream.Outcome>, AutoCloseable {
  /** The number of bars of one batch; more are sent in several. */
  static final int BATCH_ROWS = 100_000;

  private static final int BATCHES_UNDER_WAY = 4;
  private static final MethodDescriptor<Columns.IngestStreamRequest, IngestStreamResponse> METHOD =
      Connection.columns(
          IngestServiceGrpc.getIngestStreamMethod(),
          Columns.IngestStreamRequest.getDefaultInstance(),
          IngestStreamResponse.getDefaultInstance());

  /**
   * The receipt of one batch, or the error for which it was refused; the other is null. Batches are
   * numbered from 0.
   */
  public record Outcome(long batch, Receipt receipt, AtradException error) {}

  private final Connection connection;
  private final BlockingClientCall<Columns.IngestStreamRequest, IngestStreamResponse> call;
  private final Series series;
  private final Ingestion how;
  private long batches;
  private IngestStreamResponse next;

  IngestStream(Connection connection, Series series, Ingestion how, Attempts attempts) {
    this.connection = connection;
    this.call = connection.both(METHOD, attempts);
    this.series = series;
    this.how = how;
  }

  /** Stores bars in batches. After an interruption it goes on with the first without a receipt. */
  static Receipt whole(Connection connection, Series series, Bars bars, Ingestion how) {
    int batches = (bars.size() + BATCH_ROWS - 1) / BATCH_ROWS;
    Attempts attempts = connection.attempts(batches);
    Receipt total = new Receipt(0, 0, 0, 0);
    int done = 0;
    while (done < batches) {
      try (IngestStream stream = new IngestStream(connection, series, how, attempts)) {
        int sent = done;
        while (done < batches) {
          // A few are under way, which bounds what the connection holds.
          for (; sent < Math.min(batches, done + BATCHES_UNDER_WAY); sent++) {
            int from = sent * BATCH_ROWS;
            stream.send(bars.message(from, Math.min(bars.size(), from + BATCH_ROWS)), sent);
          }
          total = total.plus(stream.receipt());
          done++;
          attempts.progressed();
        }
      } catch (AtradException failed) {
        attempts.pause(failed);
      }
    }
    return total;
  }

  private Receipt receipt() {
    if (!hasNext()) {
      throw AtradException.broken("the stream ended without a receipt");
    }
    Outcome outcome = next();
    if (outcome.error != null) {
      throw outcome.error;
    }
    return outcome.receipt;
  }

  /**
   * Sends a batch, and returns its number. Waits while the server takes no more (flow control):
   * then outcomes must be iterated by another thread, or batches be sent only as outcomes come.
   */
  public long send(Bars bars) {
    send(bars.message(0, bars.size()), batches);
    return batches++;
  }

  void send(Columns.Bars bars, long batch) {
    if (!awaited(() -> call.write(how.request(series, bars, batch)))) {
      throw over(null);
    }
  }

  /** Says that no more batches come: the outcomes end after that of the last one. */
  public void end() {
    call.halfClose();
  }

  @Override
  public Iterator<Outcome> iterator() {
    return this;
  }

  /** Waits for the next outcome; false after the last one. */
  @Override
  public boolean hasNext() {
    next = next == null ? awaited(call::read) : next;
    return next != null;
  }

  @Override
  public Outcome next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    IngestStreamResponse response = next;
    next = null;
    if (response.hasFailure()) {
      return new Outcome(response.getBatch(), null, AtradException.of(response.getFailure()));
    }
    return new Outcome(response.getBatch(), Receipt.of(response.getReceipt()), null);
  }

  /** Ends the call, if it has not ended. */
  @Override
  public void close() {
    call.cancel("the stream is closed", null);
  }

  private interface Waiting<T> {
    T get() throws InterruptedException, StatusException;
  }

  private static AtradException over(Throwable cause) {
    return new AtradException(
        Status.Code.CANCELLED, "the stream takes no more batches: it has ended", cause);
  }

  private <T> T awaited(Waiting<T> step) {
    try {
      return step.get();
    } catch (IllegalStateException ended) {
      throw over(ended);
    } catch (StatusException failed) {
      throw connection.failure(failed.getStatus(), failed.getTrailers(), failed);
    } catch (InterruptedException interrupted) {
      close();
      Thread.currentThread().interrupt();
      throw new AtradException(Status.Code.CANCELLED, "the thread was interrupted", interrupted);
    }
  }
}
