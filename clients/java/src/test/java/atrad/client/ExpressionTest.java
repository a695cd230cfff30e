package atrad.client;

import static atrad.client.Expr.CLOSE;
import static atrad.client.Expr.HIGH;
import static atrad.client.Expr.HL2;
import static atrad.client.Expr.LOW;
import static atrad.client.Expr.OPEN;
import static atrad.client.Expr.VOLUME;
import static atrad.client.Indicators.alligator;
import static atrad.client.Indicators.bbands;
import static atrad.client.Indicators.ema;
import static atrad.client.Indicators.kc;
import static atrad.client.Indicators.macd;
import static atrad.client.Indicators.rsi;
import static atrad.client.Indicators.sma;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import atrad.v1.IndicatorOuterClass.CorrelateRequest;
import atrad.v1.IndicatorOuterClass.Indicator;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.function.Executable;

/** Expressions print to the text that the server reads, and refuse what it would refuse. */
class ExpressionTest {
  @Test
  void anExpressionPrintsToItsText() {
    assertEquals("rsi()", rsi().toString());
    assertEquals("rsi(period=10)", rsi().period(9).period(10).toString());
    assertEquals("rsi(hl2, method=cutler)", rsi().method("cutler").of(HL2).toString());
    assertEquals("ema(rsi(period=14), period=9)", ema().period(9).of(rsi().period(14)).toString());
    assertEquals("macd(fast=12).hist", macd().fast(12).hist().toString());
    assertEquals("alligator(jaw=20).jaw", alligator().jaw(20).jawOutput().toString());
    assertEquals("kc(high, low, close).upper", kc().of(HIGH, LOW, "close").upper().toString());
    assertEquals("bbands(up=2.5).upper", bbands().up(2.5).upper().toString());
    assertEquals("close - (open - high)", CLOSE.minus(OPEN.minus(HIGH)).toString());
    assertEquals("close * (high + low) / 2", CLOSE.times(HIGH.plus(LOW)).over(2).toString());
    assertEquals("(-close) ^ (-2)", CLOSE.negated().pow(-2).toString());
    assertEquals(
        "close > 1 and close < 2 or not volume == 0",
        CLOSE.gt(1).and(CLOSE.lt(2)).or(VOLUME.eq(0).not()).toString());
    assertEquals(
        "(close > 1 or close < 0) and volume > 0",
        CLOSE.gt(1).or(CLOSE.lt(0)).and(VOLUME.gt(0)).toString());
    assertEquals("shift(close@\"BTC-USD\", 1)", CLOSE.ofSeries("BTC-USD").shift(1).toString());
    assertEquals(
        "crossover(ema(period=12), ema(26))",
        Expr.crossover(ema().period(12), "ema(26)").toString());
    assertEquals(
        "if(close > sma(period=20), 1, -1.5)",
        Expr.when(CLOSE.gt(sma().period(20)), 1, -1.5).toString());
    assertEquals("fast = rsi()", rsi().as("fast").toString());
    assertEquals(
        "ema(period=5..50 step 5 as fast)",
        ema().period(Variants.steps(5, 50, 5).as("fast")).toString());
    assertEquals("ema(period=[5, 9])", ema().period(Variants.of(5, 9)).toString());
  }

  @Test
  void whatIsWrongIsToldBeforeItIsSent() {
    refused("period of rsi must be between 2 and 100000, got 1", () -> rsi().period(1));
    refused("one of wilder, cutler, ewm", () -> rsi().method("sma"));
    refused("reads 3 inputs", () -> kc().of(CLOSE));
    refused("must be between", () -> bbands().up(Double.NaN));
    refused("finite", () -> CLOSE.plus(Double.POSITIVE_INFINITY));
    refused("not a symbol", () -> CLOSE.ofSeries("no such"));
    refused("only a column", () -> rsi().ofSeries("AAPL"));
    refused("letters", () -> CLOSE.as("a b"));
    refused("rise", () -> rsi().period(Variants.steps(9, 5, 1)));
    refused("got [0, 9]", () -> rsi().period(Variants.of(0, 9)));
    refused("at least one", () -> rsi().period(Variants.of()));
    refused("an integer", () -> rsi().period(Variants.of(2.5)));
  }

  private static void refused(String said, Supplier<?> made) {
    AtradException error = assertThrows(AtradException.class, made::get);
    assertTrue(error.text().contains(said), error.text());
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_ADDRESS", matches = ".+")
  void theServerComputesEveryIndicator() {
    try (Atrad client = Atrad.connect(Servers.DEMO)) {
      List<Expr> all = Indicators.all();
      List<String> listed =
          client.indicators("").stream().map(Indicator::getName).map(name -> name + "()").toList();
      assertEquals(listed, all.stream().map(Expr::toString).toList());
      for (int at = 0; at < all.size(); at += 40) {
        Object[] some = all.subList(at, Math.min(all.size(), at + 40)).toArray();
        assertTrue(client.compute("IBM", "1d", Span.last(1), some).labels().size() >= some.length);
      }
    }
  }

  @Test
  void whatAMethodWouldIgnoreIsRefused() {
    List<Series> series = List.of(new Series("A", "1d"), new Series("B", "1d"));
    Span saved = Span.last(5).persist(null);
    // Nothing is sent: there is no server.
    try (Atrad client = Atrad.connect("127.0.0.1:1")) {
      CorrelateRequest how = CorrelateRequest.getDefaultInstance();
      refused("persist", () -> client.correlate(series, saved, how));
      refused("persist", () -> client.batch(series, saved, "close"));
      refused("persist", () -> client.sweep("A", "1d", saved, Sweep.By.of("last"), "ema(2..3)"));
      refused("persist", () -> client.readBars("A", "1d", saved));
      Screen.By all = Screen.By.of();
      Instant when = Instant.EPOCH;
      refused("last", () -> client.screen("1d", null, all, Span.last(5)));
      refused("from", () -> client.screen("1d", null, all, Span.all().from(when)));
      refused("until", () -> client.screen("1d", null, all, Span.all().until(when)));
      refused("persist", () -> client.screen("1d", null, all, Span.all().persist(null)));
    }
  }

  private static void refused(String setting, Executable call) {
    AtradException error = assertThrows(AtradException.class, call);
    assertEquals(setting, error.fields().get(0).path());
    assertTrue(error.text().endsWith("has no setting " + setting), error.text());
  }
}
