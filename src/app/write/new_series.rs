//! How many series a peer may create: each costs memory and a place in the catalog for good.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::app::{Caller, Error, Limits};

/// The time over which new series are counted.
const WINDOW: Duration = Duration::from_secs(60);

/// Peers that have created nothing lately are forgotten above this number.
const PEERS_MAX: usize = 1024;

/// The new series of each peer.
#[derive(Default)]
pub(super) struct NewSeries {
    peers: Mutex<HashMap<u64, (Instant, u64)>>,
}

impl NewSeries {
    /// Counts a series that a caller is about to create. Callers within this process are not limited.
    pub(super) fn admit(&self, caller: Caller, stored: usize, limits: &Limits) -> Result<(), Error> {
        let (max, needed) = (limits.series_max, stored as u64 + 1);
        if needed > max {
            let hint = Some("delete series that are not needed");
            return Err(Error::TooMuch { limit: "series_max", max, needed, hint });
        }
        if caller == Caller::default() {
            return Ok(());
        }
        let (now, max) = (Instant::now(), limits.new_series_per_minute_max);
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        if peers.len() > PEERS_MAX {
            peers.retain(|_, (begun, _)| now - *begun < WINDOW);
        }
        let (begun, count) = peers.entry(caller.group).or_insert((now, 0));
        if now - *begun >= WINDOW {
            (*begun, *count) = (now, 0);
        }
        if *count >= max {
            let retry_after = WINDOW.saturating_sub(now - *begun);
            return Err(Error::Full { limit: "new_series_per_minute_max", max, retry_after });
        }
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_creates_so_many_and_others_go_on() {
        let limits = Limits { series_max: 10, new_series_per_minute_max: 2, ..Limits::default() };
        let (new, peer) = (NewSeries::default(), |group| Caller { group, connection: 1, share: 1 });
        let admit = |group, stored| new.admit(peer(group), stored, &limits);
        assert!(admit(1, 0).is_ok() && admit(1, 1).is_ok());
        let refused = admit(1, 2).expect_err("the third of a minute");
        assert!(refused.to_string().starts_with("new_series_per_minute_max of 2 is exhausted"), "{refused}");
        assert!(admit(2, 2).is_ok());
        assert!(new.admit(Caller::default(), 3, &limits).is_ok());
        let refused = new.admit(Caller::default(), 10, &limits).expect_err("too many");
        assert!(matches!(refused, Error::TooMuch { limit: "series_max", max: 10, needed: 11, .. }), "{refused}");
    }
}
