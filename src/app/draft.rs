//! Drafts: what becomes of a series when batches of bars are put into it, before anything is durable.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use super::Receipt;
use super::view::View;
use crate::ledger::Change;
use crate::prices::{self, Folder, Segment};
use crate::series::{Bar, Bars, Column, SeriesId, Source};

/// A tail longer than this is sealed, but for its newest bars.
const TAIL_MAX: usize = 4096;
/// The newest bars that stay in the tail when it is sealed: those that still change.
const TAIL_KEEP: usize = 1024;
/// Segments are merged up to this many bars, which bounds how long one merge takes.
const SEGMENT_ROWS_MAX: usize = 4 << 20;

/// The coming view of one series, and the changes of the ledger that lead there.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) id: SeriesId,
    pub(super) number: u64,
    epoch: u64,
    segments: Vec<Arc<Segment>>,
    tail: Arc<Bars>,
    /// The first time in the tail that the ledger does not have, or has otherwise.
    dirty_from: Option<i64>,
    /// The tail up to this time is in a segment now.
    cleared_through: Option<i64>,
    added: Vec<u64>,
    dropped: Vec<u64>,
    new: bool,
}

impl Draft {
    /// The draft of a series that exists, or of a new one.
    pub(super) fn new(id: SeriesId, number: u64, view: Option<&View>) -> Self {
        let (epoch, segments, tail) = match view {
            Some(view) => (view.epoch, view.segments.clone(), Arc::clone(&view.tail)),
            None => (0, vec![], Arc::default()),
        };
        let (dirty_from, cleared_through) = (None, None);
        let new = view.is_none();
        Self { id, number, epoch, segments, tail, dirty_from, cleared_through, added: vec![], dropped: vec![], new }
    }

    /// Puts a batch in.
    pub(super) fn put(&mut self, bars: &Bars, files: &mut Files<'_>) -> Result<Receipt, prices::Error> {
        let sealed_end = self.segments.last().map_or(i64::MIN, |segment| segment.last_time());
        let split = if self.segments.is_empty() { 0 } else { bars.times().partition_point(|&time| time <= sealed_end) };
        let mut receipt = Receipt::default();
        self.correct(bars, 0..split, files, &mut receipt)?;
        let merged = merge(&*self.tail, 0..self.tail.len(), bars, split..bars.len(), &mut receipt);
        if let Some((merged, from)) = merged {
            self.dirty_from = Some(self.dirty_from.map_or(from, |before| before.min(from)));
            self.tail = Arc::new(merged);
        }
        self.epoch += u64::from(receipt.accepted + receipt.replaced > 0);
        receipt.epoch = self.epoch;
        self.seal(files)?;
        Ok(receipt)
    }

    /// Writes anew the segments that bars of the past fall into.
    fn correct(
        &mut self,
        bars: &Bars,
        rows: Range<usize>,
        files: &mut Files<'_>,
        receipt: &mut Receipt,
    ) -> Result<(), prices::Error> {
        let mut at = rows.start;
        while at < rows.end {
            let time = bars.times()[at];
            let index = self.segments.partition_point(|segment| segment.last_time() < time);
            let segment = Arc::clone(&self.segments[index]);
            let end = at + bars.times()[at..rows.end].partition_point(|&time| time <= segment.last_time());
            segment.verify(0..segment.rows(), &Column::ALL)?;
            segment.verify_times(0..segment.rows())?;
            if let Some((merged, _)) = merge(&*segment, 0..segment.rows(), bars, at..end, receipt) {
                let written = files.write(&merged, &mut self.added)?;
                self.drop_segments(index..index + 1);
                self.segments.insert(index, written);
            }
            at = end;
        }
        Ok(())
    }

    /// Moves a long tail, but for its newest bars, to a segment; takes in the newest segments while they are small.
    fn seal(&mut self, files: &mut Files<'_>) -> Result<(), prices::Error> {
        if self.tail.len() <= TAIL_MAX {
            return Ok(());
        }
        let sealed = self.tail.len() - TAIL_KEEP;
        let mut rows = sealed;
        let mut from = self.segments.len();
        while let Some(last) = from.checked_sub(1).map(|index| &self.segments[index])
            && last.rows() < 2 * rows
            && last.rows() + rows <= SEGMENT_ROWS_MAX
        {
            last.verify(0..last.rows(), &Column::ALL)?;
            last.verify_times(0..last.rows())?;
            rows += last.rows();
            from -= 1;
        }
        let whole = View::new(0, self.segments[from..].to_vec(), Arc::clone(&self.tail));
        let written = files.write(&Head { source: whole, rows }, &mut self.added)?;
        self.cleared_through = Some(written.last_time());
        self.drop_segments(from..self.segments.len());
        self.segments.push(written);
        self.tail = Arc::new(copy(&*self.tail, sealed..self.tail.len()));
        Ok(())
    }

    fn drop_segments(&mut self, range: Range<usize>) {
        for segment in self.segments.drain(range) {
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
        let mut changes = Vec::new();
        if self.new && self.epoch > 0 {
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
        if !changes.is_empty() {
            changes.push(Change::SetEpoch { series, epoch: self.epoch });
        }
        changes
    }

    /// Nothing was put in.
    pub(super) fn is_empty(&self) -> bool {
        self.changes().is_empty()
    }

    /// The view that readers get once the changes are durable.
    pub(super) fn view(&self) -> View {
        View::new(self.epoch, self.segments.clone(), Arc::clone(&self.tail))
    }

    /// The price files that are not needed once the changes are durable.
    pub(super) fn dropped(&self) -> &[u64] {
        &self.dropped
    }
}

/// Where drafts write their segments, and the numbers that are left.
pub(super) struct Files<'a> {
    pub(super) folder: &'a Folder,
    pub(super) next: &'a mut u64,
    /// Every file written, so that those of a failed commit can be removed.
    pub(super) written: Vec<u64>,
}

impl Files<'_> {
    fn write(&mut self, source: &dyn Source, added: &mut Vec<u64>) -> Result<Arc<Segment>, prices::Error> {
        let number = *self.next;
        *self.next += 1;
        self.folder.write(number, source)?;
        self.written.push(number);
        added.push(number);
        Ok(Arc::new(self.folder.segment(number)?))
    }
}

/// The first rows of a source.
struct Head {
    source: View,
    rows: usize,
}

impl Source for Head {
    fn rows(&self) -> usize {
        self.rows
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64] {
        self.source.values(column, rows, scratch)
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        self.source.times(rows, times);
    }
}

/// Old and new bars in one order, the new in place of the old at the same time, and the first time that differs; `None`
/// when the new bars bring nothing new.
fn merge(
    old: &dyn Source,
    old_rows: Range<usize>,
    new: &Bars,
    new_rows: Range<usize>,
    receipt: &mut Receipt,
) -> Option<(Bars, i64)> {
    if new_rows.is_empty() {
        return None;
    }
    let old = copy(old, old_rows);
    let mut merged = Bars::with_capacity(old.len() + new_rows.len());
    let mut first_change = None;
    let mut at = old.times().partition_point(|&time| time < new.times()[new_rows.start]);
    merged.extend(&old, 0..at);
    for row in new_rows {
        let bar = new.bar(row);
        let until = at + old.times()[at..].partition_point(|&time| time < bar.time);
        merged.extend(&old, at..until);
        at = until;
        match old.times().get(at).map_or(Ordering::Greater, |time| time.cmp(&bar.time)) {
            Ordering::Equal if same(old.bar(at), bar) => receipt.ignored += 1,
            Ordering::Equal => {
                receipt.replaced += 1;
                first_change = first_change.or(Some(bar.time));
            }
            _ => {
                receipt.accepted += 1;
                first_change = first_change.or(Some(bar.time));
            }
        }
        at += usize::from(old.times().get(at) == Some(&bar.time));
        merged.push(bar);
    }
    merged.extend(&old, at..old.len());
    first_change.map(|from| (merged, from))
}

fn same(one: Bar, two: Bar) -> bool {
    let bits = |bar: Bar| [bar.open, bar.high, bar.low, bar.close, bar.volume].map(f64::to_bits);
    bits(one) == bits(two)
}

/// A copy of some rows.
fn copy(source: &dyn Source, rows: Range<usize>) -> Bars {
    let mut bars = Bars::with_capacity(rows.len());
    bars.extend(source, rows);
    bars
}
