package atrad.samples;

import static atrad.client.Expr.CLOSE;
import static atrad.client.Indicators.rsi;
import static atrad.client.Indicators.sma;

import atrad.client.Atrad;
import atrad.client.Span;

/**
 * Finds the series above their moving average, the strongest first.
 *
 * <p>Run {@code atrad serve --demo}; ATRAD_ADDRESS names a server elsewhere.
 */
public final class Screen {
  public static void main(String[] arguments) {
    atrad.client.Screen.By by =
        atrad.client.Screen.By.of("AAPL", "MS*", "IBM", "GOOG").rankedBy(rsi().period(14));
    try (Atrad client = Atrad.connect(System.getenv("ATRAD_ADDRESS"))) {
      atrad.client.Screen screen =
          client.screen(
              "1d", CLOSE.gt(sma().period(50)), by, Span.all(), CLOSE, rsi().period(14).as("rsi"));
      for (atrad.client.Screen.Hit hit : screen) {
        System.out.print(
            hit.series().symbol() + " " + hit.series().timeframe() + "\t" + Print.time(hit.time()));
        System.out.print(Print.numbers(hit.rank()));
        for (int at = 0; at < hit.values().length; at++) {
          System.out.print("\t" + screen.labels().get(at) + " " + Print.number(hit.values()[at]));
        }
        System.out.println();
      }
      System.out.println(screen.summary().getMatched() + " of " + screen.summary().getScanned());
    }
  }
}
