package atrad.client;

/**
 * What became of bars, which are durable now: the numbers of new ones, of those that replaced a
 * different one, and of those that changed nothing. The epoch is that of the series afterwards.
 */
public record Receipt(long accepted, long replaced, long ignored, long epoch) {
  static Receipt of(atrad.v1.Ingest.Receipt receipt) {
    return new Receipt(
        receipt.getAccepted(), receipt.getReplaced(), receipt.getIgnored(), receipt.getEpoch());
  }

  Receipt plus(Receipt later) {
    return new Receipt(
        accepted + later.accepted, replaced + later.replaced, ignored + later.ignored, later.epoch);
  }
}
