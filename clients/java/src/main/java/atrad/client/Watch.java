package atrad.client;

import atrad.columns.v1.Columns;
import atrad.v1.IndicatorOuterClass.WatchRequest;
import atrad.v1.IndicatorServiceGrpc;
import atrad.v1.Series.Adjust;
import atrad.v1.Series.Resampling;
import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalLong;

/** A watch, to be iterated by one thread. Closing it ends the call. */
public final class Watch implements Iterable<Watch.Update>, Iterator<Watch.Update>, AutoCloseable {
  private static final MethodDescriptor<WatchRequest, Columns.WatchResponse> METHOD =
      Connection.columns(
          IndicatorServiceGrpc.getWatchMethod(),
          WatchRequest.getDefaultInstance(),
          Columns.WatchResponse.getDefaultInstance());

  /**
   * Which series to watch: these, or all of a timeframe whose symbols match a pattern, those to
   * come, too. With a condition only rows where it holds are told, which makes the watch an alert.
   */
  public record Of(
      List<Series> series,
      String pattern,
      String timeframe,
      long last,
      boolean includeForming,
      Object onlyWhen,
      boolean waitForSeries,
      Resampling resampling,
      Adjust adjust) {
    /** Some series, beginning with their newest rows. */
    public static Of series(long last, Series... series) {
      return new Of(
          List.of(series), "", "", last, false, null, false, null, Adjust.ADJUST_UNSPECIFIED);
    }

    /** All series of a timeframe whose symbols match, as in {@code *USDT}. */
    public static Of pattern(long last, String pattern, String timeframe) {
      return new Of(
          List.of(), pattern, timeframe, last, false, null, false, null, Adjust.ADJUST_UNSPECIFIED);
    }

    /** Only rows where a condition holds. */
    public Of onlyWhen(Object condition) {
      return new Of(
          series,
          pattern,
          timeframe,
          last,
          includeForming,
          condition,
          waitForSeries,
          resampling,
          adjust);
    }

    /** Also the newest bar before it is closed, again with every change. */
    public Of forming() {
      return new Of(
          series, pattern, timeframe, last, true, onlyWhen, waitForSeries, resampling, adjust);
    }

    /** Waits for series that do not exist yet, instead of an error. */
    public Of waiting() {
      return new Of(
          series, pattern, timeframe, last, includeForming, onlyWhen, true, resampling, adjust);
    }

    /** How bars of a timeframe that is not stored are made of shorter ones. */
    public Of resampled(Resampling how) {
      return new Of(
          series, pattern, timeframe, last, includeForming, onlyWhen, waitForSeries, how, adjust);
    }

    /** Which corporate actions adjust the bars; without it they are as they were traded. */
    public Of adjusted(Adjust by) {
      return new Of(
          series,
          pattern,
          timeframe,
          last,
          includeForming,
          onlyWhen,
          waitForSeries,
          resampling,
          by);
    }

    WatchRequest request(List<String> expressions) {
      WatchRequest.Builder made =
          WatchRequest.newBuilder().setSymbolGlob(pattern).setTimeframe(timeframe).setLast(last);
      series.forEach(each -> made.addSeries(each.id()));
      made.setOnlyWhen(onlyWhen == null ? "" : Expr.from(onlyWhen).toString())
          .addAllExpressions(expressions);
      if (resampling != null) {
        made.setResampling(resampling);
      }
      return made.setIncludeForming(includeForming)
          .setWaitForSeries(waitForSeries)
          .setAdjust(adjust)
          .build();
    }
  }

  /**
   * What a watch tells of one series: rows, oldest first, or why there are none (then {@code error}
   * is not null). A provisional row is of a bar that is not closed. Rows told before that open at
   * {@code revisedFrom} or later are void. {@code skipped} rows before these were not sent, because
   * this side read too slowly.
   */
  public record Update(
      Series series,
      Answer answer,
      boolean provisional,
      OptionalLong revisedFrom,
      long skipped,
      AtradException error) {}

  private final Connection connection;
  private final WatchRequest request;
  private final Map<Series, ByteString> tokens = new HashMap<>();
  private final Attempts attempts;
  private volatile Connection.Stream<Columns.WatchResponse> stream;
  private volatile boolean isClosed;

  Watch(Connection connection, WatchRequest request) {
    this.connection = connection;
    this.request = request;
    this.attempts = connection.endless();
  }

  @Override
  public Iterator<Update> iterator() {
    return this;
  }

  /** Waits for the next update; false once no series is left to watch, or after {@code close}. */
  @Override
  public boolean hasNext() {
    while (!isClosed) {
      try {
        if (stream == null) {
          WatchRequest resumed = request.toBuilder().addAllResumeTokens(tokens.values()).build();
          stream = connection.open(METHOD, resumed, attempts);
        }
        // A close before this did not see the stream; one after this closes it.
        return !isClosed && stream.responses().hasNext();
      } catch (StatusRuntimeException failed) {
        stream.close();
        stream = null;
        if (!isClosed) {
          attempts.pause(connection.failure(failed));
        }
      }
    }
    return false;
  }

  @Override
  public Update next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Columns.WatchResponse response = stream.responses().next();
    attempts.progressed();
    Series series = Series.of(response.getSeries());
    if (!response.getResumeToken().isEmpty()) {
      tokens.put(series, response.getResumeToken());
    }
    Columns.WatchRows rows = response.getRows();
    OptionalLong revised =
        rows.hasRevisedFrom() ? OptionalLong.of(rows.getRevisedFrom()) : OptionalLong.empty();
    AtradException error = response.hasFailure() ? AtradException.of(response.getFailure()) : null;
    return new Update(
        series,
        Answer.of(rows.getValues(), Span.all()),
        rows.getProvisional(),
        revised,
        rows.getSkipped(),
        error);
  }

  /** Ends the watch; may be called by another thread. */
  @Override
  public void close() {
    isClosed = true;
    attempts.end();
    Connection.Stream<?> open = stream;
    if (open != null) {
      open.close();
    }
  }
}
