package atrad.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import atrad.columns.v1.Columns;
import atrad.v1.IndicatorOuterClass.SweepHeader;
import atrad.v1.IndicatorOuterClass.SweepSummary;
import atrad.v1.IndicatorOuterClass.SweptColumn;
import atrad.v1.IndicatorOuterClass.SweptExpression;
import java.lang.management.ManagementFactory;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What the messages of a sweep become. */
class SweepTest {
  private static final int MESSAGES = 1000;
  private static final int ROWS = 500;

  private static Columns.SweepResponse message(int number) {
    int from = number * ROWS;
    double[] periods = IntStream.range(from, from + ROWS).asDoubleStream().toArray();
    double[] means = IntStream.range(from, from + ROWS).mapToDouble(row -> row / 2.0).toArray();
    return Columns.SweepResponse.newBuilder()
        .setRows(
            Columns.SweepRows.newBuilder()
                .addParameters(column("period", periods))
                .addColumns(column("mean", means)))
        .build();
  }

  private static Columns.Column column(String label, double[] values) {
    return Columns.Column.newBuilder()
        .setLabel(label)
        .setValues(Wire.bytes(values, 0, values.length))
        .build();
  }

  private static Columns.SweepResponse times(int number) {
    long[] times = LongStream.range(number * ROWS, (number + 1) * ROWS).toArray();
    return Columns.SweepResponse.newBuilder()
        .setTimes(Columns.SweepTimes.newBuilder().setTimes(Wire.bytes(times, 0, ROWS)))
        .build();
  }

  @Test
  void manyMessagesAreJoinedWithoutACopyOfAllAtEach() {
    SweptExpression declared =
        SweptExpression.newBuilder()
            .setLabel("ema")
            .addParameters("period")
            .addColumns(SweptColumn.newBuilder().setLabel("mean"))
            .build();
    Sweep sweep = new Sweep();
    sweep.take(
        Columns.SweepResponse.newBuilder()
            .setHeader(SweepHeader.newBuilder().addExpressions(declared))
            .build());
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int number = 0; number < MESSAGES; number++) {
      sweep.take(message(number));
      sweep.take(times(number));
    }
    sweep.take(
        Columns.SweepResponse.newBuilder().setSummary(SweepSummary.getDefaultInstance()).build());
    Sweep.Table table = sweep.complete().tables().get(0);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertEquals(MESSAGES * ROWS, table.size());
    double[] expected = IntStream.range(0, MESSAGES * ROWS).asDoubleStream().toArray();
    assertArrayEquals(expected, table.column("period"));
    assertEquals(ROWS / 2.0, table.column("mean")[ROWS]);
    assertArrayEquals(LongStream.range(0, MESSAGES * ROWS).toArray(), sweep.times());
    // Three columns of 4 MB, and what makes them; with a copy of all at each message 6 GB.
    assertTrue(allocated < 200_000_000, allocated + " bytes were allocated");
  }
}
