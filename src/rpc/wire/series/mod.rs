//! Series, ranges and bars between wire and domain.

pub(super) mod adjust;
pub(super) mod calendars;

use self::adjust::{adjustments_to_wire, read_adjust};
use super::{Bars, Column, Packed, required};
use crate::app::{BarsChunk, BarsQuestion, SeriesFacts, Since};
use crate::rpc::Error;
use crate::rpc::error::field;
use crate::rpc::proto::{self, MissingBars, Range, ReadBarsRequest, ReadBarsResponse, Retention, SeriesId, SeriesInfo};
use crate::series::{self, Columns, Fill, Resampling, Span, Timeframe};

impl TryFrom<SeriesId> for series::SeriesId {
    type Error = Error;

    fn try_from(SeriesId { symbol, timeframe }: SeriesId) -> Result<Self, Error> {
        Ok(Self::parse(&symbol, &timeframe)?)
    }
}

impl From<&series::SeriesId> for SeriesId {
    fn from(id: &series::SeriesId) -> Self {
        Self { symbol: id.symbol.to_string(), timeframe: id.timeframe.to_string() }
    }
}

/// The span of a range; without one, all bars.
pub(super) fn read_span(range: Option<Range>) -> Result<Span, Error> {
    let Range { start_time, end_time, last, as_of } = range.unwrap_or_default();
    Ok(Span::new(start_time, end_time, last)?.as_of(as_of))
}

impl From<Span> for Range {
    fn from(span: Span) -> Self {
        let (start_time, end_time, last) = span.bounds();
        Self { start_time, end_time, last, as_of: span.as_of_time() }
    }
}

/// How to resample; without a message, the defaults.
pub(in crate::rpc) fn read_resampling(message: Option<proto::Resampling>) -> Result<Resampling, Error> {
    let proto::Resampling { session_offset_minutes, include_forming, fill, calendar } = message.unwrap_or_default();
    let fill = match proto::Fill::try_from(fill) {
        Ok(proto::Fill::Unspecified | proto::Fill::None) => Fill::None,
        Ok(proto::Fill::Previous) => Fill::Previous,
        Ok(proto::Fill::Nan) => Fill::Nan,
        Err(_) => return Err(field("resampling.fill", "a number from 0 to 3", fill.to_string())),
    };
    Ok(Resampling::new(session_offset_minutes, fill, include_forming)?.by_name(&calendar)?)
}

impl From<Resampling> for proto::Resampling {
    fn from(resampling: Resampling) -> Self {
        let fill = match resampling.fill {
            Fill::None => proto::Fill::None,
            Fill::Previous => proto::Fill::Previous,
            Fill::Nan => proto::Fill::Nan,
        };
        Self {
            session_offset_minutes: resampling.offset_minutes(),
            include_forming: resampling.include_forming,
            fill: fill.into(),
            calendar: resampling.calendar_name().into(),
        }
    }
}

/// An optional timeframe; empty means none.
pub(super) fn text(timeframe: Option<Timeframe>) -> String {
    timeframe.map(|timeframe| timeframe.to_string()).unwrap_or_default()
}

impl From<Bars> for Columns {
    fn from(Bars { times, open, high, low, close, volume, extra }: Bars) -> Self {
        // `columns` rejects invalid names; the server never sends any.
        let named = |column: &Column| Some((column.label.parse().ok()?, column.values.values()));
        Self {
            times: times.values(),
            open: open.values(),
            high: high.values(),
            low: low.values(),
            close: close.values(),
            volume: volume.values(),
            extra: extra.iter().filter_map(named).collect(),
        }
    }
}

/// The columns of a request, with valid names.
pub(super) fn columns(bars: Bars) -> Result<Columns, Error> {
    for (index, column) in bars.extra.iter().enumerate() {
        let name = column.label.parse::<series::ColumnName>();
        name.map_err(|error| Error::from(series::Error::from(error)).inside(format!("bars.extra[{index}]")))?;
    }
    Ok(bars.into())
}

impl From<BarsChunk> for ReadBarsResponse {
    fn from(BarsChunk { times, columns, extra, epoch, derived_from, as_of, changes, adjustment }: BarsChunk) -> Self {
        let changed_from = changes.as_ref().and_then(|changes| changes.from);
        let since_token = changes.map(|changes| changes.token).unwrap_or_default();
        let adjustments = adjustments_to_wire(adjustment.as_slice());
        let [open, high, low, close, volume] = columns.map(Packed::from);
        let extra = extra.into_iter().map(|(name, values)| Column::new(name.to_string(), values.into()));
        let bars = Bars { times: times.into(), open, high, low, close, volume, extra: extra.collect() };
        Self {
            bars: Some(bars),
            epoch,
            resampled_from: text(derived_from),
            as_of,
            changed_from,
            since_token,
            adjustments,
        }
    }
}

/// The domain type of a `ReadBarsRequest`.
pub(in crate::rpc) fn bars_question(request: ReadBarsRequest) -> Result<BarsQuestion, Error> {
    let ReadBarsRequest { series, range, resampling, since_epoch, since_token, adjust } = request;
    let (series, resampling, span) = (required(series, "series")?, read_resampling(resampling)?, read_span(range)?);
    Ok(BarsQuestion {
        series,
        resampling,
        span,
        since: Since::new(since_epoch, &since_token)?,
        adjust: read_adjust(adjust)?,
    })
}

/// What to keep of a series; without a message, everything.
pub(in crate::rpc) fn read_retention(message: Option<Retention>) -> series::Retention {
    let Retention { rows_max, age_max_ms } = message.unwrap_or_default();
    series::Retention { rows_max, age_max_ms }
}

impl From<SeriesFacts> for SeriesInfo {
    fn from(facts: SeriesFacts) -> Self {
        let SeriesFacts { id, rows, first_time, last_time, epoch, segments, tail_rows, .. } = facts;
        let SeriesFacts { file_bytes, retention, derived_from, extras, missing, .. } = facts;
        let (id, bounded) = (Some((&id).into()), retention != series::Retention::default());
        let series::Retention { rows_max, age_max_ms } = retention;
        let retention = bounded.then_some(Retention { rows_max, age_max_ms });
        let (resampled_from, extra) = (text(derived_from), extras.iter().map(ToString::to_string).collect());
        let missing = missing.iter().map(Into::into).collect();
        Self {
            id,
            rows,
            first_time,
            last_time,
            epoch,
            segment_count: segments,
            tail_rows,
            file_bytes,
            retention,
            resampled_from,
            extra,
            missing,
        }
    }
}

impl From<&series::SegmentFacts> for MissingBars {
    fn from(series::SegmentFacts { number, first_time, last_time, rows, .. }: &series::SegmentFacts) -> Self {
        let (first_time, last_time, rows) = (*first_time, *last_time, *rows);
        Self { file: format!("{number:016x}.atp"), first_time, last_time, rows }
    }
}

/// The series after which a page starts.
pub(in crate::rpc) fn page_token(token: &str) -> Result<Option<series::SeriesId>, Error> {
    if token.is_empty() {
        return Ok(None);
    }
    let id = token.split_once(' ').and_then(|(symbol, timeframe)| series::SeriesId::parse(symbol, timeframe).ok());
    let given: String = token.chars().take(80).collect();
    id.map(Some).ok_or_else(|| field("page_token", "the next_page_token of the previous page", format!("{given:?}")))
}
