//! Answers as MessagePack `[version, epoch, derived from, facts, times, columns,
//! joins]`, read back without copying a column.
//!
//! Saved results use this format too: another version is refused by its number, never called damaged.

use bytes::Bytes;
use rmp::{decode, encode};

use crate::app::{Answer, Join};
use crate::indicator::Facts;
use crate::series::{SeriesId, Timeframe};

const VERSION: u64 = 4;
const FIELDS: u32 = 7;

/// MessagePack nil.
const NIL: u8 = 0xc0;

/// Encodes an answer.
pub(crate) fn pack(answer: &Answer) -> Bytes {
    let bytes = answer.times.len() + answer.columns.iter().map(|column| column.len() + 16).sum::<usize>();
    let mut packed = Vec::with_capacity(bytes + 64);
    write(answer, &mut packed).expect("writing to memory cannot fail");
    packed.into()
}

fn write(answer: &Answer, packed: &mut Vec<u8>) -> Result<(), encode::ValueWriteError> {
    encode::write_array_len(packed, FIELDS)?;
    encode::write_uint(packed, VERSION)?;
    encode::write_uint(packed, answer.epoch)?;
    encode::write_uint(packed, answer.derived_from.map_or(0, Timeframe::code).into())?;
    encode::write_array_len(packed, answer.facts.len() as u32)?;
    for &Facts { lookback, stable_from, display_shift } in &*answer.facts {
        encode::write_array_len(packed, 3)?;
        encode::write_uint(packed, lookback as u64)?;
        match stable_from {
            Some(bars) => drop(encode::write_uint(packed, bars as u64)?),
            None => encode::write_nil(packed).map_err(encode::ValueWriteError::InvalidMarkerWrite)?,
        }
        encode::write_sint(packed, display_shift.into())?;
    }
    encode::write_bin(packed, &answer.times)?;
    encode::write_array_len(packed, answer.columns.len() as u32)?;
    answer.columns.iter().try_for_each(|column| encode::write_bin(packed, column))?;
    encode::write_array_len(packed, answer.joins.len() as u32)?;
    answer.joins.iter().try_for_each(|join| write_join(join, packed))
}

fn write_join(join: &Join, packed: &mut Vec<u8>) -> Result<(), encode::ValueWriteError> {
    let SeriesId { symbol, timeframe } = &join.series;
    encode::write_bin(packed, symbol.as_str().as_bytes())?;
    let numbers = [timeframe.code().into(), join.epoch, join.matched, join.missing];
    numbers.iter().try_for_each(|&number| encode::write_uint(packed, number).map(drop))
}

/// Why stored bytes cannot be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// They are of another version of the format.
    Version {
        /// Their version.
        found: u64,
        /// The version of this server.
        known: u64,
    },
    /// They are of no version.
    Damaged,
}

/// Reads the head of a stored form: an array of `fields`, the first of which is its version, `known`. Versions differ in
/// their number of fields.
pub(crate) fn read_version(rest: &mut &[u8], fields: u32, known: u64) -> Result<(), Unreadable> {
    let found_fields = decode::read_array_len(rest).map_err(|_| Unreadable::Damaged)?;
    match decode::read_int(rest).map_err(|_| Unreadable::Damaged)? {
        found if found != known => Err(Unreadable::Version { found, known }),
        _ if found_fields != fields => Err(Unreadable::Damaged),
        _ => Ok(()),
    }
}

/// Decodes an answer.
pub(crate) fn unpack(packed: &Bytes) -> Result<Answer, Unreadable> {
    let mut rest = &packed[..];
    read_version(&mut rest, FIELDS, VERSION)?;
    read(packed, rest).ok_or(Unreadable::Damaged)
}

fn read(packed: &Bytes, mut rest: &[u8]) -> Option<Answer> {
    let epoch = decode::read_int(&mut rest).ok()?;
    let derived_from = Timeframe::from_code(decode::read_int(&mut rest).ok()?);
    let facts = decode::read_array_len(&mut rest).ok()?;
    let facts = (0..facts).map(|_| read_facts(&mut rest)).collect::<Option<Vec<_>>>()?;
    let times = bin(packed, &mut rest)?;
    let columns = decode::read_array_len(&mut rest).ok()?;
    let columns = (0..columns).map(|_| bin(packed, &mut rest)).collect::<Option<Vec<_>>>()?;
    let joins = decode::read_array_len(&mut rest).ok()?;
    let joins = (0..joins).map(|_| join(packed, &mut rest)).collect::<Option<Vec<_>>>()?;
    let sound = rest.is_empty()
        && times.len().is_multiple_of(8)
        && facts.len() == columns.len()
        && columns.iter().all(|column| column.len() == times.len());
    let (facts, joins) = (facts.into(), joins.into());
    sound.then(|| Answer {
        times,
        columns,
        facts,
        epoch,
        derived_from,
        as_of: None,
        changes: None,
        adjustments: vec![],
        joins,
        key: None,
    })
}

fn join(packed: &Bytes, rest: &mut &[u8]) -> Option<Join> {
    let symbol = bin(packed, rest)?;
    let [seconds, epoch, matched, missing] = std::array::from_fn(|_| decode::read_int::<u64, _>(rest).ok());
    let symbol = std::str::from_utf8(&symbol).ok()?.parse().ok()?;
    let timeframe = Timeframe::from_code(seconds?.try_into().ok()?)?;
    Some(Join { series: SeriesId { symbol, timeframe }, epoch: epoch?, matched: matched?, missing: missing? })
}

fn read_facts(rest: &mut &[u8]) -> Option<Facts> {
    if decode::read_array_len(rest).ok()? != 3 {
        return None;
    }
    let lookback = decode::read_int(rest).ok()?;
    let stable_from = match rest.first()? {
        &NIL => {
            *rest = &rest[1..];
            None
        }
        _ => Some(decode::read_int(rest).ok()?),
    };
    Some(Facts { lookback, stable_from, display_shift: decode::read_int(rest).ok()? })
}

fn bin(packed: &Bytes, rest: &mut &[u8]) -> Option<Bytes> {
    let len = decode::read_bin_len(rest).ok()? as usize;
    let (bin, after) = rest.split_at_checked(len)?;
    *rest = after;
    Some(packed.slice_ref(bin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_back_whole_or_not_at_all() {
        let column = |value: u8| Bytes::from(vec![value; 24]);
        let facts = [(14, None, 0), (300, Some(70_000), -26)].map(|(lookback, stable_from, display_shift)| Facts {
            lookback,
            stable_from,
            display_shift,
        });
        let (times, columns) = (column(1), vec![column(2), column(3)]);
        let series = SeriesId::parse("BRK.B", "15m").expect("legal");
        let join = Join { series, epoch: 7, matched: 2, missing: 1 };
        let answer = Answer {
            times,
            columns,
            facts: facts.into(),
            epoch: 1 << 40,
            derived_from: Some(Timeframe::SHORTEST),
            as_of: None,
            changes: None,
            adjustments: vec![],
            joins: [join].into(),
            key: None,
        };
        let packed = pack(&answer);
        assert_eq!(unpack(&packed), Ok(answer));
        for end in 0..packed.len() {
            assert_eq!(unpack(&packed.slice(..end)), Err(Unreadable::Damaged));
        }
        let mut newer = packed.to_vec();
        newer[1] = 5;
        assert_eq!(unpack(&newer.into()), Err(Unreadable::Version { found: 5, known: VERSION }));
    }

    #[test]
    fn columns_are_whole_and_each_has_facts() {
        let facts = Facts { lookback: 1, stable_from: None, display_shift: 0 };
        let answer = |bytes: usize, facts: &[Facts]| Answer {
            times: vec![0; bytes].into(),
            columns: vec![vec![0; bytes].into()],
            facts: facts.into(),
            epoch: 1,
            derived_from: None,
            as_of: None,
            changes: None,
            adjustments: vec![],
            joins: [].into(),
            key: None,
        };
        assert!(unpack(&pack(&answer(16, &[facts]))).is_ok());
        assert_eq!(unpack(&pack(&answer(12, &[facts]))), Err(Unreadable::Damaged));
        assert_eq!(unpack(&pack(&answer(16, &[]))), Err(Unreadable::Damaged));
        assert_eq!(unpack(&pack(&answer(16, &[facts, facts]))), Err(Unreadable::Damaged));
    }
}
