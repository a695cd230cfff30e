package atrad.client;

import atrad.columns.v1.Columns;
import atrad.v1.IndicatorOuterClass.ComputeBatchRequest;
import atrad.v1.IndicatorOuterClass.CorrelateRequest;
import atrad.v1.IndicatorOuterClass.Indicator;
import atrad.v1.IndicatorOuterClass.ListIndicatorsRequest;
import atrad.v1.IndicatorOuterClass.ScreenRequest;
import atrad.v1.IndicatorServiceGrpc;
import atrad.v1.Ingest.IngestResponse;
import atrad.v1.IngestServiceGrpc;
import atrad.v1.SavedResultOuterClass.ListSavedResultsRequest;
import atrad.v1.SavedResultOuterClass.ListSavedResultsResponse;
import atrad.v1.SavedResultOuterClass.ReadSavedResultRequest;
import atrad.v1.SavedResultOuterClass.SavedResult;
import atrad.v1.SavedResultServiceGrpc;
import atrad.v1.Series.Adjust;
import atrad.v1.Series.ListSeriesRequest;
import atrad.v1.Series.ListSeriesResponse;
import atrad.v1.Series.ReadBarsRequest;
import atrad.v1.Series.SeriesInfo;
import atrad.v1.SeriesServiceGrpc;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A connection to one server, which threads may share. Every method may throw an {@link
 * AtradException}. An expression is an {@link Expr} or its text. Every other method of the API is
 * reached by {@link #call} and {@link #stream}.
 */
public final class Atrad extends Stores {
  // An answer of this size at most is asked for in one message.
  private static final int UNARY_BYTES_MAX = 2_000_000;
  private static final int OUTPUTS_GUESSED = 3;

  private static final MethodDescriptor<Columns.ComputeRequest, Columns.ComputeResponse> COMPUTE =
      columns(
          IndicatorServiceGrpc.getComputeMethod(),
          Columns.ComputeRequest.getDefaultInstance(),
          Columns.ComputeResponse.getDefaultInstance());
  private static final MethodDescriptor<Columns.ComputeStreamRequest, Columns.ComputeStreamResponse>
      COMPUTE_STREAM =
          columns(
              IndicatorServiceGrpc.getComputeStreamMethod(),
              Columns.ComputeStreamRequest.getDefaultInstance(),
              Columns.ComputeStreamResponse.getDefaultInstance());
  private static final MethodDescriptor<Columns.IngestRequest, IngestResponse> INGEST =
      columns(
          IngestServiceGrpc.getIngestMethod(),
          Columns.IngestRequest.getDefaultInstance(),
          IngestResponse.getDefaultInstance());

  Atrad(Connection other, Duration time) {
    super(other, time);
  }

  Atrad(Builder options) {
    super(options);
  }

  /**
   * Prepares a connection; the first call opens it. The address is {@code HOST:PORT}, {@code
   * https://HOST:PORT} or {@code unix:PATH}. An empty one stands for ATRAD_SERVER with the token of
   * ATRAD_TOKEN, or for 127.0.0.1:50051.
   */
  public static Atrad connect(String address) {
    return builder(address).connect();
  }

  /** A connection with options. */
  public static Builder builder(String address) {
    return new Builder(address);
  }

  /** The answer of one series of a batch, or its error; the other is null. */
  public record Result(Series series, Answer answer, AtradException error) {}

  /**
   * A correlation matrix: one row and one column per series. Of each series the epoch, and the
   * number of bars that have a value, before the join.
   */
  public record Correlation(double[][] matrix, long samples, List<Long> epochs, List<Long> bars) {}

  /** Lists the indicators, all or those whose name or title holds a text. */
  public List<Indicator> indicators(String search) {
    return indicators("", search);
  }

  /** The same of a group, as in {@code momentum}; an empty one is all. */
  public List<Indicator> indicators(String group, String search) {
    ListIndicatorsRequest request =
        ListIndicatorsRequest.newBuilder().setGroup(group).setSearch(search).build();
    return call(IndicatorServiceGrpc.getListIndicatorsMethod(), request).getIndicatorsList();
  }

  /**
   * Computes expressions over a series. Answers of any size are whole: a large one comes in chunks,
   * which are joined.
   */
  public Answer compute(String symbol, String timeframe, Span span, Object... expressions) {
    Columns.ComputeRequest.Builder question = span.question(expressions);
    return ask(question.setSeries(new Series(symbol, timeframe).id()).build(), span, span.rows());
  }

  /** Computes over bars sent along, which are not stored. Columns that are null are NaN. */
  public Answer computeBars(Bars bars, Span span, Object... expressions) {
    Columns.ComputeRequest.Builder question = span.question(expressions);
    return ask(question.setBars(bars.filled().message(0, bars.size())).build(), span, bars.size());
  }

  /**
   * As {@code compute}, in chunks, oldest bars first, all of one epoch. Close it to leave early.
   */
  public Messages<Answer> computeStream(
      String symbol, String timeframe, Span span, Object... expressions) {
    Columns.ComputeRequest question =
        span.question(expressions).setSeries(new Series(symbol, timeframe).id()).build();
    Columns.ComputeStreamRequest request =
        Columns.ComputeStreamRequest.newBuilder().setRequest(question).build();
    return each(
        COMPUTE_STREAM, request, attempts(), response -> Answer.of(response.getChunk(), span));
  }

  /** Computes the same expressions over many series. Yields the result of each as it is ready. */
  public Messages<Result> batch(List<Series> series, Span span, Object... expressions) {
    ComputeBatchRequest.Builder request = ComputeBatchRequest.newBuilder();
    series.forEach(each -> request.addSeries(each.id()));
    request
        .setRange(span.without("batch", "persist", "since").range())
        .addAllExpressions(Expr.texts(expressions))
        .setAdjust(span.adjust)
        .setValueType(span.valueType());
    if (span.resampling != null) {
      request.setResampling(span.resampling);
    }
    Map<Integer, Answer.Assembler> parts = new HashMap<>();
    var method =
        columns(
            IndicatorServiceGrpc.getComputeBatchMethod(),
            ComputeBatchRequest.getDefaultInstance(),
            Columns.ComputeBatchResponse.getDefaultInstance());
    return each(
        method,
        request.build(),
        attempts(),
        response -> {
          Series name = Series.of(response.getSeries());
          if (response.hasFailure()) {
            return new Result(name, null, AtradException.of(response.getFailure()));
          }
          Answer.Assembler part =
              parts.computeIfAbsent(response.getIndex(), index -> new Answer.Assembler(span));
          part.add(response.getValues());
          return response.getLast()
              ? new Result(name, parts.remove(response.getIndex()).answer(), null)
              : null;
        });
  }

  /**
   * The correlation matrix of many series of one timeframe; the request says of what, by which
   * method.
   */
  public Correlation correlate(List<Series> series, Span span, CorrelateRequest how) {
    CorrelateRequest.Builder request = how.toBuilder().clearSeries();
    request.setRange(span.without("correlate", "persist", "since", "float32").range());
    if (span.adjust != Adjust.ADJUST_UNSPECIFIED) {
      request.setAdjust(span.adjust);
    }
    if (span.resampling != null) {
      request.setResampling(span.resampling);
    }
    series.forEach(each -> request.addSeries(each.id()));
    Columns.CorrelateResponse found =
        call(
            columns(
                IndicatorServiceGrpc.getCorrelateMethod(),
                CorrelateRequest.getDefaultInstance(),
                Columns.CorrelateResponse.getDefaultInstance()),
            request.build());
    double[] values = Wire.doubles(found.getValues());
    int size = found.getEpochsCount();
    if (values.length != size * size) {
      throw AtradException.broken("a correlation matrix that is not square");
    }
    double[][] matrix = new double[size][size];
    for (int row = 0; row < size; row++) {
      System.arraycopy(values, row * size, matrix[row], 0, size);
    }
    return new Correlation(matrix, found.getRows(), found.getEpochsList(), found.getBarsList());
  }

  /**
   * Computes every variant of expressions with ranges, as in {@code ema(5..200)}, and reduces each
   * on the server.
   */
  public Sweep sweep(
      String symbol, String timeframe, Span span, Sweep.By by, Object... expressions) {
    Columns.SweepRequest.Builder request =
        Columns.SweepRequest.newBuilder().setSeries(new Series(symbol, timeframe).id());
    request
        .setRange(span.without("sweep", "persist", "since", "float32").range())
        .addAllExpressions(Expr.texts(expressions))
        .addAllReductions(by.reductions())
        .setAdjust(span.adjust);
    request.setWhere(by.where()).setTop(by.top()).setBy(by.column()).setAscending(by.ascending());
    if (span.resampling != null) {
      request.setResampling(span.resampling);
    }
    if (by.walkForward() != null) {
      request.setWalkForward(by.walkForward());
    }
    var method =
        columns(
            IndicatorServiceGrpc.getSweepMethod(),
            Columns.SweepRequest.getDefaultInstance(),
            Columns.SweepResponse.getDefaultInstance());
    return whole(method, request.build(), Sweep::new, Sweep::take).complete();
  }

  /**
   * Finds the series where a condition holds at the newest closed bar, with the values of
   * expressions there. Of the span it has the time {@code asOf}, the resampling and the adjustment.
   */
  public Screen screen(
      String timeframe, Object condition, Screen.By by, Span span, Object... expressions) {
    span.without("screen", "last", "from", "until", "persist", "since", "float32");
    ScreenRequest.Builder request =
        ScreenRequest.newBuilder().setTimeframe(timeframe).addAllSymbols(by.symbols());
    request.setCondition(condition == null ? "" : Expr.from(condition).toString());
    request.addAllExpressions(expressions.length == 0 ? List.of() : Expr.texts(expressions));
    request
        .setRankBy(by.rankBy() == null ? "" : Expr.from(by.rankBy()).toString())
        .setAscending(by.ascending())
        .setTop(by.top())
        .setAdjust(span.adjust);
    if (span.resampling != null) {
      request.setResampling(span.resampling);
    }
    if (span.range().hasAsOf()) {
      request.setAsOf(span.range().getAsOf());
    }
    var method =
        columns(
            IndicatorServiceGrpc.getScreenMethod(),
            ScreenRequest.getDefaultInstance(),
            Columns.ScreenResponse.getDefaultInstance());
    return whole(method, request.build(), Screen::new, Screen::take).complete();
  }

  /**
   * Yields the newest rows of each series, then each row as its bar is stored, until it is closed.
   * After an interruption it goes on where it broke off.
   */
  public Watch watch(Watch.Of of, Object... expressions) {
    return new Watch(this, of.request(Expr.texts(expressions)));
  }

  /** Stores bars, in place of those that are stored already. */
  public Receipt ingest(String symbol, String timeframe, Bars bars) {
    return ingest(symbol, timeframe, bars, Ingestion.DEFAULT);
  }

  /**
   * Stores bars, which are durable when it returns. Up to 100,000 bars are stored whole or not at
   * all; more in such batches, of which all before an error are stored, each within the timeout.
   * After an interruption it goes on with the first that has no receipt.
   */
  public Receipt ingest(String symbol, String timeframe, Bars bars, Ingestion how) {
    Series series = new Series(symbol, timeframe);
    if (bars.size() > IngestStream.BATCH_ROWS) {
      return IngestStream.whole(this, series, bars, how);
    }
    return Receipt.of(call(INGEST, how.request(series, bars.message(0, bars.size()))).getReceipt());
  }

  /** Stores batches as they come: see {@link IngestStream}. It has no timeout. */
  public IngestStream ingestStream(String symbol, String timeframe, Ingestion how) {
    return new IngestStream(this, new Series(symbol, timeframe), how, endless());
  }

  /** The board of a namespace: named values that agents share. */
  public Board board(String namespace) {
    return new Board(this, namespace);
  }

  /** Lists the series, all or those whose symbol starts with a prefix. */
  public List<SeriesInfo> series(String prefix) {
    return series(prefix, "");
  }

  /** The same of a timeframe; an empty one is all. */
  public List<SeriesInfo> series(String prefix, String timeframe) {
    List<SeriesInfo> found = new ArrayList<>();
    ListSeriesRequest.Builder request =
        ListSeriesRequest.newBuilder().setSymbolPrefix(prefix).setTimeframe(timeframe);
    do {
      ListSeriesResponse page = call(SeriesServiceGrpc.getListSeriesMethod(), request.build());
      found.addAll(page.getSeriesList());
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    return found;
  }

  /**
   * Reads the bars of a series as columns open, high, low, close, volume, and its extra columns.
   */
  public Answer readBars(String symbol, String timeframe, Span span) {
    ReadBarsRequest.Builder request =
        ReadBarsRequest.newBuilder().setSeries(new Series(symbol, timeframe).id());
    request.setRange(span.without("readBars", "persist", "float32").range()).setAdjust(span.adjust);
    if (span.resampling != null) {
      request.setResampling(span.resampling);
    }
    if (span.since != null) {
      request.setSinceEpoch(span.since.epoch()).setSinceToken(span.since.token());
    }
    var method =
        columns(
            SeriesServiceGrpc.getReadBarsMethod(),
            ReadBarsRequest.getDefaultInstance(),
            Columns.ReadBarsResponse.getDefaultInstance());
    return whole(
            method,
            request.build(),
            () -> new Answer.Assembler(span, true),
            (made, chunk) -> made.add(Answer.ofBars(chunk)))
        .answer();
  }

  /** Lists the saved results, all or those whose key starts with a prefix. */
  public List<SavedResult> savedResults(String prefix) {
    List<SavedResult> found = new ArrayList<>();
    ListSavedResultsRequest.Builder request =
        ListSavedResultsRequest.newBuilder().setKeyPrefix(prefix);
    do {
      ListSavedResultsResponse page =
          call(SavedResultServiceGrpc.getListSavedResultsMethod(), request.build());
      found.addAll(page.getSavedResultsList());
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    return found;
  }

  /** Reads one saved result by its key. */
  public Answer readSavedResult(String key) {
    var method =
        columns(
            SavedResultServiceGrpc.getReadSavedResultMethod(),
            ReadSavedResultRequest.getDefaultInstance(),
            Columns.ReadSavedResultResponse.getDefaultInstance());
    ReadSavedResultRequest request = ReadSavedResultRequest.newBuilder().setKey(key).build();
    return whole(
            method,
            request,
            () -> new Answer.Assembler(Span.all()),
            (made, chunk) -> made.add(chunk.getChunk()))
        .answer();
  }

  /** In one message, or in chunks if the answer is or may be too large for that. */
  private Answer ask(Columns.ComputeRequest question, Span span, int rows) {
    long bytes = 8L * rows * (1 + OUTPUTS_GUESSED * question.getExpressionsCount());
    if (rows > 0 && bytes <= UNARY_BYTES_MAX) {
      try {
        return Answer.of(call(COMPUTE, question), span);
      } catch (AtradException error) {
        if (!error.limit().filter("answer_bytes_max"::equals).isPresent()) {
          throw error;
        }
      }
    }
    Columns.ComputeStreamRequest request =
        Columns.ComputeStreamRequest.newBuilder().setRequest(question).build();
    return whole(
            COMPUTE_STREAM,
            request,
            () -> new Answer.Assembler(span, rows),
            (made, chunk) -> made.add(chunk.getChunk()))
        .answer();
  }
}
