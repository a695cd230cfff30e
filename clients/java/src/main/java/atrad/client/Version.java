package atrad.client;

import com.google.protobuf.ByteString;

/**
 * Names the bars behind an answer, to ask with {@link Span#since} for what changed since it. It may
 * be stored and used by another process. With an empty token the epoch is taken for one of the
 * series that is stored now, even if that was created anew since.
 */
public record Version(long epoch, ByteString token) {
  /** That of no answer: all rows come. */
  public static final Version NONE = new Version(0, ByteString.EMPTY);

  /** A version; without a token it is empty. */
  public Version {
    token = token == null ? ByteString.EMPTY : token;
  }
}
