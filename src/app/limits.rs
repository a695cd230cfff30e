//! Every limit of the server: one field each, with its default.

use std::time::Duration;

use crate::indicator;

/// What one request, one series and the server as a whole may cost.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The most expressions of one request.
    pub expressions_max: usize,
    /// The most bytes and depth of one expression.
    pub expression: indicator::Limits,
    /// The most bars that all windows of one request hold together.
    pub window_bars_max: usize,
    /// The most other series that are joined in one request.
    pub joined_series_max: usize,
    /// The most rows of one answer, whole or in chunks.
    pub answer_rows_max: usize,
    /// The most bytes of one answer in one message; longer answers are for streams.
    pub answer_bytes_max: usize,
    /// The most bytes of each answer of a batch, which is source whole until it is sent.
    pub batch_answer_bytes_max: usize,
    /// The most bytes of one chunk of a stream.
    pub chunk_bytes_max: usize,
    /// The most series of one batch.
    pub batch_series_max: usize,
    /// The most values of all series together that one matrix of correlations is made of.
    pub correlated_values_max: usize,
    /// The most bytes of checkpoints, from which computations go on instead of from the first bar.
    pub checkpoint_bytes_max: u64,
    /// The maximum size of resampled bars, per series and cached in all, in bytes; 48 per bar.
    pub resampled_bytes_max: u64,
    /// The most work in flight, in bars times kernels; more is refused until some is done.
    pub work_max: u64,
    /// The maximum size of a saved result, in bytes.
    pub saved_result_bytes_max: usize,
    /// The maximum number of saved results.
    pub saved_results_max: u64,
    /// The maximum size of all saved results, in bytes.
    pub saved_bytes_max: u64,
    /// The most bars of one ingested batch.
    pub ingest_rows_max: usize,
    /// The most batches that wait for the writer.
    pub ingest_queue_max: usize,
    /// The most bars that wait for the writer; about 50 bytes of memory each.
    pub ingest_queue_rows_max: usize,
    /// The most extra columns of one series.
    pub extra_columns_max: usize,
    /// The maximum number of idempotency keys; the oldest are evicted first.
    pub idempotency_keys_max: u64,
    /// The TTL of idempotency keys.
    pub idempotency_key_age: Duration,
    /// The maximum number of backups in the backup folder; 0 means no limit.
    pub backups_max: u64,
    /// The maximum size of all backups, in bytes; 0 means no limit but the disk space.
    pub backup_bytes_max: u64,
    /// The most bytes of a cached value.
    pub cache_value_bytes_max: usize,
    /// The most entries of one call to the cache.
    pub cache_entries_max: usize,
    /// The time a request may take when its caller sets no deadline, and the most when it does.
    pub deadline_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            expressions_max: 64,
            expression: indicator::Limits::default(),
            window_bars_max: 4_000_000,
            joined_series_max: 16,
            answer_rows_max: 10_000_000,
            answer_bytes_max: 4_000_000,
            batch_answer_bytes_max: 16_000_000,
            chunk_bytes_max: 1 << 20,
            batch_series_max: 10_000,
            correlated_values_max: 4_000_000,
            checkpoint_bytes_max: 64 << 20,
            resampled_bytes_max: 256 << 20,
            work_max: 4_000_000_000,
            saved_result_bytes_max: 16 << 20,
            saved_results_max: 10_000,
            saved_bytes_max: 1 << 30,
            ingest_rows_max: 1_000_000,
            ingest_queue_max: 1024,
            ingest_queue_rows_max: 4_000_000,
            extra_columns_max: 16,
            idempotency_keys_max: 100_000,
            idempotency_key_age: Duration::from_secs(7 * 86_400),
            backups_max: 100,
            backup_bytes_max: 0,
            cache_value_bytes_max: 1 << 20,
            cache_entries_max: 1000,
            deadline_max: Duration::from_secs(60),
        }
    }
}
