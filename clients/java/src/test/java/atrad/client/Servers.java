package atrad.client;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Servers of the tests: the one with the demo series of ATRAD_ADDRESS, and those of ATRAD_BINARY.
 */
final class Servers {
  static final String DEMO = System.getenv("ATRAD_ADDRESS");
  static final String BINARY = System.getenv("ATRAD_BINARY");

  private Servers() {}

  /** A server that ends with this value. */
  record Running(Process process, String address) implements AutoCloseable {
    @Override
    public void close() {
      process.destroy();
      process.onExit().join();
    }
  }

  static Running start(String listen, Path data, String... options) throws IOException {
    List<String> command =
        new ArrayList<>(List.of(BINARY, "serve", "--listen", listen, "--data", data.toString()));
    command.addAll(List.of(options));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String line = new BufferedReader(new InputStreamReader(process.getInputStream())).readLine();
    assertTrue(line != null && line.startsWith("listening on "), "the server does not start");
    return new Running(process, line.substring("listening on ".length()));
  }

  static String unique() {
    return "JAVA-" + System.nanoTime();
  }

  /** Bars of some minutes. */
  static Bars minutes(int count) {
    double[][] columns = new double[5][count];
    long[] times = new long[count];
    for (int row = 0; row < count; row++) {
      double price = 100 + (long) row * row % 97 / 8.0;
      times[row] = row * 60_000_000_000L;
      columns[0][row] = price;
      columns[1][row] = price + 1;
      columns[2][row] = price - 1;
      columns[3][row] = price;
      columns[4][row] = row;
    }
    return new Bars(times, columns[0], columns[1], columns[2], columns[3], columns[4]);
  }

  static Object[] slow(int from) {
    Object[] made = new Object[60];
    for (int at = 0; at < made.length; at++) {
      made[at] = "wma(" + (from + at) + ")";
    }
    return made;
  }
}
