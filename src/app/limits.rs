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
    /// The most bytes of each answer of a batch, which is held whole until it is sent.
    pub batch_answer_bytes_max: usize,
    /// The most bytes of one chunk of a stream.
    pub chunk_bytes_max: usize,
    /// The most series of one batch.
    pub batch_series_max: usize,
    /// The most values of all series together that one matrix of correlations is made of.
    pub correlated_values_max: usize,
    /// The most bytes of checkpoints, from which computations go on instead of from the first bar.
    pub checkpoint_bytes_max: u64,
    /// The most bytes of bars that were made of shorter ones, of one series and of all that are kept; 48 a bar.
    pub derived_bytes_max: u64,
    /// The most work in flight, in bars times kernels; more is refused until some is done.
    pub work_max: u64,
    /// The most bytes of one answer that is kept.
    pub persisted_answer_bytes_max: usize,
    /// The most answers that are kept.
    pub persisted_answers_max: u64,
    /// The most bytes of all answers that are kept.
    pub persisted_bytes_max: u64,
    /// The most bars of one ingested batch.
    pub ingest_rows_max: usize,
    /// The most batches that wait for the writer.
    pub ingest_queue_max: usize,
    /// The most bars that wait for the writer; about 50 bytes of memory each.
    pub ingest_queue_rows_max: usize,
    /// The most extra columns of one series.
    pub extra_columns_max: usize,
    /// The most keys of batches that are remembered; the oldest are forgotten first.
    pub batch_keys_max: u64,
    /// How long the key of a batch is remembered.
    pub batch_key_age: Duration,
    /// The most backups in the folder for backups; 0 means no limit.
    pub backups_max: u64,
    /// The most bytes of all backups in that folder; 0 means no limit but the room on the disk.
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
            derived_bytes_max: 256 << 20,
            work_max: 4_000_000_000,
            persisted_answer_bytes_max: 16 << 20,
            persisted_answers_max: 10_000,
            persisted_bytes_max: 1 << 30,
            ingest_rows_max: 1_000_000,
            ingest_queue_max: 1024,
            ingest_queue_rows_max: 4_000_000,
            extra_columns_max: 16,
            batch_keys_max: 100_000,
            batch_key_age: Duration::from_secs(7 * 86_400),
            backups_max: 100,
            backup_bytes_max: 0,
            cache_value_bytes_max: 1 << 20,
            cache_entries_max: 1000,
            deadline_max: Duration::from_secs(60),
        }
    }
}
