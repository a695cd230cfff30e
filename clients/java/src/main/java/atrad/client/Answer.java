package atrad.client;

import atrad.columns.v1.Columns;
import atrad.v1.IndicatorOuterClass.ColumnInfo;
import atrad.v1.IndicatorOuterClass.Join;
import atrad.v1.Series.SeriesAdjustment;
import com.google.protobuf.ByteString;
import java.lang.reflect.Array;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntFunction;

/**
 * Columns of values, one value per bar; NaN where there is none. Arrays are not copied: do not
 * write to them.
 */
public final class Answer {
  private final long[] times;
  private final List<String> labels;
  private final List<double[]> columns;
  private final List<float[]> floats;
  private final Columns.ComputeResponse facts;
  private final Asked asked;

  /**
   * What was asked: so many of the newest rows, 0 for all, whether of a series itself, which may
   * get more columns, and whether as float32.
   */
  private record Asked(int last, boolean ofBars, boolean isFloat32) {}

  private Answer(
      long[] times,
      List<String> labels,
      List<double[]> columns,
      List<float[]> floats,
      Columns.ComputeResponse facts,
      Asked asked) {
    this.times = times;
    this.labels = labels;
    this.columns = columns;
    this.floats = floats;
    this.facts = facts;
    this.asked = asked;
  }

  /** When each bar opens: nanoseconds since the Unix epoch, UTC. */
  public long[] times() {
    return times;
  }

  /** The number of bars. */
  public int size() {
    return times.length;
  }

  /** When the bar of a row opens. */
  public Instant time(int row) {
    return Wire.instant(times[row]);
  }

  /** The names of the columns: the label of an expression, or else its text. */
  public List<String> labels() {
    return labels;
  }

  /** The values, in the order of the labels; an error if they are of float32. */
  public List<double[]> columns() {
    if (asked.isFloat32) {
      throw AtradException.invalid("columns", "the columns are of float32: see floatColumns");
    }
    return columns;
  }

  /** The values of a label; an error if they are of float32. */
  public double[] column(String label) {
    return columns().get(at(label));
  }

  /** The values of {@link Span#float32}, in the order of the labels; an error without it. */
  public List<float[]> floatColumns() {
    if (!asked.isFloat32) {
      throw AtradException.invalid("floatColumns", "the columns are of float64: see columns");
    }
    return floats;
  }

  /** The values of a label, of {@link Span#float32}; an error without it. */
  public float[] floatColumn(String label) {
    return floatColumns().get(at(label));
  }

  private int at(String label) {
    int at = labels.indexOf(label);
    if (at < 0) {
      throw AtradException.invalid(
          "label", "no column " + label + "; there are " + String.join(", ", labels));
    }
    return at;
  }

  /** The version of the series; 0 for bars sent along. */
  public long epoch() {
    return facts.getEpoch();
  }

  /** What the server says about each column: canonical expression, lookback, shift on charts. */
  public List<ColumnInfo> infos() {
    return facts.getInfosList();
  }

  /** The other series that the expressions name. */
  public List<Join> joins() {
    return facts.getJoinsList();
  }

  /** How the bars of each series were adjusted: the actions that count, and their factors. */
  public List<SeriesAdjustment> adjustments() {
    return facts.getAdjustmentsList();
  }

  /** The time as of which the values are; empty means now. */
  public Optional<Instant> asOf() {
    return facts.hasAsOf() ? Optional.of(Wire.instant(facts.getAsOf())) : Optional.empty();
  }

  /** The key of the saved result; empty if it was not saved. */
  public String savedKey() {
    return facts.getSavedResultKey();
  }

  /** The stored timeframe that the bars are made of; empty if they are stored. */
  public String resampledFrom() {
    return facts.getResampledFrom();
  }

  /** What the next question gives to {@link Span#since}, to get what changes after this answer. */
  public Version version() {
    return new Version(facts.getEpoch(), facts.getSinceToken());
  }

  /**
   * With {@link Span#since}, rows of earlier answers that open at this time or later are void:
   * nanoseconds since the Unix epoch, UTC. The smallest number voids all, none leaves all.
   */
  public OptionalLong changedFrom() {
    return facts.hasChangedFrom() ? OptionalLong.of(facts.getChangedFrom()) : OptionalLong.empty();
  }

  /**
   * This answer brought up to date by a later one: that to the same question, since the version of
   * this one. It has the values of a fresh answer, to the bit; of a span with a number of newest
   * rows it is cut to these. Chunks of a stream are applied in turn. This answer stays as it is.
   */
  public Answer updated(Answer later) {
    int valid = size();
    if (later.facts.hasChangedFrom()) {
      int at = Arrays.binarySearch(times, later.facts.getChangedFrom());
      valid = at < 0 ? -at - 1 : at;
    }
    if (valid > 0 && later.size() > 0 && later.times[0] <= times[valid - 1]) {
      throw AtradException.invalid(
          "later",
          "the later answer has rows of the earlier one that are not void: ask since its version");
    }
    boolean isOther =
        asked.ofBars != later.asked.ofBars || asked.isFloat32 != later.asked.isFloat32;
    if (isOther || valid > 0 && !asked.ofBars && !labels.equals(later.labels)) {
      throw AtradException.invalid(
          "later",
          "the later answer has the columns " + later.shape() + ", the earlier " + shape());
    }
    // What comes is new among the newest rows: those between them and older ones are not known.
    int last = later.asked.last;
    int kept = last == 0 ? valid : Math.min(valid, Math.max(0, last - later.size()));
    List<double[]> whole = new ArrayList<>();
    List<float[]> wholeFloats = new ArrayList<>();
    for (int at = 0; at < later.labels.size(); at++) {
      int known = labels.indexOf(later.labels.get(at));
      if (asked.isFloat32) {
        float[] column = known < 0 ? new float[0] : floats.get(known);
        wholeFloats.add(joined(column, valid, kept, later.floats.get(at), float[]::new));
        continue;
      }
      // A series may have got a column, which had no values before.
      double[] column = known < 0 ? Wire.nan(valid) : columns.get(known);
      whole.add(joined(column, valid, kept, later.columns.get(at), double[]::new));
    }
    // A chunk after the first of a stream has no facts.
    boolean isChunk =
        !asked.ofBars
            && later.facts.getInfosCount() == 0
            && later.facts.getSinceToken().isEmpty()
            && later.epoch() == epoch();
    return new Answer(
        joined(times, valid, kept, later.times, long[]::new),
        later.labels,
        List.copyOf(whole),
        List.copyOf(wholeFloats),
        isChunk ? facts : later.facts,
        later.asked);
  }

  /** What tells columns apart, in errors. */
  private String shape() {
    return labels + (asked.isFloat32 ? " of float32" : "");
  }

  /** The last {@code kept} of the valid rows of a column, and more. */
  private static <A> A joined(A column, int valid, int kept, A more, IntFunction<A> array) {
    int come = Array.getLength(more);
    if (come == 0 && kept == Array.getLength(column)) {
      return column;
    }
    A made = array.apply(kept + come);
    System.arraycopy(column, valid - kept, made, 0, kept);
    System.arraycopy(more, 0, made, kept, come);
    return made;
  }

  static Answer of(Columns.ComputeResponse response, Span span) {
    Assembler made = new Assembler(span);
    made.add(response);
    return made.answer();
  }

  /** The bars as columns of an answer. */
  static Columns.ComputeResponse ofBars(Columns.ReadBarsResponse response) {
    Columns.Bars bars = response.getBars();
    Columns.ComputeResponse.Builder made = Columns.ComputeResponse.newBuilder();
    made.setTimes(bars.getTimes())
        .setEpoch(response.getEpoch())
        .setResampledFrom(response.getResampledFrom())
        .addAllAdjustments(response.getAdjustmentsList())
        .setSinceToken(response.getSinceToken());
    if (response.hasAsOf()) {
      made.setAsOf(response.getAsOf());
    }
    if (response.hasChangedFrom()) {
      made.setChangedFrom(response.getChangedFrom());
    }
    String[] names = {"open", "high", "low", "close", "volume"};
    ByteString[] values = {
      bars.getOpen(), bars.getHigh(), bars.getLow(), bars.getClose(), bars.getVolume()
    };
    for (int at = 0; at < names.length; at++) {
      made.addColumns(Columns.Column.newBuilder().setLabel(names[at]).setValues(values[at]));
    }
    bars.getExtraList()
        .forEach(
            each ->
                made.addColumns(
                    Columns.Column.newBuilder()
                        .setLabel(each.getName())
                        .setValues(each.getValues())));
    return made.build();
  }

  /** Joins chunks, with one allocation per column where the number of rows is known. */
  static final class Assembler {
    private static final int ROWS_GUESSED = 1 << 17;
    private static final int ROWS_TRUSTED = 1 << 18;

    private final int rows;
    private final Asked asked;
    private Columns.ComputeResponse first;
    private long[] times = {};
    private double[][] columns = {};
    private float[][] floats = {};
    private int size;

    Assembler(Span span) {
      this(span, false);
    }

    Assembler(Span span, boolean ofBars) {
      this.rows = span.rows();
      this.asked = new Asked(rows, ofBars, span.isFloat32);
    }

    /** With a better guess than the span has. */
    Assembler(Span span, int rows) {
      this.rows = rows;
      this.asked = new Asked(span.rows(), false, span.isFloat32);
    }

    void add(Columns.ComputeResponse chunk) {
      int more = chunk.getTimes().size() / 8;
      if (first == null) {
        // All of it, as long as no other chunk comes.
        first = chunk;
        times = new long[more];
        columns = new double[asked.isFloat32 ? 0 : chunk.getColumnsCount()][more];
        floats = new float[asked.isFloat32 ? chunk.getColumnsCount() : 0][more];
      } else if (chunk.getColumnsCount() != first.getColumnsCount()) {
        throw AtradException.broken(
            chunk.getColumnsCount() + " columns after " + first.getColumnsCount());
      }
      if (size + more > times.length) {
        int capacity = capacity(size + more);
        times = Arrays.copyOf(times, capacity);
        for (int at = 0; at < columns.length; at++) {
          columns[at] = Arrays.copyOf(columns[at], capacity);
        }
        for (int at = 0; at < floats.length; at++) {
          floats[at] = Arrays.copyOf(floats[at], capacity);
        }
      }
      Wire.copy(chunk.getTimes(), times, size);
      for (int at = 0; at < columns.length; at++) {
        ByteString values = chunk.getColumns(at).getValues();
        check(chunk, at, values.size() == 8 * more);
        Wire.copy(values, columns[at], size);
      }
      for (int at = 0; at < floats.length; at++) {
        ByteString values = chunk.getColumns(at).getFloat32Values();
        check(chunk, at, values.size() == 4 * more);
        Wire.copy(values, floats[at], size);
      }
      size += more;
    }

    private static void check(Columns.ComputeResponse chunk, int at, boolean hasAllRows) {
      if (!hasAllRows) {
        throw AtradException.broken(
            "column " + chunk.getColumns(at).getLabel() + " and the times differ in length");
      }
    }

    /** All rows that may come, if that is not far more than have come: there may be fewer. */
    private int capacity(int least) {
      return least <= rows && rows / 4 <= Math.max(ROWS_TRUSTED, least)
          ? rows
          : Math.max(ROWS_GUESSED, Math.max(least, 2 * times.length));
    }

    Answer answer() {
      Columns.ComputeResponse facts =
          first == null ? Columns.ComputeResponse.getDefaultInstance() : first;
      List<String> labels = facts.getColumnsList().stream().map(Columns.Column::getLabel).toList();
      List<double[]> whole = new ArrayList<>();
      for (double[] column : columns) {
        whole.add(column.length == size ? column : Arrays.copyOf(column, size));
      }
      List<float[]> wholeFloats = new ArrayList<>();
      for (float[] column : floats) {
        wholeFloats.add(column.length == size ? column : Arrays.copyOf(column, size));
      }
      long[] opens = times.length == size ? times : Arrays.copyOf(times, size);
      return new Answer(
          opens,
          labels,
          List.copyOf(whole),
          List.copyOf(wholeFloats),
          facts.toBuilder().clearTimes().clearColumns().build(),
          asked);
    }
  }
}
