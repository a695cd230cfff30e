//! Batches: bars as a sender gives them, put in order of time, one of each time; and what names a batch for good.

use xxhash_rust::xxh3::Xxh3;

use crate::app::Error;
use crate::indicator::registry::is_free;
use crate::series::{Bars, Column, Columns, SeriesId, Symbol};

/// What becomes of a bar when there is another of the same time with other values. Equal bars are never a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnConflict {
    /// It takes the place of the other: the newest word holds.
    #[default]
    Replace,
    /// It is ignored: the first word holds.
    Keep,
    /// The batch is refused whole.
    Error,
}

/// What names a batch, so that it counts once however often it is sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BatchKey {
    client: Symbol,
    batch: Symbol,
}

impl BatchKey {
    /// The key of these names, each made of the same characters as a symbol.
    pub fn new(client: &str, batch: &str) -> Result<Self, Error> {
        let name = |field, name: &str| {
            let expected = || "1 to 64 of A-Z a-z 0-9 . _ : / -".into();
            let given = || format!("{:?}", name.chars().take(80).collect::<String>());
            name.parse().map_err(|_| Error::Field { field, expected: expected(), given: given() })
        };
        Ok(Self { client: name("idempotency_key.client", client)?, batch: name("idempotency_key.batch", batch)? })
    }

    /// Who sends.
    pub fn client(&self) -> &str {
        self.client.as_str()
    }

    /// Which of the sender's batches.
    pub fn batch(&self) -> &str {
        self.batch.as_str()
    }
}

/// Bars that go into a series together or not at all.
#[derive(Debug, Clone)]
pub struct Batch {
    /// In order of time.
    pub(crate) bars: Bars,
    pub(crate) on_conflict: OnConflict,
    pub(crate) key: Option<BatchKey>,
    /// Where each bar stood when it was sent; `None` when all stood as they do here.
    order: Option<Vec<usize>>,
    /// Bars that are not here, as another of the batch has their time.
    pub(crate) left_out: usize,
}

impl Batch {
    /// Checks columns whose times may be in any order and more than once. Of the bars of one time the last that was
    /// sent is taken when conflicts replace, and the first otherwise.
    pub fn new(columns: Columns, on_conflict: OnConflict) -> Result<Self, Error> {
        if let Some((name, _)) = columns.extra.iter().find(|(name, _)| !is_free(name.as_str())) {
            let expected = "named differently from the built-in names of expressions".into();
            return Err(Error::Field { field: "bars.extra", expected, given: name.to_string() });
        }
        if columns.times.is_sorted_by(|one, two| one < two) {
            return Ok(Self { on_conflict, ..Bars::new(columns)?.into() });
        }
        columns.check()?;
        let mut order: Vec<usize> = (0..columns.times.len()).collect();
        order.sort_by_key(|&row| columns.times[row]);
        let mut chosen = Vec::with_capacity(order.len());
        for one_time in order.chunk_by(|&one, &two| columns.times[one] == columns.times[two]) {
            chosen.push(choose(&columns, one_time, on_conflict)?);
        }
        let (bars, left_out) = (Bars::new(columns.select(&chosen))?, order.len() - chosen.len());
        Ok(Self { bars, on_conflict, key: None, order: Some(chosen), left_out })
    }

    /// The same batch under a key.
    pub fn keyed(self, key: Option<BatchKey>) -> Self {
        Self { key, ..self }
    }

    /// The bars that were sent.
    pub(crate) fn sent(&self) -> usize {
        self.bars.len() + self.left_out
    }

    /// The conflict of a bar with another that is kept.
    pub(crate) fn conflict(&self, row: usize) -> Error {
        let index = self.order.as_ref().map_or(row, |order| order[row]);
        Error::Conflict { index, time: self.bars.times()[row] }
    }

    /// What tells this batch for `id` from others. It is kept, so it must never change.
    pub(crate) fn digest(&self, id: &SeriesId) -> u128 {
        let mut hash = Xxh3::new();
        hash.update(format!("{id} {} {} {}", self.on_conflict as u8, self.bars.len(), self.left_out).as_bytes());
        hash.update(bytemuck::cast_slice(self.bars.times()));
        for column in Column::ALL {
            hash.update(bytemuck::cast_slice(self.bars.column(column)));
        }
        for (name, values) in &self.bars.columns().extra {
            hash.update(format!("{} {name}", name.as_str().len()).as_bytes());
            hash.update(bytemuck::cast_slice(values));
        }
        hash.digest128()
    }
}

impl From<Bars> for Batch {
    fn from(bars: Bars) -> Self {
        Self { bars, on_conflict: OnConflict::default(), key: None, order: None, left_out: 0 }
    }
}

/// The bar to take of those of one time, which are in the order in which they were sent.
fn choose(columns: &Columns, rows: &[usize], on_conflict: OnConflict) -> Result<usize, Error> {
    let (first, last) = (rows[0], rows[rows.len() - 1]);
    match on_conflict {
        OnConflict::Replace => Ok(last),
        OnConflict::Keep => Ok(first),
        OnConflict::Error => match rows.iter().find(|&&row| !same((columns, row), (columns, first))) {
            Some(&index) => Err(Error::Conflict { index, time: columns.times[index] }),
            None => Ok(first),
        },
    }
}

/// Equal to the bit, where every NaN is the same gap.
pub(crate) fn same((one, row): (&Columns, usize), (two, other): (&Columns, usize)) -> bool {
    let value = |columns: &Columns, column, row: usize| columns.values(column).map_or(f64::NAN, |values| values[row]);
    let bits = |value: f64| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
    let extras = one.extra.iter().chain(&two.extra).map(|(name, _)| Column::Extra(*name));
    let mut columns = Column::ALL.into_iter().chain(extras);
    columns.all(|column| bits(value(one, column, row)) == bits(value(two, column, other)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Kind;
    use crate::app::tests::fixture::{MINUTE, bar, bars, id};

    fn batch(minutes: &[(i64, u32)], on_conflict: OnConflict) -> Result<Batch, Error> {
        let mut columns = Columns::default();
        minutes.iter().for_each(|&(minute, variant)| columns.push(bar(minute, variant)));
        Batch::new(columns, on_conflict)
    }

    #[test]
    fn bars_are_put_in_order_and_one_of_each_time_is_taken() {
        let sent = [(3, 0), (1, 0), (3, 1), (2, 0), (1, 0)];
        let replace = batch(&sent, OnConflict::Replace).expect("taken");
        assert_eq!((replace.bars.times(), replace.left_out), ([MINUTE, 2 * MINUTE, 3 * MINUTE].as_slice(), 2));
        assert_eq!(replace.bars.bar(2), bar(3, 1), "the last that was sent");
        let keep = batch(&sent, OnConflict::Keep).expect("taken");
        assert_eq!((keep.bars.bar(2), keep.left_out), (bar(3, 0), 2));
        let error = batch(&sent, OnConflict::Error).expect_err("refused");
        assert_eq!((error.field(), error.kind()), (Some("bars.times[2]".into()), Kind::Invalid));
        let equal = batch(&sent[1..], OnConflict::Error).expect("the two that are left are equal");
        assert_eq!((equal.left_out, equal.sent()), (1, 4));
    }

    #[test]
    fn what_is_wrong_is_named_where_it_was_sent() {
        let mut columns = Columns::default();
        [3, 2, 1].into_iter().for_each(|minute| columns.push(bar(minute, 0)));
        columns.high[0] = 0.0;
        let error = Batch::new(columns, OnConflict::Replace).expect_err("refused");
        assert_eq!(error.field().expect("named"), "bars.high[0]");
    }

    #[test]
    fn digests_tell_batches_apart() {
        let digest = |minutes: &[(i64, u32)], on_conflict, series| {
            batch(minutes, on_conflict).expect("taken").digest(&id(series))
        };
        let one = digest(&[(1, 0), (2, 0)], OnConflict::Replace, 1);
        assert_eq!(one, Batch::from(bars(1..3, 0)).digest(&id(1)));
        assert_eq!(one, digest(&[(2, 0), (1, 0)], OnConflict::Replace, 1), "the order does not matter");
        let others = [
            digest(&[(1, 0), (2, 1)], OnConflict::Replace, 1),
            digest(&[(1, 0), (2, 0)], OnConflict::Keep, 1),
            digest(&[(1, 0), (2, 0)], OnConflict::Replace, 2),
            digest(&[(1, 0), (2, 0), (2, 0)], OnConflict::Replace, 1),
        ];
        assert!(!others.contains(&one));
        assert_eq!(one, 271_245_497_558_145_967_687_260_345_152_075_283_363, "kept in ledgers");
    }
}
