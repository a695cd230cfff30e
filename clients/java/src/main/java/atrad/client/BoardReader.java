package atrad.client;

import atrad.v1.Board.MapBoardResponse;
import io.grpc.Status;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * A board of a server on this machine, read from mapped memory without a call. Threads may share
 * it. The mapping ends when the reader is collected as garbage.
 *
 * <p>The server replaces the word of a slot when it posts a value, and never changes a value in
 * place. So a value is whole if the word of its slot is the same before and after it was read (a
 * sequence lock, Boehm 2012); {@code docs/board.md} has the format.
 */
public final class BoardReader {
  /** The generation that nobody could tell. */
  static final long UNKNOWN = 0;

  private static final long MAGIC = Wire.littleLong("ATRDBRD1".getBytes(StandardCharsets.US_ASCII));
  private static final long FORMAT = 1;
  private static final long STATE_OPEN = 1;
  private static final int HEADER_BYTES = 4096;
  private static final long OFFSET_MASK = (1 << 26) - 1;
  private static final int ATTEMPTS_MAX = 1000;
  private static final int SPINS = 20;
  private static final Duration HEARTBEAT = Duration.ofSeconds(2);
  private static final Duration ANSWER = Duration.ofMillis(250);
  private static final long ALIVE_FOR_NS = 1_000_000_000;

  // The words of the header.
  private static final int WORD_FORMAT = 1;
  private static final int WORD_GENERATION = 2;
  private static final int WORD_STATE = 3;
  private static final int WORD_HEARTBEAT = 4;
  private static final int WORD_SLOTS = 5;
  private static final int WORD_SLOTS_USED = 6;
  private static final int WORD_SLOTS_AT = 7;
  private static final int WORD_FILE_BYTES = 9;
  private static final int WORD_CHANGES = 10;
  private static final int WORD_ALLOCATED = 11;

  // The words before the texts of a value.
  private static final int VALUE_VERSION = 0;
  private static final int VALUE_TIME = 1;
  private static final int VALUE_BYTES = 2;
  private static final int VALUE_NAME_BYTES = 3;
  private static final int VALUE_TYPE_BYTES = 4;
  private static final int VALUE_LABEL_BYTES = 5;
  private static final int VALUE_ROWS = 6;
  private static final int VALUE_COLUMNS = 7;
  private static final int VALUE_HAS_TIMES = 8;
  private static final int VALUE_WORDS = 16;

  // A buffer holds less than 2 GiB, a board up to 4 GiB.
  private static final int PART_BITS = 30;
  private static final VarHandle WORDS =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final ByteBuffer[] parts;
  private final long size;
  private final long slotsAt;
  private final long slots;
  private final Function<Duration, Long> generationNow;

  /** The slots of names. */
  final Map<String, Long> known = new ConcurrentHashMap<>();

  private volatile long aliveUntil = System.nanoTime();

  private BoardReader(
      ByteBuffer[] parts, long size, long generation, Function<Duration, Long> generationNow) {
    this.parts = parts;
    this.size = size;
    this.generationNow = generationNow;
    if (size < HEADER_BYTES || word(0) != MAGIC) {
      throw unmapped("it does not begin with ATRDBRD1");
    }
    if (word(WORD_FORMAT) != FORMAT) {
      throw unmapped("it has format " + word(WORD_FORMAT) + ", this reader knows " + FORMAT);
    }
    if (word(WORD_GENERATION) != generation) {
      throw unmapped("it is the board of another server");
    }
    slotsAt = word(WORD_SLOTS_AT) / 8;
    slots = word(WORD_SLOTS);
    long words = size / 8;
    boolean fits = slots >= 0 && slots <= words && slotsAt >= 0 && slotsAt <= words - 2 * slots;
    if (word(WORD_FILE_BYTES) / 8 != words || !fits) {
      throw unmapped("its header does not fit its size");
    }
  }

  /**
   * Maps the board that a server names; `generationNow` asks it again, and returns null if nobody
   * is there.
   */
  static BoardReader of(MapBoardResponse found, Function<Duration, Long> generationNow) {
    return open(Path.of(found.getPath()), found.getGeneration(), generationNow);
  }

  static BoardReader open(Path path, long generation, Function<Duration, Long> generationNow) {
    try {
      // Opening a pipe would wait for its other end.
      if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        throw unmapped(path + " is not a file of this machine");
      }
      try (FileChannel file =
          FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
        long size = file.size();
        ByteBuffer[] parts = new ByteBuffer[(int) ((size + (1L << PART_BITS) - 1) >> PART_BITS)];
        for (int at = 0; at < parts.length; at++) {
          long from = (long) at << PART_BITS;
          parts[at] =
              file.map(FileChannel.MapMode.READ_ONLY, from, Math.min(size - from, 1L << PART_BITS));
        }
        return new BoardReader(parts, size, generation, generationNow);
      }
    } catch (IOException failed) {
      throw unmapped(failed.toString());
    }
  }

  private static AtradException unmapped(String why) {
    return new AtradException(
        Status.Code.FAILED_PRECONDITION, "the board cannot be mapped: " + why, null);
  }

  /** The number of changes of the board: as long as it stays, no value has changed. */
  public long changes() {
    return word(WORD_CHANGES);
  }

  /** Fails with UNAVAILABLE if the server of the board has gone: map the board of the new one. */
  public void check() {
    if (word(WORD_STATE) == STATE_OPEN) {
      long age = Wire.nanoseconds(Instant.now()) - word(WORD_HEARTBEAT);
      if (Math.abs(age) < HEARTBEAT.toNanos() || isAlive()) {
        return;
      }
    }
    throw new AtradException(
        Status.Code.UNAVAILABLE,
        "the server of this board has gone; map the board of the new one",
        null);
  }

  /**
   * Without a heartbeat it was killed, is stopped or slow, or a clock was set. Only the server
   * itself tells.
   */
  private boolean isAlive() {
    if (System.nanoTime() - aliveUntil < 0) {
      return true;
    }
    Long now = generationNow.apply(ANSWER);
    if (now == null || now != UNKNOWN && now != word(WORD_GENERATION)) {
      return false;
    }
    aliveUntil = System.nanoTime() + ALIVE_FOR_NS;
    return true;
  }

  /**
   * Copies a value, without a call.
   *
   * @throws AtradException UNAVAILABLE if the server has gone, ABORTED if the value was replaced
   *     1000 times while it was read
   */
  public Optional<Board.Value> read(String name) {
    check();
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      long slot = slot(name, bytes);
      if (slot < 0) {
        return Optional.empty();
      }
      long place = word(slot + 1);
      Board.Value value = place == 0 ? null : value(name, bytes, start(place));
      // What was read comes before the second look at the slot.
      VarHandle.acquireFence();
      if (value != null && word(slot + 1) == place) {
        return Optional.of(value);
      }
      known.remove(name);
      if (attempt > SPINS) {
        Thread.yield();
      }
    }
    throw new AtradException(
        Status.Code.ABORTED, name + " was replaced too often while it was read", null);
  }

  /**
   * The first word of the slot of a name, less than 0 if there is none: then the name had no value
   * at some moment of the search, as a value never moves to another slot while it is there.
   */
  private long slot(String name, byte[] bytes) {
    long hash = hash(bytes);
    Long before = known.get(name);
    if (before != null && word(before) == hash && word(before + 1) != 0) {
      return before;
    }
    long used = Math.min(word(WORD_SLOTS_USED), slots);
    for (long slot = slotsAt; slot < slotsAt + 2 * used; slot += 2) {
      long place = word(slot) == hash ? word(slot + 1) : 0;
      if (place == 0) {
        continue;
      }
      boolean isIt = header(bytes, start(place)) != null;
      VarHandle.acquireFence();
      // One that is replaced meanwhile is read again by the caller.
      if (isIt || word(slot + 1) != place) {
        if (known.size() >= slots) {
          // Most of these names have no value any more.
          known.clear();
        }
        known.put(name, slot);
        return slot;
      }
    }
    return -1;
  }

  /** FNV-1a of 64 bits, with 1 instead of 0, which means a free slot. */
  private static long hash(byte[] name) {
    long hash = 0xcbf29ce484222325L;
    for (byte each : name) {
      hash = (hash ^ (each & 0xff)) * 0x100000001b3L;
    }
    return hash == 0 ? 1 : hash;
  }

  private static long start(long place) {
    return (place & OFFSET_MASK) * 64;
  }

  /**
   * The words before the texts of the value of a name; null if it is torn, or that of another name.
   */
  private long[] header(byte[] name, long start) {
    byte[] head = copied(start, 8L * VALUE_WORDS + name.length);
    if (head == null) {
      return null;
    }
    long[] words = new long[VALUE_WORDS];
    Wire.little(head, 0, 8 * VALUE_WORDS).asLongBuffer().get(words);
    boolean isIt =
        words[VALUE_NAME_BYTES] == name.length
            && Arrays.equals(head, 8 * VALUE_WORDS, head.length, name, 0, name.length);
    return isIt ? words : null;
  }

  private Board.Value value(String name, byte[] bytes, long start) {
    long[] words = header(bytes, start);
    if (words == null) {
      return null;
    }
    // Torn numbers may be anything.
    for (int at :
        new int[] {VALUE_BYTES, VALUE_TYPE_BYTES, VALUE_LABEL_BYTES, VALUE_ROWS, VALUE_COLUMNS}) {
      if (words[at] < 0 || words[at] > size) {
        return null;
      }
    }
    long textBytes = words[VALUE_TYPE_BYTES] + words[VALUE_LABEL_BYTES];
    long textsAt = 8L * VALUE_WORDS + bytes.length;
    byte[] texts = copied(start + textsAt, textBytes);
    byte[] content = copied(start + aligned(textsAt + textBytes), words[VALUE_BYTES]);
    if (texts == null || content == null) {
      return null;
    }
    int typeBytes = (int) words[VALUE_TYPE_BYTES];
    String type = new String(texts, 0, typeBytes, StandardCharsets.UTF_8);
    if (words[VALUE_COLUMNS] == 0) {
      return new Board.Value(
          name, words[VALUE_VERSION], words[VALUE_TIME], type, content, null, null);
    }
    String labels = new String(texts, typeBytes, texts.length - typeBytes, StandardCharsets.UTF_8);
    return columns(name, words, labels.split("\n", -1), content);
  }

  private static Board.Value columns(String name, long[] words, String[] labels, byte[] content) {
    long rows = words[VALUE_ROWS];
    long stride = aligned(8 * rows);
    int first = words[VALUE_HAS_TIMES] == 1 ? 1 : 0;
    if (labels.length != words[VALUE_COLUMNS] - first
        || stride * words[VALUE_COLUMNS] > content.length) {
      return null;
    }
    long[] times = first == 0 ? null : new long[(int) rows];
    if (times != null) {
      Wire.little(content, 0, 8 * times.length).asLongBuffer().get(times);
    }
    Map<String, double[]> columns = new LinkedHashMap<>();
    for (int at = 0; at < labels.length; at++) {
      double[] values = new double[(int) rows];
      Wire.little(content, (int) (stride * (first + at)), 8 * values.length)
          .asDoubleBuffer()
          .get(values);
      columns.put(labels[at], values);
    }
    return new Board.Value(name, words[VALUE_VERSION], words[VALUE_TIME], "", null, columns, times);
  }

  private static long aligned(long bytes) {
    return (bytes + 63) / 64 * 64;
  }

  /**
   * A copy of bytes, which may be torn; null outside of the memory that the server has allocated,
   * which is not to be touched.
   */
  private byte[] copied(long start, long length) {
    long limit = Math.min(size, word(WORD_ALLOCATED));
    if (start > limit || length > limit - start || length > Integer.MAX_VALUE - 8) {
      return null;
    }
    byte[] made = new byte[(int) length];
    for (int done = 0; done < made.length; ) {
      ByteBuffer part = parts[(int) ((start + done) >> PART_BITS)];
      int at = (int) ((start + done) & ((1L << PART_BITS) - 1));
      int more = Math.min(made.length - done, part.capacity() - at);
      part.get(at, made, done, more);
      done += more;
    }
    return made;
  }

  private long word(long at) {
    return (long)
        WORDS.getAcquire(
            parts[(int) (at >> (PART_BITS - 3))], (int) (8 * at & ((1L << PART_BITS) - 1)));
  }
}
