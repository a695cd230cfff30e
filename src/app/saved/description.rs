//! The description of a saved result, as MessagePack
//! `[version, symbol, timeframe, from, to, last, offset, fill, forming, epoch, rows, derived from, columns, as of, calendar]`.
//! Version 1 has no `as of`, and version 2 no calendar; that is written where there is none.

use bytes::Bytes;
use rmp::{decode, encode};

use crate::app::Question;
use crate::app::compute::answer_codec::{Unreadable, read_version};
use crate::app::compute::prepared::PreparedQuery;
use crate::series::{Fill, Resampling, SeriesId, Span, Timeframe};

/// With a calendar; earlier versions have one field less each.
const VERSION: u64 = 3;
const FIELDS: u32 = 15;
const FILLS: [Fill; 3] = [Fill::None, Fill::Previous, Fill::Nan];

/// What a saved result answers.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultDescription {
    /// The series.
    pub series: SeriesId,
    /// The requested span.
    pub span: Span,
    /// The resampling of a series that is not stored.
    pub resampling: Resampling,
    /// The epoch of the series.
    pub epoch: u64,
    /// The number of bars.
    pub rows: u64,
    /// The stored timeframe the bars were resampled from; `None` when they were stored.
    pub derived_from: Option<Timeframe>,
    /// The label and the canonical expression of each column.
    pub columns: Vec<(String, String)>,
}

impl ResultDescription {
    pub(crate) fn new(series: &SeriesId, question: &Question, query: &PreparedQuery) -> Self {
        let Question { span, resampling, compiled, .. } = question;
        Self {
            series: series.clone(),
            span: span.as_of(query.as_of),
            resampling: *resampling,
            epoch: query.source.visible_epoch(),
            rows: query.rows.len() as u64,
            derived_from: query.source.derived_from(),
            columns: compiled.columns().to_vec(),
        }
    }

    pub(crate) fn pack(&self) -> Vec<u8> {
        let mut packed = Vec::new();
        self.write(&mut packed).expect("writing to memory cannot fail");
        packed
    }

    fn write(&self, packed: &mut Vec<u8>) -> Result<(), encode::ValueWriteError> {
        let Self { series, span, resampling, epoch, rows, derived_from, columns } = self;
        let calendar = resampling.calendar_name();
        let without = u32::from(calendar.is_empty());
        encode::write_array_len(packed, FIELDS - without)?;
        encode::write_uint(packed, VERSION - u64::from(without))?;
        encode::write_str(packed, series.symbol.as_str())?;
        encode::write_uint(packed, series.timeframe.code().into())?;
        let (from, to, last) = span.bounds();
        for bound in [from, to, last.map(u64::cast_signed)] {
            write_bound(packed, bound)?;
        }
        encode::write_sint(packed, resampling.offset_minutes().into())?;
        let fill = FILLS.iter().position(|&fill| fill == resampling.fill).expect("all are listed");
        encode::write_uint(packed, fill as u64)?;
        encode::write_uint(packed, resampling.include_forming.into())?;
        encode::write_uint(packed, *epoch)?;
        encode::write_uint(packed, *rows)?;
        encode::write_uint(packed, derived_from.map_or(0, Timeframe::code).into())?;
        encode::write_array_len(packed, 2 * columns.len() as u32)?;
        let texts = columns.iter().flat_map(|(label, expression)| [label, expression]);
        texts.into_iter().try_for_each(|text| encode::write_str(packed, text))?;
        write_bound(packed, span.as_of_time())?;
        if calendar.is_empty() { Ok(()) } else { encode::write_str(packed, calendar) }
    }

    pub(crate) fn unpack(packed: &Bytes) -> Result<Self, Unreadable> {
        for version in 1..VERSION {
            let mut rest = &packed[..];
            if read_version(&mut rest, FIELDS - (VERSION - version) as u32, version).is_ok() {
                return Self::read(&mut rest, version).ok_or(Unreadable::Damaged);
            }
        }
        let mut rest = &packed[..];
        read_version(&mut rest, FIELDS, VERSION)?;
        Self::read(&mut rest, VERSION).ok_or(Unreadable::Damaged)
    }

    fn read(rest: &mut &[u8], version: u64) -> Option<Self> {
        let series = SeriesId { symbol: text(rest)?.parse().ok()?, timeframe: seconds(rest)?? };
        let (from, to, last) = (bound(rest)?, bound(rest)?, bound(rest)?);
        let span = Span::new(from, to, last.map(i64::cast_unsigned)).ok()?;
        let offset_minutes = decode::read_int(rest).ok()?;
        let fill = *FILLS.get(number(rest)? as usize)?;
        let resampling = Resampling::new(offset_minutes, fill, number(rest)? == 1).ok()?;
        let (epoch, rows, derived_from) = (number(rest)?, number(rest)?, seconds(rest)?);
        let columns = decode::read_array_len(rest).ok()? / 2;
        let columns = (0..columns).map(|_| Some((text(rest)?, text(rest)?))).collect::<Option<Vec<_>>>()?;
        let span = span.as_of(if version > 1 { bound(rest)? } else { None });
        let resampling = if version > 2 { resampling.by_name(&text(rest)?).ok()? } else { resampling };
        rest.is_empty().then_some(Self { series, span, resampling, epoch, rows, derived_from, columns })
    }
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    decode::read_int(rest).ok()
}

fn text(rest: &mut &[u8]) -> Option<String> {
    let len = decode::read_str_len(rest).ok()? as usize;
    let (text, after) = rest.split_at_checked(len)?;
    *rest = after;
    String::from_utf8(text.to_vec()).ok()
}

/// A timeframe; 0 means none.
fn seconds(rest: &mut &[u8]) -> Option<Option<Timeframe>> {
    match u32::try_from(number(rest)?).ok()? {
        0 => Some(None),
        code => Timeframe::from_code(code).map(Some),
    }
}

/// A bound; none is an empty array.
fn write_bound(packed: &mut Vec<u8>, bound: Option<i64>) -> Result<(), encode::ValueWriteError> {
    encode::write_array_len(packed, bound.is_some().into())?;
    bound.map(|bound| encode::write_sint(packed, bound)).transpose().map(drop)
}

fn bound(rest: &mut &[u8]) -> Option<Option<i64>> {
    match decode::read_array_len(rest).ok()? {
        0 => Some(None),
        1 => decode::read_int(rest).ok().map(Some),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_answered_comes_back_whole_or_not_at_all() {
        let about = |span, resampling, derived_from| ResultDescription {
            series: SeriesId::parse("BTC/USDT", "1h").expect("valid"),
            span,
            resampling,
            epoch: u64::MAX,
            rows: 7,
            derived_from,
            columns: vec![("fast".into(), "ema(close, period=12)".into()), ("c".into(), "close".into())],
        };
        let span = Span::new(Some(-5), Some(i64::MAX), Some(u64::MAX)).expect("valid").as_of(Some(9));
        let resampling = Resampling::new(-1439, Fill::Nan, true).expect("in range");
        let by_calendar = Resampling::new(0, Fill::Nan, true).and_then(|plain| plain.by_name("XNYS")).expect("there");
        for about in [
            about(Span::ALL, Resampling::default(), None),
            about(span, resampling, Some(Timeframe::SHORTEST)),
            about(span, by_calendar, "1M".parse().ok()),
        ] {
            let packed = Bytes::from(about.pack());
            assert_eq!(ResultDescription::unpack(&packed), Ok(about));
            let cut = |end| ResultDescription::unpack(&packed.slice(..end));
            assert!((0..packed.len()).all(|end| cut(end) == Err(Unreadable::Damaged)));
        }
    }
}
