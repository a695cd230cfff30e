package atrad.client;

import atrad.columns.v1.Columns;
import atrad.v1.Ingest.IdempotencyKey;
import atrad.v1.Ingest.OnConflict;
import atrad.v1.Ingest.PriceRange;

/** How bars are stored. Each method returns another one. */
public record Ingestion(OnConflict onConflict, PriceRange prices, IdempotencyKey key) {
  /** Bars whose time is stored already are replaced, and prices are not negative. */
  public static final Ingestion DEFAULT =
      new Ingestion(OnConflict.ON_CONFLICT_REPLACE, PriceRange.PRICE_RANGE_NOT_NEGATIVE, null);

  /** What happens to a bar whose time is stored already with other values. */
  public Ingestion onConflict(OnConflict what) {
    return new Ingestion(what, prices, key);
  }

  /** Allows negative prices. */
  public Ingestion anyPrice() {
    return new Ingestion(onConflict, PriceRange.PRICE_RANGE_ANY, key);
  }

  /** Names the bars, so that a retry is recognised even after a restart of the server. */
  public Ingestion key(String client, String batch) {
    return new Ingestion(
        onConflict, prices, IdempotencyKey.newBuilder().setClient(client).setBatch(batch).build());
  }

  /** The key of one of several batches. */
  private Ingestion numbered(long batch) {
    return key == null ? this : key(key.getClient(), key.getBatch() + "." + batch);
  }

  Columns.IngestRequest request(Series series, Columns.Bars bars) {
    Columns.IngestRequest.Builder made =
        Columns.IngestRequest.newBuilder().setSeries(series.id()).setBars(bars);
    made.setOnConflict(onConflict).setPriceRange(prices);
    if (key != null) {
      made.setIdempotencyKey(key);
    }
    return made.build();
  }

  Columns.IngestStreamRequest request(Series series, Columns.Bars bars, long batch) {
    Columns.IngestStreamRequest.Builder made =
        Columns.IngestStreamRequest.newBuilder().setBatch(batch);
    made.setSeries(series.id()).setBars(bars).setOnConflict(onConflict).setPriceRange(prices);
    if (key != null) {
      made.setIdempotencyKey(numbered(batch).key);
    }
    return made.build();
  }
}
