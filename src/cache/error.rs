//! The ways in which the cache can fail.

use std::time::Duration;

use redis::RedisError;

/// Why Redis cannot be used, or did not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is not one.
    #[error("redis must be an address like redis://127.0.0.1:6379, got {given:?}: {source}")]
    Address {
        /// The address given.
        given: String,
        /// What is wrong with it.
        source: RedisError,
    },
    /// There is nothing to authenticate values with.
    #[error("redis needs a key that authenticates values, got none")]
    NoKey,
    /// A secret is too short to be one, or too long.
    #[error("the cache secret must have between {min} and {max} bytes, got {}", if given > max { "more".into() } else { given.to_string() })]
    Secret {
        /// The fewest bytes.
        min: usize,
        /// The most bytes.
        max: usize,
        /// The bytes given.
        given: usize,
    },
    /// Redis said no.
    #[error("redis: {0}")]
    Refused(#[from] RedisError),
    /// Redis took too long.
    #[error("redis did not answer within {} ms", .0.as_millis())]
    Slow(Duration),
    /// Redis failed a moment ago and is left alone for a while.
    #[error("redis is unreachable")]
    Away,
}
