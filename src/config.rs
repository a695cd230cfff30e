//! Every setting: one field with its flag, variable, default, range and help. Only this file reads the environment.

mod secret;

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use atrad::app::{self, Limits};
use atrad::kernel::Level;
use atrad::{cache, indicator, ledger, rpc};
use clap::builder::{FalseyValueParser, RangedU64ValueParser};
use clap::{Args, ValueEnum};

use self::secret::CacheSecretFlags;

/// How to log to standard error.
#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// The log level, or a filter as in `info,atrad::app=debug`
    #[arg(long, global = true, env = "ATRAD_LOG", default_value = "warn,atrad=info", help_heading = "Logs")]
    pub(crate) log: String,
    /// The log format
    #[arg(long, global = true, env = "ATRAD_LOG_FORMAT", value_enum, default_value = "text", help_heading = "Logs")]
    pub(crate) log_format: LogFormat,
}

/// The log format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Where the bars are: behind a running server, or in a data folder without one.
#[derive(Debug, Clone, Args)]
pub(crate) struct Source {
    /// The server address, as in 127.0.0.1:50051 [default: none; opens the data folder directly]
    #[arg(long, env = "ATRAD_SERVER", value_name = "ADDRESS")]
    pub(crate) server: Option<String>,
    /// The bearer token of the server
    #[arg(long, env = "ATRAD_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<Box<str>>,
    /// The data folder [default: atrad in the user's data folder]
    #[arg(long, env = "ATRAD_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

/// Run the server
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The listen address; port 0 takes any free port
    #[arg(long, env = "ATRAD_LISTEN", default_value = "127.0.0.1:50051")]
    pub(crate) listen: SocketAddr,
    /// Load six series of real Bitcoin and stock history on the first start
    #[arg(long, env = "ATRAD_DEMO", value_parser = FalseyValueParser::new())]
    pub(crate) demo: bool,
    /// The data folder [default: atrad in the user's data folder]
    #[arg(long, env = "ATRAD_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The HTTP listen address of metrics (/metrics) and health (/healthz)
    #[arg(long, env = "ATRAD_METRICS_LISTEN", value_name = "ADDRESS")]
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// The bearer token that clients must send, as `authorization: Bearer TOKEN`
    #[arg(long, env = "ATRAD_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<Box<str>>,
    /// The Redis cache tier, as in redis://127.0.0.1:6379
    #[arg(long, env = "ATRAD_REDIS", value_name = "URL")]
    pub(crate) redis: Option<String>,
    /// The timeout of Redis calls, in milliseconds
    #[arg(long, env = "ATRAD_REDIS_TIMEOUT_MS", default_value_t = 100, value_parser = within(1..=60_000))]
    pub(crate) redis_timeout_ms: u64,
    /// The maximum size of the memory cache, in bytes
    #[arg(long, env = "ATRAD_CACHE_BYTES", default_value_t = 256 << 20, value_parser = within(0..=1 << 40))]
    pub(crate) cache_bytes: u64,
    /// The default TTL of cache entries, in seconds
    #[arg(long, env = "ATRAD_CACHE_TTL_S", default_value_t = 3600, value_parser = within(1..=31_536_000))]
    pub(crate) cache_ttl_s: u64,
    /// The secret of the cache.
    #[command(flatten)]
    pub(crate) cache_secret: CacheSecretFlags,
    /// The number of compute threads; 0 means one per core
    #[arg(long, env = "ATRAD_THREADS", default_value_t = 0, value_parser = count(0..=1024))]
    pub(crate) threads: usize,
    /// What acknowledged bars survive: `full` a power cut, `normal` only a server crash
    #[arg(long, env = "ATRAD_DURABILITY", value_enum, default_value = "full")]
    pub(crate) durability: Durability,
    /// The folder for backups on this machine [default: none; backups are refused]
    #[arg(long, env = "ATRAD_BACKUPS", value_name = "DIR")]
    pub(crate) backups: Option<PathBuf>,
    /// The duration from which SQL statements are logged with their query plan, in milliseconds
    #[arg(long, env = "ATRAD_SLOW_STATEMENT_MS", default_value_t = 1000, value_parser = within(0..=3_600_000))]
    pub(crate) slow_statement_ms: u64,
    /// The instruction set of the kernels: baseline, avx2, avx512 [default: the best available]
    #[arg(long, env = "ATRAD_LEVEL", value_parser = level)]
    pub(crate) level: Option<Level>,
    /// The drain timeout: how long calls may take to finish when the server stops, in seconds
    #[arg(long, env = "ATRAD_DRAIN_S", default_value_t = 30, value_parser = within(0..=3600))]
    pub(crate) drain_s: u64,
    /// Every limit.
    #[command(flatten)]
    pub(crate) limits: LimitFlags,
}

/// What acknowledged bars survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Durability {
    /// A power cut.
    Full,
    /// A server crash.
    Normal,
}

/// Every limit of the server.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitFlags {
    /// The maximum size of a request message, in bytes
    #[arg(long, env = "ATRAD_MESSAGE_BYTES_MAX", default_value_t = 64 << 20, value_parser = count(1024..=1 << 31))]
    pub(crate) message_bytes_max: usize,
    /// The maximum number of concurrent connections
    #[arg(long, env = "ATRAD_CONNECTIONS_MAX", default_value_t = 1024, value_parser = count(1..=1 << 20))]
    pub(crate) connections_max: usize,
    /// The maximum number of concurrent calls per connection
    #[arg(long, env = "ATRAD_STREAMS_MAX", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub(crate) streams_max: u32,
    /// The maximum number of expressions per request
    #[arg(long, env = "ATRAD_EXPRESSIONS_MAX", default_value_t = Limits::default().expressions_max, value_parser = count(1..=10_000))]
    pub(crate) expressions_max: usize,
    /// The maximum length of an expression, in bytes
    #[arg(long, env = "ATRAD_EXPRESSION_BYTES_MAX", default_value_t = Limits::default().expression.bytes_max, value_parser = count(1..=1 << 16))]
    pub(crate) expression_bytes_max: usize,
    /// The maximum nesting depth of an expression
    #[arg(long, env = "ATRAD_EXPRESSION_DEPTH_MAX", default_value_t = Limits::default().expression.depth_max, value_parser = count(1..=64))]
    pub(crate) expression_depth_max: usize,
    /// The maximum total window length of a request, in bars
    #[arg(long, env = "ATRAD_WINDOW_BARS_MAX", default_value_t = Limits::default().window_bars_max, value_parser = count(1..=1 << 32))]
    pub(crate) window_bars_max: usize,
    /// The maximum number of joined series per request
    #[arg(long, env = "ATRAD_JOINED_SERIES_MAX", default_value_t = Limits::default().joined_series_max, value_parser = count(0..=1024))]
    pub(crate) joined_series_max: usize,
    /// The maximum number of bars per response, whole or in chunks
    #[arg(long, env = "ATRAD_ANSWER_ROWS_MAX", default_value_t = Limits::default().answer_rows_max, value_parser = count(1..=1 << 32))]
    pub(crate) answer_rows_max: usize,
    /// The maximum size of a unary response, in bytes
    #[arg(long, env = "ATRAD_ANSWER_BYTES_MAX", default_value_t = Limits::default().answer_bytes_max, value_parser = count(1024..=1 << 31))]
    pub(crate) answer_bytes_max: usize,
    /// The maximum size of each result of a batch, in bytes; results are buffered whole
    #[arg(long, env = "ATRAD_BATCH_ANSWER_BYTES_MAX", default_value_t = Limits::default().batch_answer_bytes_max, value_parser = count(1024..=1 << 31))]
    pub(crate) batch_answer_bytes_max: usize,
    /// The maximum size of a stream chunk, in bytes
    #[arg(long, env = "ATRAD_CHUNK_BYTES_MAX", default_value_t = Limits::default().chunk_bytes_max, value_parser = count(1024..=4 << 20))]
    pub(crate) chunk_bytes_max: usize,
    /// The maximum number of series per batch
    #[arg(long, env = "ATRAD_BATCH_SERIES_MAX", default_value_t = Limits::default().batch_series_max, value_parser = count(1..=1 << 20))]
    pub(crate) batch_series_max: usize,
    /// The maximum number of values per correlation matrix, over all series
    #[arg(long, env = "ATRAD_CORRELATED_VALUES_MAX", default_value_t = Limits::default().correlated_values_max, value_parser = count(1..=1 << 32))]
    pub(crate) correlated_values_max: usize,
    /// The maximum size of all checkpoints, in bytes; computations resume from them
    #[arg(long, env = "ATRAD_CHECKPOINT_BYTES_MAX", default_value_t = Limits::default().checkpoint_bytes_max, value_parser = clap::value_parser!(u64).range(0..=1 << 40))]
    pub(crate) checkpoint_bytes_max: u64,
    /// The maximum size of resampled bars, per series and cached in all, in bytes; 48 per bar
    #[arg(long, env = "ATRAD_RESAMPLED_BYTES_MAX", default_value_t = Limits::default().resampled_bytes_max, value_parser = clap::value_parser!(u64).range(0..=1 << 40))]
    pub(crate) resampled_bytes_max: u64,
    /// The maximum work in flight, in bars times kernels
    #[arg(long, env = "ATRAD_WORK_MAX", default_value_t = Limits::default().work_max, value_parser = within(1..=u64::MAX))]
    pub(crate) work_max: u64,
    /// The maximum size of a saved result, in bytes
    #[arg(long, env = "ATRAD_SAVED_RESULT_BYTES_MAX", default_value_t = Limits::default().saved_result_bytes_max, value_parser = count(0..=1 << 29))]
    pub(crate) saved_result_bytes_max: usize,
    /// The maximum number of saved results
    #[arg(long, env = "ATRAD_SAVED_RESULTS_MAX", default_value_t = Limits::default().saved_results_max, value_parser = within(0..=1 << 30))]
    pub(crate) saved_results_max: u64,
    /// The maximum size of all saved results, in bytes
    #[arg(long, env = "ATRAD_SAVED_BYTES_MAX", default_value_t = Limits::default().saved_bytes_max, value_parser = within(0..=1 << 50))]
    pub(crate) saved_bytes_max: u64,
    /// The maximum number of bars per ingested batch
    #[arg(long, env = "ATRAD_INGEST_ROWS_MAX", default_value_t = Limits::default().ingest_rows_max, value_parser = count(1..=1 << 28))]
    pub(crate) ingest_rows_max: usize,
    /// The maximum number of batches in the ingest queue
    #[arg(long, env = "ATRAD_INGEST_QUEUE_MAX", default_value_t = Limits::default().ingest_queue_max, value_parser = count(1..=1 << 20))]
    pub(crate) ingest_queue_max: usize,
    /// The maximum number of bars in the ingest queue, about 50 bytes each
    #[arg(long, env = "ATRAD_INGEST_QUEUE_ROWS_MAX", default_value_t = Limits::default().ingest_queue_rows_max, value_parser = count(1..=1 << 30))]
    pub(crate) ingest_queue_rows_max: usize,
    /// The maximum number of extra columns per series
    #[arg(long, env = "ATRAD_EXTRA_COLUMNS_MAX", default_value_t = Limits::default().extra_columns_max, value_parser = count(0..=1024))]
    pub(crate) extra_columns_max: usize,
    /// The maximum number of idempotency keys; the oldest are evicted first
    #[arg(long, env = "ATRAD_IDEMPOTENCY_KEYS_MAX", default_value_t = Limits::default().idempotency_keys_max, value_parser = within(1..=1 << 32))]
    pub(crate) idempotency_keys_max: u64,
    /// The TTL of idempotency keys, in seconds
    #[arg(long, env = "ATRAD_IDEMPOTENCY_KEY_AGE_S", default_value_t = Limits::default().idempotency_key_age.as_secs(), value_parser = within(1..=31_536_000))]
    pub(crate) idempotency_key_age_s: u64,
    /// The maximum number of backups; 0 means no limit
    #[arg(long, env = "ATRAD_BACKUPS_MAX", default_value_t = Limits::default().backups_max, value_parser = within(0..=1 << 20))]
    pub(crate) backups_max: u64,
    /// The maximum size of all backups, in bytes; 0 means no limit but the disk space
    #[arg(long, env = "ATRAD_BACKUP_BYTES_MAX", default_value_t = Limits::default().backup_bytes_max, value_parser = within(0..=1 << 50))]
    pub(crate) backup_bytes_max: u64,
    /// The maximum size of a cache value, in bytes
    #[arg(long, env = "ATRAD_CACHE_VALUE_BYTES_MAX", default_value_t = Limits::default().cache_value_bytes_max, value_parser = count(1..=1 << 30))]
    pub(crate) cache_value_bytes_max: usize,
    /// The maximum number of entries per cache call
    #[arg(long, env = "ATRAD_CACHE_ENTRIES_MAX", default_value_t = Limits::default().cache_entries_max, value_parser = count(1..=1 << 20))]
    pub(crate) cache_entries_max: usize,
    /// The maximum deadline of a request, in seconds
    #[arg(long, env = "ATRAD_DEADLINE_MAX_S", default_value_t = Limits::default().deadline_max.as_secs(), value_parser = within(1..=86_400))]
    pub(crate) deadline_max_s: u64,
}

impl Serve {
    /// The settings of the application floor.
    pub(crate) fn app(&self, data: PathBuf) -> app::Config {
        let durability = match self.durability {
            Durability::Full => ledger::Durability::Full,
            Durability::Normal => ledger::Durability::Normal,
        };
        let cache = cache::Config {
            memory_bytes_max: self.cache_bytes,
            redis: self.redis.clone(),
            redis_timeout: Duration::from_millis(self.redis_timeout_ms),
            ttl: Duration::from_secs(self.cache_ttl_s),
            ..cache::Config::default()
        };
        let slow_after = Duration::from_millis(self.slow_statement_ms);
        let ledger = ledger::Config { durability, slow_after, ..ledger::Config::default() };
        app::Config {
            data,
            limits: self.limits.app(),
            cache,
            cache_secret: self.cache_secret.app(),
            ledger,
            threads: self.threads,
            backups: self.backups.clone(),
        }
    }

    /// The settings of the transport floor.
    pub(crate) fn rpc(&self) -> rpc::Settings {
        rpc::Settings {
            token: self.token.clone(),
            message_bytes_max: self.limits.message_bytes_max,
            connections_max: self.limits.connections_max,
            streams_max: self.limits.streams_max,
            drain: Duration::from_secs(self.drain_s),
        }
    }
}

impl LimitFlags {
    fn app(&self) -> Limits {
        Limits {
            expressions_max: self.expressions_max,
            expression: indicator::Limits {
                bytes_max: self.expression_bytes_max,
                depth_max: self.expression_depth_max,
            },
            window_bars_max: self.window_bars_max,
            joined_series_max: self.joined_series_max,
            answer_rows_max: self.answer_rows_max,
            answer_bytes_max: self.answer_bytes_max,
            batch_answer_bytes_max: self.batch_answer_bytes_max,
            chunk_bytes_max: self.chunk_bytes_max,
            batch_series_max: self.batch_series_max,
            correlated_values_max: self.correlated_values_max,
            checkpoint_bytes_max: self.checkpoint_bytes_max,
            resampled_bytes_max: self.resampled_bytes_max,
            work_max: self.work_max,
            saved_result_bytes_max: self.saved_result_bytes_max,
            saved_results_max: self.saved_results_max,
            saved_bytes_max: self.saved_bytes_max,
            ingest_rows_max: self.ingest_rows_max,
            ingest_queue_max: self.ingest_queue_max,
            ingest_queue_rows_max: self.ingest_queue_rows_max,
            extra_columns_max: self.extra_columns_max,
            idempotency_keys_max: self.idempotency_keys_max,
            idempotency_key_age: Duration::from_secs(self.idempotency_key_age_s),
            backups_max: self.backups_max,
            backup_bytes_max: self.backup_bytes_max,
            cache_value_bytes_max: self.cache_value_bytes_max,
            cache_entries_max: self.cache_entries_max,
            deadline_max: Duration::from_secs(self.deadline_max_s),
        }
    }
}

/// The data folder: the configured one, or `atrad` in the user's data folder. `None` if the user has none.
pub(crate) fn data_folder(given: Option<PathBuf>) -> Option<PathBuf> {
    let of = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = || of("XDG_DATA_HOME").or_else(|| Some(of("HOME")?.join(".local/share")));
    given.or_else(|| Some(base()?.join("atrad")))
}

/// Whether the standard OpenTelemetry variables enable export of this signal, `TRACES` or `METRICS`.
pub(crate) fn otel_asks_for(signal: &str) -> bool {
    let of = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let endpoint = of("OTEL_EXPORTER_OTLP_ENDPOINT").or_else(|| of(&format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")));
    let disabled = of("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let none = of(&format!("OTEL_{signal}_EXPORTER")).is_some_and(|value| value != "otlp");
    endpoint.is_some() && !disabled && !none
}

fn count(range: RangeInclusive<u64>) -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(range)
}

fn within(range: RangeInclusive<u64>) -> RangedU64ValueParser<u64> {
    RangedU64ValueParser::new().range(range)
}

fn level(name: &str) -> Result<Level, String> {
    let known = || Level::available().iter().map(|level| level.name()).collect::<Vec<_>>().join(", ");
    Level::by_name(name).ok_or_else(|| format!("must be one of {} on this machine", known()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command::{Command, Verb};
    use clap::{CommandFactory, Parser};

    #[test]
    fn every_flag_has_its_variable() {
        let command = Command::command();
        command.clone().debug_assert();
        let mut seen = 0;
        for verb in command.get_subcommands().flat_map(|verb| std::iter::once(verb).chain(verb.get_subcommands())) {
            for flag in verb.get_arguments().chain(command.get_arguments()) {
                let Some(long) = flag.get_long().filter(|long| !matches!(*long, "help" | "version")) else { continue };
                let variable = format!("ATRAD_{}", long.to_uppercase().replace('-', "_"));
                assert_eq!(
                    flag.get_env().and_then(|name| name.to_str()),
                    Some(&*variable),
                    "{} --{long}",
                    verb.get_name()
                );
                assert!(flag.get_help().is_some(), "--{long} has no help");
                seen += 1;
            }
        }
        assert!(seen > 40, "{seen}");
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        for arguments in [
            &["serve", "--streams-max", "0"][..],
            &["serve", "--expression-depth-max", "65"],
            &["serve", "--level", "z80"],
            &["serve", "--listen", "somewhere"],
            &["frobnicate"],
        ] {
            let error = Command::try_parse_from([&["atrad"], arguments].concat()).expect_err("refused");
            assert_eq!(error.exit_code(), 2, "{arguments:?}");
        }
    }

    #[test]
    fn defaults_are_those_of_the_floors() {
        let Verb::Serve(serve) = Command::parse_from(["atrad", "serve"]).verb else { panic!("it is serve") };
        let (floor, given) = (rpc::Settings::default(), serve.rpc());
        assert_eq!(format!("{floor:?}"), format!("{given:?}"));
        assert_eq!(format!("{:?}", Limits::default()), format!("{:?}", serve.limits.app()));
    }
}
