package atrad.client;

import atrad.columns.v1.Columns;
import atrad.v1.IndicatorOuterClass.FoldBars;
import atrad.v1.IndicatorOuterClass.SweepHeader;
import atrad.v1.IndicatorOuterClass.SweepSummary;
import atrad.v1.IndicatorOuterClass.SweptColumn;
import atrad.v1.IndicatorOuterClass.SweptExpression;
import atrad.v1.IndicatorOuterClass.WalkForward;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The answer of a sweep: a table per expression, in the order of the request. */
public final class Sweep {
  /**
   * What each variant is reduced to (without reductions the columns themselves are returned), which
   * are computed, and which returned: the best {@code top} by a column, 0 for all, or with {@code
   * walkForward} that of each fold; null cuts no folds.
   */
  public record By(
      List<String> reductions,
      String where,
      int top,
      String column,
      boolean ascending,
      WalkForward walkForward) {
    /** All variants, by these reductions. */
    public static By of(String... reductions) {
      return new By(List.of(reductions), "", 0, "", false, null);
    }

    /** With a condition over the parameters, as in {@code fast < slow}. */
    public By where(String condition) {
      return new By(reductions, condition, top, column, ascending, walkForward);
    }

    /** The best variants by a column; an empty one is the first. */
    public By top(int variants, String by, boolean smallestFirst) {
      return new By(reductions, where, variants, by, smallestFirst, walkForward);
    }

    /**
     * The best variant of each fold by a column, judged by later bars: {@link Table#folds}. An
     * empty column is the first.
     */
    public By walkForward(WalkForward folds, String by, boolean smallestFirst) {
      return new By(reductions, where, top, by, smallestFirst, folds);
    }
  }

  /**
   * The best variant of a fold in sample, and what came of it: the bars by which it was chosen, and
   * those by which it was judged; its parameters, by name, and its columns over these bars, by
   * label. The maps are empty if no variant has a value in sample.
   */
  public record Fold(
      FoldBars inSampleBars,
      FoldBars outOfSampleBars,
      Map<String, Double> parameters,
      Map<String, Double> inSample,
      Map<String, Double> outOfSample) {}

  /** The variants of one expression, a row each. */
  public static final class Table {
    private final SweptExpression declared;
    private final Map<String, double[]> columns = new HashMap<>();
    private final Map<String, Growing> growing = new HashMap<>();
    private final Map<String, List<double[]>> whole = new HashMap<>();
    private final Map<double[], Map<String, double[]>> variants = new TreeMap<>(Arrays::compare);
    private final List<Fold> folds = new ArrayList<>();
    private Map<String, Double> outOfSample = Map.of();
    private long outOfSampleBars;

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

    /** The folds, in order, with {@link By#walkForward}; then there are no other variants. */
    public List<Fold> folds() {
      return Collections.unmodifiableList(folds);
    }

    /** The columns over the bars out of sample of all folds, each with the variant chosen in it. */
    public Map<String, Double> outOfSample() {
      return outOfSample;
    }

    /** The number of these bars. */
    public long outOfSampleBars() {
      return outOfSampleBars;
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

    private void add(Columns.SweepFold fold) {
      if (fold.getNumber() != folds.size()) {
        throw AtradException.broken(
            "fold " + fold.getNumber() + " of " + label() + " after " + folds.size() + " folds");
      }
      folds.add(
          new Fold(
              fold.getInSampleBars(),
              fold.getOutOfSampleBars(),
              named(parameters(), fold.getParameters()),
              named(labels(), fold.getInSample()),
              named(labels(), fold.getOutOfSample())));
    }

    private void add(Columns.SweepOutOfSample all) {
      outOfSample = named(labels(), all.getColumns());
      outOfSampleBars = all.getBars();
    }

    /** Values by their names, in order; empty if there are none. */
    private static Map<String, Double> named(List<String> names, ByteString bytes) {
      double[] values = Wire.doubles(bytes);
      if (values.length > 0 && values.length != names.size()) {
        throw AtradException.broken("a fold has " + values.length + " values for " + names);
      }
      Map<String, Double> made = new LinkedHashMap<>();
      for (int at = 0; at < values.length; at++) {
        made.put(names.get(at), values[at]);
      }
      return Collections.unmodifiableMap(made);
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
      case FOLD -> table(response.getFold().getExpression()).add(response.getFold());
      case OUT_OF_SAMPLE ->
          table(response.getOutOfSample().getExpression()).add(response.getOutOfSample());
      case SUMMARY -> summary = response.getSummary();
      default -> throw AtradException.broken("the sweep has a part that this client does not know");
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
