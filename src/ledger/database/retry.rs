//! Retries with exponential backoff and jitter, up to a number of attempts.
//!
//! SQLite's busy handler covers only lock waits within one statement; this covers whole transactions and transient I/O
//! errors as well. Half of each wait is random, so that processes that collided once do not collide again at the same
//! moment. Permanent errors, such as a full disk or a failed fsync, are returned at once.

use std::hash::{BuildHasher, RandomState};
use std::thread;
use std::time::Duration;

use crate::ledger::{Config, Error};

/// Retries until success, a permanent error, or the last attempt. `retried` is called for each failure that is retried.
pub(in crate::ledger) fn retry<T>(
    config: &Config,
    mut attempt: impl FnMut() -> Result<T, Error>,
    retried: impl Fn(&Error),
) -> Result<T, Error> {
    let mut tries = 1;
    loop {
        match attempt() {
            Err(error) if error.is_transient() && tries < config.tries => {
                let wait = wait(config, tries, RandomState::new().hash_one(tries));
                tracing::warn!(%error, tries, ?wait, "transient ledger error, retrying");
                retried(&error);
                thread::sleep(wait);
                tries += 1;
            }
            Err(Error::Busy { operation, path, .. }) => return Err(Error::Busy { operation, path, tries }),
            done => return done,
        }
    }
}

/// The wait after an attempt: half of the full backoff plus a random part of the other half.
fn wait(config: &Config, tries: u32, chance: u64) -> Duration {
    let doubled = config.backoff.saturating_mul(1_u32.checked_shl(tries - 1).unwrap_or(u32::MAX));
    let half = doubled.min(config.backoff_max) / 2;
    half + half.mul_f64(chance as f64 / u64::MAX as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound() {
        let config = Config::default();
        let milliseconds = |tries, chance| wait(&config, tries, chance).as_millis();
        assert_eq!([milliseconds(1, 0), milliseconds(1, u64::MAX)], [5, 10]);
        assert_eq!([milliseconds(4, 0), milliseconds(4, u64::MAX)], [40, 80]);
        assert_eq!([milliseconds(99, 0), milliseconds(99, u64::MAX)], [500, 1000]);
    }
}
