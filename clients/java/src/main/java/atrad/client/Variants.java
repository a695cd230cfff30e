package atrad.client;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The values of a number in a sweep. */
public final class Variants {
  private final String text;
  private final double[] values;

  private Variants(String text, double[] values) {
    this.text = text;
    this.values = values;
  }

  /** The values from first to last, both inclusive: {@code 5..50 step 5}. */
  public static Variants steps(double first, double last, double step) {
    String text =
        Expr.number(first)
            + ".."
            + Expr.number(last)
            + (step == 1 ? "" : " step " + Expr.number(step));
    Expr.check(
        first <= last && step > 0 && Double.isFinite(last - first + step),
        "steps rise from first to last, got " + text);
    return new Variants(text, new double[] {first, last});
  }

  /** Some values. */
  public static Variants of(double... values) {
    Expr.check(
        values.length > 0 && Arrays.stream(values).allMatch(Double::isFinite),
        "variants are finite numbers, at least one");
    return new Variants(
        "[" + Arrays.stream(values).mapToObj(Expr::number).collect(Collectors.joining(", ")) + "]",
        values.clone());
  }

  /** Names the parameter in the answer. */
  public Variants as(String name) {
    Expr.check(Expr.isWord(name), "a name is of letters, digits and _, got " + name);
    return new Variants(text + " as " + name, values);
  }

  double[] values() {
    return values;
  }

  @Override
  public String toString() {
    return text;
  }
}
