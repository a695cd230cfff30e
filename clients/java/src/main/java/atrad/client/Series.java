package atrad.client;

import atrad.v1.Series.SeriesId;

/** The bars of one symbol at one timeframe. */
public record Series(String symbol, String timeframe) {
  SeriesId id() {
    return SeriesId.newBuilder().setSymbol(symbol).setTimeframe(timeframe).build();
  }

  static Series of(SeriesId id) {
    return new Series(id.getSymbol(), id.getTimeframe());
  }

  /** The series as errors name it: {@code BTCUSDT 15m}. */
  @Override
  public String toString() {
    return symbol + " " + timeframe;
  }
}
