package atrad.client;

import atrad.columns.v1.Columns;
import atrad.v1.IndicatorOuterClass.ScreenSummary;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The series where a condition holds, at their newest closed bars. */
public final class Screen implements Iterable<Screen.Hit> {
  /**
   * Which series to look at (names and patterns, none for all), and which to return: the first
   * {@code top} by an expression, or all for 0; without one in the order of names.
   */
  public record By(List<String> symbols, Object rankBy, boolean ascending, int top) {
    /** All of these, in the order of names. */
    public static By of(String... symbols) {
      return new By(List.of(symbols), null, false, 0);
    }

    /** The largest first. */
    public By rankedBy(Object expression) {
      return new By(symbols, expression, false, top);
    }

    /** The smallest first. */
    public By rankedUpBy(Object expression) {
      return new By(symbols, expression, true, top);
    }

    /** Only so many. */
    public By top(int series) {
      return new By(symbols, rankBy, ascending, series);
    }
  }

  /**
   * A series: when its newest closed bar opens in nanoseconds, the values there, and what ranks it,
   * NaN without a rank.
   */
  public record Hit(Series series, long time, double[] values, double rank) {}

  private final List<Hit> hits = new ArrayList<>();
  private ScreenSummary summary;

  Screen() {}

  /** The series. */
  public List<Hit> hits() {
    return List.copyOf(hits);
  }

  @Override
  public Iterator<Hit> iterator() {
    return hits().iterator();
  }

  /** The labels of the values. */
  public List<String> labels() {
    return summary.getLabelsList();
  }

  /** How many were looked at, matched, had too few bars for the condition, and failed. */
  public ScreenSummary summary() {
    return summary;
  }

  /** The first of those that failed. */
  public Map<Series, AtradException> failures() {
    Map<Series, AtradException> made = new LinkedHashMap<>();
    summary
        .getFailuresList()
        .forEach(
            each -> made.put(Series.of(each.getSeries()), AtradException.of(each.getFailure())));
    return made;
  }

  void take(Columns.ScreenResponse response) {
    if (response.hasHit()) {
      Columns.ScreenHit hit = response.getHit();
      double rank = hit.hasRank() ? hit.getRank() : Double.NaN;
      hits.add(
          new Hit(Series.of(hit.getSeries()), hit.getTime(), Wire.doubles(hit.getValues()), rank));
    } else if (response.hasSummary()) {
      summary = response.getSummary();
    }
  }

  Screen complete() {
    if (summary == null) {
      throw AtradException.broken("the screen ended without its summary");
    }
    return this;
  }
}
