package atrad.samples;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** How the samples show times and numbers. */
final class Print {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);

  private Print() {}

  static String time(long nanoseconds) {
    return TIME.format(Instant.ofEpochSecond(Math.floorDiv(nanoseconds, 1_000_000_000L)));
  }

  static String number(double value) {
    return new BigDecimal(value).setScale(6, RoundingMode.HALF_EVEN).toPlainString();
  }

  static String numbers(double... values) {
    StringBuilder made = new StringBuilder();
    for (double value : values) {
      made.append('\t').append(number(value));
    }
    return made.toString();
  }
}
