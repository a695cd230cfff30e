package atrad.client;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.file.InvalidPathException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** The options of a connection. */
public final class Builder {
  private static final Pattern ADDRESS =
      Pattern.compile("(?:(https?|grpcs?)://)?([^/\\s:]+|\\[[0-9a-fA-F:]+\\]):(\\d{1,5})/?");
  private static final Duration LONGEST = Duration.ofDays(10_000);
  private static final int WINDOW_BYTES = 8 << 20;

  private final String address;
  private Tls tls;
  String token;
  Duration timeout = Duration.ofMinutes(1);
  // Gives back what the channel does not own.
  Runnable release = () -> {};

  Builder(String address) {
    boolean isGiven = address != null && !address.isEmpty();
    this.address = isGiven ? address : variable("ATRAD_SERVER", "127.0.0.1:50051");
    String known = isGiven ? "" : variable("ATRAD_TOKEN", "");
    if (!known.isEmpty()) {
      token(known);
    }
  }

  private static String variable(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null || value.isEmpty() ? otherwise : value;
  }

  /** Sends a bearer token with every call. */
  public Builder token(String bearer) {
    if (!bearer.matches("[!-~]+")) {
      throw AtradException.invalid("token", "token must be ASCII without spaces, and not empty");
    }
    token = bearer;
    return this;
  }

  /** Connects by TLS. */
  public Builder tls(Tls files) {
    tls = files;
    return this;
  }

  /**
   * The time for a call with all its retries, a minute unless set; null waits for ever. Watches
   * have no bound.
   */
  public Builder timeout(Duration time) {
    timeout = checked(time);
    return this;
  }

  /** Prepares the connection; the first call opens it. */
  public Atrad connect() {
    return new Atrad(this);
  }

  ManagedChannel channel() {
    return address()
        .flowControlWindow(WINDOW_BYTES)
        .maxInboundMessageSize(Integer.MAX_VALUE)
        .keepAliveTime(2, TimeUnit.MINUTES)
        .disableRetry()
        .build();
  }

  private NettyChannelBuilder address() {
    if (address.startsWith("unix:")) {
      return socket(address.substring("unix:".length()).replaceFirst("^//", ""));
    }
    Matcher parts = ADDRESS.matcher(address);
    int port = parts.matches() ? Integer.parseInt(parts.group(3)) : 0;
    if (port < 1 || port > 65535) {
      throw AtradException.invalid(
          "address", "address must be HOST:PORT, unix:PATH or https://HOST:PORT, got " + address);
    }
    // Brackets are no characters of the path of a target; escaped, its resolver reads them.
    String host = parts.group(2).replace("[", "%5B").replace("]", "%5D");
    NettyChannelBuilder made = NettyChannelBuilder.forTarget("dns:///" + host + ":" + port);
    boolean isSecure = parts.group(1) != null && parts.group(1).endsWith("s");
    if (tls == null && !isSecure) {
      return made.usePlaintext();
    }
    Tls files = tls == null ? Tls.SYSTEM : tls;
    try {
      SslContextBuilder context = GrpcSslContexts.forClient();
      if (files.ca() != null) {
        context.trustManager(files.ca());
      }
      if (files.cert() != null) {
        context.keyManager(files.cert(), files.key());
      }
      made.sslContext(context.build());
    } catch (SSLException | IllegalArgumentException wrong) {
      throw AtradException.invalid("tls", wrong.getMessage());
    }
    return files.serverName() == null ? made : made.overrideAuthority(files.serverName());
  }

  private NettyChannelBuilder socket(String path) {
    if (path.isEmpty()) {
      throw AtradException.invalid(
          "address", "address must have the path of a socket, got " + address);
    }
    try {
      NettyChannelBuilder made = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(path));
      EventLoopGroup loops =
          new MultiThreadIoEventLoopGroup(
              1, new DefaultThreadFactory("atrad", true), NioIoHandler.newFactory());
      release = loops::shutdownGracefully;
      made.channelType(NioDomainSocketChannel.class).eventLoopGroup(loops);
      // Without an option of TCP, about which Netty would warn.
      made.withOption(ChannelOption.SO_KEEPALIVE, null);
      // The path is no authority: strict servers refuse it.
      return made.overrideAuthority("localhost").usePlaintext();
    } catch (InvalidPathException wrong) {
      throw AtradException.invalid(
          "address", "address must have the path of a socket: " + wrong.getMessage());
    }
  }

  /** A time, or the longest of which the nanoseconds and deadlines do not overflow. */
  static Duration capped(Duration time) {
    return time.compareTo(LONGEST) < 0 ? time : LONGEST;
  }

  /** A time within which a deadline can be told. */
  static Duration checked(Duration time) {
    if (time != null && (time.isNegative() || time.isZero() || time.compareTo(LONGEST) > 0)) {
      throw AtradException.invalid(
          "timeout", "timeout must be between 1 ns and 10000 days, or null, got " + time);
    }
    return time;
  }
}
