package atrad.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RequestInfo;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A call failed. The code says of which kind, the rest what the server said about it in detail. */
public final class AtradException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> REQUEST_ID =
      Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

  /**
   * A field of a request that is wrong, by its path: {@code expressions[1]}, {@code bars.high[17]}.
   */
  public record Field(String path, String message) implements Serializable {}

  /** What was not found: its kind and its name. */
  public record Resource(String kind, String name) implements Serializable {}

  private final Status.Code code;
  private final String text;
  private final ArrayList<Field> fields = new ArrayList<>();
  private Resource resource;
  private String limit;
  private Duration retryAfter;
  private String requestId;
  private boolean retryForbidden;

  AtradException(Status.Code code, String text, Throwable cause) {
    super(code + ": " + text, cause);
    this.code = code;
    this.text = text;
  }

  /** What is refused here, before it is sent. */
  static AtradException invalid(String path, String message) {
    AtradException made = new AtradException(Status.Code.INVALID_ARGUMENT, message, null);
    made.fields.add(new Field(path, message));
    return made;
  }

  static AtradException broken(String message) {
    return new AtradException(Status.Code.INTERNAL, message, null);
  }

  /** The error of a call. */
  static AtradException of(Status failed, Metadata told, Throwable cause) {
    Metadata trailers = told == null ? new Metadata() : told;
    AtradException made = new AtradException(failed.getCode(), said(failed), cause);
    com.google.rpc.Status status = StatusProto.fromStatusAndTrailers(failed, trailers);
    for (Any detail : status.getDetailsList()) {
      try {
        made.note(detail);
      } catch (InvalidProtocolBufferException ignored) {
        // What is in the way of the call may write anything here.
      }
    }
    if (made.requestId == null) {
      made.requestId = trailers.get(REQUEST_ID);
    }
    String pushback = trailers.get(PUSHBACK);
    if (pushback != null) {
      // Anything but a number of at least 0 forbids a retry.
      made.retryForbidden = !pushback.matches("\\d{1,9}");
      made.retryAfter = made.retryForbidden ? null : Duration.ofMillis(Long.parseLong(pushback));
    }
    return made;
  }

  /** The error of one item of a batch or a stream, whose other items are not affected. */
  static AtradException of(atrad.v1.Ingest.Failure failure) {
    AtradException made =
        new AtradException(
            Status.fromCodeValue(failure.getCode()).getCode(), failure.getMessage(), null);
    if (!failure.getField().isEmpty()) {
      made.fields.add(new Field(failure.getField(), failure.getMessage()));
    }
    if (failure.getRetryAfterMs() > 0) {
      made.retryAfter = Duration.ofMillis(failure.getRetryAfterMs());
    }
    return made;
  }

  /** The message of the server, or of the connection with its causes. */
  private static String said(Status failed) {
    String said = failed.getDescription() == null ? "" : failed.getDescription();
    if (failed.getCause() == null) {
      // In a stream the question is inside of another message, which nobody who asks has seen.
      return without(said, "request: ");
    }
    // What follows in other lines is about the insides of Netty.
    StringBuilder made = new StringBuilder(said.lines().findFirst().orElse(""));
    for (Throwable why = failed.getCause(); why != null; why = why.getCause()) {
      if (why.getMessage() != null && made.indexOf(why.getMessage()) < 0) {
        made.append(made.isEmpty() ? "" : ": ").append(why.getMessage());
      }
    }
    return made.toString();
  }

  private void note(Any detail) throws InvalidProtocolBufferException {
    if (detail.is(BadRequest.class)) {
      for (BadRequest.FieldViolation each :
          detail.unpack(BadRequest.class).getFieldViolationsList()) {
        fields.add(
            new Field(
                without(each.getField(), "request."), without(each.getDescription(), "request: ")));
      }
    } else if (detail.is(ResourceInfo.class)) {
      ResourceInfo found = detail.unpack(ResourceInfo.class);
      resource = new Resource(found.getResourceType(), found.getResourceName());
    } else if (detail.is(QuotaFailure.class)) {
      detail
          .unpack(QuotaFailure.class)
          .getViolationsList()
          .forEach(each -> limit = each.getSubject());
    } else if (detail.is(RetryInfo.class)) {
      com.google.protobuf.Duration delay = detail.unpack(RetryInfo.class).getRetryDelay();
      retryAfter = Builder.capped(Duration.ofSeconds(delay.getSeconds(), delay.getNanos()));
    } else if (detail.is(RequestInfo.class)) {
      requestId = detail.unpack(RequestInfo.class).getRequestId();
    }
  }

  private static String without(String text, String prefix) {
    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
  }

  /** The kind of failure. */
  public Status.Code code() {
    return code;
  }

  /** The message without the code. */
  public String text() {
    return text;
  }

  /** What is wrong with which field of the request; empty when no field is to blame. */
  public List<Field> fields() {
    return List.copyOf(fields);
  }

  /** What was not found. */
  public Optional<Resource> resource() {
    return Optional.ofNullable(resource);
  }

  /** The limit of the server that was exceeded, as its flag is named: {@code answer_bytes_max}. */
  public Optional<String> limit() {
    return Optional.ofNullable(limit);
  }

  /** How long to wait before a retry may help. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** The name of the request in the log of the server. */
  public Optional<String> requestId() {
    return Optional.ofNullable(requestId);
  }

  boolean retryForbidden() {
    return retryForbidden;
  }
}
