package atrad.client;

import atrad.v1.Cache.DeleteRequest;
import atrad.v1.Cache.GetRequest;
import atrad.v1.Cache.PutRequest;
import atrad.v1.CacheServiceGrpc;
import atrad.v1.Clock.AdvanceClockRequest;
import atrad.v1.Clock.GetClockRequest;
import atrad.v1.ClockServiceGrpc;
import atrad.v1.Series.Calendar;
import atrad.v1.Series.CorporateAction;
import atrad.v1.Series.DeleteCorporateActionsRequest;
import atrad.v1.Series.DeleteSeriesRequest;
import atrad.v1.Series.GetSeriesRequest;
import atrad.v1.Series.ListCalendarsRequest;
import atrad.v1.Series.ListCorporateActionsRequest;
import atrad.v1.Series.ListCorporateActionsResponse;
import atrad.v1.Series.PutCorporateActionsRequest;
import atrad.v1.Series.Retention;
import atrad.v1.Series.SeriesInfo;
import atrad.v1.Series.SetRetentionRequest;
import atrad.v1.Series.SymbolActions;
import atrad.v1.SeriesServiceGrpc;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a server stores besides bars: retention, splits and dividends, clocks, the cache. */
public abstract sealed class Stores extends Connection permits Atrad {
  Stores(Builder options) {
    super(options);
  }

  Stores(Connection other, Duration time) {
    super(other, time);
  }

  /**
   * Describes a series, stored or resampled. Of the span {@code asOf} and {@code resampled} count.
   */
  public SeriesInfo getSeries(String symbol, String timeframe, Span span) {
    span.without("getSeries", "last", "from", "until", "adjusted", "persist", "since", "float32");
    GetSeriesRequest.Builder request =
        GetSeriesRequest.newBuilder().setSeries(new Series(symbol, timeframe).id());
    if (span.range().hasAsOf()) {
      request.setAsOf(span.range().getAsOf());
    }
    if (span.resampling != null) {
      request.setResampling(span.resampling);
    }
    return call(SeriesServiceGrpc.getGetSeriesMethod(), request.build()).getSeries();
  }

  /**
   * Removes the bars of a stored series that are too many or too old, now and from now on, and
   * describes what is left; null keeps all.
   */
  public SeriesInfo setRetention(String symbol, String timeframe, Retention retention) {
    SetRetentionRequest.Builder request =
        SetRetentionRequest.newBuilder().setSeries(new Series(symbol, timeframe).id());
    if (retention != null) {
      request.setRetention(retention);
    }
    return call(SeriesServiceGrpc.getSetRetentionMethod(), request.build()).getSeries();
  }

  /** Deletes a series with all its bars, and returns how many these were. */
  public long deleteSeries(String symbol, String timeframe) {
    DeleteSeriesRequest request =
        DeleteSeriesRequest.newBuilder().setSeries(new Series(symbol, timeframe).id()).build();
    return call(SeriesServiceGrpc.getDeleteSeriesMethod(), request).getRows();
  }

  /**
   * Stores splits and dividends of a symbol, which {@link Span#adjusted} applies. One of the same
   * ex-date and kind is replaced.
   */
  public void putActions(String symbol, List<CorporateAction> actions) {
    PutCorporateActionsRequest request =
        PutCorporateActionsRequest.newBuilder().setSymbol(symbol).addAllActions(actions).build();
    call(SeriesServiceGrpc.getPutCorporateActionsMethod(), request);
  }

  /** Lists the splits and dividends of all symbols, or of those that start with a prefix. */
  public List<SymbolActions> actions(String prefix) {
    List<SymbolActions> found = new ArrayList<>();
    ListCorporateActionsRequest.Builder request =
        ListCorporateActionsRequest.newBuilder().setSymbolPrefix(prefix);
    do {
      ListCorporateActionsResponse page =
          call(SeriesServiceGrpc.getListCorporateActionsMethod(), request.build());
      found.addAll(page.getSymbolsList());
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    return found;
  }

  /** Deletes the splits and dividends of a symbol, and returns how many these were. */
  public long deleteActions(String symbol) {
    DeleteCorporateActionsRequest request =
        DeleteCorporateActionsRequest.newBuilder().setSymbol(symbol).build();
    return call(SeriesServiceGrpc.getDeleteCorporateActionsMethod(), request).getDeleted();
  }

  /** Lists the calendars that bars may have, all or those with a text in their names. */
  public List<Calendar> calendars(String search) {
    ListCalendarsRequest request = ListCalendarsRequest.newBuilder().setSearch(search).build();
    return call(SeriesServiceGrpc.getListCalendarsMethod(), request).getCalendarsList();
  }

  /** The time of the clock of the token: nothing that was known later is seen. */
  public Instant clock() {
    GetClockRequest request = GetClockRequest.getDefaultInstance();
    return Wire.instant(call(ClockServiceGrpc.getGetClockMethod(), request).getTime());
  }

  /** Moves the clock of the token to a later time, for a back-test. */
  public void advanceClock(Instant to) {
    AdvanceClockRequest request =
        AdvanceClockRequest.newBuilder().setTime(Wire.nanoseconds(to)).build();
    call(ClockServiceGrpc.getAdvanceClockMethod(), request);
  }

  /** Reads an entry of the cache; empty if there is none. */
  public Optional<byte[]> cacheGet(String namespace, String key) {
    GetRequest request = GetRequest.newBuilder().setNamespace(namespace).setKey(key).build();
    try {
      return Optional.of(call(CacheServiceGrpc.getGetMethod(), request).getValue().toByteArray());
    } catch (AtradException error) {
      if (error.code() == Status.Code.NOT_FOUND) {
        return Optional.empty();
      }
      throw error;
    }
  }

  /**
   * Writes an entry of the cache, to be kept so long at most; null is the default of the server.
   */
  public void cachePut(String namespace, String key, byte[] value, Duration ttl) {
    PutRequest.Builder request = PutRequest.newBuilder().setNamespace(namespace).setKey(key);
    request.setValue(ByteString.copyFrom(value));
    request.setTtlMs(ttl == null ? 0 : Math.max(1, ttl.toMillis()));
    call(CacheServiceGrpc.getPutMethod(), request.build());
  }

  /** Deletes an entry of the cache, if it is there. */
  public void cacheDelete(String namespace, String key) {
    DeleteRequest request = DeleteRequest.newBuilder().setNamespace(namespace).setKey(key).build();
    call(CacheServiceGrpc.getDeleteMethod(), request);
  }
}
