package atrad.client;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * An indicator: its inputs, and the parameters that are not the defaults. Each setter returns
 * another one.
 *
 * @param <T> the class of the indicator
 */
public abstract class Call<T extends Call<T>> extends Expr {
  private final String name;
  private final int inputs;
  private final Arguments arguments;
  private final BiFunction<String, Arguments, T> maker;

  /** What a call is made with. */
  record Arguments(List<String> inputs, Map<String, String> params) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    String text(String name) {
      List<String> all = new ArrayList<>(inputs);
      params.forEach((param, value) -> all.add(param + "=" + value));
      return name + "(" + String.join(", ", all) + ")";
    }
  }

  Call(String name, int inputs, Arguments arguments, BiFunction<String, Arguments, T> maker) {
    super(arguments.text(name));
    this.name = name;
    this.inputs = inputs;
    this.arguments = arguments;
    this.maker = maker;
  }

  /** Reads these inputs, instead of the columns of the declaration: all of them. */
  public T of(Object... given) {
    check(
        given.length == inputs,
        name + " reads " + inputs + " inputs: give all of them or none, got " + given.length);
    return maker.apply(
        name,
        new Arguments(
            Arrays.stream(given).map(each -> Expr.from(each).toString()).toList(),
            arguments.params));
  }

  T number(String param, Number value, boolean isInteger, double min, double max) {
    return bounded(param, Expr.number(value), isInteger, min, max, value.doubleValue());
  }

  T number(String param, Variants value, boolean isInteger, double min, double max) {
    return bounded(param, value.toString(), isInteger, min, max, value.values());
  }

  private T bounded(
      String param, String text, boolean isInteger, double min, double max, double... values) {
    for (double each : values) {
      check(
          each >= min && each <= max,
          param
              + " of "
              + name
              + " must be between "
              + Expr.number(min)
              + " and "
              + Expr.number(max)
              + ", got "
              + text);
      check(
          !isInteger || each == Math.rint(each),
          param + " of " + name + " must be an integer, got " + text);
    }
    return set(param, text);
  }

  T choice(String param, String value, String... choices) {
    check(
        Arrays.asList(choices).contains(value),
        param + " of " + name + " must be one of " + String.join(", ", choices) + ", got " + value);
    return set(param, value);
  }

  Expr output(String output) {
    return new Expr(this + "." + output);
  }

  private T set(String param, String text) {
    Map<String, String> params = new LinkedHashMap<>(arguments.params);
    params.remove(param);
    params.put(param, text);
    return maker.apply(name, new Arguments(arguments.inputs, params));
  }
}
