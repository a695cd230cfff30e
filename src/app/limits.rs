//! The limits of the server, one declaration each: what it limits, its default and its range. Flags, variables and their
//! help come from it.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::indicator;

/// A limit as a setting.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Its name, as in errors: `answer_rows_max`.
    pub name: &'static str,
    /// What it limits, one line.
    pub help: &'static str,
    /// The value without a setting.
    pub default: u64,
    least: u64,
    most: u64,
}

impl Limit {
    /// The allowed values.
    pub fn range(&self) -> RangeInclusive<u64> {
        self.least..=self.most
    }
}

macro_rules! limits {
    ($(#[doc = $help:literal] $name:ident: $type:ty = $default:expr, $least:literal..=$most:expr;)+) => {
        /// The limits of one request, one series and the whole server.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Limits {
            $(#[doc = $help] pub $name: $type,)+
        }

        impl Limits {
            /// Every limit.
            pub const ALL: &[Limit] = &[$(
                Limit { name: stringify!($name), help: $help, default: $default, least: $least, most: $most },
            )+];

            /// The limits with these values, of the limit of each name.
            pub fn new(value: impl Fn(&str) -> u64) -> Self {
                Self { $($name: value(stringify!($name)) as $type,)+ }
            }
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }
    };
}

limits! {
    /// The maximum number of expressions per request.
    expressions_max: usize = 64, 1..=10_000;
    /// The maximum length of an expression, in bytes.
    expression_bytes_max: usize = 1024, 1..=1 << 16;
    /// The maximum nesting depth of an expression.
    expression_depth_max: usize = 16, 1..=64;
    /// The maximum total window length of a request, in bars.
    window_bars_max: usize = 4_000_000, 1..=1 << 32;
    /// The maximum number of joined series per request.
    joined_series_max: usize = 16, 0..=1024;
    /// The maximum number of bars per response, whole or in chunks.
    answer_rows_max: usize = 10_000_000, 1..=1 << 32;
    /// The maximum size of a unary response, in bytes.
    answer_bytes_max: usize = 4_000_000, 1024..=1 << 31;
    /// The maximum size of each result of a batch, in bytes; results are buffered whole.
    batch_answer_bytes_max: usize = 16_000_000, 1024..=1 << 31;
    /// The maximum size of a stream chunk, in bytes.
    chunk_bytes_max: usize = 1 << 20, 1024..=4 << 20;
    /// The maximum number of buckets per downsampled answer.
    downsample_buckets_max: usize = 10_000, 2..=1 << 20;
    /// The maximum number of series per batch.
    batch_series_max: usize = 10_000, 1..=1 << 20;
    /// The maximum number of values per correlation matrix, over all series.
    correlated_values_max: usize = 4_000_000, 1..=1 << 32;
    /// The maximum number of variants per sweep, over all its expressions.
    sweep_variants_max: usize = 1_000_000, 1..=1 << 28;
    /// The maximum size of the values that a sweep holds at once, in bytes.
    sweep_bytes_max: usize = 64 << 20, 1024..=1 << 40;
    /// The maximum number of walk-forward folds per sweep.
    sweep_folds_max: usize = 100, 1..=1 << 20;
    /// The maximum number of series per screen.
    screen_series_max: usize = 100_000, 1..=1 << 24;
    /// The maximum number of failed series that a screen lists; all are counted.
    screen_failures_max: usize = 100, 0..=10_000;
    /// The maximum size of all compiled queries, in bytes; texts sent again are not parsed again.
    compiled_query_bytes_max: u64 = 16 << 20, 0..=1 << 40;
    /// The maximum size of all recent small answers, in bytes; they are valid until the next bar.
    recent_answer_bytes_max: u64 = 16 << 20, 0..=1 << 40;
    /// The maximum size of all checkpoints, in bytes; computations resume from them.
    checkpoint_bytes_max: u64 = 64 << 20, 0..=1 << 40;
    /// The maximum size of resampled bars, per series and cached in all, in bytes; 48 per bar.
    resampled_bytes_max: u64 = 256 << 20, 0..=1 << 40;
    /// The maximum computations that wait for the CPU, in milliseconds of estimated time per core.
    queued_work_max_ms: u64 = 30_000, 1..=86_400_000;
    /// The maximum size of a saved result, in bytes.
    saved_result_bytes_max: usize = 16 << 20, 0..=1 << 29;
    /// The maximum number of saved results.
    saved_results_max: u64 = 10_000, 0..=1 << 30;
    /// The maximum size of all saved results, in bytes.
    saved_bytes_max: u64 = 1 << 30, 0..=1 << 50;
    /// The maximum number of bars per ingested batch.
    ingest_rows_max: usize = 1_000_000, 1..=1 << 28;
    /// The maximum number of batches in the ingest queue.
    ingest_queue_max: usize = 1024, 1..=1 << 20;
    /// The maximum number of bars in the ingest queue, about 50 bytes each; streams use at most three quarters.
    ingest_queue_rows_max: usize = 4_000_000, 1..=1 << 30;
    /// The maximum number of stored series.
    series_max: u64 = 1_000_000, 1..=1 << 32;
    /// The maximum number of series that a peer creates per minute.
    new_series_per_minute_max: u64 = 10_000, 1..=1 << 32;
    /// The maximum number of extra columns per series.
    extra_columns_max: usize = 16, 0..=1024;
    /// The maximum number of corporate actions per symbol.
    corporate_actions_max: usize = 10_000, 0..=1 << 20;
    /// The maximum number of idempotency keys; the oldest are evicted first.
    idempotency_keys_max: u64 = 100_000, 1..=1 << 32;
    /// The TTL of idempotency keys, in seconds.
    idempotency_key_age_s: u64 = 7 * 86_400, 1..=31_536_000;
    /// The maximum number of backups; 0 means no limit.
    backups_max: u64 = 100, 0..=1 << 20;
    /// The maximum size of all backups, in bytes; 0 means no limit but the disk space.
    backup_bytes_max: u64 = 0, 0..=1 << 50;
    /// The maximum size of a cache value, in bytes.
    cache_value_bytes_max: usize = 1 << 20, 1..=1 << 30;
    /// The maximum size of the cache entries of a namespace, in bytes: keys, values, and 512 for each entry.
    cache_namespace_bytes_max: u64 = 64 << 20, 4096..=1 << 40;
    /// The maximum number of entries per cache call.
    cache_entries_max: usize = 1000, 1..=1 << 20;
    /// The maximum size of all answers in shared memory, in bytes; a caller may use a quarter of it. 0 means that none is shared.
    shared_memory_bytes_max: u64 = 1 << 30, 0..=1 << 40;
    /// The maximum memory of all boards, in bytes.
    board_bytes_max: u64 = 256 << 20, 0..=1 << 40;
    /// The maximum size of the values of a board, in bytes; each namespace has one.
    board_namespace_bytes_max: usize = 64 << 20, 4096..=2 << 30;
    /// The maximum number of boards.
    board_namespaces_max: usize = 64, 1..=1 << 16;
    /// The maximum number of names per board.
    board_names_max: usize = 1024, 1..=1 << 20;
    /// The maximum size of a value of a board, in bytes.
    board_value_bytes_max: usize = 4_000_000, 1..=1 << 30;
    /// The maximum number of concurrent watches.
    watches_max: u64 = 20_000, 1..=1 << 30;
    /// The maximum number of series per watch.
    watch_series_max: usize = 10_000, 1..=1 << 20;
    /// The maximum number of watched states: one per series and expressions, whoever watches.
    watch_states_max: u64 = 50_000, 1..=1 << 30;
    /// The maximum size of all watched states, in bytes of an estimate.
    watch_state_bytes_max: u64 = 2 << 30, 1048576..=1 << 40;
    /// The maximum number of rows that a watch begins with per series, is told again after a revision, or missed.
    watch_rows_max: usize = 10_000, 256..=1 << 20;
    /// The maximum number of rows that wait for the reader of a watch; then the oldest are skipped and counted.
    watch_buffer_rows_max: usize = 1024, 1..=1 << 20;
    /// The maximum bytes of the rows that wait for the readers of all watches; beyond it they are skipped and counted.
    watch_buffer_bytes_max: usize = 64 << 20, 1024..=1 << 40;
    /// The maximum number of stored alerts.
    alerts_max: u64 = 1000, 0..=1 << 20;
    /// The maximum number of stored firings per alert; the oldest are deleted first.
    firings_max: u64 = 10_000, 1..=1 << 30;
    /// The default deadline of a request, and the maximum, in seconds.
    deadline_max_s: u64 = 60, 1..=86_400;
}

impl Limits {
    /// The maximum length and depth of one expression.
    pub fn expression(&self) -> indicator::Limits {
        indicator::Limits { bytes_max: self.expression_bytes_max, depth_max: self.expression_depth_max }
    }

    /// The TTL of idempotency keys.
    pub fn idempotency_key_age(&self) -> Duration {
        Duration::from_secs(self.idempotency_key_age_s)
    }

    /// The default deadline of a request, and the maximum.
    pub fn deadline_max(&self) -> Duration {
        Duration::from_secs(self.deadline_max_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_in_range_and_those_of_the_parser() {
        for limit in Limits::ALL {
            assert!(limit.range().contains(&limit.default), "{limit:?}");
        }
        let parser = indicator::Limits::default();
        let limits = Limits::default().expression();
        assert_eq!((limits.bytes_max, limits.depth_max), (parser.bytes_max, parser.depth_max));
        assert_eq!(
            Limits::new(|name| Limits::ALL.iter().find(|limit| limit.name == name).expect("known").default),
            Limits::default()
        );
    }
}
