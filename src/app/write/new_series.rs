//! How many series a peer may create: each costs memory and a place in the catalog for good.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::app::{Caller, Error, Limits};

/// The time over which new series are counted.
const WINDOW: Duration = Duration::from_secs(60);

/// Peers that have created nothing lately are forgotten above this number.
const PEERS_MAX: usize = 1024;

/// New series: their numbers, and how many each peer has created. The writer thread asks and counts, so that no two are
/// admitted in one place.
pub(crate) struct NewSeries {
    /// The next number, never reused.
    next: u64,
    peers: HashMap<u64, (Instant, u64)>,
}

impl NewSeries {
    /// Series are numbered from `next` on.
    pub(crate) fn from(next: u64) -> Self {
        Self { next, peers: HashMap::new() }
    }

    /// The number of a new series.
    pub(super) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// Whether a caller may create a series beside those that are stored. Callers within this process are not limited in
    /// their rate.
    pub(super) fn admit(&self, caller: Caller, stored: usize, limits: &Limits) -> Result<(), Error> {
        let (max, needed) = (limits.series_max, stored as u64 + 1);
        if needed > max {
            let hint = Some("delete series that are not needed");
            return Err(Error::TooMuch { limit: "series_max", max, needed, hint });
        }
        let max = limits.new_series_per_minute_max;
        match self.peers.get(&caller.group).map(|&(begun, count)| (begun.elapsed(), count)) {
            Some((since, count)) if since < WINDOW && count >= max => {
                Err(Error::Full { limit: "new_series_per_minute_max", max, retry_after: WINDOW - since })
            }
            _ => Ok(()),
        }
    }

    /// Counts a series that a caller has created.
    pub(super) fn count(&mut self, caller: Caller) {
        if caller == Caller::default() {
            return;
        }
        let now = Instant::now();
        if self.peers.len() > PEERS_MAX {
            self.peers.retain(|_, (begun, _)| now - *begun < WINDOW);
        }
        let (begun, count) = self.peers.entry(caller.group).or_insert((now, 0));
        if now - *begun >= WINDOW {
            (*begun, *count) = (now, 0);
        }
        *count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(group: u64) -> Caller {
        Caller { group, connection: 1, share: 1 }
    }

    #[test]
    fn a_peer_creates_so_many_and_others_go_on() {
        let limits = Limits { series_max: 10, new_series_per_minute_max: 2, ..Limits::default() };
        let mut new = NewSeries::from(1);
        for stored in 0..2 {
            new.admit(peer(1), stored, &limits).expect("admitted");
            new.admit(peer(1), stored, &limits).expect("only what is created counts");
            new.count(peer(1));
        }
        let refused = new.admit(peer(1), 2, &limits).expect_err("the third of a minute");
        assert!(refused.to_string().starts_with("new_series_per_minute_max of 2 is exhausted"), "{refused}");
        assert!(new.admit(peer(2), 2, &limits).is_ok());
        for stored in 3..10 {
            new.admit(Caller::default(), stored, &limits).expect("not limited in its rate");
            new.count(Caller::default());
        }
        let refused = new.admit(Caller::default(), 10, &limits).expect_err("too many");
        assert!(matches!(refused, Error::TooMuch { limit: "series_max", max: 10, needed: 11, .. }), "{refused}");
    }

    fn ago(seconds: u64) -> Instant {
        Instant::now().checked_sub(Duration::from_secs(seconds)).expect("the machine is up for longer")
    }

    /// The outcome of one more series of peer 1, which created `created` series in the last `seconds`, and the count after it.
    fn after(seconds: u64, created: u64, max: u64) -> (Result<(), Error>, u64) {
        let limits = Limits { new_series_per_minute_max: max, ..Limits::default() };
        let mut new = NewSeries { next: 1, peers: [(1, (ago(seconds), created))].into() };
        let admitted = new.admit(peer(1), 0, &limits).map(|()| new.count(peer(1)));
        (admitted, new.peers[&1].1)
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
        // Peers 0 to 9 have created some lately.
        let left = |known: u64| {
            let peers = (0..known).map(|peer| (peer, (ago(if peer < 10 { 30 } else { 61 }), 1))).collect();
            let mut new = NewSeries { next: 1, peers };
            new.count(peer(5000));
            new.peers.len()
        };
        assert_eq!([left(1024), left(1025)], [1025, 11]);
    }
}
