//! The bars of a question, held for as long as it is worked on.

use std::ops::Range;
use std::sync::Arc;

use super::view::View;
use crate::prices;
use crate::series::{Bars, Column, Source, Span};

/// The bars of a series that is kept, or those that came with the question.
#[derive(Debug, Clone)]
pub(super) enum Held {
    View(Arc<View>),
    Bars(Arc<Bars>),
}

impl Held {
    pub(super) fn epoch(&self) -> u64 {
        match self {
            Self::View(view) => view.epoch,
            Self::Bars(_) => 0,
        }
    }

    pub(super) fn rows_of(&self, span: &Span) -> Result<Range<usize>, prices::Error> {
        match self {
            Self::View(view) => view.rows_of(span),
            Self::Bars(bars) => {
                Ok(span.rows(bars.len(), |time| Bars::times(bars).partition_point(|&before| before < time)))
            }
        }
    }

    /// The span from the first to the last of these rows; `None` if there are none.
    pub(super) fn span_of(&self, rows: &Range<usize>) -> Result<Option<Span>, prices::Error> {
        let Some(last) = rows.clone().next_back() else { return Ok(None) };
        let mut times = Vec::new();
        for row in [rows.start, last] {
            self.verify(&(0..0), &[], &(row..row + 1))?;
            self.times(row..row + 1, &mut times);
        }
        let span = Span::new(Some(times[0]), times[1].checked_add(1), None);
        Ok(Some(span.expect("bars are in the order of time")))
    }

    /// Checks what will be read, as far as that was not done before.
    pub(super) fn verify(
        &self,
        reads: &Range<usize>,
        columns: &[Column],
        times: &Range<usize>,
    ) -> Result<(), prices::Error> {
        match self {
            Self::View(view) => view.verify(reads, columns).and_then(|()| view.verify_times(times)),
            Self::Bars(_) => Ok(()),
        }
    }
}

impl Source for Held {
    fn rows(&self) -> usize {
        match self {
            Self::View(view) => view.rows(),
            Self::Bars(bars) => bars.rows(),
        }
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64] {
        match self {
            Self::View(view) => view.values(column, rows, scratch),
            Self::Bars(bars) => bars.values(column, rows, scratch),
        }
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        match self {
            Self::View(view) => view.times(rows, times),
            Self::Bars(bars) => Source::times(&**bars, rows, times),
        }
    }
}
