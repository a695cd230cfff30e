package atrad.samples;

import static atrad.client.Expr.crossover;
import static atrad.client.Indicators.ema;

import atrad.client.Atrad;
import atrad.client.Expr;
import atrad.client.Span;
import atrad.client.Variants;

/**
 * Counts the crossovers of many pairs of moving averages, and shows the three best.
 *
 * <p>Run {@code atrad serve --demo}; ATRAD_ADDRESS names a server elsewhere.
 */
public final class Sweep {
  public static void main(String[] arguments) {
    Expr asked =
        crossover(
            ema().period(Variants.steps(5, 50, 5).as("fast")),
            ema().period(Variants.of(50, 100, 200).as("slow")));
    atrad.client.Sweep.By by =
        atrad.client.Sweep.By.of("count_true", "mean").where("fast < slow").top(3, "", false);
    try (Atrad client = Atrad.connect(System.getenv("ATRAD_ADDRESS"))) {
      atrad.client.Sweep sweep = client.sweep("MSFT", "1d", Span.all(), by, asked);
      System.out.println(
          sweep.summary().getVariants()
              + " variants, "
              + sweep.summary().getTried()
              + " tried, "
              + sweep.summary().getReturned()
              + " returned");
      for (atrad.client.Sweep.Table table : sweep.tables()) {
        for (int row = 0; row < table.size(); row++) {
          System.out.print(
              (long) table.column("fast")[row] + "\t" + (long) table.column("slow")[row]);
          for (String label : table.labels()) {
            System.out.print("\t" + label + " " + Print.number(table.column(label)[row]));
          }
          System.out.println();
        }
      }
    }
  }
}
