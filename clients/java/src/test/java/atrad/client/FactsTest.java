package atrad.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import atrad.v1.IndicatorOuterClass.CorrelateRequest;
import atrad.v1.IndicatorOuterClass.Indicator;
import atrad.v1.IndicatorOuterClass.Join;
import atrad.v1.Series.Adjust;
import atrad.v1.Series.CorporateAction;
import atrad.v1.Series.CorporateActionKind;
import atrad.v1.Series.PutCorporateActionsRequest;
import atrad.v1.Series.SeriesAdjustment;
import atrad.v1.Series.SeriesInfo;
import atrad.v1.SeriesServiceGrpc;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** What the server says besides values. */
@EnabledIfEnvironmentVariable(named = "ATRAD_ADDRESS", matches = ".+")
class FactsTest {
  private static final Atrad client = Atrad.connect(Servers.DEMO);

  @AfterAll
  static void close() {
    client.close();
  }

  @Test
  void otherSeriesAreCounted() {
    Answer answer = client.compute("MSFT", "1d", Span.last(50), "close / close@AAPL");
    assertEquals(1, answer.joins().size());
    Join join = answer.joins().get(0);
    assertEquals("AAPL", join.getSeries().getSymbol());
    assertEquals(50, join.getMatched() + join.getUnmatched());
  }

  @Test
  void theTimeOfAnAnswerIsTold() {
    Answer all = client.compute("IBM", "1d", Span.last(10), "close");
    assertEquals(Optional.empty(), all.asOf());
    Span before = Span.last(1).asOf(all.time(9));
    assertEquals(Optional.of(all.time(9)), client.compute("IBM", "1d", before, "close").asOf());
    assertEquals(Optional.of(all.time(9)), client.readBars("IBM", "1d", before).asOf());
  }

  @Test
  void adjustmentsAreTold() {
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
    for (Answer answer :
        List.of(client.compute(symbol, "1m", span, "close"), client.readBars(symbol, "1m", span))) {
      SeriesAdjustment adjustment = answer.adjustments().get(0);
      assertEquals(50, adjustment.getRows());
      assertEquals(0.25, adjustment.getActions(0).getPriceFactor());
    }
    assertTrue(client.readBars(symbol, "1m", Span.all()).adjustments().isEmpty());
  }

  @Test
  void listsAreOfAGroupOrATimeframe() {
    List<Indicator> cycle = client.indicators("cycle", "");
    assertFalse(cycle.isEmpty());
    assertTrue(cycle.stream().allMatch(each -> each.getGroup().equals("cycle")));
    assertTrue(client.indicators("").size() > cycle.size());
    List<SeriesInfo> bitcoin = client.series("BTCUSD", "4h");
    assertEquals(
        List.of("BTCUSD"), bitcoin.stream().map(each -> each.getId().getSymbol()).toList());
  }

  @Test
  void aCorrelationTellsWhatItIsOf() {
    List<Series> series = List.of(new Series("MSFT", "1d"), new Series("AAPL", "1d"));
    CorrelateRequest how = CorrelateRequest.getDefaultInstance();
    Atrad.Correlation found = client.correlate(series, Span.last(100), how);
    assertEquals(List.of(100L, 100L), found.bars());
    long epoch = client.series("MSFT", "1d").get(0).getEpoch();
    assertEquals(epoch, found.epochs().get(0));
  }
}
