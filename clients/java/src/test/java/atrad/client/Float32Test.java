package atrad.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import atrad.v1.IndicatorOuterClass.CorrelateRequest;
import io.grpc.Status.Code;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Values that come as float32, against doubles that are rounded here. */
@EnabledIfEnvironmentVariable(named = "ATRAD_ADDRESS", matches = ".+")
class Float32Test {
  private static final Atrad client = Atrad.connect(Servers.DEMO);

  @AfterAll
  static void close() {
    client.close();
  }

  private static float[] rounded(double[] column) {
    float[] made = new float[column.length];
    for (int row = 0; row < made.length; row++) {
      made[row] = (float) column[row];
    }
    return made;
  }

  @Test
  void valuesComeAsFloat32() {
    Object[] asked = {"close / 3", "rsi(14)"};
    // In one message, in chunks, and in chunks whose number of rows is known.
    for (Span span : List.of(Span.last(10), Span.all(), Span.last(51_000))) {
      Answer exact = client.compute("BTCUSDT", "15m", span, asked);
      Answer rounded = client.compute("BTCUSDT", "15m", span.float32(), asked);
      assertArrayEquals(exact.times(), rounded.times());
      for (String label : exact.labels()) {
        assertArrayEquals(rounded(exact.column(label)), rounded.floatColumn(label));
      }
      assertThrows(AtradException.class, rounded::columns);
      assertThrows(AtradException.class, exact::floatColumns);
      assertThrows(AtradException.class, () -> rounded.floatColumn("none"));
    }
    double[] closes = client.readBars("BTCUSDT", "15m", Span.all()).column("close");
    int rows = 0;
    int chunks = 0;
    Span span = Span.all().float32();
    try (Messages<Answer> stream = client.computeStream("BTCUSDT", "15m", span, asked)) {
      for (Answer chunk : stream) {
        double[] part = Arrays.copyOfRange(closes, rows, rows + chunk.size());
        double[] thirds = Arrays.stream(part).map(each -> each / 3).toArray();
        assertArrayEquals(rounded(thirds), chunk.floatColumn("close / 3"));
        rows += chunk.size();
        chunks++;
      }
    }
    assertTrue(chunks > 1 && rows == 51203, rows + " rows in " + chunks + " chunks");
  }

  @Test
  void barsAndWhatDoesNotFit() {
    double[] close = {0.1, Double.NaN, 1e39, 1e300, 1e-60};
    Bars bars = new Bars(new long[] {1, 2, 3, 4, 5}, null, null, null, close, null);
    Answer found = client.computeBars(bars, Span.all().float32(), "close", "0 - close");
    float infinite = Float.POSITIVE_INFINITY;
    assertArrayEquals(
        new float[] {0.1f, Float.NaN, infinite, infinite, 0}, found.floatColumn("close"));
    assertEquals(-infinite, found.floatColumns().get(1)[3]);
    Span before = Span.all().until(Instant.EPOCH).float32();
    Answer none = client.compute("IBM", "1d", before, "close", "rsi(14)");
    assertEquals(2, none.floatColumns().size());
    assertEquals(0, none.floatColumn("rsi(14)").length);
  }

  @Test
  void manySeries() {
    List<Series> series =
        List.of(new Series("BTCUSDT", "15m"), new Series("NOSUCH", "1d"), new Series("IBM", "1d"));
    int seen = 0;
    try (Messages<Atrad.Result> found = client.batch(series, Span.all().float32(), "sma(9)")) {
      for (Atrad.Result each : found) {
        seen++;
        if (each.error() != null) {
          assertEquals("NOSUCH", each.series().symbol());
          assertEquals(Code.NOT_FOUND, each.error().code());
          continue;
        }
        Series name = each.series();
        Answer exact = client.compute(name.symbol(), name.timeframe(), Span.all(), "sma(9)");
        assertArrayEquals(rounded(exact.column("sma(9)")), each.answer().floatColumn("sma(9)"));
      }
    }
    assertEquals(3, seen);
  }

  @Test
  void aTableIsKeptUpToDate() {
    String symbol = Servers.unique();
    double[][] values = {{0.1, 0.2, 0.3}, {0.7, 0.8}};
    long[][] times = {{0, 60_000_000_000L, 120_000_000_000L}, {120_000_000_000L, 180_000_000_000L}};
    Span span = Span.last(3).float32();
    client.ingest(
        symbol, "1m", new Bars(times[0], values[0], values[0], values[0], values[0], values[0]));
    Answer table = client.compute(symbol, "1m", span.since(Version.NONE), "close");
    client.ingest(
        symbol, "1m", new Bars(times[1], values[1], values[1], values[1], values[1], values[1]));
    Answer later = client.compute(symbol, "1m", span.since(table.version()), "close");
    assertEquals(2, later.size());
    assertArrayEquals(new float[] {0.2f, 0.7f, 0.8f}, table.updated(later).floatColumn("close"));
    Answer exact = client.compute(symbol, "1m", Span.last(3).since(table.version()), "close");
    AtradException error = assertThrows(AtradException.class, () -> table.updated(exact));
    assertTrue(error.text().endsWith("the columns [close], the earlier [close] of float32"));
  }

  @Test
  void itIsRefusedWhereItIsNot() {
    Span span = Span.all().float32();
    List<Series> series = List.of(new Series("MSFT", "1d"), new Series("AAPL", "1d"));
    CorrelateRequest how = CorrelateRequest.getDefaultInstance();
    for (Runnable call :
        List.<Runnable>of(
            () -> client.readBars("MSFT", "1d", span),
            () -> client.correlate(series, span, how),
            () -> client.sweep("MSFT", "1d", span, Sweep.By.of("last"), "ema(3..5)"),
            () -> client.screen("1d", "close > 0", Screen.By.of("IBM"), span))) {
      AtradException error = assertThrows(AtradException.class, call::run);
      assertEquals("float32", error.fields().get(0).path());
      assertEquals(Code.INVALID_ARGUMENT, error.code());
    }
  }
}
