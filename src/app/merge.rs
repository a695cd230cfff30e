//! Merging bars: the new take the place of the old at the same time.

use std::ops::Range;

use super::Receipt;
use crate::series::{Bar, Bars, Source};

/// Old bars and some rows of new ones in one order, and the first time that differs; `None` when the new ones bring
/// nothing new. The receipt counts what became of each.
pub(super) fn merge(old: &Bars, new: &Bars, rows: Range<usize>, receipt: &mut Receipt) -> Option<(Bars, i64)> {
    let first = *new.times().get(rows.start..rows.end)?.first()?;
    let mut merged = Bars::with_capacity(old.len() + rows.len());
    let mut first_change = None;
    let mut at = old.times().partition_point(|&time| time < first);
    merged.extend(old, 0..at);
    for row in rows {
        let bar = new.bar(row);
        let until = at + old.times()[at..].partition_point(|&time| time < bar.time);
        merged.extend(old, at..until);
        at = until;
        let there = old.times().get(at) == Some(&bar.time);
        let is_same = there && same(old.bar(at), bar);
        let count = match (there, is_same) {
            (true, true) => &mut receipt.ignored,
            (true, false) => &mut receipt.replaced,
            (false, _) => &mut receipt.accepted,
        };
        *count += 1;
        if !is_same {
            first_change = first_change.or(Some(bar.time));
        }
        at += usize::from(there);
        merged.push(bar);
    }
    merged.extend(old, at..old.len());
    first_change.map(|from| (merged, from))
}

/// Equal to the bit, where every NaN is the same gap.
fn same(one: Bar, two: Bar) -> bool {
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
