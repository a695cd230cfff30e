//! Admission control by the cost of requests, not by their number.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::app::Error;

/// The work in flight, in bars times kernels.
#[derive(Default)]
pub(crate) struct Admission {
    in_flight: Arc<AtomicU64>,
}

/// Admitted work; its cost is released on drop.
#[derive(Debug)]
pub(crate) struct Admitted {
    cost: u64,
    in_flight: Arc<AtomicU64>,
}

impl Admission {
    /// Admits work of this cost if it fits, or if nothing else is in flight.
    pub(crate) fn admit(&self, cost: u64, max: u64) -> Result<Admitted, Error> {
        let add = |now: u64| now.checked_add(cost).filter(|&sum| now == 0 || sum <= max);
        match self.in_flight.fetch_update(Relaxed, Relaxed, add) {
            Ok(_) => Ok(Admitted { cost, in_flight: Arc::clone(&self.in_flight) }),
            // The estimated drain time at a billion bars times kernels per second and core.
            Err(now) => {
                let retry_after = Duration::from_millis((now / 1_000_000).clamp(10, 5000));
                Err(Error::Full { limit: "work_max", max, retry_after })
            }
        }
    }

    /// The work in flight.
    pub(crate) fn in_flight(&self) -> u64 {
        self.in_flight.load(Relaxed)
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.in_flight.fetch_sub(self.cost, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_beyond_the_limit_is_refused_until_some_is_done() {
        let admission = Admission::default();
        let huge = admission.admit(1000, 100).expect("nothing else is in flight");
        assert!(matches!(admission.admit(1, 100), Err(Error::Full { max: 100, .. })));
        drop(huge);
        let small = admission.admit(60, 100).expect("capacity");
        assert!(admission.admit(41, 100).is_err());
        let _more = admission.admit(40, 100).expect("capacity");
        drop(small);
        assert_eq!(admission.in_flight(), 40);
    }
}
