package atrad.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import atrad.columns.v1.Columns;
import atrad.v1.IndicatorOuterClass.FoldBars;
import atrad.v1.IndicatorOuterClass.SweepHeader;
import atrad.v1.IndicatorOuterClass.SweptColumn;
import atrad.v1.IndicatorOuterClass.SweptExpression;
import atrad.v1.IndicatorOuterClass.WalkForward;
import io.grpc.Status.Code;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * Walk-forward folds: the means and the choices are made here, of the columns that {@code compute}
 * returns.
 */
class FoldsTest {
  private static final int[] PERIODS = {5, 10, 15, 20};

  private static String label(int period) {
    return "close / ema(" + period + ")";
  }

  private static WalkForward.Builder cut(int folds) {
    return WalkForward.newBuilder().setFolds(folds);
  }

  private record Mean(double value, long bars) {}

  /** Of a column over the bars of a fold, those without a value left out. */
  private static Mean mean(Answer values, String label, FoldBars span) {
    double sum = 0;
    long count = 0;
    long bars = 0;
    for (int row = 0; row < values.size(); row++) {
      long when = values.times()[row];
      if (when < span.getFirstTime() || when > span.getLastTime()) {
        continue;
      }
      bars++;
      double value = values.column(label)[row];
      if (!Double.isNaN(value)) {
        sum += value;
        count++;
      }
    }
    return new Mean(sum / count, bars);
  }

  private static void near(double expected, double found) {
    assertEquals(expected, found, 1e-9 * Math.abs(expected));
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_ADDRESS", matches = ".+")
  void foldsChooseInSampleAndJudgeOutOfSample() {
    Object[] asked = new Object[PERIODS.length];
    for (int at = 0; at < asked.length; at++) {
      asked[at] = label(PERIODS[at]);
    }
    try (Atrad client = Atrad.connect(Servers.DEMO)) {
      Answer values = client.compute("MSFT", "1d", Span.all(), asked);
      WalkForward anchored =
          cut(5).setAnchored(true).setInSample(1000).setPurge(10).setEmbargo(5).build();
      for (WalkForward walk : List.of(cut(4).build(), anchored)) {
        Sweep.By by = Sweep.By.of("last", "mean").walkForward(walk, "mean", false);
        Sweep sweep = client.sweep("MSFT", "1d", Span.all(), by, "close / ema(5..20 step 5)");
        Sweep.Table table = sweep.tables().get(0);
        assertEquals(walk.getFolds(), table.folds().size());
        assertEquals(walk.getFolds(), sweep.summary().getReturned());
        assertEquals(0, table.size());
        check(values, walk, table);
      }
    }
  }

  private static void check(Answer values, WalkForward walk, Sweep.Table table) {
    int rows = values.size();
    int inside = (int) walk.getInSample();
    int outside = inside > 0 ? (rows - inside) / walk.getFolds() : rows / (walk.getFolds() + 1);
    double sum = 0;
    long bars = 0;
    for (int number = 0; number < walk.getFolds(); number++) {
      Sweep.Fold fold = table.folds().get(number);
      int begin = rows - (walk.getFolds() - number) * outside;
      long[] times = values.times();
      assertEquals(times[begin + (int) walk.getEmbargo()], fold.outOfSampleBars().getFirstTime());
      assertEquals(times[begin + outside - 1], fold.outOfSampleBars().getLastTime());
      assertEquals(times[begin - 1 - (int) walk.getPurge()], fold.inSampleBars().getLastTime());
      assertTrue(!walk.getAnchored() || fold.inSampleBars().getFirstTime() == times[0]);
      int best = PERIODS[0];
      for (int period : PERIODS) {
        double found = mean(values, label(period), fold.inSampleBars()).value;
        best = found > mean(values, label(best), fold.inSampleBars()).value ? period : best;
      }
      assertEquals(Map.of("period", (double) best), fold.parameters());
      Mean chosen = mean(values, label(best), fold.inSampleBars());
      Mean judged = mean(values, label(best), fold.outOfSampleBars());
      near(chosen.value, fold.inSample().get("mean"));
      near(judged.value, fold.outOfSample().get("mean"));
      assertEquals(chosen.bars, fold.inSampleBars().getBars());
      assertEquals(judged.bars, fold.outOfSampleBars().getBars());
      sum += judged.value * judged.bars;
      bars += judged.bars;
    }
    assertEquals(bars, table.outOfSampleBars());
    near(sum / bars, table.outOfSample().get("mean"));
    Sweep.Fold newest = table.folds().get(walk.getFolds() - 1);
    assertEquals(newest.outOfSample().get("last"), table.outOfSample().get("last"));
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_ADDRESS", matches = ".+")
  void aFoldWithoutAValueChoosesNone() {
    try (Atrad client = Atrad.connect(Servers.DEMO)) {
      Sweep.By by = Sweep.By.of("last").walkForward(cut(2).build(), "", false);
      Sweep sweep = client.sweep("MSFT", "1d", Span.all(), by, "ema(5000..5001)", "rsi(14)");
      Sweep.Table none = sweep.tables().get(0);
      Sweep.Fold fold = none.folds().get(1);
      assertEquals(
          List.of(Map.of(), Map.of(), Map.of()),
          List.of(fold.parameters(), fold.inSample(), fold.outOfSample()));
      assertEquals(1090, fold.outOfSampleBars().getBars());
      assertEquals(0, none.outOfSampleBars());
      assertTrue(none.outOfSample().get("last").isNaN());
      assertEquals(2, sweep.summary().getUndefined());
      Sweep.Table one = sweep.tables().get(1);
      assertEquals(Set.of("last"), one.folds().get(0).inSample().keySet());
      assertEquals(2180, one.outOfSampleBars());
    }
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_ADDRESS", matches = ".+")
  void wrongFoldsAreTold() {
    Sweep.By last = Sweep.By.of("last");
    Map<String, Sweep.By> wrong = new LinkedHashMap<>();
    wrong.put("walk_forward.folds", last.walkForward(cut(0).build(), "", false));
    wrong.put("walk_forward.purge", last.walkForward(cut(4).setPurge(5000).build(), "", false));
    wrong.put(
        "walk_forward.in_sample",
        last.walkForward(cut(4).setInSample(1L << 40).build(), "", false));
    wrong.put("walk_forward", Sweep.By.of().walkForward(cut(4).build(), "", false));
    wrong.put("top", last.top(1, "", false).walkForward(cut(4).build(), "", false));
    try (Atrad client = Atrad.connect(Servers.DEMO)) {
      wrong.forEach(
          (path, by) -> {
            AtradException error =
                assertThrows(
                    AtradException.class,
                    () -> client.sweep("MSFT", "1d", Span.all(), by, "ema(3..5)"));
            assertEquals(Code.INVALID_ARGUMENT, error.code());
            assertEquals(path, error.fields().get(0).path());
          });
    }
  }

  @Test
  void whatDoesNotFitTheHeaderIsAnError() {
    SweptExpression declared =
        SweptExpression.newBuilder()
            .addParameters("period")
            .addColumns(SweptColumn.newBuilder().setLabel("last"))
            .build();
    Sweep sweep = new Sweep();
    sweep.take(
        Columns.SweepResponse.newBuilder()
            .setHeader(SweepHeader.newBuilder().addExpressions(declared))
            .build());
    var two = Wire.bytes(new double[2], 0, 2);
    for (Columns.SweepFold fold :
        List.of(
            Columns.SweepFold.newBuilder().setNumber(1).build(),
            Columns.SweepFold.newBuilder().setExpression(1).build(),
            Columns.SweepFold.newBuilder().setParameters(two).build(),
            Columns.SweepFold.newBuilder().setInSample(two).build())) {
      Columns.SweepResponse part = Columns.SweepResponse.newBuilder().setFold(fold).build();
      AtradException error = assertThrows(AtradException.class, () -> sweep.take(part));
      assertEquals(Code.INTERNAL, error.code());
    }
    AtradException unknown =
        assertThrows(
            AtradException.class, () -> sweep.take(Columns.SweepResponse.getDefaultInstance()));
    assertEquals(Code.INTERNAL, unknown.code());
  }
}
