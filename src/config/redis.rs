//! The Redis tier of the cache as settings.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use atrad::cache::{RedisConfig, Topology};
use clap::Args;
use clap::builder::{BoolishValueParser, RangedU64ValueParser};

/// The address of Redis. Its `Debug` does not show it, as it may hold a password.
#[derive(Clone)]
pub(crate) struct RedisUrl(String);

impl From<String> for RedisUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisUrl(..)")
    }
}

/// Where Redis is, who logs in, and how long a call waits for it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Redis")]
pub(crate) struct RedisFlags {
    /// The Redis cache tier, as in redis://127.0.0.1:6379, or rediss://user@cache.lan:6380/0 for TLS; several addresses
    /// of Sentinels or of a cluster, separated by commas
    #[arg(long, env = "ATRAD_REDIS", value_name = "URL", hide_env_values = true, value_delimiter = ',')]
    redis: Vec<RedisUrl>,
    /// The name of the master that the Sentinels at these addresses know; user and password in the addresses are those of
    /// the Sentinels
    #[arg(long, env = "ATRAD_REDIS_SENTINEL", value_name = "MASTER", requires = "redis")]
    redis_sentinel: Option<String>,
    /// The addresses are of nodes of a Redis Cluster
    #[arg(long, env = "ATRAD_REDIS_CLUSTER", value_parser = BoolishValueParser::new())]
    #[arg(conflicts_with = "redis_sentinel")]
    redis_cluster: bool,
    /// The ACL user of Redis [default: that of the address, or the default user]
    #[arg(long, env = "ATRAD_REDIS_USER", value_name = "NAME", requires = "redis")]
    redis_user: Option<String>,
    /// The file of the password of Redis, at most 4096 bytes; read at each connect
    #[arg(long, env = "ATRAD_REDIS_PASSWORD_FILE", value_name = "FILE", requires = "redis")]
    redis_password_file: Option<PathBuf>,
    /// The certificates of the authorities that the certificate of Redis is verified against (PEM) [default: those of the
    /// system]
    #[arg(long, env = "ATRAD_REDIS_CA", value_name = "FILE", requires = "redis")]
    redis_ca: Option<PathBuf>,
    /// The certificate chain that Redis asks for (PEM)
    #[arg(long, env = "ATRAD_REDIS_CERT", value_name = "FILE", requires = "redis_key")]
    redis_cert: Option<PathBuf>,
    /// The key of that certificate (PEM)
    #[arg(long, env = "ATRAD_REDIS_KEY", value_name = "FILE", requires = "redis_cert")]
    redis_key: Option<PathBuf>,
    /// What all keys in Redis begin with, 1 to 64 of A-Z a-z 0-9 . _ : -
    #[arg(long, env = "ATRAD_REDIS_PREFIX", value_name = "TEXT", default_value = "atrad:")]
    redis_prefix: String,
    /// The timeout of a Redis command, in milliseconds; after three in a row, Redis is skipped until it answers again
    #[arg(long, env = "ATRAD_REDIS_TIMEOUT_MS", default_value_t = 100, value_parser = within(1..=60_000))]
    redis_timeout_ms: u64,
    /// The timeout of a connect to Redis, in milliseconds
    #[arg(long, env = "ATRAD_REDIS_CONNECT_TIMEOUT_MS", default_value_t = 1000, value_parser = within(1..=60_000))]
    redis_connect_timeout_ms: u64,
    /// How long a computed answer waits for Redis, in milliseconds; longer if computing it takes longer
    #[arg(long, env = "ATRAD_REDIS_ANSWER_WAIT_MS", default_value_t = 2, value_parser = within(0..=60_000))]
    redis_answer_wait_ms: u64,
    /// The longest pause between two attempts to connect to Redis, in milliseconds
    #[arg(long, env = "ATRAD_REDIS_RETRY_MAX_MS", default_value_t = 5000, value_parser = within(50..=3_600_000))]
    redis_retry_max_ms: u64,
    /// The maximum size of a computed answer in Redis, in bytes
    #[arg(long, env = "ATRAD_REDIS_VALUE_BYTES_MAX", default_value_t = 1 << 20, value_parser = count(1..=1 << 29))]
    redis_value_bytes_max: usize,
    /// The maximum size of computed answers that wait to be written to Redis, in bytes, at least one answer; others are
    /// not written
    #[arg(long, env = "ATRAD_REDIS_PENDING_BYTES_MAX", default_value_t = 16 << 20, value_parser = count(1..=1 << 30))]
    redis_pending_bytes_max: usize,
}

impl RedisFlags {
    /// The tier; `None` without an address.
    pub(super) fn app(&self) -> Option<RedisConfig> {
        let topology = match &self.redis_sentinel {
            Some(master) => Topology::Sentinel(master.clone()),
            None if self.redis_cluster => Topology::Cluster,
            None => Topology::Server,
        };
        let config = RedisConfig {
            addresses: self.redis.iter().map(|RedisUrl(url)| url.clone()).collect(),
            topology,
            user: self.redis_user.clone(),
            password_file: self.redis_password_file.clone(),
            ca_file: self.redis_ca.clone(),
            cert_file: self.redis_cert.clone(),
            key_file: self.redis_key.clone(),
            prefix: self.redis_prefix.clone(),
            timeout: Duration::from_millis(self.redis_timeout_ms),
            connect_timeout: Duration::from_millis(self.redis_connect_timeout_ms),
            answer_wait: Duration::from_millis(self.redis_answer_wait_ms),
            retry_max: Duration::from_millis(self.redis_retry_max_ms),
            value_bytes_max: self.redis_value_bytes_max,
            pending_bytes_max: self.redis_pending_bytes_max,
        };
        (!config.addresses.is_empty()).then_some(config)
    }
}

fn within(range: RangeInclusive<u64>) -> RangedU64ValueParser<u64> {
    RangedU64ValueParser::new().range(range)
}

fn count(range: RangeInclusive<u64>) -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(range)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Flags {
        #[command(flatten)]
        redis: RedisFlags,
    }

    fn parse(flags: &[&str]) -> Result<Option<RedisConfig>, clap::Error> {
        Flags::try_parse_from([&["atrad"], flags].concat()).map(|flags| flags.redis.app())
    }

    #[test]
    fn defaults_are_those_of_the_cache() {
        assert!(parse(&[]).expect("none").is_none());
        let given = parse(&["--redis", "redis://:hush@a:1"]).expect("one").expect("one");
        assert_eq!(format!("{given:?}"), format!("{:?}", RedisConfig::at("redis://:hush@a:1")));
        assert_eq!(given.addresses, ["redis://:hush@a:1"]);
        assert!(!format!("{given:?}").contains("hush"));
    }

    #[test]
    fn addresses_of_a_cluster_or_of_sentinels() {
        let cluster = parse(&["--redis", "redis://a:1,redis://b:2", "--redis-cluster"]).expect("good").expect("given");
        assert_eq!((cluster.addresses.len(), cluster.topology), (2, Topology::Cluster));
        let sentinel = ["--redis", "redis://a:1", "--redis", "redis://b:2", "--redis-sentinel", "main"];
        let sentinel = parse(&sentinel).expect("good").expect("given");
        assert_eq!((sentinel.addresses.len(), sentinel.topology), (2, Topology::Sentinel("main".into())));
        for wrong in [
            &["--redis-sentinel", "main"][..],
            &["--redis-password-file", "f"],
            &["--redis", "redis://a:1", "--redis-cluster", "--redis-sentinel", "main"],
            &["--redis", "rediss://a:1", "--redis-cert", "f"],
            &["--redis", "redis://a:1", "--redis-timeout-ms", "0"],
            &["--redis", "redis://a:1", "--redis-retry-max-ms", "49"],
        ] {
            assert_eq!(parse(wrong).expect_err("refused").exit_code(), 2, "{wrong:?}");
        }
    }
}
