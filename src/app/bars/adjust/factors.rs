//! The factors of the bars of a stored series, and their application.

use std::ops::Range;

use crate::ledger::CorporateAction;
use crate::series::{Column, SeriesId};

/// How the bars of a stored series are adjusted.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjustment {
    /// The stored series.
    pub series: SeriesId,
    /// The actions that count, oldest first.
    pub actions: Box<[AppliedAction]>,
    /// The factors of the bars, oldest first.
    pub(super) steps: Box<[Step]>,
    /// Names the factors.
    pub(super) fingerprint: u128,
}

/// An action that counts, with what it does on its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AppliedAction {
    /// The action.
    pub action: CorporateAction,
    /// What the prices of earlier bars are multiplied by; 1 if there are none.
    pub price_factor: f64,
    /// What the volume of earlier bars is multiplied by; 1 if there are none.
    pub volume_factor: f64,
    /// The number of earlier bars.
    pub rows: u64,
}

/// The bars before a row, and behind those of the step before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    pub(super) end: usize,
    pub(super) price: f64,
    pub(super) volume: f64,
}

impl Adjustment {
    /// Names the factors; 0 if they change nothing.
    pub(crate) fn fingerprint(&self) -> u128 {
        if self.steps.is_empty() { 0 } else { self.fingerprint }
    }

    /// The number of bars that are adjusted.
    pub fn rows(&self) -> u64 {
        self.steps.last().map_or(0, |step| step.end as u64)
    }

    /// Whether values of a column from this row on may change.
    pub(crate) fn changes(&self, column: Column, row: usize) -> bool {
        !matches!(column, Column::Extra(_)) && self.steps.last().is_some_and(|step| row < step.end)
    }

    /// The factor of each run of these rows, relative to their first.
    fn runs(&self, column: Column, rows: Range<usize>) -> impl Iterator<Item = (Range<usize>, f64)> {
        let first = self.steps.partition_point(|step| step.end <= rows.start);
        let raw = Step { end: usize::MAX, price: 1.0, volume: 1.0 };
        let mut at = rows.start;
        self.steps[first..].iter().copied().chain([raw]).map_while(move |step| {
            let run = at..step.end.min(rows.end);
            at = run.end;
            let factor = if column == Column::Volume { step.volume } else { step.price };
            (!run.is_empty()).then(|| (run.start - rows.start..run.end - rows.start, factor))
        })
    }

    /// Adjusts the values of rows in place.
    pub(crate) fn scale(&self, column: Column, rows: Range<usize>, values: &mut [f64]) {
        for (run, factor) in self.runs(column, rows) {
            values[run].iter_mut().for_each(|value| *value *= factor);
        }
    }

    /// As `scale`, from a copy.
    pub(crate) fn scaled(&self, column: Column, rows: Range<usize>, values: &[f64], to: &mut [f64]) {
        for (run, factor) in self.runs(column, rows) {
            to[run.clone()].iter_mut().zip(&values[run]).for_each(|(to, value)| *to = value * factor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_the_factor_of_its_step() {
        let step = |end, price, volume| Step { end, price, volume };
        let series = SeriesId::parse("A", "1d").expect("valid");
        let steps = [step(3, 0.25, 4.0), step(5, 0.5, 2.0)].into();
        let adjustment = Adjustment { series, actions: [].into(), steps, fingerprint: 7 };
        let scaled = |column, rows: Range<usize>| {
            let mut in_place = vec![8.0; rows.len()];
            let mut copied = vec![0.0; rows.len()];
            adjustment.scaled(column, rows.clone(), &in_place, &mut copied);
            adjustment.scale(column, rows, &mut in_place);
            assert_eq!(in_place, copied);
            copied
        };
        assert_eq!(scaled(Column::Close, 0..7), [2.0, 2.0, 2.0, 4.0, 4.0, 8.0, 8.0]);
        assert_eq!(scaled(Column::Volume, 2..6), [32.0, 16.0, 16.0, 8.0]);
        assert_eq!(scaled(Column::Open, 4..5), [4.0]);
        assert_eq!((scaled(Column::High, 5..7), scaled(Column::Low, 3..3)), (vec![8.0; 2], vec![]));
        assert!(adjustment.changes(Column::Low, 4) && !adjustment.changes(Column::Low, 5));
        assert!(!adjustment.changes(Column::Extra("oi".parse().expect("valid")), 0));
        assert_eq!(adjustment.rows(), 5);
    }
}
