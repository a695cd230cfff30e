package atrad.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import atrad.columns.v1.Columns;
import atrad.v1.IndicatorOuterClass.CorrelateRequest;
import atrad.v1.Series.DeleteSeriesRequest;
import atrad.v1.SeriesServiceGrpc;
import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Tables that are kept up to date by what changed since an earlier answer. */
class SinceTest {
  private static final long MINUTE = 60_000_000_000L;

  private static Answer answer(Span span, OptionalLong changedFrom, String label, long... times) {
    double[] values = Arrays.stream(times).mapToDouble(each -> each / 2.0).toArray();
    Columns.ComputeResponse.Builder made =
        Columns.ComputeResponse.newBuilder()
            .setEpoch(4)
            .setSinceToken(ByteString.copyFromUtf8("token"))
            .setTimes(Wire.bytes(times, 0, times.length))
            .addColumns(
                Columns.Column.newBuilder()
                    .setLabel(label)
                    .setValues(Wire.bytes(values, 0, values.length)));
    changedFrom.ifPresent(made::setChangedFrom);
    return Answer.of(made.build(), span);
  }

  private static void updates(Span span, OptionalLong from, long[] times, long... expected) {
    Answer before = answer(span, OptionalLong.empty(), "x", 1, 2, 3);
    Answer after = before.updated(answer(span, from, "x", times));
    assertArrayEquals(expected, after.times());
    double[] values = Arrays.stream(expected).mapToDouble(each -> each / 2.0).toArray();
    assertArrayEquals(values, after.column("x"));
    assertArrayEquals(new double[] {0.5, 1, 1.5}, before.column("x"));
    assertEquals(new Version(4, ByteString.copyFromUtf8("token")), after.version());
  }

  @Test
  void aLaterAnswerTakesThePlaceOfVoidRows() {
    Span all = Span.all();
    OptionalLong none = OptionalLong.empty();
    OptionalLong void1 = OptionalLong.of(Long.MIN_VALUE);
    updates(all, none, new long[] {}, 1, 2, 3);
    updates(all, OptionalLong.of(4), new long[] {4}, 1, 2, 3, 4);
    updates(all, OptionalLong.of(3), new long[] {3, 4}, 1, 2, 3, 4);
    updates(all, OptionalLong.of(2), new long[] {3, 4}, 1, 3, 4);
    updates(all, void1, new long[] {7}, 7);
    updates(all, void1, new long[] {-7, 1}, -7, 1);
    updates(all, OptionalLong.of(2), new long[] {}, 1);
    updates(all, void1, new long[] {});
    updates(Span.last(3), none, new long[] {}, 1, 2, 3);
    updates(Span.last(2), none, new long[] {}, 2, 3);
    updates(Span.last(3), OptionalLong.of(4), new long[] {4}, 2, 3, 4);
    updates(Span.last(3), OptionalLong.of(2), new long[] {2, 3, 4}, 2, 3, 4);
    updates(Span.last(3), OptionalLong.of(4), new long[] {50, 51, 52}, 50, 51, 52);
    Answer before = answer(all, none, "x", 1, 2, 3);
    Columns.ReadBarsResponse bars = Columns.ReadBarsResponse.getDefaultInstance();
    Answer.Assembler ofBars = new Answer.Assembler(all, true);
    ofBars.add(Answer.ofBars(bars));
    for (Answer later :
        List.of(
            answer(all, none, "x", 3, 4),
            answer(all, OptionalLong.of(3), "x", 2),
            answer(all, OptionalLong.of(4), "y", 4),
            ofBars.answer())) {
      assertEquals("later", refused(() -> before.updated(later)));
    }
  }

  /** The path of the field for which a call is refused. */
  private static String refused(Runnable call) {
    AtradException error = assertThrows(AtradException.class, call::run);
    assertEquals(Code.INVALID_ARGUMENT, error.code());
    return error.fields().get(0).path();
  }

  /** Bars that were stored, by minute: the oracle of what is computed over them. */
  private static final class Stored {
    private final TreeMap<Integer, Double> closes = new TreeMap<>();

    private void store(Atrad client, String symbol, int from, double... values) {
      long[] times = new long[values.length];
      for (int at = 0; at < values.length; at++) {
        times[at] = (from + at) * MINUTE;
        closes.put(from + at, values[at]);
      }
      client.ingest(symbol, "1m", new Bars(times, values, values, values, values, values));
    }

    /** The newest rows. */
    private <T> T[] newest(T[] all, int last) {
      return Arrays.copyOfRange(all, Math.max(0, all.length - last), all.length);
    }

    private long[] times(int last) {
      return Arrays.stream(newest(closes.keySet().toArray(Integer[]::new), last))
          .mapToLong(minute -> minute * MINUTE)
          .toArray();
    }

    private double[] closes(int last) {
      return Arrays.stream(newest(closes.values().toArray(Double[]::new), last))
          .mapToDouble(each -> each)
          .toArray();
    }

    /** The means of three. */
    private double[] means(int last) {
      double[] all = closes(Integer.MAX_VALUE);
      double[] means = new double[all.length];
      for (int row = 0; row < all.length; row++) {
        means[row] = row < 2 ? Double.NaN : (all[row - 2] + all[row - 1] + all[row]) / 3;
      }
      return Arrays.copyOfRange(means, Math.max(0, all.length - last), all.length);
    }
  }

  private static double[] prices(int from, int count) {
    return IntStream.range(from, from + count).mapToDouble(row -> row % 7 + 1).toArray();
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_ADDRESS", matches = ".+")
  void aTableIsKeptUpToDate() {
    try (Atrad client = Atrad.connect(Servers.DEMO)) {
      String symbol = Servers.unique();
      Stored stored = new Stored();
      stored.store(client, symbol, 0, prices(0, 10));
      Map<Function<Version, Answer>, Integer> questions = new LinkedHashMap<>();
      questions.put(
          since -> client.compute(symbol, "1m", Span.last(10).since(since), "close", "sma(3)"), 10);
      questions.put(
          since -> client.compute(symbol, "1m", Span.all().since(since), "close", "sma(3)"), 1000);
      questions.put(since -> client.readBars(symbol, "1m", Span.last(10).since(since)), 10);
      Map<Function<Version, Answer>, Answer> tables = new LinkedHashMap<>();
      questions.keySet().forEach(each -> tables.put(each, each.apply(Version.NONE)));
      // New bars, a corrected one, both, more than the table has, one before it, and after a gap.
      int[] from = {10, 12, 12, 16, 5, 70};
      double[][] values = {
        prices(10, 3), {99}, prices(12, 4), prices(16, 50), {50}, {0.1, 0.2, 0.3}
      };
      for (int step = 0; step < from.length; step++) {
        stored.store(client, symbol, from[step], values[step]);
        questions.forEach(
            (question, last) -> {
              Answer table = tables.get(question);
              table = table.updated(question.apply(table.version()));
              tables.put(question, table);
              assertArrayEquals(stored.times(last), table.times());
              assertArrayEquals(stored.closes(last), table.column("close"));
              if (table.labels().contains("sma(3)")) {
                assertArrayEquals(stored.means(last), table.column("sma(3)"), 1e-10);
              }
              Answer nothing = question.apply(table.version());
              assertTrue(nothing.size() == 0 && nothing.changedFrom().isEmpty());
            });
      }
      anew(client, symbol, tables);
    }
  }

  /** A series that is created anew has other rows at the same epochs. */
  private static void anew(
      Atrad client, String symbol, Map<Function<Version, Answer>, Answer> tables) {
    client.call(
        SeriesServiceGrpc.getDeleteSeriesMethod(),
        DeleteSeriesRequest.newBuilder().setSeries(new Series(symbol, "1m").id()).build());
    Stored stored = new Stored();
    stored.store(client, symbol, 3, prices(3, 4));
    tables.forEach(
        (question, table) -> {
          Answer later = question.apply(table.version());
          assertEquals(OptionalLong.of(Long.MIN_VALUE), later.changedFrom());
          assertArrayEquals(stored.closes(1000), table.updated(later).column("close"));
        });
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_ADDRESS", matches = ".+")
  void aSeriesThatGetsAColumnHasNoneBefore() {
    try (Atrad client = Atrad.connect(Servers.DEMO)) {
      String symbol = Servers.unique();
      double[] four = {1, 2, 3, 4};
      long[] times = {0, MINUTE, 2 * MINUTE, 3 * MINUTE};
      client.ingest(symbol, "1m", new Bars(times, four, four, four, four, four));
      Answer table = client.readBars(symbol, "1m", Span.all().since(Version.NONE));
      double[] two = {5, 6};
      Map<String, double[]> extra = Map.of("funding", new double[] {7, 8});
      long[] next = {4 * MINUTE, 5 * MINUTE};
      client.ingest(symbol, "1m", new Bars(next, two, two, two, two, two, extra));
      Answer later = client.readBars(symbol, "1m", Span.all().since(table.version()));
      assertEquals(2, later.size());
      Answer updated = table.updated(later);
      double none = Double.NaN;
      assertArrayEquals(new double[] {none, none, none, none, 7, 8}, updated.column("funding"));
      assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, updated.column("close"));
    }
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_ADDRESS", matches = ".+")
  void chunksAreAppliedInTurn() {
    Object[] asked = {"close", "rsi(14)", "bbands(20)"};
    try (Atrad client = Atrad.connect(Servers.DEMO)) {
      Answer whole = client.compute("BTCUSDT", "15m", Span.all(), asked);
      Answer table = null;
      int chunks = 0;
      Span first = Span.all().since(Version.NONE);
      try (Messages<Answer> stream = client.computeStream("BTCUSDT", "15m", first, asked)) {
        for (Answer chunk : stream) {
          table = table == null ? chunk : table.updated(chunk);
          chunks++;
        }
      }
      assertTrue(chunks > 1);
      assertArrayEquals(whole.times(), table.times());
      for (String label : whole.labels()) {
        assertArrayEquals(whole.column(label), table.column(label));
      }
      assertEquals(5, table.infos().size());
      Span since = Span.all().since(table.version());
      Answer later = client.compute("BTCUSDT", "15m", since, asked);
      assertTrue(later.size() == 0 && later.changedFrom().isEmpty());
    }
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_ADDRESS", matches = ".+")
  void aWrongVersionIsToldOrGetsAllRows() {
    try (Atrad client = Atrad.connect(Servers.DEMO)) {
      Span five = Span.last(5);
      Answer other = client.compute("IBM", "1d", five.since(Version.NONE), "close");
      double[] fresh = client.compute("MSFT", "1d", five, "close").column("close");
      for (Version version : List.of(other.version(), new Version(99, null))) {
        Answer found = client.compute("MSFT", "1d", five.since(version), "close");
        assertEquals(OptionalLong.of(Long.MIN_VALUE), found.changedFrom());
        assertArrayEquals(fresh, other.updated(found).column("close"));
      }
      Span wrong = five.since(new Version(1, ByteString.copyFromUtf8("wrong")));
      assertEquals("since_token", refused(() -> client.compute("MSFT", "1d", wrong, "close")));
      Span saved = five.since(Version.NONE).persist(Duration.ofMinutes(1));
      assertEquals("since_epoch", refused(() -> client.compute("MSFT", "1d", saved, "close")));
      Span since = Span.all().since(Version.NONE);
      List<Series> series = List.of(new Series("MSFT", "1d"), new Series("AAPL", "1d"));
      CorrelateRequest how = CorrelateRequest.getDefaultInstance();
      for (Runnable call :
          List.<Runnable>of(
              () -> client.batch(series, since, "close"),
              () -> client.correlate(series, since, how),
              () -> client.sweep("MSFT", "1d", since, Sweep.By.of("last"), "ema(3..5)"),
              () -> client.screen("1d", "close > 0", Screen.By.of("IBM"), since))) {
        assertEquals("since", refused(call));
      }
    }
  }
}
