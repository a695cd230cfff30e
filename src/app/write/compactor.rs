//! Compaction: merges small segments into larger ones, in the background.
//!
//! Every seal and every late bar adds a small segment. As in a size-tiered LSM tree (O'Neil et al., 1996), neighbours
//! of similar size are merged, so a series of n bars has O(log n) segments and each bar is rewritten O(log n) times.
//! Merging everything into one file would give faster reads, but rewrite the whole history each time. Segments are
//! disjoint in time, so only neighbours can be merged.
//!
//! It has a thread of its own because a merge of large segments takes seconds, and no receipt should wait for it. It
//! only writes new price files; the writer thread replaces the inputs if all of them are still present, and discards
//! the result otherwise. So a merge needs no lock against edits.

use std::collections::BTreeSet;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU64, AtomicUsize};

use tokio::sync::mpsc::{self, UnboundedSender, WeakSender};

use super::command::{Command, Compacted};
use super::segment_writer::{Files, Sizes, verify};
use crate::app::bars::catalog::Catalog;
use crate::app::bars::snapshot::Snapshot;
use crate::app::workers::threads::{Thread, block_on, point};
use crate::ledger::Head;
use crate::prices::{self, Folder, Segment};
use crate::series::{Origin, SeriesId, Source};
use crate::stored::{StoredBars, Tail};

/// The handle of the writer thread.
pub(crate) struct Compactor {
    sender: UnboundedSender<SeriesId>,
    thread: Thread,
    /// The series that were queued and not examined yet.
    queued: BTreeSet<SeriesId>,
    /// Their number, for the metrics.
    pending: Arc<AtomicUsize>,
}

/// The state of the compactor thread.
pub(crate) struct Worker {
    pub(crate) folder: Arc<Folder>,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) sizes: Sizes,
    pub(crate) next_file: Arc<AtomicU64>,
    pub(crate) head: Head,
    /// The queue of the writer thread; weak, so that it does not keep that thread alive.
    pub(crate) commands: WeakSender<Command>,
    pub(crate) depth: Arc<AtomicUsize>,
}

impl Compactor {
    /// Starts the thread; it ends with the writer thread.
    pub(crate) fn start(worker: Worker, pending: Arc<AtomicUsize>) -> Self {
        let (sender, mut requests) = mpsc::unbounded_channel();
        let work = move || {
            while let Some(id) = block_on(requests.recv()) {
                worker.work(id);
            }
        };
        Self { sender, thread: Thread::spawn("compactor", work), queued: BTreeSet::new(), pending }
    }

    /// Queues a series for compaction. The reply is a command for the writer thread.
    pub(crate) fn ask(&mut self, id: &SeriesId) {
        if self.queued.insert(id.clone()) && self.sender.send(id.clone()).is_err() {
            tracing::error!("the compactor has stopped, no more compaction");
        }
        self.count();
    }

    /// The reply has arrived. [`count`](Self::count) follows, once it is known whether the series is queued again.
    pub(crate) fn answered(&mut self, id: &SeriesId) {
        self.queued.remove(id);
    }

    /// Publishes the number of queued series.
    pub(crate) fn count(&self) {
        self.pending.store(self.queued.len(), Relaxed);
    }

    /// Waits for the thread, which finishes its current merge.
    pub(crate) fn join(self) {
        drop(self.sender);
        if !self.thread.join() {
            tracing::error!("the compactor panicked");
        }
    }
}

impl Worker {
    fn work(&self, id: SeriesId) {
        // Without a writer thread the result would be lost.
        let Some(commands) = self.commands.upgrade() else { return };
        drop(commands);
        // A series that was deleted meanwhile has nothing to merge, but needs a reply too.
        let snapshot = self.catalog.get(&id).map_or_else(Arc::default, |slot| slot.load_full());
        point();
        let origin = Origin { id: id.clone(), series: snapshot.series, commit: self.head.next() };
        let (folder, next) = (&*self.folder, &*self.next_file);
        let mut files = Files::new(folder, self.sizes, next, origin);
        let merged = catch_unwind(AssertUnwindSafe(|| self.merge(&id, &snapshot, &mut files)));
        let merged = match merged {
            Ok(Ok(merged)) => merged,
            Ok(Err(error)) => {
                tracing::warn!(series = %id, %error, "compaction failed");
                None
            }
            Err(_) => {
                tracing::error!(series = %id, "compaction panicked");
                None
            }
        };
        let is_merged = merged.is_some();
        point();
        let taken = self.commands.upgrade().is_some_and(|commands| {
            self.depth.fetch_add(1, Relaxed);
            block_on(commands.send(Command::Compacted { id, merged })).is_ok()
        });
        if taken && is_merged {
            return;
        }
        for &number in &files.written {
            if let Err(error) = self.folder.remove(number) {
                tracing::warn!(%error, "cannot remove a price file before the next start");
            }
        }
    }

    fn merge(
        &self,
        id: &SeriesId,
        snapshot: &Snapshot,
        files: &mut Files<'_>,
    ) -> Result<Option<Compacted>, prices::Error> {
        let whole = |segment: &Segment| {
            let checked = verify(segment).inspect_err(|error| tracing::error!(series = %id, %error, "skipped"));
            checked.is_ok()
        };
        let Some((range, old)) = due(snapshot, self.sizes.segment_max, whole) else { return Ok(None) };
        let inputs = snapshot.segments[range].to_vec();
        let joined = StoredBars::new(inputs.clone(), Tail::default());
        let outputs = files.merge(&joined, old..joined.rows())?;
        std::mem::take(&mut files.syncs).finish(&self.folder)?;
        Ok(Some(Compacted { inputs, outputs }))
    }
}

/// The segments to rewrite next and how many expired bars to drop: the first segment if at least a quarter of it is
/// expired, otherwise those to merge. Only those that are `whole`.
pub(crate) fn due(
    snapshot: &Snapshot,
    rows_max: usize,
    whole: impl Fn(&Segment) -> bool,
) -> Option<(Range<usize>, usize)> {
    let old = snapshot.expired().unwrap_or(0);
    if let Some(first) = snapshot.segments.first()
        && (first.rows().div_ceil(4)..first.rows()).contains(&old)
        && whole(first)
    {
        return Some((0..1, old));
    }
    mergeable(snapshot, rows_max, whole).map(|range| (range, 0))
}

/// The segments to merge next: the newest and those before it while they are small compared with what follows,
/// otherwise the smallest neighbours while there are more segments than the logarithm of their bars. Never more than
/// `rows_max` bars, and none that are not `whole` or lie before missing bars.
fn mergeable(snapshot: &Snapshot, rows_max: usize, whole: impl Fn(&Segment) -> bool) -> Option<Range<usize>> {
    let segments = &snapshot.segments;
    let may_move = |segment: &Segment| {
        snapshot.missing.last().is_none_or(|missing| segment.first_time() > missing.last_time) && whole(segment)
    };
    let mut range = segments.len().checked_sub(1)?..segments.len();
    if !may_move(&segments[range.start]) {
        return crowd(segments, rows_max, may_move);
    }
    let mut rows = segments[range.start].rows();
    while let Some(before) = range.start.checked_sub(1).map(|index| &segments[index])
        && before.rows() < 2 * rows
        && before.rows() + rows <= rows_max
        && may_move(before)
    {
        rows += before.rows();
        range.start -= 1;
    }
    if range.len() > 1 { Some(range) } else { crowd(segments, rows_max, may_move) }
}

/// The smallest neighbours if there are too many, with adjacent ones of similar size.
fn crowd(segments: &[Arc<Segment>], rows_max: usize, may_move: impl Fn(&Segment) -> bool) -> Option<Range<usize>> {
    let all: usize = segments.iter().map(|segment| segment.rows()).sum();
    if segments.len() <= 2 + all.checked_ilog2().unwrap_or(0) as usize {
        return None;
    }
    let both = |index: usize| segments[index].rows() + segments[index + 1].rows();
    let fit = |&index: &usize| both(index) <= rows_max && may_move(&segments[index]) && may_move(&segments[index + 1]);
    let index = (0..segments.len() - 1).filter(fit).min_by_key(|&index| both(index))?;
    let (mut range, mut rows) = (index..index + 2, both(index));
    while let Some(after) = segments.get(range.end)
        && after.rows() < rows
        && after.rows() + rows <= rows_max
        && may_move(after)
    {
        rows += after.rows();
        range.end += 1;
    }
    Some(range)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::fixture::{bars, id};
    use crate::series::{CommitId, Lineage, Retention, SegmentFacts};
    use crate::stored::Tail;

    /// A snapshot of segments of these lengths, one bar a minute.
    fn snapshot(rows: &[i64]) -> (tempfile::TempDir, Snapshot) {
        let directory = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(directory.path()).expect("opens");
        let origin = Origin { id: id(1), series: 1, commit: CommitId { lineage: Lineage(1), generation: 1 } };
        let (mut first, mut segments) = (0, Vec::new());
        for (number, &rows) in (1..).zip(rows) {
            folder.write(number, &origin, &bars(first..first + rows, 0)).expect("written");
            segments.push(Arc::new(folder.segment(number).expect("opens")));
            first += rows;
        }
        (directory, Snapshot::new(1, 1, segments, Tail::default()))
    }

    fn merged(rows: &[i64], rows_max: usize) -> Option<Range<usize>> {
        let (_directory, snapshot) = snapshot(rows);
        let found = due(&snapshot, rows_max, |_| true);
        assert!(found.as_ref().is_none_or(|(_, old)| *old == 0));
        found.map(|(range, _)| range)
    }

    #[test]
    fn the_newest_are_merged_with_those_less_than_twice_as_long() {
        assert_eq!([merged(&[], 100), merged(&[5], 100)], [None, None]);
        assert_eq!([merged(&[19, 10], 100), merged(&[20, 10], 100)], [Some(0..2), None]);
        assert_eq!([merged(&[39, 10, 10], 100), merged(&[40, 10, 10], 100)], [Some(0..3), Some(1..3)]);
        assert_eq!([merged(&[10, 10], 20), merged(&[10, 10], 19)], [Some(0..2), None]);
        assert_eq!([merged(&[10, 10, 10], 30), merged(&[10, 10, 10], 29)], [Some(0..3), Some(1..3)]);
    }

    #[test]
    fn the_shortest_neighbours_are_merged_of_more_than_the_logarithm() {
        // The newest is too short for those before it, so the rule above finds none.
        let with = |rest: &[i64], newest: [i64; 2]| [rest, &newest].concat();
        let (crowd, quiet) = (with(&[17; 7], [2, 1]), with(&[20; 7], [2, 1]));
        assert_eq!(
            (crowd.iter().sum::<i64>(), quiet.iter().sum::<i64>()),
            (122, 143),
            "of 6 and of 7 bits after the first"
        );
        assert_eq!([merged(&crowd, 100), merged(&quiet, 100)], [Some(7..9), None]);
        assert_eq!([merged(&crowd, 3), merged(&crowd, 2)], [Some(7..9), None]);
        // And those after them, as long as they are shorter than all before.
        assert_eq!(merged(&with(&[2, 2, 4, 9, 9, 9, 9, 9, 9], [4, 2]), 100), Some(0..2));
        let rising = with(&[2, 2, 3, 3, 9, 9, 9, 9, 9], [4, 2]);
        assert_eq!([merged(&rising, 19), merged(&rising, 18)], [Some(0..5), Some(0..4)]);
    }

    #[test]
    fn damaged_segments_and_those_before_missing_bars_stay() {
        let (_directory, snapshot) = snapshot(&[10, 11, 10]);
        let except = |rows: usize| mergeable(&snapshot, 100, |segment| segment.rows() != rows);
        assert_eq!([except(12), except(11), except(10)], [Some(0..3), None, None]);
        let (_other, crowd) = self::snapshot(&[3, 3, 3, 3, 3, 3, 3, 3, 2, 1]);
        assert_eq!(mergeable(&crowd, 100, |_| true), Some(8..10));
        assert_eq!(mergeable(&crowd, 100, |segment| segment.rows() != 1), Some(7..9));
        assert_eq!(mergeable(&crowd, 100, |segment| segment.rows() > 2), Some(0..8));
        let last_time = snapshot.segments[0].last_time() + 1;
        let missing = SegmentFacts { number: 9, first_time: last_time, last_time, rows: 1, bytes: 1 };
        assert_eq!(mergeable(&snapshot.without([missing].into()), 100, |_| true), Some(1..3));
    }

    #[test]
    fn a_segment_is_rewritten_once_a_quarter_of_it_is_expired() {
        let (_directory, snapshot) = snapshot(&[9, 3]);
        let kept = |rows_max| snapshot.clone().retained(Retention { rows_max, age_max_ms: 0 });
        let due = |rows_max| due(&kept(rows_max), 100, |_| true);
        assert_eq!([due(0), due(12), due(10), due(9)], [None, None, None, Some((0..1, 3))]);
        assert_eq!([due(4), due(3)], [Some((0..1, 8)), None], "one that is gone as a whole is not rewritten");
        assert_eq!(super::due(&kept(4), 100, |_| false), None);
    }
}
