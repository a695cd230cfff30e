package atrad.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** The board, by calls and from mapped memory. */
class BoardTest {
  @TempDir Path folder;

  private Servers.Running server() throws IOException {
    return Servers.start("unix:" + folder.resolve("s"), folder.resolve("data"));
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_BINARY", matches = ".+")
  void whatIsPostedIsReadByCallsAndFromMemory() throws Exception {
    try (Servers.Running server = server();
        Atrad client = Atrad.connect(server.address())) {
      Board board = client.board("java");
      BoardReader reader = board.reader();
      assertTrue(reader.read("none").isEmpty() && board.read("none").isEmpty());
      long version = board.post("limit", "0.25 \u20ac");
      Map<String, double[]> columns = new LinkedHashMap<>();
      columns.put("rsi", new double[] {31.5, Double.NaN, 64.2});
      columns.put("size", new double[] {1, 0, -0.0});
      board.post("signals", columns, new long[] {1, 2, 3});
      board.post("no rows", Map.of("a", new double[0]), null);
      board.post("empty", new byte[0], "");
      for (Board.Value value :
          List.of(board.read("limit").orElseThrow(), reader.read("limit").orElseThrow())) {
        assertEquals("0.25 \u20ac", value.text());
        assertEquals("text/plain", value.contentType());
        assertEquals(version, value.version());
        assertTrue(value.time() > 0 && value.columns() == null && value.times() == null);
      }
      for (Board.Value value :
          List.of(board.read("signals").orElseThrow(), reader.read("signals").orElseThrow())) {
        assertEquals(List.of("rsi", "size"), List.copyOf(value.columns().keySet()));
        assertArrayEquals(columns.get("rsi"), value.columns().get("rsi"));
        assertArrayEquals(columns.get("size"), value.columns().get("size"));
        assertArrayEquals(new long[] {1, 2, 3}, value.times());
        assertTrue(value.version() > version);
        assertThrows(AtradException.class, value::text);
      }
      assertEquals(0, reader.read("no rows").orElseThrow().columns().get("a").length);
      assertEquals(0, reader.read("empty").orElseThrow().data().length);
      assertEquals(
          List.of("empty", "limit", "no rows", "signals"),
          board.values("").stream().map(each -> each.getName()).toList());

      AtradException other =
          assertThrows(
              AtradException.class, () -> board.expecting(version + 100).post("limit", "1"));
      assertEquals(Code.ABORTED, other.code());
      long changes = reader.changes();
      assertTrue(board.expecting(version).post("limit", "1") > version);
      assertTrue(reader.changes() > changes);
      assertEquals("1", reader.read("limit").orElseThrow().text());
      assertTrue(board.delete("limit"));
      assertFalse(board.delete("limit"));
      assertTrue(reader.read("limit").isEmpty());
    }
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_BINARY", matches = ".+")
  void aWatchTellsWhatIsThereAndEachChange() throws Exception {
    try (Servers.Running server = server();
        Atrad client = Atrad.connect(server.address())) {
      Board board = client.board("java");
      board.post("a/1", "one");
      board.post("b", "no");
      try (Messages<Board.Change> changes = board.watch("a/")) {
        assertEquals("one", changes.next().value().text());
        board.post("a/2", "two");
        assertEquals("a/2", changes.next().name());
        board.delete("a/1");
        Board.Change deleted = changes.next();
        assertEquals("a/1", deleted.name());
        assertNull(deleted.value());
      }
    }
  }

  /** Every value has its own size and one number throughout: a torn one would have two. */
  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_BINARY", matches = ".+")
  void namesThatAreGoneAreForgotten() throws Exception {
    try (Servers.Running server =
            Servers.start(
                "unix:" + folder.resolve("s"), folder.resolve("data"), "--board-names-max", "16");
        Atrad client = Atrad.connect(server.address())) {
      Board board = client.board("java");
      BoardReader reader = board.reader();
      for (int number = 0; number < 500; number++) {
        board.post("signal/" + number, "x");
        assertEquals("x", reader.read("signal/" + number).orElseThrow().text());
        board.delete("signal/" + number);
      }
      assertTrue(!reader.known.isEmpty() && reader.known.size() < 100);
    }
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_BINARY", matches = ".+")
  void noValueIsTornWhileItIsReplaced() throws Exception {
    try (Servers.Running server = server();
        Atrad client = Atrad.connect(server.address());
        Atrad writer = Atrad.connect(server.address())) {
      BoardReader reader = client.board("java").reader();
      AtomicBoolean isOver = new AtomicBoolean();
      CompletableFuture<Integer> posting =
          CompletableFuture.supplyAsync(
              () -> {
                int posted = 0;
                while (!isOver.get()) {
                  double[] values = new double[1 + posted * 37 % 2000];
                  Arrays.fill(values, posted++);
                  writer.board("java").post("value", Map.of("a", values, "b", values), null);
                }
                return posted;
              });
      double newest = -1;
      int differ = 0;
      for (long end = System.nanoTime() + 2_000_000_000L; System.nanoTime() < end; ) {
        Board.Value value = reader.read("value").orElse(null);
        if (value == null) {
          assertEquals(-1, newest);
          continue;
        }
        double[] values = value.columns().get("a");
        assertEquals(1 + (int) values[0] * 37 % 2000, values.length);
        assertTrue(Arrays.stream(values).allMatch(each -> each == values[0]));
        assertArrayEquals(values, value.columns().get("b"));
        assertTrue(values[0] >= newest);
        differ += values[0] > newest ? 1 : 0;
        newest = values[0];
      }
      isOver.set(true);
      assertTrue(posting.get() > 20 && differ > 20, differ + " values were seen");
    }
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_BINARY", matches = ".+")
  void aServerThatIsSlowIsToldFromOneThatHasGone() throws Exception {
    try (Servers.Running server = server();
        Atrad client = Atrad.connect(server.address())) {
      Board board = client.board("java");
      BoardReader reader = board.reader();
      board.post("value", "here");
      signal("STOP", server);
      Thread.sleep(2500);
      assertEquals("here", reader.read("value").orElseThrow().text());
      assertEquals("here", reader.read("value").orElseThrow().text());
      signal("CONT", server);
      board.post("value", "again");
      assertEquals("again", reader.read("value").orElseThrow().text());
      signal("KILL", server);
      server.process().waitFor();
      Thread.sleep(2500);
      assertEquals(
          Code.UNAVAILABLE, assertThrows(AtradException.class, () -> reader.read("value")).code());
      try (Servers.Running next = server()) {
        assertEquals(server.address(), next.address());
        assertEquals(Code.UNAVAILABLE, assertThrows(AtradException.class, reader::check).code());
        assertTrue(client.board("java").reader().read("value").isEmpty());
      }
    }
  }

  private static void signal(String name, Servers.Running server) throws Exception {
    assertEquals(
        0,
        new ProcessBuilder("kill", "-" + name, String.valueOf(server.process().pid()))
            .start()
            .waitFor());
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_ADDRESS", matches = ".+")
  void aBoardIsNotMappedOverTcp() {
    try (Atrad client = Atrad.connect(Servers.DEMO)) {
      AtradException error =
          assertThrows(AtradException.class, () -> client.board("java").reader());
      assertEquals(Code.FAILED_PRECONDITION, error.code());
    }
  }

  @Test
  void aFileThatIsNoBoardIsRefused() throws Exception {
    Path file = folder.resolve("file");
    for (String content :
        List.of("", "short", "ATRDBRD2".repeat(1000), "ATRDBRD1" + "\t".repeat(8000))) {
      Files.write(file, content.getBytes(StandardCharsets.US_ASCII));
      AtradException error =
          assertThrows(AtradException.class, () -> BoardReader.open(file, 0, limit -> null));
      assertEquals(Code.FAILED_PRECONDITION, error.code());
    }
    for (Path path : List.of(folder, folder.resolve("none"), Path.of("/dev/null"))) {
      assertThrows(AtradException.class, () -> BoardReader.open(path, 0, limit -> null));
    }
  }
}
