package atrad.client;

import atrad.columns.v1.Columns;
import com.google.protobuf.ByteString;
import java.util.Map;

/**
 * Bars in columns of the same length, oldest first; times are nanoseconds since the Unix epoch,
 * UTC. To compute, columns that the expressions do not read may be null.
 */
public record Bars(
    long[] times,
    double[] open,
    double[] high,
    double[] low,
    double[] close,
    double[] volume,
    Map<String, double[]> extra) {

  /** Bars with these columns. */
  public Bars {
    if (times == null) {
      throw AtradException.invalid("bars.times", "bars.times must not be null");
    }
    extra = extra == null ? Map.of() : extra;
  }

  /** Bars without extra columns. */
  public Bars(
      long[] times, double[] open, double[] high, double[] low, double[] close, double[] volume) {
    this(times, open, high, low, close, volume, Map.of());
  }

  /** The number of bars. */
  public int size() {
    return times.length;
  }

  /** The bars with NaN in the columns that are null. */
  Bars filled() {
    double[] none = Wire.nan(size());
    return new Bars(
        times,
        or(open, none),
        or(high, none),
        or(low, none),
        or(close, none),
        or(volume, none),
        extra);
  }

  private static double[] or(double[] column, double[] none) {
    return column == null ? none : column;
  }

  Columns.Bars message(int from, int to) {
    Columns.Bars.Builder made = Columns.Bars.newBuilder().setTimes(Wire.bytes(times, from, to));
    made.setOpen(cut("open", open, from, to))
        .setHigh(cut("high", high, from, to))
        .setLow(cut("low", low, from, to));
    made.setClose(cut("close", close, from, to)).setVolume(cut("volume", volume, from, to));
    extra.forEach(
        (name, values) ->
            made.addExtra(
                Columns.ExtraColumn.newBuilder()
                    .setName(name)
                    .setValues(cut("extra " + name, values, from, to))));
    return made.build();
  }

  private ByteString cut(String name, double[] column, int from, int to) {
    if (column == null || column.length != size()) {
      String values = column == null ? "no" : String.valueOf(column.length);
      throw AtradException.invalid(
          "bars." + name, "bars." + name + " has " + values + " values for " + size() + " bars");
    }
    return Wire.bytes(column, from, to);
  }
}
