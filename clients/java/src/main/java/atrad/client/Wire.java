package atrad.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Arrays;

/** Columns and times on the wire: little-endian bytes, copied as a whole. */
final class Wire {
  private Wire() {}

  static double[] doubles(ByteString bytes) {
    double[] made = new double[bytes.size() / 8];
    copy(bytes, made, 0);
    return made;
  }

  static long[] longs(ByteString bytes) {
    long[] made = new long[bytes.size() / 8];
    copy(bytes, made, 0);
    return made;
  }

  static void copy(ByteString bytes, double[] to, int at) {
    little(bytes, 8).asDoubleBuffer().get(to, at, bytes.size() / 8);
  }

  static void copy(ByteString bytes, float[] to, int at) {
    little(bytes, 4).asFloatBuffer().get(to, at, bytes.size() / 4);
  }

  static void copy(ByteString bytes, long[] to, int at) {
    little(bytes, 8).asLongBuffer().get(to, at, bytes.size() / 8);
  }

  static ByteString bytes(double[] column, int from, int to) {
    ByteBuffer buffer = ByteBuffer.allocate(8 * (to - from)).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asDoubleBuffer().put(column, from, to - from);
    return UnsafeByteOperations.unsafeWrap(buffer);
  }

  static ByteString bytes(long[] column, int from, int to) {
    ByteBuffer buffer = ByteBuffer.allocate(8 * (to - from)).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asLongBuffer().put(column, from, to - from);
    return UnsafeByteOperations.unsafeWrap(buffer);
  }

  static ByteBuffer little(byte[] bytes, int from, int length) {
    return ByteBuffer.wrap(bytes, from, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  static long littleLong(byte[] bytes) {
    return little(bytes, 0, 8).getLong();
  }

  static Instant instant(long nanoseconds) {
    return Instant.ofEpochSecond(
        Math.floorDiv(nanoseconds, 1_000_000_000L), Math.floorMod(nanoseconds, 1_000_000_000L));
  }

  static long nanoseconds(Instant when) {
    try {
      return Math.addExact(
          Math.multiplyExact(when.getEpochSecond(), 1_000_000_000L), when.getNano());
    } catch (ArithmeticException beyond) {
      throw AtradException.invalid(
          "time", "a time is between 1677-09-21 and 2262-04-11, got " + when);
    }
  }

  static double[] nan(int rows) {
    double[] made = new double[rows];
    Arrays.fill(made, Double.NaN);
    return made;
  }

  private static ByteBuffer little(ByteString bytes, int size) {
    if (bytes.size() % size != 0) {
      throw AtradException.broken("a column of " + bytes.size() + " bytes");
    }
    return bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }
}
