//! The tail of a series: its newest bars, in memory and in the ledger, not in price files yet.
//!
//! A snapshot is immutable, so a change copies what it touches. Most changes add a bar or replace the newest one. The tail is
//! two pieces therefore, and such a change copies the newer one, which is short; once it is longer than that, both become
//! the older one.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::series::{Bars, Column, ColumnName, Source};

/// The most bars of the newer piece.
const NEWER_MAX: usize = 64;

/// The newest bars of a series.
#[derive(Debug, Clone, Default)]
pub struct Tail {
    older: Arc<Bars>,
    /// Bars that open after all older ones.
    newer: Arc<Bars>,
}

impl From<Bars> for Tail {
    fn from(bars: Bars) -> Self {
        Self { older: Arc::new(bars), newer: Arc::default() }
    }
}

impl Tail {
    /// The number of bars.
    pub(crate) fn len(&self) -> usize {
        self.older.len() + self.newer.len()
    }

    /// When the first bar opens.
    pub(crate) fn first_time(&self) -> Option<i64> {
        self.older.times().first().or_else(|| self.newer.times().first()).copied()
    }

    /// When the newest bar opens.
    pub(crate) fn last_time(&self) -> Option<i64> {
        self.newer.times().last().or_else(|| self.older.times().last()).copied()
    }

    /// The first row that opens at `time` or later.
    pub(crate) fn first_at(&self, time: i64) -> usize {
        let before = |bars: &Bars| bars.times().partition_point(|&tail| tail < time);
        before(&self.older) + before(&self.newer)
    }

    /// A copy of some rows.
    pub(crate) fn part(&self, rows: Range<usize>) -> Bars {
        copy(self, rows)
    }

    /// The tail after a change of bars from this time on: `change` makes new bars of those that it is given, which are few if
    /// the time is that of one of the newest. What it tells besides is returned.
    pub(crate) fn changed<T, E>(
        &self,
        from: i64,
        change: impl FnOnce(&Bars) -> Result<Option<(Bars, T)>, E>,
    ) -> Result<Option<(Self, T)>, E> {
        let is_newer = self.older.times().last().is_none_or(|&older| older < from);
        let changed = if is_newer { change(&self.newer)? } else { change(&self.part(0..self.len()))? };
        Ok(changed.map(|(bars, outcome)| {
            let older = if is_newer { Arc::clone(&self.older) } else { Arc::default() };
            let tail = Self { older, newer: Arc::new(bars) };
            (if tail.newer.len() > NEWER_MAX { tail.joined() } else { tail }, outcome)
        }))
    }

    /// The same bars in one piece.
    fn joined(self) -> Self {
        match self.older.is_empty() {
            true => Self { older: self.newer, newer: Arc::default() },
            false => self.part(0..self.len()).into(),
        }
    }

    /// Splits rows into those of each piece, in local rows.
    fn parts(&self, rows: &Range<usize>) -> [(&Bars, Range<usize>); 2] {
        let border = self.older.len();
        let newer = rows.start.max(border) - border..rows.end.max(border) - border;
        [(&self.older, rows.start.min(border)..rows.end.min(border)), (&self.newer, newer)]
    }
}

/// A copy of some rows.
pub(crate) fn copy(source: &dyn Source, rows: Range<usize>) -> Bars {
    let mut bars = Bars::with_extras(rows.len(), &source.extras());
    bars.extend(source, rows);
    bars
}

impl Source for Tail {
    fn rows(&self) -> usize {
        self.len()
    }

    fn extras(&self) -> Vec<ColumnName> {
        let names: BTreeSet<_> = self.older.extras().into_iter().chain(self.newer.extras()).collect();
        names.into_iter().collect()
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64] {
        match self.parts(&rows) {
            [(older, part), (_, rest)] if rest.is_empty() => older.values(column, part, scratch),
            [(_, rest), (newer, part)] if rest.is_empty() => newer.values(column, part, scratch),
            parts => {
                let (mut filled, mut copy) = (0, vec![0.0; rows.len()]);
                for (bars, part) in parts {
                    let to = &mut scratch[filled..filled + part.len()];
                    filled += part.len();
                    to.copy_from_slice(bars.values(column, part, &mut copy));
                }
                &scratch[..filled]
            }
        }
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        self.parts(&rows).into_iter().for_each(|(bars, part)| times.extend_from_slice(&bars.times()[part]));
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;
    use crate::series::{Bar, Columns};

    fn bar(time: i64, close: f64) -> Bar {
        Bar { time, open: close, high: close, low: close, close, volume: 1.0 }
    }

    fn bars(all: &[Bar], extra: bool) -> Bars {
        let mut columns = Columns::default();
        all.iter().for_each(|&bar| columns.push(bar));
        if extra {
            columns.extra.push(("funding".parse().expect("legal"), all.iter().map(|bar| bar.close / 8.0).collect()));
        }
        Bars::stored(columns).expect("valid")
    }

    /// All that a reader sees: times, closes and the extra column, read in pieces of this length.
    fn seen(source: &dyn Source, piece: usize) -> Vec<(i64, u64, u64)> {
        let funding = Column::Extra("funding".parse().expect("legal"));
        let mut seen = Vec::new();
        for start in (0..source.rows()).step_by(piece) {
            let rows = start..source.rows().min(start + piece);
            let (mut times, [mut one, mut other]) = (Vec::new(), [vec![0.5; piece], vec![0.5; piece]]);
            source.times(rows.clone(), &mut times);
            let closes = source.values(Column::Close, rows.clone(), &mut one);
            let extras = source.values(funding, rows, &mut other);
            let bits = |value: &f64| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
            seen.extend(
                times.iter().zip(closes).zip(extras).map(|((time, one), other)| (*time, bits(one), bits(other))),
            );
        }
        seen
    }

    proptest! {
        #[test]
        fn changes_are_those_of_one_piece(
            changes in prop::collection::vec((0_i64..300, 1..90_usize, any::<bool>()), 1..40),
            piece in 1..200_usize,
        ) {
            let (mut tail, mut model) = (Tail::default(), Vec::<(i64, f64, bool)>::new());
            for (number, (back, count, extra)) in changes.into_iter().enumerate() {
                // Mostly at the end.
                let end = model.last().map_or(0, |last| last.0 + 1);
                let from = if back < 250 { end } else { end - (back - 250).min(end) };
                let new: Vec<_> = (from..from + count as i64).map(|time| (time, (number + 1) as f64, extra)).collect();
                model.retain(|bar| bar.0 < from);
                model.extend(&new);
                let changed = tail.changed(from, |old| {
                    let kept = old.times().partition_point(|&time| time < from);
                    let mut merged = Bars::with_extras(0, &["funding".parse().expect("legal")]);
                    merged.extend(old, 0..kept);
                    let new: Vec<_> = new.iter().map(|new| bar(new.0, new.1)).collect();
                    merged.extend(&bars(&new, extra), 0..new.len());
                    Ok::<_, Infallible>(Some((merged, old.len())))
                });
                let given;
                (tail, given) = changed.expect("never fails").expect("changed");
                prop_assert!(from < end || given <= NEWER_MAX, "an added bar copies {given}");
                let expected: Vec<_> = model.iter().map(|&(time, close, extra)| {
                    (time, close.to_bits(), if extra { close / 8.0 } else { f64::NAN }.to_bits())
                }).collect();
                prop_assert_eq!(seen(&tail, piece), expected);
                prop_assert_eq!(tail.first_time(), model.first().map(|bar| bar.0));
                prop_assert_eq!(tail.last_time(), model.last().map(|bar| bar.0));
                prop_assert_eq!(tail.first_at(from), model.iter().filter(|bar| bar.0 < from).count());
                let part = tail.part(model.len() / 3..model.len());
                prop_assert_eq!(seen(&part, piece), seen(&tail, 1)[model.len() / 3..].to_vec());
            }
        }
    }

    #[test]
    fn what_does_not_change_is_none() {
        let tail = Tail::from(bars(&[bar(1, 1.0)], false));
        assert!(tail.changed(1, |_| Ok::<_, Infallible>(None::<(Bars, ())>)).expect("never fails").is_none());
        assert_eq!(tail.changed(1, |_| Err::<Option<(Bars, ())>, _>("no")).expect_err("it fails"), "no");
    }
}
