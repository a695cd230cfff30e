package atrad.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.grpc.Status.Code;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * What goes wrong between the two ends: no server, one that restarts or turns calls away, wrong
 * tokens and certificates.
 */
class FaultsTest {
  @TempDir Path folder;

  private static Answer closeOf(Atrad client) {
    return client.compute("IBM", "1d", Span.last(1), "close");
  }

  private static AtradException refusal(Atrad client) {
    return assertThrows(AtradException.class, () -> closeOf(client));
  }

  @Test
  void noServerIsToldAfterAFewTries() {
    long began = System.nanoTime();
    for (String address : List.of("127.0.0.1:1", "unix:" + folder.resolve("none"))) {
      try (Atrad client = Atrad.connect(address)) {
        AtradException error = refusal(client);
        assertEquals(Code.UNAVAILABLE, error.code());
        assertTrue(
            error.text().contains("refused") || error.text().contains("No such"), error.text());
      }
    }
    assertTrue(System.nanoTime() - began < 20e9);
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_ADDRESS", matches = ".+")
  void aCallMayHaveATimeOfItsOwn() {
    try (Atrad client = Atrad.connect(Servers.DEMO)) {
      Atrad hurried = client.timeout(Duration.ofNanos(1));
      assertEquals(Code.DEADLINE_EXCEEDED, refusal(hurried).code());
      assertEquals(1, closeOf(client).size());
      assertEquals(1, closeOf(hurried.timeout(null)).size());
      assertThrows(AtradException.class, () -> client.timeout(Duration.ZERO));
      hurried.close();
      assertEquals("the client is closed", refusal(client).text());
    }
  }

  @Test
  void wrongOptionsAreToldAtOnce() {
    for (String address :
        List.of("localhost", "unix:", "a:port", "a:70000", "https://a:1/b", "ftp://a:1", ":1")) {
      assertThrows(AtradException.class, () -> Atrad.connect(address), address);
    }
    assertThrows(AtradException.class, () -> Atrad.builder("a:1").token("a b"));
    for (Duration time :
        List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofSeconds(Long.MAX_VALUE))) {
      AtradException wrong =
          assertThrows(AtradException.class, () -> Atrad.builder("a:1").timeout(time));
      assertEquals("timeout", wrong.fields().get(0).path());
    }
    assertThrows(
        AtradException.class,
        () -> Atrad.builder("a:1").tls(new Tls(null, new File("a"), null, null)));
    Tls none = new Tls(folder.resolve("none").toFile(), null, null, null);
    AtradException absent =
        assertThrows(AtradException.class, () -> Atrad.builder("a:1").tls(none).connect());
    assertEquals("tls", absent.fields().get(0).path());
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_BINARY", matches = ".+")
  void aTokenIsSentAndAWrongOneIsTold() throws Exception {
    try (Servers.Running server =
            Servers.start("127.0.0.1:0", folder, "--demo", "--token", "secret");
        Atrad right = Atrad.builder(server.address()).token("secret").connect();
        Atrad wrong = Atrad.builder(server.address()).token("wrong").connect();
        Atrad none = Atrad.connect(server.address())) {
      assertEquals(1, closeOf(right).size());
      assertEquals(Code.UNAUTHENTICATED, refusal(wrong).code());
      assertEquals(Code.UNAUTHENTICATED, refusal(none).code());
      AtradException streamed =
          assertThrows(
              AtradException.class,
              () -> none.computeStream("IBM", "1d", Span.all(), "close").hasNext());
      assertEquals(Code.UNAUTHENTICATED, streamed.code());
    }
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_BINARY", matches = ".+")
  void aUnixSocketIsAnAddress() throws Exception {
    try (Servers.Running server =
            Servers.start("unix:" + folder.resolve("s"), folder.resolve("data"), "--demo");
        Atrad client = Atrad.connect(server.address())) {
      assertEquals(1, closeOf(client).size());
    }
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_BINARY", matches = ".+")
  void anAddressMayBeOfIpv6() throws Exception {
    try (Atrad nobody = Atrad.connect("http://[::1]:1/")) {
      assertEquals(Code.UNAVAILABLE, refusal(nobody).code());
    }
    assumeTrue(hasIpv6(), "this machine has no IPv6");
    try (Servers.Running server = Servers.start("[::1]:0", folder, "--demo");
        Atrad client = Atrad.connect(server.address())) {
      assertTrue(server.address().startsWith("[::1]:"), server.address());
      assertEquals(1, closeOf(client).size());
    }
  }

  private static boolean hasIpv6() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
      return socket.isBound();
    } catch (IOException without) {
      return false;
    }
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_BINARY", matches = ".+")
  void tlsBothWays() throws Exception {
    String fresh = "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes ";
    openssl(fresh + "-x509 -keyout ca.key -out ca.pem -subj /CN=ca -days 2");
    Files.writeString(folder.resolve("names"), "subjectAltName=DNS:atrad.test");
    for (String name : List.of("server", "client")) {
      openssl(fresh + "-keyout %1$s.key -out %1$s.csr -subj /CN=%1$s".formatted(name));
      openssl(
          "x509 -req -in %1$s.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out %1$s.pem"
              .formatted(name));
    }
    Tls mutual = new Tls(file("ca.pem"), file("client.pem"), file("client.key"), "atrad.test");
    try (Servers.Running server =
            Servers.start(
                "127.0.0.1:0",
                folder.resolve("data"),
                "--demo",
                "--tls-cert",
                file("server.pem").getPath(),
                "--tls-key",
                file("server.key").getPath(),
                "--tls-client-ca",
                file("ca.pem").getPath());
        Atrad client = Atrad.builder("https://" + server.address()).tls(mutual).connect()) {
      assertEquals(1, closeOf(client).size());
      List<Tls> refused =
          List.of(
              new Tls(file("ca.pem"), null, null, "atrad.test"),
              new Tls(file("ca.pem"), file("client.pem"), file("client.key"), "other.test"),
              Tls.SYSTEM);
      for (Tls tls : refused) {
        try (Atrad denied =
            Atrad.builder(server.address()).tls(tls).timeout(Duration.ofSeconds(30)).connect()) {
          AtradException error = refusal(denied);
          assertEquals(Code.UNAVAILABLE, error.code(), error.text());
          System.out.println(error.text());
        }
      }
    }
  }

  private File file(String name) {
    return folder.resolve(name).toFile();
  }

  private void openssl(String options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(options.split(" ")));
    assertEquals(
        0,
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor());
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_BINARY", matches = ".+")
  void aServerThatRestartsIsFoundAgain() throws Exception {
    Servers.Running server = Servers.start("127.0.0.1:0", folder);
    try (Atrad client = Atrad.connect(server.address());
        Watch watch = client.watch(Watch.Of.series(1, new Series("S", "1m")), "close")) {
      client.ingest("S", "1m", Servers.minutes(1000));
      assertEquals(999 * 60_000_000_000L, watch.next().answer().times()[0]);
      server.close();
      CompletableFuture<Servers.Running> again =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  Thread.sleep(300);
                  return Servers.start(server.address(), folder);
                } catch (IOException | InterruptedException failed) {
                  throw new IllegalStateException(failed);
                }
              });
      // Asked while nobody is there.
      assertEquals(5, client.compute("S", "1m", Span.last(5), "close").size());
      Receipt receipt = client.ingest("S", "1m", Servers.minutes(1002));
      assertEquals(2, receipt.accepted());
      assertEquals(1000, receipt.ignored());
      // The watch goes on where it broke off.
      assertEquals(1000 * 60_000_000_000L, watch.next().answer().times()[0]);
      again.get().close();
    }
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_ADDRESS", matches = ".+")
  void aCallIsCancelledOrLate() throws Exception {
    try (Atrad late = Atrad.builder(Servers.DEMO).timeout(Duration.ofMillis(5)).connect()) {
      AtradException error =
          assertThrows(
              AtradException.class,
              () -> late.compute("BTCUSDT", "15m", Span.all(), Servers.slow(43_000)));
      assertEquals(Code.DEADLINE_EXCEEDED, error.code());
    }
    Atrad closed = Atrad.connect(Servers.DEMO);
    closeOf(closed);
    CompletableFuture<Void> closing =
        CompletableFuture.runAsync(
            () -> {
              try {
                Thread.sleep(20);
              } catch (InterruptedException ignored) {
                Thread.currentThread().interrupt();
              }
              closed.close();
            });
    AtradException ended =
        assertThrows(
            AtradException.class,
            () -> closed.compute("BTCUSDT", "15m", Span.all(), Servers.slow(44_000)));
    assertEquals("the client is closed", ended.text());
    closing.get();
    Thread.currentThread().interrupt();
    try (Atrad client = Atrad.connect(Servers.DEMO)) {
      assertEquals(Code.CANCELLED, refusal(client).code());
    } finally {
      Thread.interrupted();
    }
  }
}
