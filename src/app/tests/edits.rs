//! Edits of a series against a plain map of its bars, and the changes they write against a plain ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::fixture::{MINUTE, bar, bars, id};
use crate::app::bars::snapshot::Snapshot;
use crate::app::write::command::Compacted;
use crate::app::write::segment_writer::{Files, Sizes};
use crate::app::write::series_edit::SeriesEdit;
use crate::app::{Batch, Error, OnConflict, Receipt};
use crate::ledger::Change;
use crate::prices::Folder;
use crate::series::{Bar, Columns, CommitId, Lineage, Origin, Retention, SegmentFacts, Source};
use crate::stored::{Tail, copy};

const SIZES: Sizes = Sizes { tail_max: 8, tail_keep: 3, segment_max: 10 };

/// What a ledger holds of a series after its changes, in the order in which they are written.
#[derive(Default)]
struct Plain {
    named: BTreeSet<u64>,
    tail: BTreeMap<i64, Bar>,
    epoch: u64,
    known: bool,
    retention: Retention,
}

impl Plain {
    fn commit(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::AddSeries { series, name } => {
                    assert!(!std::mem::replace(&mut self.known, true) && series == 7 && name == id(1));
                }
                Change::SetRetention { retention, .. } => self.retention = retention,
                Change::AddSegment { facts, .. } => assert!(self.named.insert(facts.number)),
                Change::DropSegment { number } => assert!(self.named.remove(&number), "{number} is not named"),
                Change::ClearTail { through, .. } => self.tail.retain(|&time, _| time > through),
                Change::UpsertTail { bars, .. } => {
                    self.tail.extend((0..bars.len()).map(|row| (bars.times()[row], bars.bar(row))));
                }
                Change::SetEpoch { epoch, .. } => self.epoch = epoch,
                _ => panic!("not a change of a series"),
            }
        }
    }
}

/// A series, its ledger and the bars that both should hold.
struct Twin {
    folder: Arc<Folder>,
    next: Arc<AtomicU64>,
    snapshot: Snapshot,
    ledger: Plain,
    bars: BTreeMap<i64, Bar>,
    state: u64,
}

/// The bars of a snapshot.
fn bars_of(snapshot: &Snapshot) -> BTreeMap<i64, Bar> {
    let all = copy(snapshot, 0..snapshot.rows());
    (0..all.len()).map(|row| (all.times()[row], all.bar(row))).collect()
}

fn numbers(snapshot: &Snapshot) -> BTreeSet<u64> {
    snapshot.segments.iter().map(|segment| segment.facts().number).collect()
}

impl Twin {
    /// A number below `limit`.
    fn below(&mut self, limit: u64) -> u64 {
        self.state = self.state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.state >> 33) % limit
    }

    /// Some bars, mostly at the newest ones, sometimes anywhere, each in one of two variants.
    fn batch(&mut self) -> Columns {
        let (mut columns, newest) = (Columns::default(), self.newest().map_or(50, |time| time / MINUTE));
        let from = match self.below(3) {
            0 => self.below(newest as u64 + 5) as i64,
            _ => newest + self.below(5) as i64 - 2,
        };
        for minute in from..from + 1 + self.below(12) as i64 {
            if self.below(4) > 0 {
                columns.push(bar(minute, self.below(2) as u32));
            }
        }
        columns
    }

    fn newest(&self) -> Option<i64> {
        self.bars.last_key_value().map(|(&time, _)| time)
    }

    /// What is left under a rule.
    fn retained(&self, rule: Retention) -> BTreeMap<i64, Bar> {
        let newest = self.newest().unwrap_or(0);
        let young = |time: i64| rule.age_max_ms == 0 || newest - time <= rule.age_max_ms as i64 * 1_000_000;
        let rows = if rule.rows_max == 0 { usize::MAX } else { rule.rows_max as usize };
        self.bars.iter().rev().take(rows).filter(|(time, _)| young(**time)).map(|(&time, &bar)| (time, bar)).collect()
    }

    fn put(&mut self, edit: &mut SeriesEdit, files: &mut Files<'_>) {
        let columns = self.batch();
        if columns.times.is_empty() {
            return;
        }
        let (before, newest) = (edit.snapshot(), self.newest());
        let sealed = before.segments.last().map_or(i64::MIN, |segment| segment.last_time());
        let batch = Batch::new(columns, OnConflict::Replace).expect("valid");
        let (mut accepted, mut replaced, mut changed) = (0, 0, Vec::new());
        for row in 0..batch.bars.len() {
            let new = batch.bars.bar(row);
            match self.bars.insert(new.time, new) {
                Some(before) if before == new => continue,
                Some(_) => replaced += 1,
                None => accepted += 1,
            }
            changed.push(new.time);
        }
        let receipt = edit.put(&batch, files).expect("stored");
        let (after, ignored) = (edit.snapshot(), batch.bars.len() as u64 - accepted - replaced);
        let epoch = before.epoch + u64::from(!changed.is_empty());
        let expected = Receipt { accepted, replaced, ignored, epoch };
        assert_eq!((receipt, after.epoch), (expected, epoch));
        let found = bars_of(&after);
        assert!(self.bars.iter().rev().zip(found.iter().rev()).all(|(one, two)| one == two), "bars of the snapshot");
        let has_retired = found.len() < self.bars.len();
        assert!(found.len() >= self.retained(after.retention).len());
        let is_steady = !has_retired && changed.iter().all(|&time| time > sealed);
        assert_eq!(after.steady_since, if is_steady { before.steady_since } else { epoch });
        let revised = changed.first().copied().filter(|&from| newest.is_some_and(|newest| from <= newest));
        assert_eq!(after.revisions.since(before.epoch), if has_retired { Some(i64::MIN) } else { revised });
        if after.segments.last().is_some_and(|segment| segment.last_time() > sealed) {
            assert_eq!(after.tail.len(), SIZES.tail_keep);
            let newest = after.tail.last_time().expect("the newest bars");
            let (first, rows) = (&after.segments[0], after.rows() - after.segments[0].rows());
            let Retention { rows_max, .. } = after.retention;
            let is_old = first.last_time() < after.retention.from(newest);
            assert!(!is_old && (rows_max == 0 || (rows as u64) < rows_max), "a segment that is expired as a whole");
        }
        assert!(after.tail.len() <= SIZES.tail_max);
        let old = found.len() - self.retained(after.retention).len();
        let is_cheap = after.segments.is_empty() && epoch > before.epoch && 4 * old >= found.len();
        assert!(old == 0 || !is_cheap, "{old} of {} bars without a segment are expired", found.len());
        self.bars = found;
    }

    fn retain(&mut self, edit: &mut SeriesEdit, files: &mut Files<'_>) {
        let (rows_max, age) = (self.below(60) * self.below(2), self.below(60) * self.below(2));
        let rule = Retention { rows_max, age_max_ms: age * 60_000 };
        let before = edit.snapshot();
        edit.retain(rule, files).expect("set");
        let (after, left) = (edit.snapshot(), self.retained(rule));
        let is_less = left.len() < self.bars.len();
        assert_eq!((bars_of(&after) == left, after.retention), (true, rule), "{rule:?}");
        assert_eq!(after.epoch, before.epoch + u64::from(is_less));
        assert_eq!(after.steady_since, if is_less { after.epoch } else { before.steady_since });
        assert_eq!(after.revisions.since(before.epoch), is_less.then_some(i64::MIN));
        self.bars = left;
    }

    /// Merges two neighbours, which are some of the segments or not.
    fn swap(&mut self, edit: &mut SeriesEdit, files: &mut Files<'_>) {
        let (before, other) = (edit.snapshot(), self.snapshot.clone());
        let segments = if self.below(2) == 0 { &before.segments } else { &other.segments };
        if segments.len() < 2 {
            return;
        }
        let at = self.below(segments.len() as u64 - 1) as usize;
        let inputs = segments[at..at + 2].to_vec();
        let joined = Snapshot::new(0, 0, inputs.clone(), Tail::default());
        let from = if at == 0 { self.below(3) as usize } else { 0 };
        let outputs = files.write_even(&joined, from..joined.rows()).expect("written");
        let is_there = before.segments.windows(2).any(|two| (0..2).all(|one| Arc::ptr_eq(&two[one], &inputs[one])));
        let lost = if is_there { from } else { 0 };
        let expected = match is_there {
            true => &(&numbers(&before) - &numbers(&joined)) | &outputs.iter().map(|one| one.facts().number).collect(),
            false => numbers(&before),
        };
        edit.swap(Compacted { inputs, outputs });
        let after = edit.snapshot();
        let gone = copy(&joined, 0..lost);
        self.bars.retain(|time, _| !gone.times().contains(time));
        assert!(bars_of(&after) == self.bars && numbers(&after) == expected);
        assert_eq!(after.epoch, before.epoch + u64::from(lost > 0));
        assert_eq!(after.revisions.since(before.epoch), (lost > 0).then_some(i64::MIN));
    }

    /// Some commands that share a commit.
    fn group(&mut self, lineage: Lineage) {
        let (before, folder, next) = (self.snapshot.clone(), Arc::clone(&self.folder), Arc::clone(&self.next));
        let mut edit = match self.ledger.known {
            false => SeriesEdit::new(id(1), 7, lineage),
            true => SeriesEdit::of(id(1), &before, lineage),
        };
        assert!(
            edit.is_empty()
                && edit.changes().is_empty()
                && edit.may_compact() == (before.retention != Retention::default())
        );
        let origin = Origin { id: id(1), series: 7, commit: CommitId { lineage, generation: 1 } };
        let mut files = Files::new(&folder, SIZES, &next, origin);
        for _ in 0..1 + self.below(3) {
            match self.below(12) {
                0 => self.retain(&mut edit, &mut files),
                1..4 => self.swap(&mut edit, &mut files),
                _ => self.put(&mut edit, &mut files),
            }
        }
        let (changes, after) = (edit.changes(), edit.snapshot());
        assert_eq!(edit.is_empty(), changes.is_empty());
        self.ledger.commit(changes);
        let (old, new) = (numbers(&before), numbers(&after));
        assert_eq!(edit.dropped().iter().copied().collect::<BTreeSet<_>>(), &old - &new);
        assert_eq!(edit.may_compact(), !new.is_subset(&old) || after.retention != Retention::default());
        assert_eq!(self.ledger.named, new);
        let tail = after.tail.part(0..after.tail.len());
        let tail: BTreeMap<_, _> = (0..tail.len()).map(|row| (tail.times()[row], tail.bar(row))).collect();
        assert_eq!(self.ledger.tail, tail);
        assert_eq!((self.ledger.epoch, self.ledger.retention), (after.epoch, after.retention));
        assert_eq!(after.lineage, if after.epoch == before.epoch { before.lineage } else { lineage });
        self.snapshot = after;
    }
}

#[test]
fn edits_and_their_changes_are_those_of_a_plain_map_and_a_plain_ledger() {
    let directory = tempfile::tempdir().expect("a folder");
    let folder = Arc::new(Folder::open(directory.path()).expect("opens"));
    let (snapshot, next) = (Snapshot::new(7, 0, vec![], Tail::default()), Arc::new(AtomicU64::new(1)));
    let (ledger, bars) = (Plain::default(), BTreeMap::new());
    let mut twin = Twin { folder, next, snapshot, ledger, bars, state: 1 };
    let mut with_segments = 0;
    for round in 0..250 {
        twin.group(Lineage(1 + round / 50));
        with_segments += usize::from(twin.snapshot.segments.len() > 1);
    }
    assert!(twin.snapshot.epoch > 200 && with_segments > 50, "{with_segments} at epoch {}", twin.snapshot.epoch);
}

#[test]
fn removed_bars_do_not_come_back_when_older_ones_follow_in_the_same_commit() {
    let directory = tempfile::tempdir().expect("a folder");
    let (folder, next) = (Folder::open(directory.path()).expect("opens"), AtomicU64::new(1));
    let origin = Origin { id: id(1), series: 7, commit: CommitId { lineage: Lineage(1), generation: 1 } };
    let mut files = Files::new(&folder, SIZES, &next, origin);
    let rule = Retention { rows_max: 3, age_max_ms: 0 };
    // Older bars are sealed, as they are many, or removed by the rule as well.
    for (older, is_sealed) in [(10..18, true), (10..13, false)] {
        let (mut ledger, stored) = (Plain::default(), bars(100..108, 0));
        ledger.tail.extend((0..8).map(|row| (stored.times()[row], stored.bar(row))));
        let mut edit = SeriesEdit::of(id(1), &Snapshot::new(7, 5, vec![], stored.into()), Lineage(1));
        edit.retain(rule, &mut files).expect("set");
        edit.put(&bars(older, 0).into(), &mut files).expect("stored");
        if !is_sealed {
            edit.retain(rule, &mut files).expect("set");
        }
        ledger.commit(edit.changes());
        let minutes: Vec<_> = ledger.tail.keys().map(|time| time / MINUTE).collect();
        assert_eq!((minutes, ledger.named.is_empty()), (vec![105, 106, 107], true));
    }
}

#[test]
fn the_epoch_of_bars_that_expire_at_once_is_in_the_ledger() {
    let directory = tempfile::tempdir().expect("a folder");
    let (folder, next) = (Folder::open(directory.path()).expect("opens"), AtomicU64::new(1));
    let origin = Origin { id: id(1), series: 7, commit: CommitId { lineage: Lineage(1), generation: 1 } };
    let mut files = Files::new(&folder, SIZES, &next, origin);
    let sealed = files.write_even(&bars(100..110, 0), 0..10).expect("written");
    let snapshot = Snapshot::new(7, 5, sealed, bars(110..115, 0).into());
    let snapshot = snapshot.retained(Retention { rows_max: 8, age_max_ms: 0 });
    let mut edit = SeriesEdit::of(id(1), &snapshot, Lineage(1));
    let receipt = edit.put(&bars(50..53, 0).into(), &mut files).expect("stored");
    assert_eq!((receipt.accepted, receipt.epoch, edit.snapshot().rows()), (3, 6, 15));
    let mut ledger = Plain::default();
    ledger.commit(edit.changes());
    assert_eq!((ledger.epoch, edit.is_empty()), (6, false));
}

#[test]
fn a_file_that_is_corrected_again_is_discarded() {
    let directory = tempfile::tempdir().expect("a folder");
    let (folder, next) = (Folder::open(directory.path()).expect("opens"), AtomicU64::new(1));
    let origin = Origin { id: id(1), series: 7, commit: CommitId { lineage: Lineage(1), generation: 1 } };
    let mut files = Files::new(&folder, SIZES, &next, origin);
    let sealed = files.write_even(&bars(0..10, 0), 0..10).expect("written");
    let mut edit = SeriesEdit::of(id(1), &Snapshot::new(7, 5, sealed, bars(10..15, 0).into()), Lineage(1));
    for (variant, discarded) in [(1, vec![]), (2, vec![2]), (3, vec![3])] {
        edit.put(&bars(5..6, variant).into(), &mut files).expect("stored");
        assert_eq!((edit.take_discarded(), edit.dropped()), (discarded, &[1][..]));
    }
}

#[test]
fn a_segment_is_adopted_where_no_bar_is() {
    let directory = tempfile::tempdir().expect("a folder");
    let (folder, next) = (Folder::open(directory.path()).expect("opens"), AtomicU64::new(1));
    let origin = Origin { id: id(1), series: 7, commit: CommitId { lineage: Lineage(1), generation: 1 } };
    let mut files = Files::new(&folder, Sizes::default(), &next, origin);
    let mut segment = |minutes: std::ops::Range<i64>| {
        let bars = bars(minutes, 0);
        files.write_even(&bars, 0..bars.len()).expect("written").remove(0)
    };
    let (first, second, tail) = (segment(10..20), segment(30..40), bars(50..55, 0).into());
    let snapshot = Snapshot::new(7, 5, vec![Arc::clone(&first), second], tail);
    let mut edit = SeriesEdit::of(id(1), &snapshot, Lineage(1));
    let fits = [0..10, 20..30, 25..26, 40..50, 45..48].map(|minutes| edit.adopts(&segment(minutes)));
    assert_eq!(fits, [true; 5]);
    let overlaps = [0..11, 19..30, 20..31, 12..14, 5..60, 40..51, 52..53, 60..61];
    for minutes in overlaps {
        assert!(!edit.adopts(&segment(minutes.clone())), "{minutes:?}");
    }
    for minutes in [20..30, 0..10, 40..50] {
        edit.adopt(segment(minutes));
    }
    assert_eq!(bars_of(&edit.snapshot()).len(), 10 + 10 + 10 + 10 + 10 + 5);
    let last_times = edit.snapshot().segments.iter().map(|one| one.last_time() / MINUTE).collect::<Vec<_>>();
    assert_eq!(last_times, [9, 19, 29, 39, 49]);
}

#[test]
fn late_bars_between_segments_rewrite_none() {
    let directory = tempfile::tempdir().expect("a folder");
    let (folder, next) = (Folder::open(directory.path()).expect("opens"), AtomicU64::new(1));
    let origin = Origin { id: id(1), series: 7, commit: CommitId { lineage: Lineage(1), generation: 1 } };
    let mut files = Files::new(&folder, Sizes::default(), &next, origin);
    let stored = [bars(10..20, 0), bars(30..40, 0)];
    let segments = stored.map(|bars| files.write_even(&bars, 0..bars.len()).expect("written").remove(0)).to_vec();
    let snapshot = Snapshot::new(7, 5, segments, bars(50..55, 0).into());
    let mut edit = SeriesEdit::of(id(1), &snapshot, Lineage(1));
    for (minutes, accepted, segments) in [(22..25, 3, 3), (18..32, 7, 5), (0..12, 10, 6), (38..51, 10, 6)] {
        let receipt = edit.put(&bars(minutes.clone(), 0).into(), &mut files).expect("stored");
        assert_eq!((receipt.accepted, receipt.replaced), (accepted, 0), "{minutes:?}");
        assert_eq!((edit.snapshot().segments.len(), edit.dropped().len()), (segments, 0), "{minutes:?}");
        assert_eq!(files.written.len(), segments, "each file once");
    }
    assert_eq!(
        bars_of(&edit.snapshot()).into_values().collect::<Vec<_>>(),
        (0..55).map(|minute| bar(minute, 0)).collect::<Vec<_>>()
    );
}

#[test]
fn bars_among_missing_ones_are_refused() {
    let lost = SegmentFacts { number: 9, first_time: 5 * MINUTE, last_time: 8 * MINUTE, rows: 4, bytes: 1 };
    let snapshot = Snapshot::new(7, 5, vec![], bars(20..25, 0).into()).without([lost].into());
    let directory = tempfile::tempdir().expect("a folder");
    let (folder, next) = (Folder::open(directory.path()).expect("opens"), AtomicU64::new(10));
    let put = |first: i64| {
        let origin = Origin { id: id(1), series: 7, commit: CommitId { lineage: Lineage(1), generation: 1 } };
        let mut files = Files::new(&folder, SIZES, &next, origin);
        let mut edit = SeriesEdit::of(id(1), &snapshot, Lineage(1));
        edit.put(&bars(first..first + 2, 0).into(), &mut files).map(|receipt| receipt.accepted)
    };
    for first in [0, 7, 8] {
        let Err(Error::Missing { number: 9, through, first: time, .. }) = put(first) else { panic!("{first} is put") };
        assert_eq!((through, time), (8 * MINUTE, first * MINUTE));
    }
    assert_eq!(put(9).expect("after them"), 2);
}

#[test]
fn lost_files_are_found_by_the_bars_that_are_there() {
    let facts = |number, minutes: std::ops::Range<i64>| SegmentFacts {
        number,
        first_time: minutes.start * MINUTE,
        last_time: (minutes.end - 1) * MINUTE,
        rows: (minutes.end - minutes.start) as u64,
        bytes: 1,
    };
    let all = Snapshot::new(7, 5, vec![], bars(10..20, 0).into());
    let before = all.clone().without([facts(1, 0..3)].into());
    let mut edit = SeriesEdit::of(id(1), &before, Lineage(1));
    assert_eq!(edit.forget_missing(), [facts(1, 0..3)]);
    assert!(edit.snapshot().missing.is_empty());
    edit.miss(vec![facts(1, 0..3), facts(2, 9..12), facts(3, 10..12), facts(4, 18..20), facts(5, 18..21)]);
    assert_eq!(edit.dropped(), [3, 4], "all of their bars are there");
    assert_eq!(edit.snapshot().missing.iter().map(|one| one.number).collect::<Vec<_>>(), [1, 2, 5]);
    let mut edit = SeriesEdit::of(id(1), &before, Lineage(2));
    edit.accept_loss();
    assert_eq!((edit.lost(), edit.dropped()), (&[1][..], &[][..]), "the file is kept");
    let after = edit.snapshot();
    assert!(after.missing.is_empty() && after.lineage == Lineage(2));
    assert_eq!((after.epoch, after.steady_since, after.revisions.since(5)), (6, 6, Some(i64::MIN)));
    let mut edit = SeriesEdit::of(id(1), &all, Lineage(2));
    edit.accept_loss();
    assert!(edit.lost().is_empty() && edit.is_empty() && edit.snapshot().epoch == 5);
}
