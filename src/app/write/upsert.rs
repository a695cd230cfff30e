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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::app::tests::fixture::{MINUTE, bar, bars};
    use crate::series::{Bar, Columns};

    /// A number below `limit`.
    fn below(state: &mut u64, limit: u64) -> u64 {
        *state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (*state >> 33) % limit
    }

    /// Some of these minutes, each in one of two variants.
    fn some(state: &mut u64, minutes: std::ops::Range<i64>) -> Columns {
        let (mut columns, rare) = (Columns::default(), 1 + below(state, 4));
        for minute in minutes {
            if below(state, rare) == 0 {
                columns.push(bar(minute, below(state, 2) as u32));
            }
        }
        columns
    }

    /// What the bars are after an upsert by the definition, bar by bar; `None` if it is refused.
    fn expected(old: &Bars, batch: &Batch, rows: Range<usize>) -> Option<(Vec<Bar>, Receipt, Option<i64>)> {
        let mut all: BTreeMap<i64, Bar> = (0..old.len()).map(|row| (old.times()[row], old.bar(row))).collect();
        let (mut receipt, mut changed) = (Receipt::default(), None);
        for new in rows.map(|row| batch.bars.bar(row)) {
            let counted = match (all.get(&new.time), batch.on_conflict) {
                (None, _) => &mut receipt.accepted,
                (Some(before), OnConflict::Error) if *before != new => return None,
                (Some(before), OnConflict::Replace) if *before != new => &mut receipt.replaced,
                (Some(_), _) => {
                    receipt.ignored += 1;
                    continue;
                }
            };
            *counted += 1;
            changed = changed.or(Some(new.time));
            all.insert(new.time, new);
        }
        Some((all.into_values().collect(), receipt, changed))
    }

    #[test]
    fn a_merge_is_an_upsert_bar_by_bar() {
        let mut state = 1;
        for round in 0..3000 {
            let old = some(&mut state, 0..30);
            let old = if old.times.is_empty() { Bars::default() } else { Bars::new(old).expect("valid") };
            let (from, len) = (below(&mut state, 34) as i64 - 3, below(&mut state, 12) as i64);
            let new = some(&mut state, from..from + len);
            if new.times.is_empty() {
                continue;
            }
            let on_conflict = [OnConflict::Replace, OnConflict::Keep, OnConflict::Error][round % 3];
            let batch = Batch::new(new, on_conflict).expect("valid");
            let start = below(&mut state, batch.bars.len() as u64 + 1) as usize;
            let rows = start..start + below(&mut state, (batch.bars.len() - start) as u64 + 1) as usize;
            let mut receipt = Receipt::default();
            let merged = merge(&old, &batch, rows.clone(), &mut receipt);
            let Some((all, counted, changed)) = expected(&old, &batch, rows.clone()) else {
                assert!(matches!(merged, Err(Error::Conflict { .. })));
                continue;
            };
            let merged = merged.expect("no conflict");
            assert_eq!((receipt, merged.as_ref().map(|(_, from)| *from)), (counted, changed), "{batch:?} {rows:?}");
            if let Some((merged, _)) = merged {
                assert_eq!((0..merged.len()).map(|row| merged.bar(row)).collect::<Vec<_>>(), all);
            }
        }
    }

    #[test]
    fn a_conflict_names_the_bar_as_it_was_sent() {
        let mut sent = Columns::default();
        [5, 3, 4].into_iter().for_each(|minute| sent.push(bar(minute, u32::from(minute == 4))));
        let batch = Batch::new(sent, OnConflict::Error).expect("valid");
        let error = merge(&bars(0..6, 0), &batch, 0..3, &mut Receipt::default()).expect_err("refused");
        assert!(matches!(error, Error::Conflict { index: 2, time } if time == 4 * MINUTE), "{error}");
    }
}
