package atrad.samples;

import static atrad.client.Indicators.macd;
import static atrad.client.Indicators.rsi;

import atrad.client.Answer;
import atrad.client.Atrad;
import atrad.client.AtradException;
import atrad.client.Span;
import java.util.stream.Collectors;

/**
 * Lists an indicator, computes two expressions over a series, and shows how an error is told.
 *
 * <p>Run {@code atrad serve --demo}; ATRAD_ADDRESS names a server elsewhere.
 */
public final class Compute {
  public static void main(String[] arguments) {
    try (Atrad client = Atrad.connect(System.getenv("ATRAD_ADDRESS"))) {
      client.indicators("rsi").stream()
          .filter(found -> found.getName().equals("rsi"))
          .forEach(
              found -> {
                String params =
                    found.getParamsList().stream()
                        .map(each -> each.getName() + "=" + each.getDefaultValue())
                        .collect(Collectors.joining(", "));
                System.out.println("rsi(" + params + "): " + found.getSummary());
              });

      Answer answer =
          client.compute(
              "BTCUSDT",
              "15m",
              Span.last(5),
              rsi().period(14).as("rsi"),
              macd().fast(12).slow(26).signal(9).hist().as("hist"));
      System.out.println("time\t" + String.join("\t", answer.labels()));
      for (int row = 0; row < answer.size(); row++) {
        String values = Print.numbers(answer.column("rsi")[row], answer.column("hist")[row]);
        System.out.println(Print.time(answer.times()[row]) + values);
      }

      Answer whole = client.compute("BTCUSDT", "15m", Span.all(), "sma(close, 50)");
      double sum = 0;
      for (int row = 49; row < whole.size(); row++) {
        sum += whole.columns().get(0)[row];
      }
      System.out.println("sum of " + whole.size() + Print.numbers(sum));

      for (String[] asked : new String[][] {{"NOSUCH", "rsi(14)"}, {"BTCUSDT", "rsi(0)"}}) {
        try {
          client.compute(asked[0], "15m", Span.last(1), asked[1]);
        } catch (AtradException error) {
          System.out.println("error " + error.code().value() + ": " + error.text());
          error
              .resource()
              .ifPresent(
                  each -> System.out.println("  resource: " + each.kind() + " " + each.name()));
          error
              .fields()
              .forEach(
                  each -> System.out.println("  field " + each.path() + ": " + each.message()));
        }
      }
    }
  }
}
