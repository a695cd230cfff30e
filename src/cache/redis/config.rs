//! The configuration of the Redis tier.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How the addresses lead to the servers that hold the entries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Topology {
    /// One address, of the server itself.
    #[default]
    Server,
    /// Addresses of Sentinels, which know the current master of this name.
    Sentinel(String),
    /// Addresses of nodes of a Redis Cluster, which know the others.
    Cluster,
}

/// The configuration of the Redis tier. Its `Debug` does not show the addresses, which may hold a password.
#[derive(Clone)]
pub struct RedisConfig {
    /// The addresses, as in `redis://user:password@host:6379/0`; `rediss://` for TLS.
    pub addresses: Vec<String>,
    /// What is at these addresses.
    pub topology: Topology,
    /// The ACL user; without one, that of the address, or the default user. Behind Sentinels, addresses name the user of
    /// the Sentinels, and this one is that of the servers.
    pub user: Option<String>,
    /// The file of the user's password, read at each connect; at most 4096 bytes without its line end.
    pub password_file: Option<PathBuf>,
    /// The certificates of the authorities (PEM) that a server's certificate is verified against; without it, those of
    /// the system. This file and the next two are read at each connect.
    pub ca_file: Option<PathBuf>,
    /// The certificate chain that the server asks for (PEM), with its key in `key_file`.
    pub cert_file: Option<PathBuf>,
    /// The key of `cert_file` (PEM).
    pub key_file: Option<PathBuf>,
    /// What the names of all keys begin with: 1 to 64 of `A-Z a-z 0-9 . _ : -`.
    pub prefix: String,
    /// The timeout of a command.
    pub timeout: Duration,
    /// The timeout of a connect, including TLS, login and the search for the master or the nodes.
    pub connect_timeout: Duration,
    /// How long a computed answer waits for Redis; longer if computing it takes longer.
    pub answer_wait: Duration,
    /// The longest pause between two attempts to connect.
    pub retry_max: Duration,
    /// The maximum bytes of a computed value that is written to or read from Redis.
    pub value_bytes_max: usize,
    /// The maximum bytes of computed values that wait to be written, at least one value; more are not written.
    pub pending_bytes_max: usize,
}

impl RedisConfig {
    /// The configuration of one server at an address.
    pub fn at(address: impl Into<String>) -> Self {
        Self { addresses: vec![address.into()], ..Self::default() }
    }
}

impl Default for RedisConfig {
    fn default() -> Self {
        Self {
            addresses: Vec::new(),
            topology: Topology::Server,
            user: None,
            password_file: None,
            ca_file: None,
            cert_file: None,
            key_file: None,
            prefix: "atrad:".into(),
            timeout: Duration::from_millis(100),
            connect_timeout: Duration::from_secs(1),
            answer_wait: Duration::from_millis(2),
            retry_max: Duration::from_secs(5),
            value_bytes_max: 1 << 20,
            pending_bytes_max: 16 << 20,
        }
    }
}

impl fmt::Debug for RedisConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // All fields are named, so that a new one is not left out by mistake.
        let Self { addresses, topology, user, password_file, ca_file, cert_file, key_file, prefix, .. } = self;
        let Self { timeout, connect_timeout, answer_wait, retry_max, value_bytes_max, pending_bytes_max, .. } = self;
        f.debug_struct("RedisConfig")
            .field("addresses", &addresses.len())
            .field("topology", topology)
            .field("user", user)
            .field("password_file", password_file)
            .field("ca_file", ca_file)
            .field("cert_file", cert_file)
            .field("key_file", key_file)
            .field("prefix", prefix)
            .field("timeout", timeout)
            .field("connect_timeout", connect_timeout)
            .field("answer_wait", answer_wait)
            .field("retry_max", retry_max)
            .field("value_bytes_max", value_bytes_max)
            .field("pending_bytes_max", pending_bytes_max)
            .finish()
    }
}
