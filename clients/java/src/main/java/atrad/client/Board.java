package atrad.client;

import atrad.v1.Board.BoardColumns;
import atrad.v1.Board.BoardValue;
import atrad.v1.Board.DeleteValueRequest;
import atrad.v1.Board.ListValuesRequest;
import atrad.v1.Board.ListValuesResponse;
import atrad.v1.Board.MapBoardRequest;
import atrad.v1.Board.PostValueRequest;
import atrad.v1.Board.ReadValueRequest;
import atrad.v1.Board.ReadValueResponse;
import atrad.v1.Board.WatchValuesRequest;
import atrad.v1.BoardServiceGrpc;
import atrad.v1.IndicatorOuterClass.Column;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The board of a namespace: named values that the agents of a server share. */
public final class Board {
  private final Atrad client;
  private final String namespace;
  private final Long expected;

  /**
   * A value. Its version is higher than that of every value that was posted before; it was posted
   * at {@code time}, nanoseconds since the Unix epoch. Of bytes there are {@code data} and what
   * they are, as the poster says; of columns {@code columns} by label and perhaps {@code times}
   * (nanoseconds). The other is null. Do not write to arrays.
   */
  public record Value(
      String name,
      long version,
      long time,
      String contentType,
      byte[] data,
      Map<String, double[]> columns,
      long[] times) {
    /** The bytes as a text in UTF-8. */
    public String text() {
      if (data == null) {
        throw AtradException.invalid("value", name + " has columns, not a text");
      }
      return ByteString.copyFrom(data).toStringUtf8();
    }

    private static Value of(ReadValueResponse response) {
      BoardValue about = response.getValue();
      if (!response.hasColumns()) {
        byte[] data = response.getData().toByteArray();
        return new Value(
            about.getName(),
            about.getVersion(),
            about.getPostTime(),
            about.getContentType(),
            data,
            null,
            null);
      }
      Map<String, double[]> columns = new LinkedHashMap<>();
      for (Column each : response.getColumns().getColumnsList()) {
        columns.put(
            each.getLabel(),
            each.getValuesList().stream().mapToDouble(Double::doubleValue).toArray());
      }
      long[] times =
          response.getColumns().getTimesList().stream().mapToLong(Long::longValue).toArray();
      return new Value(
          about.getName(),
          about.getVersion(),
          about.getPostTime(),
          "",
          null,
          columns,
          times.length == 0 ? null : times);
    }
  }

  /** A name with its new value; null if it was deleted. */
  public record Change(String name, Value value) {}

  Board(Atrad client, String namespace) {
    this(client, namespace, null);
  }

  private Board(Atrad client, String namespace, Long expected) {
    this.client = client;
    this.namespace = namespace;
    this.expected = expected;
  }

  /**
   * The same board, whose posts and deletions succeed only if the value has this version (0: only
   * if there is none), and fail with ABORTED otherwise. After UNAVAILABLE they may have succeeded.
   */
  public Board expecting(long version) {
    return new Board(client, namespace, version);
  }

  /** Posts bytes, in place of the value before. Returns the version of the value. */
  public long post(String name, byte[] data, String contentType) {
    return post(
        PostValueRequest.newBuilder()
            .setData(ByteString.copyFrom(data))
            .setContentType(contentType),
        name);
  }

  /** Posts a text. */
  public long post(String name, String text) {
    return post(
        PostValueRequest.newBuilder()
            .setData(ByteString.copyFromUtf8(text))
            .setContentType("text/plain"),
        name);
  }

  /**
   * Posts columns of one length by label, in the order of the map, with the times of their rows or
   * null.
   */
  public long post(String name, Map<String, double[]> columns, long[] times) {
    BoardColumns.Builder made = BoardColumns.newBuilder();
    for (long each : times == null ? new long[0] : times) {
      made.addTimes(each);
    }
    columns.forEach(
        (label, values) -> {
          Column.Builder column = made.addColumnsBuilder().setLabel(label);
          for (double each : values) {
            column.addValues(each);
          }
        });
    return post(PostValueRequest.newBuilder().setColumns(made), name);
  }

  private long post(PostValueRequest.Builder request, String name) {
    request.setNamespace(namespace).setName(name);
    if (expected != null) {
      request.setExpectedVersion(expected);
    }
    return client.call(BoardServiceGrpc.getPostValueMethod(), request.build()).getVersion();
  }

  /** Reads a value by a call; a {@link #reader} needs none. */
  public Optional<Value> read(String name) {
    ReadValueRequest request =
        ReadValueRequest.newBuilder().setNamespace(namespace).setName(name).build();
    try {
      return Optional.of(Value.of(client.call(BoardServiceGrpc.getReadValueMethod(), request)));
    } catch (AtradException error) {
      return absent(error, Optional.empty());
    }
  }

  /** Lists the values without their contents, all or those whose name starts with a prefix. */
  public List<BoardValue> values(String prefix) {
    List<BoardValue> found = new ArrayList<>();
    ListValuesRequest.Builder request =
        ListValuesRequest.newBuilder().setNamespace(namespace).setNamePrefix(prefix);
    do {
      ListValuesResponse page =
          client.call(BoardServiceGrpc.getListValuesMethod(), request.build());
      found.addAll(page.getValuesList());
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    return found;
  }

  /** Deletes a value. Whether there was one. */
  public boolean delete(String name) {
    DeleteValueRequest.Builder request =
        DeleteValueRequest.newBuilder().setNamespace(namespace).setName(name);
    if (expected != null) {
      request.setExpectedVersion(expected);
    }
    try {
      client.call(BoardServiceGrpc.getDeleteValueMethod(), request.build());
      return true;
    } catch (AtradException error) {
      return absent(error, false);
    }
  }

  private static <T> T absent(AtradException error, T value) {
    if (error.code() == Status.Code.NOT_FOUND) {
      return value;
    }
    throw error;
  }

  /**
   * Yields the values that are there, then each as it is posted or deleted, all or those whose name
   * starts with a prefix. Who reads slowly gets only the newest value of a name.
   */
  public Messages<Change> watch(String prefix) {
    WatchValuesRequest request =
        WatchValuesRequest.newBuilder().setNamespace(namespace).setNamePrefix(prefix).build();
    return client.each(
        BoardServiceGrpc.getWatchValuesMethod(),
        request,
        client.endless(),
        event -> {
          if (!event.hasPosted()) {
            return new Change(event.getDeleted(), null);
          }
          Value value = Value.of(event.getPosted());
          return new Change(value.name(), value);
        });
  }

  /**
   * Maps the board, for reading without a call: where the server is on this machine, at a Unix
   * socket, and of the same user. Elsewhere it fails with FAILED_PRECONDITION. The reader needs the
   * client to tell a slow server from one that has gone.
   */
  public BoardReader reader() {
    MapBoardRequest request = MapBoardRequest.newBuilder().setNamespace(namespace).build();
    return BoardReader.of(
        client.call(BoardServiceGrpc.getMapBoardMethod(), request),
        limit -> {
          try {
            return client
                .once(BoardServiceGrpc.getMapBoardMethod(), request, limit)
                .getGeneration();
          } catch (AtradException error) {
            // What answers, or is only late, is there.
            return error.code() == Status.Code.UNAVAILABLE ? null : BoardReader.UNKNOWN;
          }
        });
  }
}
