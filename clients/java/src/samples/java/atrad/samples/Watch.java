package atrad.samples;

import static atrad.client.Expr.CLOSE;
import static atrad.client.Indicators.ema;

import atrad.client.Answer;
import atrad.client.Atrad;
import atrad.client.Bars;
import atrad.client.Receipt;
import atrad.client.Series;

/**
 * Stores bars, and watches an indicator over them while another one comes.
 *
 * <p>Run {@code atrad serve --demo}; ATRAD_ADDRESS names a server elsewhere.
 */
public final class Watch {
  private static final long START = 1_704_067_200_000_000_000L;
  private static final long MINUTE = 60_000_000_000L;

  private static Bars bars(int from, int to) {
    int rows = to - from;
    Bars made =
        new Bars(
            new long[rows],
            new double[rows],
            new double[rows],
            new double[rows],
            new double[rows],
            new double[rows]);
    for (int row = 0; row < rows; row++) {
      int minute = from + row;
      double price = 100 + minute * minute % 17 / 4.0;
      made.times()[row] = START + minute * MINUTE;
      made.open()[row] = price;
      made.high()[row] = price + 1;
      made.low()[row] = price - 1;
      made.close()[row] = price + 0.25;
      made.volume()[row] = minute;
    }
    return made;
  }

  private static void store(Atrad client, String symbol, int from, int to) {
    Receipt receipt = client.ingest(symbol, "1m", bars(from, to));
    System.out.println(
        "accepted "
            + receipt.accepted()
            + ", replaced "
            + receipt.replaced()
            + ", ignored "
            + receipt.ignored());
  }

  public static void main(String[] arguments) {
    String symbol = "SAMPLE-JAVA-" + System.nanoTime();
    atrad.client.Watch.Of of = atrad.client.Watch.Of.series(2, new Series(symbol, "1m"));
    try (Atrad client = Atrad.connect(System.getenv("ATRAD_ADDRESS"))) {
      store(client, symbol, 0, 50);
      store(client, symbol, 49, 50);
      int next = 50;
      try (atrad.client.Watch updates = client.watch(of, CLOSE, ema().period(9).as("ema"))) {
        for (atrad.client.Watch.Update update : updates) {
          Answer answer = update.answer();
          for (int row = 0; row < answer.size(); row++) {
            System.out.println(
                Print.time(answer.times()[row])
                    + Print.numbers(answer.columns().get(0)[row], answer.column("ema")[row]));
          }
          if (next == 53) {
            break;
          }
          store(client, symbol, next, next + 1);
          next++;
        }
      }
    }
  }
}
