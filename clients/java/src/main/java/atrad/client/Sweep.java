package atrad.client;

import atrad.columns.v1.Columns;
import atrad.v1.IndicatorOuterClass.SweepHeader;
import atrad.v1.IndicatorOuterClass.SweepSummary;
import atrad.v1.IndicatorOuterClass.SweptColumn;
import atrad.v1.IndicatorOuterClass.SweptExpression;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The answer of a sweep: a table per expression, in the order of the request. */
public final class Sweep {
  /**
   * What each variant is reduced to (without reductions the columns themselves are returned), which
   * are computed, and which returned: the best {@code top} by a column, 0 for all.
   */
  public record By(
      List<String> reductions, String where, int top, String column, boolean ascending) {
    /** All variants, by these reductions. */
    public static By of(String... reductions) {
      return new By(List.of(reductions), "", 0, "", false);
    }

    /** With a condition over the parameters, as in {@code fast < slow}. */
    public By where(String condition) {
      return new By(reductions, condition, top, column, ascending);
    }

    /** The best variants by a column; an empty one is the first. */
    public By top(int variants, String by, boolean smallestFirst) {
      return new By(reductions, where, variants, by, smallestFirst);
    }
  }

  /** The variants of one expression, a row each. */
  public static final class Table {
    private final SweptExpression declared;
    private final Map<String, double[]> columns = new HashMap<>();
    private final Map<String, Growing> growing = new HashMap<>();
    private final Map<String, List<double[]>> whole = new HashMap<>();
    private final Map<double[], Map<String, double[]>> variants = new TreeMap<>(Arrays::compare);

    private Table(SweptExpression declared) {
      this.declared = declared;
    }

    /** The expression, or its label. */
    public String label() {
      return declared.getLabel();
    }

    /** The names of the parameters. */
    public List<String> parameters() {
      return declared.getParametersList();
    }

    /** The labels of the columns that are not parameters. */
    public List<String> labels() {
      return declared.getColumnsList().stream().map(SweptColumn::getLabel).toList();
    }

    /** The number of variants that were returned. */
    public int size() {
      return columns.isEmpty()
          ? whole.values().stream().mapToInt(List::size).findFirst().orElse(0)
          : columns.values().iterator().next().length;
    }

    /**
     * A parameter or a reduction, one value per variant. Times of bars are in seconds since the
     * Unix epoch.
     */
    public double[] column(String label) {
      return found(columns, label);
    }

    /** Without reductions, a column of each variant, one value per bar. */
    public List<double[]> values(String label) {
      return found(whole, label);
    }

    private static <V> V found(Map<String, V> from, String label) {
      if (!from.containsKey(label)) {
        throw AtradException.invalid(
            "label", "no column " + label + "; there are " + String.join(", ", from.keySet()));
      }
      return from.get(label);
    }

    private void append(Columns.Column column) {
      growing.computeIfAbsent(column.getLabel(), label -> new Growing()).append(column.getValues());
    }

    private void place(Columns.SweepColumns part, int rows) {
      Map<String, double[]> variant =
          variants.computeIfAbsent(
              Wire.doubles(part.getParameters()), parameters -> new HashMap<>());
      for (Columns.Column column : part.getColumnsList()) {
        double[] values = variant.computeIfAbsent(column.getLabel(), label -> Wire.nan(rows));
        if (part.getStartRow() + column.getValues().size() / 8 > rows) {
          throw AtradException.broken("the sweep has more rows than its header says");
        }
        Wire.copy(column.getValues(), values, (int) part.getStartRow());
      }
    }

    /** Whole columns are in the order of their parameters. */
    private void complete() {
      growing.forEach((label, column) -> columns.put(label, column.whole()));
      growing.clear();
      variants.forEach(
          (parameters, values) ->
              labels()
                  .forEach(
                      label ->
                          whole
                              .computeIfAbsent(label, name -> new ArrayList<>())
                              .add(values.get(label))));
      for (int at = 0; at < parameters().size() && !variants.isEmpty(); at++) {
        int index = at;
        columns.put(
            parameters().get(at),
            variants.keySet().stream().mapToDouble(each -> each[index]).toArray());
      }
      variants.clear();
    }
  }

  /** A column that comes in parts, in an array that doubles. */
  private static final class Growing {
    private double[] values = {};
    private int size;

    private void append(ByteString part) {
      int after = size + part.size() / 8;
      if (after > values.length) {
        values = Arrays.copyOf(values, Math.max(after, 2 * values.length));
      }
      Wire.copy(part, values, size);
      size = after;
    }

    private double[] whole() {
      return values.length == size ? values : Arrays.copyOf(values, size);
    }
  }

  private final List<Table> tables = new ArrayList<>();
  private SweepHeader header = SweepHeader.getDefaultInstance();
  private SweepSummary summary;
  private long[] times = {};
  private int timesSize;

  Sweep() {}

  /** A table per expression. */
  public List<Table> tables() {
    return List.copyOf(tables);
  }

  /** When each bar opens, if columns are returned: nanoseconds since the Unix epoch, UTC. */
  public long[] times() {
    return times;
  }

  /** What the server says about the bars: their number, epoch, joins. */
  public SweepHeader header() {
    return header;
  }

  /** All combinations of parameters, those that were computed, and those that are here. */
  public SweepSummary summary() {
    return summary;
  }

  void take(Columns.SweepResponse response) {
    switch (response.getPartCase()) {
      case HEADER -> {
        header = response.getHeader();
        header.getExpressionsList().forEach(each -> tables.add(new Table(each)));
      }
      case TIMES -> {
        ByteString more = response.getTimes().getTimes();
        int after = timesSize + more.size() / 8;
        if (after > times.length) {
          times = Arrays.copyOf(times, Math.max(after, 2 * times.length));
        }
        Wire.copy(more, times, timesSize);
        timesSize = after;
      }
      case ROWS -> {
        Table table = table(response.getRows().getExpression());
        response.getRows().getParametersList().forEach(table::append);
        response.getRows().getColumnsList().forEach(table::append);
      }
      case COLUMNS ->
          table(response.getColumns().getExpression())
              .place(response.getColumns(), (int) header.getRows());
      case SUMMARY -> summary = response.getSummary();
      default -> {}
    }
  }

  Sweep complete() {
    if (summary == null) {
      throw AtradException.broken("the sweep ended without its summary");
    }
    times = Arrays.copyOf(times, timesSize);
    tables.forEach(Table::complete);
    return this;
  }

  private Table table(int expression) {
    if (expression < 0 || expression >= tables.size()) {
      throw AtradException.broken("the sweep names an expression that is not in its header");
    }
    return tables.get(expression);
  }
}
