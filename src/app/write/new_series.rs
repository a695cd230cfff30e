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
        assert!(new.admit(Caller::default(), 9, &limits).is_ok());
        let refused = new.admit(Caller::default(), 10, &limits).expect_err("too many");
        assert!(matches!(refused, Error::TooMuch { limit: "series_max", max: 10, needed: 11, .. }), "{refused}");
    }

    /// The outcome of one more series of peer 1, which created `created` series in the last `seconds`.
    fn after(seconds: u64, created: u64, max: u64) -> (Result<(), Error>, u64) {
        let limits = Limits { new_series_per_minute_max: max, ..Limits::default() };
        let begun = Instant::now().checked_sub(Duration::from_secs(seconds)).expect("the machine is up for longer");
        let new = NewSeries { peers: Mutex::new([(1, (begun, created))].into()) };
        let admitted = new.admit(Caller { group: 1, connection: 1, share: 1 }, 0, &limits);
        let peers = new.peers.into_inner().expect("no panic");
        (admitted, peers[&1].1)
    }

    #[test]
    fn a_minute_later_a_peer_goes_on() {
        assert!(matches!(after(0, 1, 2), (Ok(()), 2)));
        assert!(matches!(after(50, 1, 2), (Ok(()), 2)));
        assert!(matches!(after(61, 1, 2), (Ok(()), 1)));
        assert!(matches!(after(61, 2, 2), (Ok(()), 1)));
        let (Err(Error::Full { max: 2, retry_after, .. }), 2) = after(20, 2, 2) else { panic!("refused") };
        let seconds = retry_after.as_secs_f64();
        assert!(seconds > 30.0 && seconds <= 40.0, "a minute after the first: {seconds}");
    }

    #[test]
    fn peers_that_created_nothing_lately_are_forgotten() {
        let now = Instant::now();
        let begun = |seconds| now.checked_sub(Duration::from_secs(seconds)).expect("the machine is up for longer");
        // Peers 0 to 9 have created some lately.
        let left = |known: u64| {
            let peers = (0..known).map(|peer| (peer, (begun(if peer < 10 { 30 } else { 61 }), 1))).collect();
            let new = NewSeries { peers: Mutex::new(peers) };
            new.admit(Caller { group: 5000, connection: 1, share: 1 }, 0, &Limits::default()).expect("admitted");
            new.peers.into_inner().expect("no panic").len()
        };
        assert_eq!([left(1024), left(1025)], [1025, 11]);
    }
}
