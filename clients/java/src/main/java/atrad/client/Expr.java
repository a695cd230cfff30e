package atrad.client;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One expression. It prints to the text that the server reads. Where a method takes an Object, that
 * is one, a text or a number.
 */
public class Expr {
  private static final int OR = 1;
  private static final int AND = 2;
  private static final int NOT = 3;
  private static final int COMPARE = 4;
  private static final int SUM = 5;
  private static final int PRODUCT = 6;
  private static final int SIGN = 7;
  private static final int POWER = 8;
  private static final int VALUE = 9;

  private static final Pattern WORD = Pattern.compile("[A-Za-z_]\\w*");
  private static final Pattern SYMBOL = Pattern.compile("[\\w.:/\\-^=$#&]{1,64}");
  private static final Pattern PLAIN = Pattern.compile("[\\w.:]+");

  public static final Expr OPEN = column("open");
  public static final Expr HIGH = column("high");
  public static final Expr LOW = column("low");
  public static final Expr CLOSE = column("close");
  public static final Expr VOLUME = column("volume");
  public static final Expr HL2 = column("hl2");
  public static final Expr HLC3 = column("hlc3");
  public static final Expr OHLC4 = column("ohlc4");
  public static final Expr HLCC4 = column("hlcc4");
  public static final Expr RETURNS = column("returns");

  private final String text;
  private final int precedence;

  Expr(String text) {
    this(text, VALUE);
  }

  private Expr(String text, int precedence) {
    this.text = text;
    this.precedence = precedence;
  }

  /** The text to send. */
  @Override
  public String toString() {
    return text;
  }

  /** An expression by its text. */
  public static Expr text(String text) {
    // How tightly a text binds is not known.
    return new Expr(text, WORD.matcher(text).matches() ? VALUE : 0);
  }

  /** A column by its name, such as an extra column of a series. */
  public static Expr column(String name) {
    check(WORD.matcher(name).matches() && name.length() <= 32, "not a column: " + name);
    return new Expr(name);
  }

  public Expr plus(Object other) {
    return infix("+", other, SUM);
  }

  public Expr minus(Object other) {
    return infix("-", other, SUM);
  }

  public Expr times(Object other) {
    return infix("*", other, PRODUCT);
  }

  public Expr over(Object other) {
    return infix("/", other, PRODUCT);
  }

  /** To this power. */
  public Expr pow(Object other) {
    return new Expr(wrapped(VALUE) + " ^ " + from(other).wrapped(POWER), POWER);
  }

  public Expr negated() {
    return new Expr("-" + wrapped(SIGN), SIGN);
  }

  public Expr lt(Object other) {
    return compared("<", other);
  }

  public Expr le(Object other) {
    return compared("<=", other);
  }

  public Expr gt(Object other) {
    return compared(">", other);
  }

  public Expr ge(Object other) {
    return compared(">=", other);
  }

  public Expr eq(Object other) {
    return compared("==", other);
  }

  public Expr ne(Object other) {
    return compared("!=", other);
  }

  public Expr and(Object other) {
    return infix("and", other, AND);
  }

  public Expr or(Object other) {
    return infix("or", other, OR);
  }

  public Expr not() {
    return new Expr("not " + wrapped(NOT), NOT);
  }

  /** The value so many bars earlier, 0 or more. */
  public Expr shift(int bars) {
    return function("shift", this, bars);
  }

  /** This column of another series: {@code CLOSE.ofSeries("AAPL")} is {@code close@AAPL}. */
  public Expr ofSeries(String symbol) {
    check(WORD.matcher(text).matches(), "only a column is of another series, not " + text);
    check(SYMBOL.matcher(symbol).matches(), "not a symbol: " + symbol);
    return new Expr(text + "@" + (PLAIN.matcher(symbol).matches() ? symbol : '"' + symbol + '"'));
  }

  /** The expression with a label for its column. It cannot be part of another one then. */
  public Expr as(String label) {
    check(WORD.matcher(label).matches(), "a label is of letters, digits and _, got " + label);
    return new Expr(label + " = " + text, 0);
  }

  /** The value without its sign. */
  public static Expr abs(Object x) {
    return function("abs", x);
  }

  /** Whether a is above b and was not at the bar before, or below it and was not. */
  public static Expr cross(Object a, Object b) {
    return function("cross", a, b);
  }

  /** Whether a is above b and was not at the bar before. */
  public static Expr crossover(Object a, Object b) {
    return function("crossover", a, b);
  }

  /** Whether a is below b and was not at the bar before. */
  public static Expr crossunder(Object a, Object b) {
    return function("crossunder", a, b);
  }

  /** The newest value there is, at the bar or before it. */
  public static Expr ffill(Object x) {
    return function("ffill", x);
  }

  /** The value of a where the condition is true, else of b. */
  public static Expr when(Object condition, Object a, Object b) {
    return function("if", condition, a, b);
  }

  /** The larger of two values at each bar. */
  public static Expr larger(Object a, Object b) {
    return function("larger", a, b);
  }

  /** The smaller of two values at each bar. */
  public static Expr smaller(Object a, Object b) {
    return function("smaller", a, b);
  }

  /** Above zero 1, below it -1, else 0. */
  public static Expr sign(Object x) {
    return function("sign", x);
  }

  static Expr from(Object value) {
    if (value instanceof Expr expression) {
      return expression;
    }
    if (value instanceof Number number) {
      check(
          Double.isFinite(number.doubleValue()),
          "a number in an expression is finite, got " + number);
      return new Expr(number(number), number.doubleValue() < 0 ? SIGN : VALUE);
    }
    check(value instanceof String, "an expression is an Expr, a text or a number, got " + value);
    return text((String) value);
  }

  /** A number as expressions write it. */
  static String number(Number value) {
    double exact = value.doubleValue();
    return exact == Math.rint(exact) && Math.abs(exact) < 1e15
        ? String.valueOf((long) exact)
        : String.valueOf(exact);
  }

  static boolean isWord(String text) {
    return WORD.matcher(text).matches();
  }

  static void check(boolean holds, String message) {
    if (!holds) {
      throw AtradException.invalid("expressions", message);
    }
  }

  static List<String> texts(Object... expressions) {
    check(expressions.length > 0, "give at least one expression, as in rsi(14)");
    return Arrays.stream(expressions).map(each -> from(each).toString()).toList();
  }

  private String wrapped(int least) {
    return precedence >= least ? text : "(" + text + ")";
  }

  private Expr infix(String operator, Object other, int tight) {
    return new Expr(wrapped(tight) + " " + operator + " " + from(other).wrapped(tight + 1), tight);
  }

  private Expr compared(String operator, Object other) {
    return new Expr(wrapped(SUM) + " " + operator + " " + from(other).wrapped(SUM), COMPARE);
  }

  private static Expr function(String name, Object... operands) {
    String texts =
        Arrays.stream(operands).map(each -> from(each).text).collect(Collectors.joining(", "));
    return new Expr(name + "(" + texts + ")");
  }
}
