//! A sealed segment in which some rows are replaced, before it is sealed again.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::prices::{Sealed, Segment};
use crate::series::{Bars, Column, ColumnName, Source};

/// The bars of a verified segment with those of some rows replaced by others, of any number. Only the replaced rows are
/// in memory.
#[derive(Debug)]
pub(crate) struct Spliced<'a> {
    segment: &'a Segment,
    /// The rows of the segment that are left out.
    out: Range<usize>,
    /// What takes their place.
    bars: &'a Bars,
}

/// Rows of one of the two.
enum Part {
    Sealed(Range<usize>),
    New(Range<usize>),
}

impl<'a> Spliced<'a> {
    pub(crate) fn new(segment: &'a Segment, out: Range<usize>, bars: &'a Bars) -> Self {
        Self { segment, out, bars }
    }

    /// Where the segment holds all of these rows, if it does.
    pub(crate) fn sealed(&self, rows: Range<usize>) -> Option<Sealed<'_>> {
        match self.parts(&rows).next()? {
            Part::Sealed(part) if part.len() == rows.len() => Some((self.segment, part)),
            _ => None,
        }
    }

    /// Splits rows into those before, of, and after the replaced ones, each in local rows.
    fn parts(&self, rows: &Range<usize>) -> impl Iterator<Item = Part> {
        let (first, end) = (self.out.start, self.out.start + self.bars.len());
        let within = |from: usize, to: usize| rows.start.clamp(from, to)..rows.end.clamp(from, to);
        let (before, new, after) = (within(0, first), within(first, end), within(end, usize::MAX));
        let after = after.start - end + self.out.end..after.end - end + self.out.end;
        let parts = [Part::Sealed(before), Part::New(new.start - first..new.end - first), Part::Sealed(after)];
        parts.into_iter().filter(|(Part::Sealed(rows) | Part::New(rows))| !rows.is_empty())
    }
}

impl Source for Spliced<'_> {
    fn rows(&self) -> usize {
        self.segment.rows() - self.out.len() + self.bars.len()
    }

    fn extras(&self) -> Vec<ColumnName> {
        let names: BTreeSet<_> = self.segment.extras().into_iter().chain(self.bars.extras()).collect();
        names.into_iter().collect()
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64] {
        let (mut copy, mut filled) = (vec![0.0; rows.len()], 0);
        for part in self.parts(&rows) {
            let (source, rows): (&dyn Source, _) = match part {
                Part::Sealed(rows) => (self.segment, rows),
                Part::New(rows) => (self.bars, rows),
            };
            let to = &mut scratch[filled..][..rows.len()];
            filled += rows.len();
            to.copy_from_slice(source.values(column, rows, &mut copy));
        }
        &scratch[..filled]
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        for part in self.parts(&rows) {
            match part {
                Part::Sealed(rows) => self.segment.times(rows, times),
                Part::New(rows) => Source::times(self.bars, rows, times),
            }
        }
    }
}
