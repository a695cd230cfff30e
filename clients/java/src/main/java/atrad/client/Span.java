package atrad.client;

import atrad.columns.v1.Columns;
import atrad.v1.IndicatorOuterClass.Persist;
import atrad.v1.IndicatorOuterClass.ValueType;
import atrad.v1.Series.Adjust;
import atrad.v1.Series.Range;
import atrad.v1.Series.Resampling;
import java.time.Duration;
import java.time.Instant;

/** Which bars to take, and how. Each method returns another span. */
public final class Span {
  private final Range range;
  final Resampling resampling;
  final Adjust adjust;
  final Long persistMs;
  final Version since;
  final boolean isFloat32;

  private Span(
      Range range,
      Resampling resampling,
      Adjust adjust,
      Long persistMs,
      Version since,
      boolean isFloat32) {
    this.range = range;
    this.resampling = resampling;
    this.adjust = adjust;
    this.persistMs = persistMs;
    this.since = since;
    this.isFloat32 = isFloat32;
  }

  /** All bars. */
  public static Span all() {
    return new Span(Range.getDefaultInstance(), null, Adjust.ADJUST_UNSPECIFIED, null, null, false);
  }

  /** The newest bars, at least 1. */
  public static Span last(int bars) {
    return all().newest(bars);
  }

  /** The newest bars of those in the range. */
  public Span newest(int bars) {
    if (bars < 1) {
      throw AtradException.invalid("last", "last must be at least 1, got " + bars);
    }
    return with(range.toBuilder().setLast(bars));
  }

  /** Bars that open at this time or later. */
  public Span from(Instant start) {
    return with(range.toBuilder().setStartTime(Wire.nanoseconds(start)));
  }

  /** Bars that open before this time. */
  public Span until(Instant end) {
    return with(range.toBuilder().setEndTime(Wire.nanoseconds(end)));
  }

  /** As a server that was given only the bars that were closed at this time. */
  public Span asOf(Instant when) {
    return with(range.toBuilder().setAsOf(Wire.nanoseconds(when)));
  }

  /** How bars of a timeframe that is not stored are made of shorter ones. */
  public Span resampled(Resampling how) {
    return new Span(range, how, adjust, persistMs, since, isFloat32);
  }

  /** Which corporate actions adjust the bars; without it they are as they were traded. */
  public Span adjusted(Adjust by) {
    return new Span(range, resampling, by, persistMs, since, isFloat32);
  }

  /** Saves the answer on the server; null for ever. */
  public Span persist(Duration ttl) {
    long milliseconds = ttl == null ? 0 : Math.max(1, ttl.toMillis());
    return new Span(range, resampling, adjust, milliseconds, since, isFloat32);
  }

  /**
   * Only rows that are new or revised since an answer with this version, for {@code compute},
   * {@code computeStream} and {@code readBars}; {@link Answer#updated} applies them.
   */
  public Span since(Version earlier) {
    return new Span(range, resampling, adjust, persistMs, earlier, isFloat32);
  }

  /**
   * Values rounded to the nearest float32, in half the bytes, beyond 3.4e38 to infinity: {@link
   * Answer#floatColumns}. For {@code compute}, {@code computeBars}, {@code computeStream} and
   * {@code batch}; everything is computed in float64 all the same.
   */
  public Span float32() {
    return new Span(range, resampling, adjust, persistMs, since, true);
  }

  ValueType valueType() {
    return isFloat32 ? ValueType.VALUE_TYPE_FLOAT32 : ValueType.VALUE_TYPE_UNSPECIFIED;
  }

  /** This span, which fails with a setting that the method does not have, and would ignore. */
  Span without(String method, String... settings) {
    for (String setting : settings) {
      boolean isSet =
          switch (setting) {
            case "last" -> range.hasLast();
            case "from" -> range.hasStartTime();
            case "until" -> range.hasEndTime();
            case "resampling" -> resampling != null;
            case "adjusted" -> adjust != Adjust.ADJUST_UNSPECIFIED;
            case "since" -> since != null;
            case "float32" -> isFloat32;
            default -> persistMs != null;
          };
      if (isSet) {
        throw AtradException.invalid(setting, method + " has no setting " + setting);
      }
    }
    return this;
  }

  Range range() {
    return range;
  }

  /** A computation without its source. */
  Columns.ComputeRequest.Builder question(Object... expressions) {
    Columns.ComputeRequest.Builder made = Columns.ComputeRequest.newBuilder().setRange(range);
    made.addAllExpressions(Expr.texts(expressions)).setAdjust(adjust).setValueType(valueType());
    if (resampling != null) {
      made.setResampling(resampling);
    }
    if (persistMs != null) {
      made.setPersist(Persist.newBuilder().setTtlMs(persistMs));
    }
    if (since != null) {
      made.setSinceEpoch(since.epoch()).setSinceToken(since.token());
    }
    return made;
  }

  /** The number of rows that an answer has at most; 0 means that it is not known. */
  int rows() {
    return (int) Math.min(range.getLast(), Integer.MAX_VALUE / 2);
  }

  private Span with(Range.Builder other) {
    return new Span(other.build(), resampling, adjust, persistMs, since, isFloat32);
  }
}
