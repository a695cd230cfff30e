//! The limits of the server: one field each, with its default.

use std::time::Duration;

use crate::indicator;

/// The limits of one request, one series and the whole server.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The maximum number of expressions of one request.
    pub expressions_max: usize,
    /// The maximum length and depth of one expression.
    pub expression: indicator::Limits,
    /// The maximum number of bars in all windows of one request.
    pub window_bars_max: usize,
    /// The maximum number of joined series in one request.
    pub joined_series_max: usize,
    /// The maximum number of rows of one answer, unary or streamed.
    pub answer_rows_max: usize,
    /// The maximum size of a unary answer, in bytes; longer answers must be streamed.
    pub answer_bytes_max: usize,
    /// The maximum size of each answer of a batch, in bytes; it stays in memory until it is sent.
    pub batch_answer_bytes_max: usize,
    /// The maximum size of a chunk of a stream, in bytes.
    pub chunk_bytes_max: usize,
    /// The maximum number of series of one batch.
    pub batch_series_max: usize,
    /// The maximum number of values in one correlation matrix, over all series.
    pub correlated_values_max: usize,
    /// The maximum size of all checkpoints, in bytes; computations resume there instead of at the first bar.
    pub checkpoint_bytes_max: u64,
    /// The maximum size of resampled bars, per series and cached in all, in bytes; 48 per bar.
    pub resampled_bytes_max: u64,
    /// The maximum work in flight, in bars times kernels; admission refuses more.
    pub work_max: u64,
    /// The maximum size of a saved result, in bytes.
    pub saved_result_bytes_max: usize,
    /// The maximum number of saved results.
    pub saved_results_max: u64,
    /// The maximum size of all saved results, in bytes.
    pub saved_bytes_max: u64,
    /// The maximum number of bars of one ingested batch.
    pub ingest_rows_max: usize,
    /// The maximum number of batches queued for the writer.
    pub ingest_queue_max: usize,
    /// The maximum number of bars queued for the writer; about 50 bytes of memory each.
    pub ingest_queue_rows_max: usize,
    /// The maximum number of extra columns of one series.
    pub extra_columns_max: usize,
    /// The maximum number of idempotency keys; the oldest are evicted first.
    pub idempotency_keys_max: u64,
    /// The TTL of idempotency keys.
    pub idempotency_key_age: Duration,
    /// The maximum number of backups in the backup folder; 0 means no limit.
    pub backups_max: u64,
    /// The maximum size of all backups, in bytes; 0 means no limit but the disk space.
    pub backup_bytes_max: u64,
    /// The maximum size of a cached value, in bytes.
    pub cache_value_bytes_max: usize,
    /// The maximum number of entries of one call to the cache.
    pub cache_entries_max: usize,
    /// The default deadline of a request, and the maximum.
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
