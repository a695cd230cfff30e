package atrad.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import atrad.v1.AlertOuterClass.Alert;
import atrad.v1.AlertOuterClass.DeleteAlertRequest;
import atrad.v1.AlertOuterClass.PutAlertRequest;
import atrad.v1.AlertServiceGrpc;
import atrad.v1.IndicatorOuterClass.ComputeBatchRequest;
import atrad.v1.IndicatorOuterClass.ComputeBatchResponse;
import atrad.v1.IndicatorOuterClass.ComputeRequest;
import atrad.v1.IndicatorOuterClass.CorrelateRequest;
import atrad.v1.IndicatorOuterClass.DownsampleRequest;
import atrad.v1.IndicatorServiceGrpc;
import atrad.v1.Ingest.OnConflict;
import atrad.v1.Series.Adjust;
import atrad.v1.Series.CorporateAction;
import atrad.v1.Series.CorporateActionKind;
import atrad.v1.Series.PutCorporateActionsRequest;
import atrad.v1.SeriesServiceGrpc;
import io.grpc.Status.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The client against a real server with the demo series. */
@EnabledIfEnvironmentVariable(named = "ATRAD_ADDRESS", matches = ".+")
class ClientTest {
  private static final Atrad client = Atrad.connect(Servers.DEMO);

  @AfterAll
  static void close() {
    client.close();
  }

  @Test
  void anAnswerIsColumnsByLabel() {
    Answer answer = client.compute("BTCUSDT", "15m", Span.last(100), "close", "sma(close, 5)");
    assertEquals(List.of("close", "sma(close, 5)"), answer.labels());
    assertEquals(100, answer.size());
    for (int row = 4; row < 100; row++) {
      double mean = Arrays.stream(answer.column("close"), row - 4, row + 1).sum() / 5;
      assertEquals(mean, answer.column("sma(close, 5)")[row], 1e-12 * mean);
    }
    assertEquals(4, answer.infos().get(1).getLookback());
    assertThrows(AtradException.class, () -> answer.column("none"));
  }

  @Test
  void anAnswerOfAnySizeIsWhole() {
    Object[] asked = {"rsi(14)", "ema(25)", "bbands(20)"};
    Answer whole = client.compute("BTCUSDT", "15m", Span.all(), asked);
    assertEquals(51203, whole.size());
    assertTrue(
        Double.isNaN(whole.columns().get(0)[13]) && !Double.isNaN(whole.columns().get(0)[14]));
    int rows = 0;
    int chunks = 0;
    try (Messages<Answer> stream = client.computeStream("BTCUSDT", "15m", Span.all(), asked)) {
      for (Answer chunk : stream) {
        for (int at = 0; at < 5; at++) {
          assertArrayEquals(
              Arrays.copyOfRange(whole.columns().get(at), rows, rows + chunk.size()),
              chunk.columns().get(at));
        }
        rows += chunk.size();
        chunks++;
      }
    }
    assertTrue(chunks > 1);
    assertEquals(51203, rows);
    Answer last = client.compute("BTCUSDT", "15m", Span.last(40_000), asked);
    assertArrayEquals(
        Arrays.copyOfRange(whole.columns().get(4), 11203, 51203), last.columns().get(4));
    // Far more rows are asked for than there are, or than memory holds.
    Answer most = client.compute("BTCUSDT", "15m", Span.last(Integer.MAX_VALUE), asked);
    assertArrayEquals(whole.columns().get(4), most.columns().get(4));
    // More outputs than were foreseen, and too many for one message.
    Answer guppy = client.compute("BTCUSDT", "15m", Span.last(50_000), "guppy()");
    assertTrue(guppy.columns().size() * 50_000L * 8 > 4_000_000 && guppy.size() == 50_000);
  }

  @Test
  void barsAreComputedOverWithoutBeingStored() {
    double[] close = {1, Double.NaN, 3, 4, 5};
    Bars bars = new Bars(new long[] {1, 2, 3, 4, 5}, null, null, null, close, null);
    double[] means = client.computeBars(bars, Span.all(), "sma(close, 2)").columns().get(0);
    assertTrue(Double.isNaN(means[2]) && means[4] == 4.5);
    Bars large = Servers.minutes(200_000);
    assertArrayEquals(
        large.close(), client.computeBars(large, Span.all(), "close").columns().get(0));
    Bars wrong = new Bars(new long[] {1}, null, null, null, close, null);
    AtradException error =
        assertThrows(AtradException.class, () -> client.computeBars(wrong, Span.all(), "close"));
    assertEquals("bars.close", error.fields().get(0).path());
  }

  @Test
  void manySeriesAreIndependent() {
    List<Series> series =
        List.of(new Series("MSFT", "1d"), new Series("NOSUCH", "1d"), new Series("AAPL", "1d"));
    Map<String, Atrad.Result> found = new HashMap<>();
    client
        .batch(series, Span.last(2), "close")
        .forEach(each -> found.put(each.series().symbol(), each));
    assertEquals(2, found.get("MSFT").answer().size());
    assertEquals(2, found.get("AAPL").answer().size());
    assertEquals(Code.NOT_FOUND, found.get("NOSUCH").error().code());
    CorrelateRequest how = CorrelateRequest.newBuilder().setReturns(true).build();
    Atrad.Correlation matrix =
        client.correlate(List.of(series.get(0), series.get(2)), Span.last(100), how);
    assertTrue(
        matrix.matrix()[0][0] == 1
            && matrix.matrix()[0][1] == matrix.matrix()[1][0]
            && matrix.samples() == 99);
  }

  @Test
  void aSweepReturnsReductionsOrColumns() {
    Sweep sweep = client.sweep("MSFT", "1d", Span.last(10), Sweep.By.of(), "ema(3..5)");
    Sweep.Table table = sweep.tables().get(0);
    assertArrayEquals(new double[] {3, 4, 5}, table.column("period"));
    assertEquals(10, sweep.times().length);
    Answer single = client.compute("MSFT", "1d", Span.last(10), "ema(4)");
    assertArrayEquals(single.columns().get(0), table.values(table.labels().get(0)).get(1));
    AtradException error =
        assertThrows(
            AtradException.class,
            () -> client.sweep("MSFT", "1d", Span.all(), Sweep.By.of("last"), "ema(0..5)"));
    assertEquals(Code.INVALID_ARGUMENT, error.code());
  }

  @Test
  void barsComeBackAsTheyWentIn() {
    String symbol = Servers.unique();
    Bars plain = Servers.minutes(250_001);
    double[] funding = plain.close().clone();
    funding[7] = Double.NaN;
    Bars bars =
        new Bars(
            plain.times(),
            plain.open(),
            plain.high(),
            plain.low(),
            plain.close(),
            plain.volume(),
            Map.of("funding", funding));
    Receipt receipt = client.ingest(symbol, "1m", bars);
    assertEquals(250_001, receipt.accepted());
    Ingestion keyed = Ingestion.DEFAULT.key("java", symbol);
    assertEquals(
        new Receipt(0, 0, 250_001, receipt.epoch()), client.ingest(symbol, "1m", bars, keyed));
    Answer read = client.readBars(symbol, "1m", Span.all());
    assertArrayEquals(bars.times(), read.times());
    assertArrayEquals(bars.close(), read.column("close"));
    assertArrayEquals(funding, read.column("funding"));
    bars.high()[200_005] = Double.NaN;
    AtradException error =
        assertThrows(AtradException.class, () -> client.ingest(symbol, "1m", bars, keyed));
    assertEquals("bars.high[5]", error.fields().get(0).path());
  }

  @Test
  void barsAreAdjustedOnEveryRoad() {
    String symbol = Servers.unique();
    Bars bars = Servers.minutes(100);
    client.ingest(symbol, "1m", bars);
    CorporateAction split =
        CorporateAction.newBuilder()
            .setExTime(bars.times()[50])
            .setKind(CorporateActionKind.CORPORATE_ACTION_KIND_SPLIT)
            .setValue(4)
            .build();
    client.call(
        SeriesServiceGrpc.getPutCorporateActionsMethod(),
        PutCorporateActionsRequest.newBuilder().setSymbol(symbol).addActions(split).build());
    Span span = Span.all().adjusted(Adjust.ADJUST_SPLIT);
    double first = bars.close()[0] / 4;
    assertEquals(first, client.compute(symbol, "1m", span, "close").column("close")[0]);
    assertEquals(first, client.readBars(symbol, "1m", span).column("close")[0]);
    List<Series> series = List.of(new Series(symbol, "1m"));
    for (var found : client.batch(series, span, "close")) {
      assertEquals(first, found.answer().column("close")[0]);
    }
    Screen.By own = Screen.By.of(symbol);
    Screen screened = client.screen("1m", null, own, span, "shift(close, 99)");
    assertEquals(first, screened.hits().get(0).values()[0]);
    Sweep swept = client.sweep(symbol, "1m", span, Sweep.By.of("last"), "shift(close, 99..99)");
    Sweep.Table variants = swept.tables().get(0);
    assertEquals(first, variants.column(variants.labels().get(0))[0]);
    Watch.Of of = Watch.Of.series(100, series.get(0)).adjusted(Adjust.ADJUST_SPLIT);
    try (Watch watch = client.watch(of, "close")) {
      assertEquals(first, watch.next().answer().column("close")[0]);
    }
  }

  @Test
  void batchesAreSentAndTheirReceiptsIterated() {
    String symbol = Servers.unique();
    Bars bars = Servers.minutes(1000);
    Bars wrong = Servers.minutes(10);
    wrong.low()[3] = Double.POSITIVE_INFINITY;
    try (IngestStream stream = client.ingestStream(symbol, "1m", Ingestion.DEFAULT)) {
      assertEquals(0, stream.send(bars));
      IngestStream.Outcome first = stream.next();
      assertEquals(new Receipt(1000, 0, 0, first.receipt().epoch()), first.receipt());
      stream.send(wrong);
      stream.send(Servers.minutes(1001));
      stream.end();
      IngestStream.Outcome refused = stream.next();
      assertEquals(1, refused.batch());
      assertEquals("bars.low[3]", refused.error().fields().get(0).path());
      assertEquals(1, stream.next().receipt().accepted());
      assertFalse(stream.hasNext());
      AtradException late = assertThrows(AtradException.class, () -> stream.send(bars));
      assertEquals(Code.CANCELLED, late.code());
    }
    Ingestion strict = Ingestion.DEFAULT.onConflict(OnConflict.ON_CONFLICT_ERROR);
    bars.close()[5] += 0.5;
    AtradException conflict =
        assertThrows(AtradException.class, () -> client.ingest(symbol, "1m", bars, strict));
    assertEquals(Code.INVALID_ARGUMENT, conflict.code());
    Bars negative =
        new Bars(
            new long[] {0},
            new double[] {-1},
            new double[] {-1},
            new double[] {-1},
            new double[] {-1},
            new double[1]);
    assertThrows(AtradException.class, () -> client.ingest(Servers.unique(), "1m", negative));
    assertEquals(
        1,
        client.ingest(Servers.unique(), "1m", negative, Ingestion.DEFAULT.anyPrice()).accepted());
    assertEquals(
        "bars.times",
        assertThrows(AtradException.class, () -> new Bars(null, null, null, null, null, null))
            .fields()
            .get(0)
            .path());
  }

  @Test
  void everyMethodIsReached() {
    DownsampleRequest request =
        DownsampleRequest.newBuilder()
            .setRequest(
                ComputeRequest.newBuilder()
                    .setSeries(new Series("IBM", "1d").id())
                    .addExpressions("close"))
            .setBucketsMax(20)
            .build();
    assertTrue(
        client.call(IndicatorServiceGrpc.getDownsampleMethod(), request).getColumnsCount() > 0);
    ComputeBatchRequest batch =
        ComputeBatchRequest.newBuilder()
            .addSeries(new Series("IBM", "1d").id())
            .addExpressions("close")
            .build();
    int rows = 0;
    try (Messages<ComputeBatchResponse> messages =
        client.stream(
            IndicatorServiceGrpc.getComputeBatchMethod(), batch, Duration.ofSeconds(30))) {
      for (ComputeBatchResponse each : messages) {
        rows += each.getValues().getTimesCount();
      }
    }
    assertEquals(client.readBars("IBM", "1d", Span.all()).size(), rows);
  }

  @Test
  void aScreenRanksAndCounts() {
    Screen.By by = Screen.By.of("AAPL", "MSFT", "IBM").rankedUpBy("close").top(2);
    Screen screen = client.screen("1d", "close > 0", by, Span.all(), "close");
    assertEquals(2, screen.hits().size());
    assertTrue(screen.hits().get(0).rank() <= screen.hits().get(1).rank());
    assertEquals(screen.hits().get(0).rank(), screen.hits().get(0).values()[0]);
    assertEquals(3, screen.summary().getMatched());
    Screen none = client.screen("1d", "close > 1e9", Screen.By.of("IBM"), Span.all());
    assertTrue(none.hits().isEmpty() && none.failures().isEmpty());
  }

  @Test
  void asOfHidesWhatCameLater() {
    Answer all = client.compute("IBM", "1d", Span.last(10), "close");
    Answer before = client.compute("IBM", "1d", Span.last(1).asOf(all.time(9)), "close");
    assertEquals(all.time(8), before.time(0));
    Answer between =
        client.compute("IBM", "1d", Span.all().from(all.time(2)).until(all.time(4)), "close");
    assertArrayEquals(Arrays.copyOfRange(all.columns().get(0), 2, 4), between.columns().get(0));
    AtradException beyond = assertThrows(AtradException.class, () -> Span.all().from(Instant.MAX));
    assertEquals("time", beyond.fields().get(0).path());
  }

  @Test
  void errorsNameTheFieldOrTheResource() {
    for (Span span : List.of(Span.last(1), Span.all())) {
      AtradException wrong =
          assertThrows(
              AtradException.class,
              () -> client.compute("BTCUSDT", "15m", span, "rsi(14)", "rsi(0)"));
      assertEquals(Code.INVALID_ARGUMENT, wrong.code());
      assertEquals("expressions[1]", wrong.fields().get(0).path());
      assertTrue(wrong.requestId().isPresent());
      AtradException absent =
          assertThrows(AtradException.class, () -> client.compute("NOSUCH", "15m", span, "close"));
      assertEquals(Code.NOT_FOUND, absent.code());
      assertEquals(
          new AtradException.Resource("series", "NOSUCH 15m"), absent.resource().orElseThrow());
    }
    AtradException unknown =
        assertThrows(
            AtradException.class, () -> client.compute("IBM", "1d", Span.all(), "nosuch(3)"));
    assertTrue(unknown.text().contains("nosuch"));
    assertEquals(
        "last", assertThrows(AtradException.class, () -> Span.last(0)).fields().get(0).path());
    AtradException none =
        assertThrows(AtradException.class, () -> client.compute("IBM", "1d", Span.all()));
    assertEquals("expressions", none.fields().get(0).path());
  }

  @Test
  void whatIsStoredIsListedAndReadBack() {
    Answer answer =
        client.compute("IBM", "1d", Span.all().persist(Duration.ofMinutes(1)), "wma(80)");
    assertArrayEquals(
        answer.columns().get(0), client.readSavedResult(answer.savedKey()).columns().get(0));
    assertTrue(
        client.savedResults("IBM").stream()
            .anyMatch(each -> each.getKey().equals(answer.savedKey())));
    assertTrue(client.series("BTCUSD").size() >= 2);
    Alert alert =
        Alert.newBuilder()
            .setName(Servers.unique())
            .addSeries(new Series("IBM", "1d").id())
            .setCondition("close > 1")
            .build();
    client.call(
        AlertServiceGrpc.getPutAlertMethod(), PutAlertRequest.newBuilder().setAlert(alert).build());
    DeleteAlertRequest delete = DeleteAlertRequest.newBuilder().setName(alert.getName()).build();
    client.call(AlertServiceGrpc.getDeleteAlertMethod(), delete);
    AtradException absent =
        assertThrows(
            AtradException.class,
            () -> client.call(AlertServiceGrpc.getDeleteAlertMethod(), delete));
    assertEquals("alert", absent.resource().orElseThrow().kind());
  }

  @Test
  void aWatchTellsNewBarsAndEndsFromAnotherThread() throws Exception {
    String symbol = Servers.unique();
    Watch.Of of = Watch.Of.series(1, new Series(symbol, "1m")).waiting().onlyWhen("volume >= 2");
    Watch watch = client.watch(of, "close");
    try {
      CompletableFuture<List<Long>> seen =
          CompletableFuture.supplyAsync(
              () -> {
                List<Long> times = new ArrayList<>();
                watch.forEach(update -> Arrays.stream(update.answer().times()).forEach(times::add));
                return times;
              });
      for (int count = 2; count < 5; count++) {
        client.ingest(symbol, "1m", Servers.minutes(count));
      }
      Watch.Of closed = Watch.Of.series(1, new Series(symbol, "1m")).forming();
      try (Watch other = client.watch(closed, "close")) {
        assertTrue(other.hasNext());
      }
      for (int waited = 0; waited < 100 && !seen.isDone(); waited++) {
        Thread.sleep(20);
      }
      assertFalse(seen.isDone());
      watch.close();
      assertEquals(
          List.of(2 * 60_000_000_000L, 3 * 60_000_000_000L), seen.get(5, TimeUnit.SECONDS));
    } finally {
      watch.close();
    }
  }

  @Test
  void aWatchBeginsWithTheNewestRows() {
    try (Watch watch = client.watch(Watch.Of.series(3, new Series("IBM", "1d")), "close")) {
      Watch.Update first = watch.next();
      assertEquals(3, first.answer().size());
      assertFalse(first.provisional());
    }
  }
}
