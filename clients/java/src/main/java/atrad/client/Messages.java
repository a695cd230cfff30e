package atrad.client;

import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What comes in a stream, to be iterated once. Closing it ends the call, which the end of the
 * stream does as well; after a close by another thread the iteration fails with CANCELLED.
 */
public final class Messages<T> implements Iterable<T>, Iterator<T>, AutoCloseable {
  private final Connection connection;
  private final Connection.Stream<?> stream;
  private final Supplier<T> read;
  private T next;

  <R> Messages(Connection connection, Connection.Stream<R> stream, Function<R, T> read) {
    this.connection = connection;
    this.stream = stream;
    this.read = () -> read.apply(stream.responses().next());
  }

  @Override
  public Iterator<T> iterator() {
    return this;
  }

  @Override
  public boolean hasNext() {
    try {
      while (next == null && stream.responses().hasNext()) {
        next = read.get();
      }
    } catch (StatusRuntimeException failed) {
      close();
      throw connection.failure(failed);
    }
    if (next == null) {
      close();
    }
    return next != null;
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    T found = next;
    next = null;
    return found;
  }

  @Override
  public void close() {
    stream.close();
  }
}
