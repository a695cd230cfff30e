//! Edits: the changes of one series by a group of commands, before their commit.
//!
//! An edit starts from the published snapshot and yields both the next snapshot and the ledger changes that lead to it,
//! so neither can exist without the other. New bars go to the tail, which is stored in the ledger; a long tail is
//! sealed into a segment. Bars older than the tail rewrite only the segments they fall into, never the whole series.
//!
//! Invariants, after each method: segments are sorted and disjoint in time; the tail is newer than all segments; the
//! span of a missing price file is reserved, so bars at or before the newest one are refused and the file fits again
//! once it is back. Segments are immutable: a change writes a new file and drops the old one, which readers of older
//! snapshots may still map.

use std::ops::Range;
use std::sync::Arc;

use super::command::Compacted;
use super::segment_writer::{Files, verify};
use super::upsert::merge;
use crate::app::bars::revisions::Revisions;
use crate::app::bars::snapshot::Snapshot;
use crate::app::{Batch, Error, Receipt};
use crate::ledger::Change;
use crate::prices::{BLOCK_ROWS, Segment};
use crate::series::{Lineage, Retention, SegmentFacts, SeriesId, Source, Span};
use crate::stored::{Spliced, Tail, copy};

/// The next snapshot of one series, and the ledger changes that lead to it.
#[derive(Clone)]
pub(crate) struct SeriesEdit {
    pub(crate) id: SeriesId,
    pub(crate) number: u64,
    /// The series is not in the ledger yet.
    pub(crate) new: bool,
    epoch: u64,
    /// The epoch and lineage in the ledger, and the lineage of a new epoch.
    before: (u64, Lineage),
    lineage: Lineage,
    segments: Vec<Arc<Segment>>,
    tail: Tail,
    missing: Arc<[SegmentFacts]>,
    steady_since: u64,
    revisions: Arc<Revisions>,
    retention: Retention,
    /// The retention differs from the one in the ledger.
    retention_is_new: bool,
    /// The first time in the tail that is not in the ledger, or differs there.
    dirty_from: Option<i64>,
    /// The tail up to this time was sealed into a segment, or removed.
    cleared_through: Option<i64>,
    added: Vec<u64>,
    dropped: Vec<u64>,
    /// Segments that are missing or damaged, and no longer part of the series.
    lost: Vec<u64>,
    /// Segments that this edit has written and replaced again, whose files nothing needs once it succeeds.
    discarded: Vec<u64>,
}

impl SeriesEdit {
    /// The edit of a new series.
    pub(crate) fn new(id: SeriesId, number: u64, lineage: Lineage) -> Self {
        Self { new: true, ..Self::of(id, &Snapshot::new(number, 0, vec![], Tail::default()), lineage) }
    }

    /// The edit of an existing series; a new epoch belongs to `lineage`.
    pub(crate) fn of(id: SeriesId, snapshot: &Snapshot, lineage: Lineage) -> Self {
        Self {
            id,
            number: snapshot.series,
            new: false,
            epoch: snapshot.epoch,
            before: (snapshot.epoch, snapshot.lineage),
            lineage,
            segments: snapshot.segments.clone(),
            tail: snapshot.tail.clone(),
            missing: Arc::clone(&snapshot.missing),
            steady_since: snapshot.steady_since,
            revisions: Arc::clone(&snapshot.revisions),
            retention: snapshot.retention,
            retention_is_new: false,
            dirty_from: None,
            cleared_through: None,
            added: vec![],
            dropped: vec![],
            lost: vec![],
            discarded: vec![],
        }
    }

    /// Merges a batch. After an error the edit must be discarded.
    pub(crate) fn put(&mut self, batch: &Batch, files: &mut Files<'_>) -> Result<Receipt, Error> {
        let bars = &batch.bars;
        if let (Some(missing), Some(&first)) = (self.missing.last(), bars.times().first())
            && first <= missing.last_time
        {
            let (id, number, through) = (self.id.clone(), missing.number, missing.last_time);
            return Err(Error::Missing { id, number, through, first });
        }
        let sealed = |end: i64| bars.times().partition_point(|&time| time <= end);
        let split = self.segments.last().map_or(0, |segment| sealed(segment.last_time()));
        let (newest, mut receipt) =
            (self.last_time(), Receipt { ignored: batch.left_out as u64, ..Receipt::default() });
        let mut changed = self.put_sealed(batch, 0..split, files, &mut receipt)?;
        let steady = receipt.accepted + receipt.replaced == 0;
        let rows = split..bars.len();
        let first = bars.times().get(split).copied().unwrap_or(i64::MAX);
        let merged = self.tail.changed(first, |tail| merge(tail, batch, rows, &mut receipt))?;
        if let Some((merged, from)) = merged {
            self.dirty_from = Some(self.dirty_from.map_or(from, |before| before.min(from)));
            self.tail = merged;
            changed = changed.or(Some(from));
        }
        self.epoch += u64::from(receipt.accepted + receipt.replaced > 0);
        receipt.epoch = self.epoch;
        match changed {
            Some(from) if newest.is_some_and(|newest| from <= newest) => self.revise(from),
            Some(from) => Arc::make_mut(&mut self.revisions).append(self.epoch, from),
            None => {}
        }
        if !steady {
            self.steady_since = self.epoch;
        }
        self.seal(files)?;
        if receipt.accepted + receipt.replaced > 0 && self.expire()? {
            self.revise_all();
        }
        Ok(receipt)
    }

    /// Merges bars older than the tail: those between segments form a new one, the others rewrite the segment they fall
    /// into. Returns the first time that differs.
    fn put_sealed(
        &mut self,
        batch: &Batch,
        rows: Range<usize>,
        files: &mut Files<'_>,
        receipt: &mut Receipt,
    ) -> Result<Option<i64>, Error> {
        let bars = &batch.bars;
        let (mut at, mut changed) = (rows.start, None);
        while at < rows.end {
            let times = &bars.times()[at..rows.end];
            let index = self.segments.partition_point(|segment| segment.last_time() < times[0]);
            let segment = Arc::clone(&self.segments[index]);
            let before = times.partition_point(|&time| time < segment.first_time());
            if before > 0 {
                receipt.accepted += before as u64;
                changed = changed.or(Some(times[0]));
                let written = files.write_even(bars, at..at + before)?;
                self.replace(index..index, written);
                at += before;
                continue;
            }
            let end = at + times.partition_point(|&time| time <= segment.last_time());
            verify(&segment)?;
            // Whole blocks, as only those are copied without being encoded again.
            let first = segment.first_at(bars.times()[at])? / BLOCK_ROWS * BLOCK_ROWS;
            let last = segment.first_at(bars.times()[end - 1])? + 1;
            let touched = first..last.next_multiple_of(BLOCK_ROWS).min(segment.rows());
            if let Some((merged, from)) = merge(&copy(&*segment, touched.clone()), batch, at..end, receipt)? {
                changed = changed.or(Some(from));
                let written = files.splice(&Spliced::new(&segment, touched, &merged))?;
                self.replace(index..index + 1, written);
            }
            at = end;
        }
        Ok(changed)
    }

    /// Records that bars from this time on have changed or are gone.
    fn revise(&mut self, from: i64) {
        Arc::make_mut(&mut self.revisions).record(self.epoch, from);
    }

    /// All values may have changed: a recurrence begins at another bar.
    fn revise_all(&mut self) {
        self.steady_since = self.epoch;
        self.revise(i64::MIN);
    }

    /// When the newest bar opens.
    pub(crate) fn last_time(&self) -> Option<i64> {
        self.tail.last_time().or_else(|| self.segments.last().map(|segment| segment.last_time()))
    }

    /// Seals a long tail, except its newest bars, into a segment. Compaction merges it later.
    fn seal(&mut self, files: &mut Files<'_>) -> Result<(), Error> {
        let sealed = files.sizes.sealed(self.tail.len());
        if sealed == 0 {
            return Ok(());
        }
        let written = files.write_even(&self.tail, 0..sealed)?;
        self.clear_through(written.last().map(|segment| segment.last_time()));
        self.replace(self.segments.len()..self.segments.len(), written);
        self.tail = self.tail.part(sealed..self.tail.len()).into();
        Ok(())
    }

    /// Removes expired bars where that is cheap: segments that are expired as a whole, and a part of a tail without segments
    /// once it is a quarter. Compaction removes the others.
    fn expire(&mut self) -> Result<bool, Error> {
        if self.retention == Retention::default() {
            return Ok(false);
        }
        let mut changes = self.retire();
        let old = if self.segments.is_empty() { self.snapshot().expired()? } else { 0 };
        if old > 0 && old >= self.tail.len().div_ceil(4) {
            self.cut_tail(old);
            changes = true;
        }
        Ok(changes)
    }

    /// Removes the first bars of the tail.
    fn cut_tail(&mut self, old: usize) {
        self.clear_through(self.tail.part(0..old).times().last().copied());
        self.tail = self.tail.part(old..self.tail.len()).into();
    }

    /// Records that the tail in the ledger is obsolete up to a time. Of several in one edit the latest counts: after a
    /// removal older bars may come, and be sealed or removed, too.
    fn clear_through(&mut self, through: Option<i64>) {
        self.cleared_through = self.cleared_through.max(through);
    }

    /// Removes the segments that are expired as a whole.
    fn retire(&mut self) -> bool {
        let snapshot = self.snapshot();
        let (Some(newest), []) = (snapshot.last_time(), &*self.missing) else { return false };
        let (from, mut after) = (self.retention.from(newest), snapshot.rows() as u64);
        let is_old = |segment: &&Arc<Segment>| {
            after -= segment.rows() as u64;
            segment.last_time() < from || (self.retention.rows_max > 0 && after >= self.retention.rows_max)
        };
        let old = self.segments.iter().take_while(is_old).count();
        self.replace(0..old, vec![]);
        old > 0
    }

    /// Sets the retention and removes expired bars.
    pub(crate) fn retain(&mut self, retention: Retention, files: &mut Files<'_>) -> Result<(), Error> {
        self.retention_is_new |= self.retention != retention;
        self.retention = retention;
        let mut changes = self.retire();
        let old = self.snapshot().expired()?;
        if old > 0 {
            changes = true;
            match self.segments.first().cloned() {
                Some(segment) => {
                    verify(&segment)?;
                    let written = files.write_even(&*segment, old..segment.rows())?;
                    self.replace(0..1, written);
                }
                None => self.cut_tail(old),
            }
        }
        if changes {
            self.epoch += 1;
            self.revise_all();
        }
        Ok(())
    }

    /// Clears the missing files until [`miss`](Self::miss) sets the remaining ones, so that recovered bars may take
    /// their place.
    pub(crate) fn forget_missing(&mut self) -> Vec<SegmentFacts> {
        std::mem::take(&mut self.missing).to_vec()
    }

    /// Marks those of these price files as missing whose bars were not recovered; the others are dropped.
    pub(crate) fn miss(&mut self, lost: Vec<SegmentFacts>) {
        let snapshot = self.snapshot();
        let rows = |lost: &SegmentFacts| {
            let end = lost.last_time.checked_add(1);
            let span = Span::new(Some(lost.first_time), end, None).expect("price files are sorted by time");
            snapshot.rows_of(&span).map_or(0, |rows| rows.len() as u64)
        };
        let (found, lost): (Vec<_>, Vec<_>) = lost.into_iter().partition(|lost| rows(lost) >= lost.rows);
        self.dropped.extend(found.iter().map(|found| found.number));
        self.missing = lost.into();
    }

    /// Whether a segment fits between the existing ones and before the tail, and can be added as it is.
    pub(crate) fn adopts(&self, segment: &Segment) -> bool {
        let (first, last) = (segment.first_time(), segment.last_time());
        let apart = |other: &Arc<Segment>| other.last_time() < first || last < other.first_time();
        self.segments.iter().all(apart) && self.tail.first_time().is_none_or(|tail| last < tail)
    }

    /// Adds a segment that [`adopts`](Self::adopts) accepts.
    pub(crate) fn adopt(&mut self, segment: Arc<Segment>) {
        let at = self.segments.partition_point(|other| other.last_time() < segment.first_time());
        self.replace(at..at, vec![segment]);
    }

    /// Accepts the loss of price files that are missing or cannot be read: the series continues without them. Reads all
    /// files of the series, as damage may not have been met yet.
    pub(crate) fn accept_loss(&mut self) {
        let is_lost = |segment: &mut Arc<Segment>| verify(segment).is_err_and(|error| error.is_loss());
        let damaged = self.segments.extract_if(.., is_lost).map(|segment| segment.facts().number);
        let missing = std::mem::take(&mut self.missing);
        let lost: Vec<u64> = damaged.chain(missing.iter().map(|missing| missing.number)).collect();
        if !lost.is_empty() {
            self.lost.extend(lost);
            self.epoch += 1;
            self.revise_all();
        }
    }

    /// Replaces compacted segments by their merged ones, if all inputs are still present. Expired bars may be left out.
    pub(crate) fn swap(&mut self, merged: Compacted) {
        let number = |segment: &Arc<Segment>| segment.facts().number;
        let numbers: Vec<u64> = self.segments.iter().map(number).collect();
        let inputs: Vec<u64> = merged.inputs.iter().map(number).collect();
        if let Some(at) = numbers.windows(inputs.len()).position(|some| some == inputs) {
            let rows = |segments: &[Arc<Segment>]| segments.iter().map(|segment| segment.rows()).sum::<usize>();
            if rows(&merged.outputs) < rows(&merged.inputs) {
                self.epoch += 1;
                self.revise_all();
            }
            self.replace(at..at + inputs.len(), merged.outputs);
        }
    }

    /// Replaces segments by newly written ones.
    fn replace(&mut self, range: Range<usize>, with: Vec<Arc<Segment>>) {
        self.added.extend(with.iter().map(|segment| segment.facts().number));
        for segment in self.segments.splice(range, with) {
            let number = segment.facts().number;
            // A segment written by this same edit is not in the ledger yet.
            match self.added.iter().position(|&added| added == number) {
                Some(index) => self.discarded.push(self.added.swap_remove(index)),
                None => self.dropped.push(number),
            }
        }
    }

    /// The ledger changes that make this edit durable.
    pub(crate) fn changes(&self) -> Vec<Change> {
        let series = self.number;
        if self.is_empty() {
            return vec![];
        }
        let mut changes = Vec::new();
        if self.new {
            changes.push(Change::AddSeries { series, name: self.id.clone() });
        }
        if self.retention_is_new {
            changes.push(Change::SetRetention { series, retention: self.retention });
        }
        changes.extend(self.dropped.iter().map(|&number| Change::DropSegment { number }));
        changes.extend(self.lost.iter().map(|&number| Change::DetachSegment { number }));
        let added = self.segments.iter().map(|segment| segment.facts());
        let added = added.filter(|facts| self.added.contains(&facts.number));
        changes.extend(added.map(|facts| Change::AddSegment { series, facts }));
        changes.extend(self.cleared_through.map(|through| Change::ClearTail { series, through }));
        let dirty = self.dirty_from.map(|from| self.tail.first_at(from));
        if let Some(dirty) = dirty.filter(|&dirty| dirty < self.tail.len()) {
            changes.push(Change::UpsertTail { series, bars: self.tail.part(dirty..self.tail.len()) });
        }
        changes.push(Change::SetEpoch { series, epoch: self.epoch });
        changes
    }

    /// Whether nothing has changed.
    pub(crate) fn is_empty(&self) -> bool {
        // Late bars may be sealed and expire in the same edit. Nothing is left of them but the epoch that their receipt tells.
        let same = self.epoch == self.before.0 && self.dirty_from.is_none() && self.cleared_through.is_none();
        same && !self.retention_is_new && self.added.is_empty() && self.dropped.is_empty() && self.lost.is_empty()
    }

    /// Whether the series may have something to compact: new segments, or bars that expire.
    pub(crate) fn may_compact(&self) -> bool {
        !self.added.is_empty() || self.retention != Retention::default()
    }

    /// The snapshot to publish after the commit.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let (before, lineage) = self.before;
        Snapshot::new(self.number, self.epoch, self.segments.clone(), self.tail.clone())
            .of(if self.epoch == before { lineage } else { self.lineage })
            .without(Arc::clone(&self.missing))
            .steady_since(self.steady_since)
            .revised(Arc::clone(&self.revisions))
            .retained(self.retention)
    }

    /// The price files that are obsolete at once. They are told once.
    pub(crate) fn take_discarded(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.discarded)
    }

    /// The price files that are obsolete after the commit.
    pub(crate) fn dropped(&self) -> &[u64] {
        &self.dropped
    }

    /// The price files whose loss is accepted with the commit. They are not removed: a later repair may use them.
    pub(crate) fn lost(&self) -> &[u64] {
        &self.lost
    }
}
