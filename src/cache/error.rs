//! Errors of the cache.

use std::path::PathBuf;
use std::time::Duration;

use redis::RedisError;

/// Why Redis cannot be used or did not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is invalid.
    #[error("redis must be an address like redis://127.0.0.1:6379, got {given:?}: {source}")]
    Address {
        /// The address given.
        given: String,
        /// The reason.
        source: RedisError,
    },
    /// A setting of Redis is invalid.
    #[error("{field} needs {expected}, got {given}")]
    Setting {
        /// The setting.
        field: &'static str,
        /// What is valid.
        expected: String,
        /// What was given; no secret.
        given: String,
    },
    /// A file of a password or of certificates cannot be used.
    #[error("{}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: String,
    },
    /// The entries of a namespace would exceed their limit.
    #[error("the entries of a namespace have at most {max} bytes, with this one they would have {needed}")]
    NamespaceFull {
        /// The limit, in bytes.
        max: u64,
        /// What the namespace would hold, in bytes.
        needed: u64,
    },
    /// The server is a node of a cluster, but configured as the only server.
    #[error("redis is a node of a cluster, which needs redis_cluster")]
    InCluster,
    /// No key is configured to authenticate values.
    #[error("redis needs a key that authenticates values, got none")]
    NoKey,
    /// A secret is too short or too long.
    #[error("the cache secret must have between {min} and {max} bytes, got {}", if given > max { "more".into() } else { given.to_string() })]
    Secret {
        /// The minimum, in bytes.
        min: usize,
        /// The maximum, in bytes.
        max: usize,
        /// The length given, in bytes.
        given: usize,
    },
    /// Redis returned an error.
    #[error("redis: {0}")]
    Refused(#[from] RedisError),
    /// Redis timed out.
    #[error("redis did not answer within {} ms", .0.as_millis())]
    Slow(Duration),
    /// Redis did not answer a comparison that it may have done. It must not be repeated blindly.
    #[error("redis did not confirm: the entry may hold the new value or not; read it before another comparison")]
    Unconfirmed,
    /// Redis failed recently; the circuit is open.
    #[error("redis is unreachable")]
    Away,
}
