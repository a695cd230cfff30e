//! Revisions: which stored bars have changed since an epoch.
//!
//! A log of `(epoch, earliest changed bar)`, kept as a monotonic stack: a change of an earlier bar covers the entries before it,
//! so both numbers rise from entry to entry and a query is one binary search. Bars that are only appended make no entry there;
//! they have a log of their own, which becomes coarser with age.
//!
//! Invariant: an answer may be too early, never too late. The log has a bounded length, and when it is full its two oldest
//! entries become one with the later epoch and the earlier bar.

pub(crate) mod changes;
pub(crate) mod since;

use std::sync::Arc;

use bytes::{Buf, BufMut};

use crate::series::Lineage;

/// The maximum number of entries.
const LOG_MAX: usize = 64;

/// The maximum number of entries for appended bars.
const APPENDED_MAX: usize = 32;

/// The changes of the bars of one series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Revisions {
    /// The epoch from which on changes are known, and its lineage.
    origin: (u64, Lineage),
    log: Vec<(u64, i64)>,
    /// Appended bars, as `(epoch, first of them)`. When it is full, two neighbours become one, old ones first.
    appended: Vec<(u64, i64)>,
}

impl Revisions {
    /// Nothing is known of changes up to this epoch.
    pub(crate) fn at(epoch: u64, lineage: Lineage) -> Self {
        Self { origin: (epoch, lineage), log: vec![], appended: vec![] }
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

    /// Records that `epoch`, the newest, has appended bars, the first of which opens at `from`.
    pub(crate) fn append(&mut self, epoch: u64, from: i64) {
        self.appended.push((epoch, from));
        if self.appended.len() > APPENDED_MAX {
            // An exponential histogram: of neighbours, those become one that are closest together for their age.
            let start = |at: usize| at.checked_sub(1).map_or(self.origin.0, |before| self.appended[before].0);
            let closeness = |at: &usize| {
                let end = self.appended[at + 1].0;
                (end - start(*at)) as f64 / (epoch - end + 1) as f64
            };
            let closest = (0..APPENDED_MAX).min_by(|one, two| closeness(one).total_cmp(&closeness(two))).unwrap_or(0);
            let (_, earlier) = self.appended.remove(closest);
            self.appended[closest].1 = earlier;
        }
    }

    /// The earliest bar appended after an epoch, or an earlier bar.
    fn appended_since(&self, epoch: u64) -> Option<i64> {
        let after = self.appended.partition_point(|&(logged, _)| logged <= epoch);
        self.appended.get(after).map(|&(_, from)| from)
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

impl Mark {
    pub(crate) fn put(&self, bytes: &mut Vec<u8>) {
        let Self { version: Version { series, epoch, lineage }, last_time } = self;
        bytes.put_u64_le(*series);
        bytes.put_u64_le(*epoch);
        bytes.put_u128_le(lineage.0);
        put_time(bytes, *last_time);
    }

    pub(crate) fn read(bytes: &mut &[u8]) -> Option<Self> {
        let (series, epoch) = (bytes.try_get_u64_le().ok()?, bytes.try_get_u64_le().ok()?);
        let version = Version { series, epoch, lineage: Lineage(bytes.try_get_u128_le().ok()?) };
        Some(Self { version, last_time: read_time(bytes)? })
    }
}

/// Writes an optional time: a byte, then the time if there is one.
pub(crate) fn put_time(bytes: &mut Vec<u8>, time: Option<i64>) {
    bytes.put_u8(time.is_some().into());
    if let Some(time) = time {
        bytes.put_i64_le(time);
    }
}

/// Reads what `put_time` has written.
pub(crate) fn read_time(bytes: &mut &[u8]) -> Option<Option<i64>> {
    match bytes.try_get_u8().ok()? {
        0 => Some(None),
        1 => bytes.try_get_i64_le().ok().map(Some),
        _ => None,
    }
}

/// The version of the stored bars that a source is made of, and what has changed before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) mark: Mark,
    pub(crate) revisions: Arc<Revisions>,
    /// Names the factors by which the bars are adjusted; 0 if they are as they were traded.
    pub(crate) adjusted: u128,
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

    /// The earliest bar changed, removed or appended since a version, or an earlier time; `i64::MIN` if any may have been.
    pub(crate) fn changed_since(&self, before: &Mark) -> Option<i64> {
        if self.mark == *before {
            return None;
        }
        let after = before.last_time.map_or(i64::MIN, |last| last.saturating_add(1));
        let appended = (self.mark.last_time > before.last_time).then_some(after);
        earlier(self.revised_since(&before.version), appended)
    }

    /// As `changed_since`, from the number of an epoch of this series.
    pub(crate) fn changed_since_epoch(&self, epoch: u64) -> Option<i64> {
        if epoch > self.mark.version.epoch {
            return Some(i64::MIN);
        }
        earlier(self.revisions.since(epoch), self.revisions.appended_since(epoch))
    }
}

/// The earlier of two times, as far as there are any.
pub(crate) fn earlier(one: Option<i64>, two: Option<i64>) -> Option<i64> {
    one.into_iter().chain(two).min()
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
    fn appended_bars_are_known_exactly_when_they_are_new_and_roughly_when_they_are_old() {
        let mut revisions = Revisions::at(0, Lineage(1));
        (1..=5000).for_each(|epoch| revisions.append(epoch, 10 * epoch as i64));
        assert!(revisions.appended.len() <= APPENDED_MAX);
        assert_eq!(revisions.appended_since(5000), None);
        for epoch in 0..5000 {
            let (found, truth) = (revisions.appended_since(epoch).expect("appended"), 10 * (epoch as i64 + 1));
            assert!(found <= truth, "{epoch}");
            assert!(epoch < 4998 || found == truth, "{epoch}");
        }
        let half = revisions.appended_since(4000).expect("appended");
        assert!(half >= 10 * 2000, "about as many again: {half}");
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
        let stamp = Stamp { mark, revisions: Arc::new(revisions), adjusted: 0 };
        assert_eq!(stamp.revised_since(&version(5, 1)), Some(70), "the epoch that was loaded");
        assert_eq!(stamp.revised_since(&version(6, 2)), Some(70));
        assert_eq!((stamp.revised_since(&version(7, 2)), stamp.revised_since(&version(8, 2))), (None, None));
        for other in [version(4, 1), version(5, 2), version(6, 1), version(8, 1), version(9, 2)] {
            assert_eq!(stamp.revised_since(&other), Some(i64::MIN), "{other:?}");
        }
        assert_eq!(stamp.revised_since(&Version { series: 2, ..version(8, 2) }), Some(i64::MIN));
    }
}
