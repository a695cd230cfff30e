//! Upsert: merges old and new bars by time.

use std::collections::BTreeSet;
use std::ops::Range;

use super::batch::same;
use crate::app::{Batch, Error, OnConflict, Receipt};
use crate::series::{Bars, Source};

/// Merges old bars with rows of a batch, and returns the first time that differs; `None` when nothing changes. The
/// receipt counts each outcome.
pub(crate) fn merge(
    old: &Bars,
    batch: &Batch,
    rows: Range<usize>,
    receipt: &mut Receipt,
) -> Result<Option<(Bars, i64)>, Error> {
    let (new, Some(&first)) = (&batch.bars, batch.bars.times()[rows.clone()].first()) else { return Ok(None) };
    let names: BTreeSet<_> = old.extras().into_iter().chain(new.extras()).collect();
    let names: Vec<_> = names.into_iter().collect();
    let mut merged = Bars::with_extras(old.len() + rows.len(), &names);
    let mut first_change = None;
    let mut at = old.times().partition_point(|&time| time < first);
    merged.extend(old, 0..at);
    // Rows of the batch that are accepted and not copied yet.
    let mut run = rows.start..rows.start;
    for row in rows {
        let time = new.times()[row];
        let until = at + old.times()[at..].partition_point(|&before| before < time);
        if until > at {
            merged.extend(new, std::mem::replace(&mut run, row..row));
            merged.extend(old, at..until);
            at = until;
        }
        let is_there = old.times().get(at) == Some(&time);
        let is_same = is_there && same((old.columns(), at), (new.columns(), row));
        let stays = is_there && (is_same || batch.on_conflict == OnConflict::Keep);
        if is_there && !stays && batch.on_conflict == OnConflict::Error {
            return Err(batch.conflict(row));
        }
        let count = match (is_there, stays) {
            (false, _) => &mut receipt.accepted,
            (true, false) => &mut receipt.replaced,
            (true, true) => &mut receipt.ignored,
        };
        *count += 1;
        if stays {
            merged.extend(new, std::mem::replace(&mut run, row + 1..row + 1));
            merged.extend(old, at..at + 1);
        } else {
            first_change = first_change.or(Some(time));
            run.end = row + 1;
        }
        at += usize::from(is_there);
    }
    merged.extend(new, run);
    merged.extend(old, at..old.len());
    Ok(first_change.map(|from| (merged, from)))
}

/// A copy of some rows.
pub(crate) fn copy(source: &dyn Source, rows: Range<usize>) -> Bars {
    let mut bars = Bars::with_extras(rows.len(), &source.extras());
    bars.extend(source, rows);
    bars
}
