//! Revisions: which stored bars have changed since an epoch.
//!
//! A log of `(epoch, earliest changed bar)`, kept as a monotonic stack: a change of an earlier bar covers the entries before it,
//! so both numbers rise from entry to entry and a query is one binary search. Bars that are only appended make no entry.
//!
//! Invariant: an answer may be too early, never too late. The log has a bounded length, and when it is full its two oldest
//! entries become one with the later epoch and the earlier bar.

use std::sync::Arc;

use crate::series::Lineage;

/// The maximum number of entries.
const LOG_MAX: usize = 64;

/// The changes of the bars of one series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Revisions {
    /// The epoch from which on changes are known, and its lineage.
    origin: (u64, Lineage),
    log: Vec<(u64, i64)>,
}

impl Revisions {
    /// Nothing is known of changes up to this epoch.
    pub(crate) fn at(epoch: u64, lineage: Lineage) -> Self {
        Self { origin: (epoch, lineage), log: vec![] }
    }

    /// Records that `epoch`, the newest, has changed or removed bars that open at `from` or later.
    pub(crate) fn record(&mut self, epoch: u64, from: i64) {
        let covered = self.log.partition_point(|&(_, time)| time < from);
        self.log.truncate(covered);
        self.log.push((epoch, from));
        if self.log.len() > LOG_MAX {
            let (_, earlier) = self.log.remove(0);
            self.log[0].1 = earlier;
        }
    }

    /// The earliest bar changed or removed after an epoch; `i64::MIN` if that is unknown, `None` if all bars are as they were.
    pub(crate) fn since(&self, epoch: u64) -> Option<i64> {
        if epoch < self.origin.0 {
            return Some(i64::MIN);
        }
        let after = self.log.partition_point(|&(logged, _)| logged <= epoch);
        self.log.get(after).map(|&(_, from)| from)
    }
}

/// A version of a stored series, and how far its bars reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) version: Version,
    /// When the newest bar opens; `None` if there are none.
    pub(crate) last_time: Option<i64>,
}

/// The version of the stored bars that a source is made of, and what has changed before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) mark: Mark,
    pub(crate) revisions: Arc<Revisions>,
}

/// What identifies the bars of a stored series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) series: u64,
    pub(crate) epoch: u64,
    pub(crate) lineage: Lineage,
}

impl Stamp {
    /// The earliest bar changed or removed since a version of the series; `i64::MIN` if any may have been.
    pub(crate) fn revised_since(&self, before: &Version) -> Option<i64> {
        let (origin, lineage) = self.revisions.origin;
        let now = &self.mark.version;
        let known = match before.epoch {
            epoch if epoch > now.epoch => false,
            epoch if epoch == origin && origin < now.epoch => before.lineage == lineage,
            // Later epochs are of this process, which has one lineage.
            _ => before.lineage == now.lineage,
        };
        if before.series != now.series || !known {
            return Some(i64::MIN);
        }
        self.revisions.since(before.epoch)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_answer_is_the_earliest_change_or_an_earlier_bar(
            changes in prop::collection::vec(0..40_i64, 1..200),
            asked in 0..220_u64,
        ) {
            let mut revisions = Revisions::at(3, Lineage(1));
            let changes: Vec<_> = (4..).zip(changes).collect();
            changes.iter().for_each(|&(epoch, from)| revisions.record(epoch, from));
            prop_assert!(revisions.log.len() <= LOG_MAX);
            prop_assert!(revisions.log.is_sorted_by(|one, two| one.0 < two.0 && one.1 < two.1));
            let truth = changes.iter().filter(|&&(epoch, _)| epoch > asked).map(|&(_, from)| from).min();
            match revisions.since(asked) {
                // Times are below the length of the log, so nothing was merged.
                found if asked >= 3 => prop_assert_eq!(found, truth),
                found => prop_assert_eq!(found, Some(i64::MIN)),
            }
        }
    }

    #[test]
    fn a_full_log_forgets_where_changes_began_but_not_that_they_did() {
        let mut revisions = Revisions::at(0, Lineage(1));
        (1..=100).for_each(|epoch| revisions.record(epoch, 10 * epoch as i64));
        assert_eq!((revisions.since(99), revisions.since(100)), (Some(1000), None));
        assert_eq!(revisions.since(50), Some(510));
        assert_eq!((revisions.since(0), revisions.since(20)), (Some(10), Some(10)), "too early is allowed");
    }

    #[test]
    fn versions_of_other_histories_are_unknown() {
        let mut revisions = Revisions::at(5, Lineage(1));
        revisions.record(7, 70);
        let version = |epoch, lineage| Version { series: 1, epoch, lineage: Lineage(lineage) };
        let mark = Mark { version: version(8, 2), last_time: Some(80) };
        let stamp = Stamp { mark, revisions: Arc::new(revisions) };
        assert_eq!(stamp.revised_since(&version(5, 1)), Some(70), "the epoch that was loaded");
        assert_eq!(stamp.revised_since(&version(6, 2)), Some(70));
        assert_eq!((stamp.revised_since(&version(7, 2)), stamp.revised_since(&version(8, 2))), (None, None));
        for other in [version(4, 1), version(5, 2), version(6, 1), version(8, 1), version(9, 2)] {
            assert_eq!(stamp.revised_since(&other), Some(i64::MIN), "{other:?}");
        }
        assert_eq!(stamp.revised_since(&Version { series: 2, ..version(8, 2) }), Some(i64::MIN));
    }
}
