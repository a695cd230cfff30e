//! Merging bars: what becomes of the old and the new of the same time.

use std::ops::Range;

use super::{Batch, Error, OnConflict, Receipt};
use crate::series::{Bar, Bars, Source};

/// Old bars and some rows of a batch in one order, and the first time that differs; `None` when the batch brings nothing
/// new. The receipt counts what became of each.
pub(super) fn merge(
    old: &Bars,
    batch: &Batch,
    rows: Range<usize>,
    receipt: &mut Receipt,
) -> Result<Option<(Bars, i64)>, Error> {
    let Some(&first) = batch.bars.times()[rows.clone()].first() else { return Ok(None) };
    let mut merged = Bars::with_capacity(old.len() + rows.len());
    let mut first_change = None;
    let mut at = old.times().partition_point(|&time| time < first);
    merged.extend(old, 0..at);
    for row in rows {
        let bar = batch.bars.bar(row);
        let until = at + old.times()[at..].partition_point(|&time| time < bar.time);
        merged.extend(old, at..until);
        at = until;
        let there = (old.times().get(at) == Some(&bar.time)).then(|| old.bar(at));
        at += usize::from(there.is_some());
        let taken = match (there, batch.on_conflict) {
            (None, _) => bar,
            (Some(there), _) if same(there, bar) => there,
            (Some(_), OnConflict::Replace) => bar,
            (Some(there), OnConflict::Keep) => there,
            (Some(_), OnConflict::Error) => return Err(batch.conflict(row)),
        };
        let changes = there.is_none_or(|there| !same(there, taken));
        let count = match (there, changes) {
            (None, _) => &mut receipt.accepted,
            (Some(_), true) => &mut receipt.replaced,
            (Some(_), false) => &mut receipt.ignored,
        };
        *count += 1;
        if changes {
            first_change = first_change.or(Some(bar.time));
        }
        merged.push(taken);
    }
    merged.extend(old, at..old.len());
    Ok(first_change.map(|from| (merged, from)))
}

/// Equal to the bit, where every NaN is the same gap.
pub(super) fn same(one: Bar, two: Bar) -> bool {
    let bits = |value: f64| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
    let all = |bar: Bar| [bar.open, bar.high, bar.low, bar.close, bar.volume].map(bits);
    all(one) == all(two)
}

/// A copy of some rows.
pub(super) fn copy(source: &dyn Source, rows: Range<usize>) -> Bars {
    let mut bars = Bars::with_capacity(rows.len());
    bars.extend(source, rows);
    bars
}
