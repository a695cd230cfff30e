//! Batches: bars as sent, sorted by time and deduplicated, and their idempotency keys.

use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

use crate::app::{CallContext, Caller, Error, Identity};
use crate::indicator::registry::is_free;
use crate::series::{Bars, Column, Columns, PriceRange, SeriesId, Symbol};

/// How to resolve two bars of the same time with different values. Equal bars never conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnConflict {
    /// The new bar replaces the old one: last write wins.
    #[default]
    Replace,
    /// The new bar is ignored: first write wins.
    Keep,
    /// The whole batch is refused.
    Error,
}

/// An idempotency key: a batch with a key is applied once, however often it is sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BatchKey {
    client: Symbol,
    batch: Symbol,
}

impl BatchKey {
    /// A key of these names, each of the characters of a symbol.
    pub fn new(client: &str, batch: &str) -> Result<Self, Error> {
        let name = |field, name: &str| {
            let expected = || format!("1 to {} of {}", Symbol::BYTES_MAX, Symbol::CHARACTERS);
            let given = || format!("{:?}", name.chars().take(80).collect::<String>());
            name.parse().map_err(|_| Error::Field { field, expected: expected(), given: given() })
        };
        Ok(Self { client: name("idempotency_key.client", client)?, batch: name("idempotency_key.batch", batch)? })
    }

    /// The client that sends.
    pub fn client(&self) -> &str {
        self.client.as_str()
    }

    /// The batch within the client.
    pub fn batch(&self) -> &str {
        self.batch.as_str()
    }
}

/// Bars that are stored atomically.
#[derive(Debug, Clone)]
pub struct Batch {
    /// In order of time.
    pub(crate) bars: Bars,
    pub(crate) on_conflict: OnConflict,
    pub(crate) key: Option<BatchKey>,
    /// Who sends it.
    pub(crate) caller: Caller,
    /// Whom the token of the sender stands for, and the time that it fixes. Apart, so that a command stays small.
    sender: Option<Box<(Arc<Identity>, Option<i64>)>>,
    /// The index of each bar as it was sent; `None` if the order is unchanged.
    order: Option<Vec<usize>>,
    /// The number of duplicates dropped from the batch.
    pub(crate) left_out: usize,
}

impl Batch {
    /// Validates columns in any order, with duplicates allowed. Of the bars of one time the last sent wins under
    /// `Replace`, the first otherwise.
    pub fn new(columns: Columns, on_conflict: OnConflict) -> Result<Self, Error> {
        Self::in_range(columns, on_conflict, PriceRange::NotNegative)
    }

    /// As `new`, with prices of this range.
    pub fn in_range(columns: Columns, on_conflict: OnConflict, prices: PriceRange) -> Result<Self, Error> {
        if let Some((name, _)) = columns.extra.iter().find(|(name, _)| !is_free(name.as_str())) {
            let expected = "named differently from the built-in names of expressions".into();
            return Err(Error::Field { field: "bars.extra", expected, given: name.to_string() });
        }
        if columns.times.is_sorted_by(|one, two| one < two) {
            return Ok(Self { on_conflict, ..Bars::in_range(columns, prices)?.into() });
        }
        columns.check(prices)?;
        let mut order: Vec<usize> = (0..columns.times.len()).collect();
        order.sort_by_key(|&row| columns.times[row]);
        let mut chosen = Vec::with_capacity(order.len());
        for one_time in order.chunk_by(|&one, &two| columns.times[one] == columns.times[two]) {
            chosen.push(choose(&columns, one_time, on_conflict)?);
        }
        let (bars, left_out) = (Bars::in_range(columns.select(&chosen), prices)?, order.len() - chosen.len());
        Ok(Self { on_conflict, order: Some(chosen), left_out, ..bars.into() })
    }

    /// The same batch with an idempotency key.
    pub fn keyed(self, key: Option<BatchKey>) -> Self {
        Self { key, ..self }
    }

    /// The same batch from the caller of a call.
    pub fn from_caller(self, context: &CallContext) -> Self {
        let sender = context.identity.clone().map(|identity| Box::new((identity, context.fixed_as_of())));
        Self { caller: context.caller, sender, ..self }
    }

    /// An error if the sender may not store these bars of this series. Whether bars that close after its time are new is not for
    /// it to know.
    pub(crate) fn permit(&self, id: &SeriesId) -> Result<(), Error> {
        let Some((identity, fixed)) = self.sender.as_deref() else { return Ok(()) };
        identity.permit_symbol(&id.symbol)?;
        match (*fixed, self.bars.times().last()) {
            (Some(fixed), Some(&last)) if last >= id.timeframe.opens_before(fixed) => {
                let close = id.timeframe.close(last).unwrap_or(i64::MAX);
                Err(identity.denied("a bar that closes at", &close.to_string(), format!("times up to {fixed}")))
            }
            _ => Ok(()),
        }
    }

    /// Whether the sender is told the epochs of series.
    pub(crate) fn tells_epochs(&self) -> bool {
        self.sender.as_ref().is_none_or(|sender| sender.1.is_none())
    }

    /// The number of bars sent.
    pub(crate) fn sent(&self) -> usize {
        self.bars.len() + self.left_out
    }

    /// The conflict of a bar with a stored one.
    pub(crate) fn conflict(&self, row: usize) -> Error {
        let index = self.order.as_ref().map_or(row, |order| order[row]);
        Error::Conflict { index, time: self.bars.times()[row] }
    }

    /// The digest of this batch for `id`. It is stored with the key, so it must never change.
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
        Self {
            bars,
            on_conflict: OnConflict::default(),
            key: None,
            caller: Caller::default(),
            sender: None,
            order: None,
            left_out: 0,
        }
    }
}

/// Picks one of the bars of one time, given in sending order.
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

/// Bitwise equality, with all NaNs equal.
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

    #[test]
    fn a_sender_with_a_fixed_time_stores_what_closes_by_then() {
        let with = |as_of: Option<i64>, symbols: Box<[Box<str>]>| {
            let identity = Identity { as_of, symbols, ..Identity::new("one", [crate::app::Scope::Write]) };
            let context = CallContext { identity: Some(Arc::new(identity)), ..CallContext::default() };
            Batch::from(bars(0..40, 0)).from_caller(&context)
        };
        let fixed = |time| with(Some(time), Box::default());
        assert!(fixed(40 * MINUTE).permit(&id(1)).is_ok(), "the last one closes then");
        let error = fixed(40 * MINUTE - 1).permit(&id(1)).expect_err("refused").to_string();
        assert!(error.contains("a bar that closes at") && error.contains("2400000000000"), "{error}");
        assert!(with(None, Box::default()).permit(&id(1)).is_ok());
        assert!(with(None, ["S2".into()].into()).permit(&id(1)).is_err(), "not its symbol");
        let reported =
            [fixed(40 * MINUTE), with(None, Box::default()), bars(0..1, 0).into()].map(|one| one.tells_epochs());
        assert_eq!(reported, [false, true, true]);
    }

    #[test]
    fn values_are_equal_by_their_bits_and_all_nans() {
        let of = |values: &[(&str, f64)]| {
            let mut columns = Columns::default();
            columns.push(bar(1, 0));
            columns.extra = values.iter().map(|&(name, value)| (name.parse().expect("a name"), vec![value])).collect();
            columns
        };
        let same = |one: &[(&str, f64)], two: &[(&str, f64)]| super::same((&of(one), 0), (&of(two), 0));
        let other_nan = f64::from_bits(f64::NAN.to_bits() | 1);
        assert!(same(&[("a", 1.0), ("b", f64::NAN)], &[("a", 1.0), ("b", other_nan)]));
        assert!(same(&[("a", f64::NAN)], &[]) && same(&[], &[("a", f64::NAN)]), "no value is NaN");
        assert!(!same(&[("a", 1.0)], &[]) && !same(&[], &[("a", 1.0)]) && !same(&[("a", 0.0)], &[("a", -0.0)]));
    }
}
