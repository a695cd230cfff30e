package atrad.samples;

import atrad.client.Atrad;
import atrad.client.AtradException;
import atrad.client.BoardReader;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Posts values to a board, and reads them from mapped memory, without a call.
 *
 * <p>Run {@code atrad serve --listen unix:atrad.sock}; ATRAD_SOCKET is the path of the socket.
 */
public final class Board {
  private static void show(BoardReader reader, String name) {
    String shown = reader.read(name).map(Board::shown).orElse("no value");
    System.out.println(name + "\t" + shown);
  }

  private static String shown(atrad.client.Board.Value value) {
    if (value.columns() == null) {
      return value.contentType() + "\t" + value.text();
    }
    StringBuilder made = new StringBuilder();
    value
        .columns()
        .forEach((label, values) -> made.append('\t').append(label).append(Print.numbers(values)));
    return made.substring(1);
  }

  public static void main(String[] arguments) {
    Map<String, double[]> signals = new LinkedHashMap<>();
    signals.put("rsi", new double[] {31.5, 64.25});
    signals.put("size", new double[] {1, 0});
    try (Atrad client = Atrad.connect("unix:" + System.getenv("ATRAD_SOCKET"))) {
      atrad.client.Board board = client.board("SAMPLE-JAVA-" + System.nanoTime());
      BoardReader reader = board.reader();
      long first = board.post("risk/BTCUSDT", "0.25");
      board.post("signals", signals, null);
      show(reader, "risk/BTCUSDT");
      show(reader, "signals");

      board.expecting(first).post("risk/BTCUSDT", "0.5");
      show(reader, "risk/BTCUSDT");
      try {
        board.expecting(first).post("risk/BTCUSDT", "0.75");
      } catch (AtradException error) {
        System.out.println("error " + error.code().value());
      }
      board.delete("signals");
      show(reader, "signals");
    }
  }
}
