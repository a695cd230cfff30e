//! Drafts: what becomes of a series when batches of bars are put into it, before anything is durable.

use std::ops::Range;
use std::sync::Arc;

use super::merge::{copy, merge};
use super::view::View;
use super::{Error, Receipt};
use crate::ledger::Change;
use crate::prices::{self, Folder, Segment};
use crate::series::{Bars, Column, SegmentFacts, SeriesId, Source};

/// How long tails and segments get, in bars.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// A tail longer than this is sealed, but for its newest bars.
    pub(super) tail_max: usize,
    /// The newest bars that stay in the tail when it is sealed: those that still change.
    pub(super) tail_keep: usize,
    /// Segments are merged up to this length, which bounds how long one merge takes.
    pub(super) segment_max: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { tail_max: 4096, tail_keep: 1024, segment_max: 4 << 20 }
    }
}

/// The coming view of one series, and the changes of the ledger that lead there.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) id: SeriesId,
    pub(super) number: u64,
    /// The ledger does not have the series yet.
    pub(super) new: bool,
    epoch: u64,
    segments: Vec<Arc<Segment>>,
    tail: Arc<Bars>,
    missing: Option<SegmentFacts>,
    steady_since: u64,
    /// The first time in the tail that the ledger does not have, or has otherwise.
    dirty_from: Option<i64>,
    /// The tail up to this time is in a segment now.
    cleared_through: Option<i64>,
    added: Vec<u64>,
    dropped: Vec<u64>,
}

impl Draft {
    /// The draft of a new series.
    pub(super) fn new(id: SeriesId, number: u64) -> Self {
        Self { new: true, ..Self::of(id, &View::new(number, 0, vec![], Arc::default())) }
    }

    /// The draft of a series that exists.
    pub(super) fn of(id: SeriesId, view: &View) -> Self {
        Self {
            id,
            number: view.series,
            new: false,
            epoch: view.epoch,
            segments: view.segments.clone(),
            tail: Arc::clone(&view.tail),
            missing: view.missing,
            steady_since: view.steady_since,
            dirty_from: None,
            cleared_through: None,
            added: vec![],
            dropped: vec![],
        }
    }

    /// Puts a batch in. After an error the draft is good for nothing.
    pub(super) fn put(&mut self, bars: &Bars, files: &mut Files<'_>) -> Result<Receipt, Error> {
        if let (Some(missing), Some(&first)) = (self.missing, bars.times().first())
            && first <= missing.last_time
        {
            let (id, number, through) = (self.id.clone(), missing.number, missing.last_time);
            return Err(Error::Missing { id, number, through, first });
        }
        let sealed = |end: i64| bars.times().partition_point(|&time| time <= end);
        let split = self.segments.last().map_or(0, |segment| sealed(segment.last_time()));
        let mut receipt = Receipt::default();
        self.put_sealed(bars, 0..split, files, &mut receipt)?;
        let steady = receipt.accepted + receipt.replaced == 0;
        if let Some((merged, from)) = merge(&self.tail, bars, split..bars.len(), &mut receipt) {
            self.dirty_from = Some(self.dirty_from.map_or(from, |before| before.min(from)));
            self.tail = Arc::new(merged);
        }
        self.epoch += u64::from(receipt.accepted + receipt.replaced > 0);
        receipt.epoch = self.epoch;
        if !steady {
            self.steady_since = self.epoch;
        }
        self.seal(files)?;
        self.thin(files)?;
        Ok(receipt)
    }

    /// Puts bars in that are older than the tail: those between segments into one of their own, the others into the
    /// segment that they fall into, which is written anew.
    fn put_sealed(
        &mut self,
        bars: &Bars,
        rows: Range<usize>,
        files: &mut Files<'_>,
        receipt: &mut Receipt,
    ) -> Result<(), Error> {
        let mut at = rows.start;
        while at < rows.end {
            let times = &bars.times()[at..rows.end];
            let index = self.segments.partition_point(|segment| segment.last_time() < times[0]);
            let segment = Arc::clone(&self.segments[index]);
            let before = times.partition_point(|&time| time < segment.first_time());
            if before > 0 {
                receipt.accepted += before as u64;
                let written = files.write_even(bars, at..at + before, &mut self.added)?;
                self.segments.splice(index..index, written);
                at += before;
                continue;
            }
            let end = at + times.partition_point(|&time| time <= segment.last_time());
            verify(&segment)?;
            if let Some((merged, _)) = merge(&copy(&*segment, 0..segment.rows()), bars, at..end, receipt) {
                let written = files.write_even(&merged, 0..merged.len(), &mut self.added)?;
                self.replace(index..index + 1, written);
            }
            at = end;
        }
        Ok(())
    }

    /// Moves a long tail, but for its newest bars, to a segment; takes in the newest segments while they are small.
    fn seal(&mut self, files: &mut Files<'_>) -> Result<(), Error> {
        if self.tail.len() <= files.sizes.tail_max {
            return Ok(());
        }
        let sealed = self.tail.len() - files.sizes.tail_keep;
        let mut rows = sealed;
        let mut from = self.segments.len();
        while let Some(last) = from.checked_sub(1).map(|index| &self.segments[index])
            && last.rows() < 2 * rows
            && last.rows() + rows <= files.sizes.segment_max
            && self.may_move(last)
        {
            rows += last.rows();
            from -= 1;
        }
        let whole = View::new(0, 0, self.segments[from..].to_vec(), Arc::clone(&self.tail));
        let written = files.write_even(&whole, 0..rows, &mut self.added)?;
        self.cleared_through = written.last().map(|segment| segment.last_time());
        self.replace(from..self.segments.len(), written);
        self.tail = Arc::new(copy(&*self.tail, sealed..self.tail.len()));
        Ok(())
    }

    /// Merges the two smallest neighbours while there are more segments than the logarithm of their bars.
    fn thin(&mut self, files: &mut Files<'_>) -> Result<(), Error> {
        let rows: usize = self.segments.iter().map(|segment| segment.rows()).sum();
        while self.segments.len() > 2 + rows.checked_ilog2().unwrap_or(0) as usize {
            let both = |index: usize| self.segments[index].rows() + self.segments[index + 1].rows();
            let fit = |&index: &usize| {
                both(index) <= files.sizes.segment_max
                    && self.may_move(&self.segments[index])
                    && self.may_move(&self.segments[index + 1])
            };
            let pairs = 0..self.segments.len() - 1;
            let Some(index) = pairs.filter(fit).min_by_key(|&index| both(index)) else { return Ok(()) };
            let pair = View::new(0, 0, self.segments[index..index + 2].to_vec(), Arc::default());
            let written = files.write_even(&pair, 0..pair.rows(), &mut self.added)?;
            self.replace(index..index + 2, written);
        }
        Ok(())
    }

    /// A segment can be merged with its neighbours: it is whole, and no bars that are missing belong after it.
    fn may_move(&self, segment: &Segment) -> bool {
        let whole = || verify(segment).inspect_err(|error| tracing::error!(series = %self.id, %error, "not merged"));
        self.missing.is_none_or(|missing| segment.first_time() > missing.last_time) && whole().is_ok()
    }

    fn replace(&mut self, range: Range<usize>, with: Vec<Arc<Segment>>) {
        for segment in self.segments.splice(range, with) {
            let number = segment.facts().number;
            // A segment that this very draft has written is in no ledger yet.
            match self.added.iter().position(|&added| added == number) {
                Some(index) => drop(self.added.swap_remove(index)),
                None => self.dropped.push(number),
            }
        }
    }

    /// The changes of the ledger that make this draft durable.
    pub(super) fn changes(&self) -> Vec<Change> {
        let series = self.number;
        if self.is_empty() {
            return vec![];
        }
        let mut changes = Vec::new();
        if self.new {
            changes.push(Change::AddSeries { series, name: self.id.clone() });
        }
        changes.extend(self.dropped.iter().map(|&number| Change::DropSegment { number }));
        let added = self.segments.iter().map(|segment| segment.facts());
        let added = added.filter(|facts| self.added.contains(&facts.number));
        changes.extend(added.map(|facts| Change::AddSegment { series, facts }));
        changes.extend(self.cleared_through.map(|through| Change::ClearTail { series, through }));
        let dirty = self.dirty_from.map(|from| self.tail.times().partition_point(|&time| time < from));
        if let Some(dirty) = dirty.filter(|&dirty| dirty < self.tail.len()) {
            changes.push(Change::UpsertTail { series, bars: copy(&*self.tail, dirty..self.tail.len()) });
        }
        changes.push(Change::SetEpoch { series, epoch: self.epoch });
        changes
    }

    /// Nothing new was put in.
    pub(super) fn is_empty(&self) -> bool {
        let tail = self.dirty_from.is_none() && self.cleared_through.is_none();
        tail && self.added.is_empty() && self.dropped.is_empty()
    }

    /// The view that readers get once the changes are durable.
    pub(super) fn view(&self) -> View {
        View::new(self.number, self.epoch, self.segments.clone(), Arc::clone(&self.tail))
            .without(self.missing)
            .steady_since(self.steady_since)
    }

    /// The price files that are not needed once the changes are durable.
    pub(super) fn dropped(&self) -> &[u64] {
        &self.dropped
    }
}

/// Where drafts write their segments, and the numbers that are left.
pub(super) struct Files<'a> {
    pub(super) folder: &'a Folder,
    pub(super) sizes: Sizes,
    pub(super) next: &'a mut u64,
    /// Every file written, so that those of a failed commit can be removed.
    pub(super) written: Vec<u64>,
}

impl Files<'_> {
    /// Writes rows of a source as one segment, or as several of the same length when they are too many for one.
    fn write_even(
        &mut self,
        source: &dyn Source,
        rows: Range<usize>,
        added: &mut Vec<u64>,
    ) -> Result<Vec<Arc<Segment>>, prices::Error> {
        let pieces = rows.len().div_ceil(self.sizes.segment_max);
        let border = |piece: usize| rows.start + rows.len() * piece / pieces;
        (0..pieces)
            .map(|piece| {
                let number = *self.next;
                *self.next += 1;
                self.folder.write(number, &Part { source, rows: border(piece)..border(piece + 1) })?;
                self.written.push(number);
                added.push(number);
                Ok(Arc::new(self.folder.segment(number)?))
            })
            .collect()
    }
}

/// Some rows of a source.
struct Part<'a> {
    source: &'a dyn Source,
    rows: Range<usize>,
}

impl Part<'_> {
    fn within(&self, rows: Range<usize>) -> Range<usize> {
        self.rows.start + rows.start..self.rows.start + rows.end
    }
}

impl Source for Part<'_> {
    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64] {
        self.source.values(column, self.within(rows), scratch)
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        self.source.times(self.within(rows), times);
    }
}

/// Checks all that will be read when the segment is written anew.
fn verify(segment: &Segment) -> Result<(), prices::Error> {
    segment.verify(0..segment.rows(), &Column::ALL)?;
    segment.verify_times(0..segment.rows())
}
