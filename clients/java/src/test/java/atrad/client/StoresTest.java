package atrad.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import atrad.v1.Series.Adjust;
import atrad.v1.Series.CorporateAction;
import atrad.v1.Series.CorporateActionKind;
import atrad.v1.Series.Retention;
import io.grpc.Status.Code;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** What is stored besides bars. */
class StoresTest {
  @TempDir Path folder;

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_ADDRESS", matches = ".+")
  void aSeriesIsDescribedCutAndDeleted() {
    String symbol = Servers.unique();
    try (Atrad client = Atrad.connect(Servers.DEMO)) {
      client.ingest(symbol, "1m", Servers.minutes(90));
      assertEquals(90, client.getSeries(symbol, "1m", Span.all()).getRows());
      Span then = Span.all().asOf(Instant.ofEpochSecond(600));
      assertEquals(10, client.getSeries(symbol, "1m", then).getRows());
      assertEquals("1m", client.getSeries(symbol, "30m", Span.all()).getResampledFrom());
      for (Span wrong : List.of(Span.last(1), Span.all().adjusted(Adjust.ADJUST_SPLIT))) {
        assertThrows(AtradException.class, () -> client.getSeries(symbol, "1m", wrong));
      }
      Retention newest = Retention.newBuilder().setRowsMax(20).build();
      assertEquals(20, client.setRetention(symbol, "1m", newest).getRows());
      assertFalse(client.setRetention(symbol, "1m", null).hasRetention());
      assertEquals(20, client.deleteSeries(symbol, "1m"));
      AtradException gone =
          assertThrows(AtradException.class, () -> client.getSeries(symbol, "1m", Span.all()));
      assertEquals(Code.NOT_FOUND, gone.code());
    }
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_ADDRESS", matches = ".+")
  void actionsAndBytesAreStoredAndDeleted() {
    String symbol = Servers.unique();
    CorporateAction split =
        CorporateAction.newBuilder()
            .setExTime(Wire.nanoseconds(Instant.parse("2020-08-31T00:00:00Z")))
            .setKind(CorporateActionKind.CORPORATE_ACTION_KIND_SPLIT)
            .setValue(4)
            .build();
    try (Atrad client = Atrad.connect(Servers.DEMO)) {
      client.putActions(symbol, List.of(split));
      assertEquals(List.of(split), client.actions(symbol).get(0).getActionsList());
      assertEquals(1, client.deleteActions(symbol));
      assertTrue(client.actions(symbol).isEmpty());
      assertTrue(
          client.calendars("york").stream()
              .anyMatch(each -> each.getZone().equals("America/New_York")));
      assertTrue(client.cacheGet(symbol, "a").isEmpty());
      client.cachePut(symbol, "a", new byte[] {1, 2}, Duration.ofMinutes(1));
      assertArrayEquals(new byte[] {1, 2}, client.cacheGet(symbol, "a").orElseThrow());
      client.cacheDelete(symbol, "a");
      assertTrue(client.cacheGet(symbol, "a").isEmpty());
    }
  }

  private static String token(String name, String more) throws Exception {
    byte[] secret = name.getBytes(StandardCharsets.UTF_8);
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(secret));
    return String.format("{\"name\": \"%s\", \"sha256\": \"%s\", %s}%n", name, hash, more);
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATRAD_BINARY", matches = ".+")
  void aTokenWithAClockSeesWhatWasKnown() throws Exception {
    Path tokens = folder.resolve("tokens");
    String clock = "\"scopes\": [\"read\"], \"as_of\": 240000000000, \"clock\": true";
    Files.writeString(
        tokens, token("writer", "\"scopes\": [\"read\", \"write\"]") + token("test", clock));
    try (Servers.Running server =
            Servers.start("127.0.0.1:0", folder.resolve("data"), "--tokens", tokens.toString());
        Atrad writer = Atrad.builder(server.address()).token("writer").connect();
        Atrad client = Atrad.builder(server.address()).token("test").connect()) {
      Bars bars = Servers.minutes(10);
      writer.ingest("S", "1m", bars);
      assertEquals(Instant.ofEpochSecond(240), client.clock());
      Answer table = client.compute("S", "1m", Span.all().since(Version.NONE), "close");
      assertEquals(0, table.epoch());
      // The epoch says nothing here, the token all.
      for (int count : new int[] {4, 7, 10}) {
        client.advanceClock(Instant.ofEpochSecond(60L * count));
        Span span = Span.all().since(table.version());
        table = table.updated(client.compute("S", "1m", span, "close"));
        assertArrayEquals(Arrays.copyOf(bars.close(), count), table.column("close"));
      }
      AtradException back =
          assertThrows(AtradException.class, () -> client.advanceClock(Instant.EPOCH));
      assertEquals(Code.INVALID_ARGUMENT, back.code());
    }
  }
}
