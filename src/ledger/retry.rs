//! Trying again: exponential waits with jitter, up to a number of tries.

use std::hash::{BuildHasher, RandomState};
use std::thread;
use std::time::Duration;

use super::{Config, Error};

/// Tries until it works, until the error is one that stays, or until the tries are used up. `retried` hears of each
/// failure that is followed by another try.
pub(super) fn retry<T>(
    config: &Config,
    mut attempt: impl FnMut() -> Result<T, Error>,
    retried: impl Fn(&Error),
) -> Result<T, Error> {
    let mut tries = 1;
    loop {
        match attempt() {
            Err(error) if error.is_transient() && tries < config.tries => {
                let wait = wait(config, tries, RandomState::new().hash_one(tries));
                tracing::warn!(%error, tries, ?wait, "the ledger will be tried again");
                retried(&error);
                thread::sleep(wait);
                tries += 1;
            }
            Err(Error::Busy { operation, path, .. }) => return Err(Error::Busy { operation, path, tries }),
            done => return done,
        }
    }
}

/// The wait after so many tries: between half of the full wait and all of it, as chance has it.
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
