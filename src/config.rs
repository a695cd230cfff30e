//! Every setting: one field with its flag, variable, default, range and help. Only this file reads the environment.

mod address;
mod doors;
mod file;
mod origin;
mod redis;
mod secret;
mod source;

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use atrad::app::{self, Limit, Limits};
use atrad::kernel::Level;
use atrad::rpc::{self, Tokens};
use atrad::{cache, ledger};
use clap::builder::{BoolishValueParser, RangedU64ValueParser};
use clap::{Args, FromArgMatches, ValueEnum};

pub(crate) use self::address::{Address, ListenAddress, ServerAddress};
use self::doors::DoorFlags;
pub(crate) use self::file::{FileError, with_file};
pub(crate) use self::origin::{Setting, settings};
use self::redis::RedisFlags;
use self::secret::CacheSecretFlags;
pub(crate) use self::source::{ClientTls, Source};

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

/// Run the server
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// A listen address, as in localhost:50051, [::1]:50051 or unix:/run/atrad.sock; may be given several times, or
    /// separated by commas; port 0 takes any free port
    #[arg(
        long,
        env = "ATRAD_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:50051",
        value_delimiter = ','
    )]
    pub(crate) listen: Vec<ListenAddress>,
    /// The settings file, in TOML: a line for each other flag, as in `cache_bytes = 1000000`; flags and variables go before
    /// it [default: atrad.toml in the working folder, if it is there]
    #[arg(long, env = "ATRAD_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Load six series of real Bitcoin and stock history on the first start
    #[arg(long, env = "ATRAD_DEMO", value_parser = BoolishValueParser::new())]
    pub(crate) demo: bool,
    /// Serve a page with charts for browsers at /ui/, on the same addresses
    #[arg(long, env = "ATRAD_UI", value_parser = BoolishValueParser::new())]
    pub(crate) ui: bool,
    /// The data folder [default: atrad in the user's data folder]
    #[arg(long, env = "ATRAD_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The HTTP listen address of metrics (/metrics) and health (/healthz)
    #[arg(long, env = "ATRAD_METRICS_LISTEN", value_name = "ADDRESS")]
    pub(crate) metrics_listen: Option<Address>,
    /// Who gets in.
    #[command(flatten)]
    pub(crate) doors: DoorFlags,
    /// The Redis tier of the cache.
    #[command(flatten)]
    pub(crate) redis: RedisFlags,
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
    /// Let the webhooks of alerts call private and loopback addresses too
    #[arg(long, env = "ATRAD_WEBHOOK_PRIVATE", value_parser = BoolishValueParser::new())]
    pub(crate) webhook_private: bool,
    /// The folder for memory shared with clients at Unix sockets
    #[arg(long, env = "ATRAD_SHARED_MEMORY", value_name = "DIR", default_value = "/dev/shm")]
    pub(crate) shared_memory: PathBuf,
    /// The folder for backups on this machine [default: none; backups are refused]
    #[arg(long, env = "ATRAD_BACKUPS", value_name = "DIR")]
    pub(crate) backups: Option<PathBuf>,
    /// The duration from which SQL statements are logged with their query plan, in milliseconds
    #[arg(long, env = "ATRAD_SLOW_STATEMENT_MS", default_value_t = 1000, value_parser = within(0..=3_600_000))]
    pub(crate) slow_statement_ms: u64,
    /// The instruction set of the kernels: baseline, avx2, avx512 [default: the best available]
    #[arg(long, env = "ATRAD_LEVEL", value_parser = level)]
    pub(crate) level: Option<Level>,
    /// The tools of agents at /mcp (Model Context Protocol)
    #[cfg(feature = "mcp")]
    #[arg(long, env = "ATRAD_MCP", value_enum, default_value = "read")]
    pub(crate) mcp: McpMode,
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

/// What agents may do at /mcp.
#[cfg(feature = "mcp")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum McpMode {
    /// Nothing: there is no /mcp.
    Off,
    /// Read what their token may read.
    Read,
    /// Also save results.
    Write,
}

/// Every limit of the server.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitFlags {
    /// The maximum size of a request message, in bytes
    #[arg(long, env = "ATRAD_MESSAGE_BYTES_MAX", default_value_t = 64 << 20, value_parser = count(1024..=1 << 31))]
    pub(crate) message_bytes_max: usize,
    /// The maximum size of the metadata of a call, in bytes
    #[arg(long, env = "ATRAD_METADATA_BYTES_MAX", default_value_t = 16 << 10, value_parser = clap::value_parser!(u32).range(1024..=1 << 16))]
    pub(crate) metadata_bytes_max: u32,
    /// The maximum number of concurrent connections
    #[arg(long, env = "ATRAD_CONNECTIONS_MAX", default_value_t = 1024, value_parser = count(1..=1 << 20))]
    pub(crate) connections_max: usize,
    /// The maximum number of concurrent connections per peer: an IPv4 address, an IPv6 /64 network, or a user at a
    /// Unix socket
    #[arg(long, env = "ATRAD_CONNECTIONS_PER_PEER_MAX", default_value_t = 512, value_parser = count(1..=1 << 20))]
    pub(crate) connections_per_peer_max: usize,
    /// The time without a call after which a connection is closed, in seconds; 0 means never
    #[arg(long, env = "ATRAD_CONNECTION_IDLE_S", default_value_t = 900, value_parser = within(0..=31_536_000))]
    pub(crate) connection_idle_s: u64,
    /// The age at which a connection is closed once its calls have ended, in seconds; 0 means never
    #[arg(long, env = "ATRAD_CONNECTION_AGE_S", default_value_t = 0, value_parser = within(0..=31_536_000))]
    pub(crate) connection_age_s: u64,
    /// The time after which a connection is closed whose client reads nothing of what waits for it, in seconds; 0 means
    /// never
    #[arg(long, env = "ATRAD_STALL_TIMEOUT_S", default_value_t = 60, value_parser = within(0..=86_400))]
    pub(crate) stall_timeout_s: u64,
    /// The memory of responses until they are sent, in bytes; a caller may use a quarter of it, a connection a sixteenth
    #[arg(long, env = "ATRAD_RESPONSE_BYTES_MAX", default_value_t = 1 << 30, value_parser = count(1 << 20..=1 << 38))]
    pub(crate) response_bytes_max: usize,
    /// The memory of requests until they are read, in bytes; a caller may use a quarter of it, a connection a sixteenth
    #[arg(long, env = "ATRAD_REQUEST_BYTES_MAX", default_value_t = 1 << 30, value_parser = count(1 << 20..=1 << 38))]
    pub(crate) request_bytes_max: usize,
    /// The maximum number of concurrent calls per connection
    #[arg(long, env = "ATRAD_STREAMS_MAX", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub(crate) streams_max: u32,
    /// The maximum number of concurrent calls per caller, over all its connections: a token, or else a peer
    #[arg(long, env = "ATRAD_CALLS_PER_CALLER_MAX", default_value_t = 16_384, value_parser = count(1..=1 << 20))]
    pub(crate) calls_per_caller_max: usize,
    /// The limits of the application floor.
    #[command(flatten)]
    app: AppLimits,
}

/// The limits of the application floor: a flag and a variable for each that is declared there.
#[derive(Debug)]
struct AppLimits(Limits);

impl Args for AppLimits {
    fn augment_args(command: clap::Command) -> clap::Command {
        let flag = |limit: &Limit| {
            clap::Arg::new(limit.name)
                .long(limit.name.replace('_', "-"))
                .value_name(limit.name.to_uppercase())
                .env(format!("ATRAD_{}", limit.name.to_uppercase()))
                .help(limit.help.trim().trim_end_matches('.'))
                .default_value(limit.default.to_string())
                .value_parser(within(limit.range()))
        };
        command.next_help_heading("Limits").args(Limits::ALL.iter().map(flag))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for AppLimits {
    fn from_arg_matches(matches: &clap::ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self(Limits::new(|name| *matches.get_one(name).expect("every limit has a default"))))
    }

    fn update_from_arg_matches(&mut self, matches: &clap::ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
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
            redis: self.redis.app(),
            ttl: Duration::from_secs(self.cache_ttl_s),
            ..cache::Config::default()
        };
        let slow_after = Duration::from_millis(self.slow_statement_ms);
        let ledger = ledger::Config { durability, slow_after, ..ledger::Config::default() };
        app::Config {
            data,
            limits: self.limits.app.0.clone(),
            cache,
            cache_secret: self.cache_secret.app(),
            ledger,
            threads: self.threads,
            shared_memory: self.shared_folder(),
            backups: self.backups.clone(),
            webhooks: app::WebhookConfig { with_private: self.webhook_private, ..app::WebhookConfig::default() },
        }
    }

    /// The folder for shared memory, if there is somebody to share it with.
    fn shared_folder(&self) -> Option<PathBuf> {
        let is_local = self.listen.iter().any(|address| matches!(address, ListenAddress::Unix(_)));
        (is_local && cfg!(target_os = "linux")).then(|| self.shared_memory.clone())
    }

    /// The settings of the transport floor.
    pub(crate) fn rpc(&self, tokens: Arc<Tokens>) -> rpc::Settings {
        rpc::Settings {
            tokens,
            cors_origins: self.doors.cors_origins.clone(),
            page: self.ui,
            metadata_bytes_max: self.limits.metadata_bytes_max,
            message_bytes_max: self.limits.message_bytes_max,
            connections_max: self.limits.connections_max,
            connections_per_peer_max: self.limits.connections_per_peer_max,
            connection_idle: Duration::from_secs(self.limits.connection_idle_s),
            connection_age: Duration::from_secs(self.limits.connection_age_s),
            stall_timeout: Duration::from_secs(self.limits.stall_timeout_s),
            streams_max: self.limits.streams_max,
            calls_per_caller_max: self.limits.calls_per_caller_max,
            response_bytes_max: self.limits.response_bytes_max,
            request_bytes_max: self.limits.request_bytes_max,
            drain: Duration::from_secs(self.drain_s),
            extensions: Vec::new(),
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
                let variable = match (verb.get_name(), long) {
                    // The formats of files of bars are not those of tables, which all other commands have.
                    ("export", "format") => "ATRAD_EXPORT_FORMAT".into(),
                    _ => format!("ATRAD_{}", long.to_uppercase().replace('-', "_")),
                };
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
    fn what_help_does_not_show_debug_does_not_show() {
        const HUSH: &str = "redis://:0123456789abcdef@hush:1";
        let (command, mut arguments) = (Command::command(), vec!["atrad".to_owned(), "serve".into()]);
        let serve = command.find_subcommand("serve").expect("there");
        for flag in serve.get_arguments().filter(|flag| flag.is_hide_env_values_set()) {
            arguments.extend([format!("--{}", flag.get_long().expect("a flag")), HUSH.into()]);
        }
        assert!(arguments.len() > 8, "{arguments:?}");
        let command = Command::try_parse_from(arguments).expect("good");
        let Verb::Serve(serve) = &command.verb else { panic!("it is serve") };
        let shown = format!(
            "{command:?} {:?} {:?}",
            serve.rpc(Arc::new(Tokens::new(serve.doors.tokens()).expect("no file"))),
            serve.app("data".into())
        );
        assert!(!shown.contains("hush"), "{shown}");
    }

    #[test]
    fn defaults_are_those_of_the_floors() {
        let Verb::Serve(serve) = Command::parse_from(["atrad", "serve"]).verb else { panic!("it is serve") };
        let (floor, given) = (rpc::Settings::default(), serve.rpc(Arc::default()));
        assert_eq!(format!("{floor:?}"), format!("{given:?}"));
        assert_eq!(format!("{:?}", Limits::default()), format!("{:?}", serve.limits.app.0));
    }
}
