//! Questions between wire and domain.

use std::sync::Arc;

use super::answers::ResponseForm;
use crate::app::{self, Adjust, Compute, Correlate, Method, Persist, Question, Questions, Since};
use crate::rpc::Error;
use crate::rpc::error::field;
use crate::rpc::proto::compute_request::Source;
use crate::rpc::proto::{
    self, ComputeBatchRequest, ComputeRequest, CorrelateRequest, CorrelationMethod, DeliveryMode, Range, ValueType,
};
use crate::rpc::wire::required;
use crate::rpc::wire::series::adjust::read_adjust;
use crate::rpc::wire::series::{columns, read_resampling, read_span};
use crate::rpc::wire::shared::ttl;
use crate::series::{Bars, SeriesId};

/// The domain type of a `ComputeRequest`.
pub(in crate::rpc) fn question(request: ComputeRequest, compute: &Compute) -> Result<Question, Error> {
    question_with(request, &[], compute)
}

/// The same, with expressions of ours after those of the request.
pub(super) fn question_with(request: ComputeRequest, ours: &[&str], compute: &Compute) -> Result<Question, Error> {
    let ComputeRequest { source, range, expressions, resampling, persist, delivery, .. } = request;
    if delivery != 0 {
        return Err(field("delivery", "unset except in Compute, and with persist", delivery.to_string()));
    }
    unformed(request.value_type, request.omit_times)?;
    let since = Since::new(request.since_epoch, &request.since_token)?;
    let is_inline = matches!(source, Some(Source::Bars(_)));
    if let Some(epoch) = request.since_epoch.filter(|_| is_inline || persist.is_some()) {
        let expected = if is_inline { "unset with bars" } else { "unset with persist" };
        return Err(field("since_epoch", expected, epoch.to_string()));
    }
    if persist.is_some() && is_inline && resampling.is_none() {
        return Err(field("persist", "unset with bars", "set"));
    }
    let adjust = read_adjust(request.adjust)?;
    if adjust != Adjust::None && persist.is_some() {
        return Err(field("adjust", "none with persist", adjust.name()));
    }
    let from = bars_from(source, resampling.is_some(), range, adjust)?;
    let (resampling, span) = (read_resampling(resampling)?, read_span(range)?);
    let persist = persist.map(|proto::Persist { ttl_ms }| Persist { ttl: ttl(ttl_ms) });
    let compiled = match ours {
        [] => compute.compile(&expressions)?,
        ours => compute.compile_with(&expressions, ours)?,
    };
    Ok(Question { from, resampling, span, compiled, persist, since, adjust })
}

/// The source of the bars of a request.
pub(in crate::rpc) fn bars_from(
    source: Option<Source>,
    resampled: bool,
    range: Option<Range>,
    adjust: Adjust,
) -> Result<app::BarsFrom, Error> {
    match source {
        Some(Source::Series(id)) => Ok(app::BarsFrom::Series(required(Some(id), "series")?)),
        Some(Source::Bars(_)) if resampled => Err(field("resampling", "unset with bars", "set")),
        Some(Source::Bars(_)) if range.is_some_and(|range| range.as_of.is_some()) => {
            Err(field("range.as_of", "unset with bars", "set"))
        }
        Some(Source::Bars(_)) if adjust != Adjust::None => Err(field("adjust", "none with bars", adjust.name())),
        Some(Source::Bars(bars)) => Ok(app::BarsFrom::Bars(Arc::new(Bars::with_gaps(columns(bars)?)?))),
        None => Err(field("source", "series or bars", "neither")),
    }
}

/// The domain type of a `ComputeBatchRequest`.
pub(in crate::rpc) fn batch(request: ComputeBatchRequest, compute: &Compute) -> Result<Questions, Error> {
    let ComputeBatchRequest { series, range, expressions, resampling, adjust, value_type, omit_times } = request;
    unformed(value_type, omit_times)?;
    let (series, resampling, span) = (named(series)?, read_resampling(resampling)?, read_span(range)?);
    Ok(Questions { series, resampling, span, compiled: compute.compile(&expressions)?, adjust: read_adjust(adjust)? })
}

/// The domain type of a `CorrelateRequest`.
pub(in crate::rpc) fn correlate(request: CorrelateRequest, compute: &Compute) -> Result<Correlate, Error> {
    let CorrelateRequest { series, range, expression, returns, method, adjust, resampling } = request;
    let method = match CorrelationMethod::try_from(method) {
        Ok(CorrelationMethod::Unspecified | CorrelationMethod::Pearson) => Method::Pearson,
        Ok(CorrelationMethod::Spearman) => Method::Spearman,
        Err(_) => return Err(field("method", "a number from 0 to 2", method.to_string())),
    };
    if series.len() < 2 {
        return Err(field("series", "at least 2 series", series.len().to_string()));
    }
    let series = named(series)?;
    if let Some((index, other)) = series.iter().enumerate().find(|(_, id)| id.timeframe != series[0].timeframe) {
        let expected = format!("that of the first series ({})", series[0].timeframe);
        return Err(field("timeframe", expected, other.timeframe.to_string()).inside(format!("series[{index}]")));
    }
    let text = if expression.is_empty() { "close" } else { &expression };
    let compiled = compute.compile_single(text)?;
    let (span, resampling, adjust) = (read_span(range)?, read_resampling(resampling)?, read_adjust(adjust)?);
    Ok(Correlate { series, span, compiled, returns, method, resampling, adjust })
}

/// The domain types of series names.
pub(in crate::rpc) fn named(series: Vec<proto::SeriesId>) -> Result<Vec<SeriesId>, Error> {
    let id = |(index, id): (usize, proto::SeriesId)| {
        SeriesId::try_from(id).map_err(|error| error.inside(format!("series[{index}]")))
    };
    series.into_iter().enumerate().map(id).collect()
}

/// Refuses a form where the method has none.
fn unformed(value_type: i32, omit_times: bool) -> Result<(), Error> {
    let elsewhere = "unset except in Compute, ComputeStream and ComputeBatch, and with delivery";
    match (value_type, omit_times) {
        (0, false) => Ok(()),
        (0, true) => Err(field("omit_times", elsewhere, "true")),
        (given, _) => Err(field("value_type", elsewhere, given.to_string())),
    }
}

/// The form of a response, taken from the fields of a request. Times are needed to apply what changed.
pub(in crate::rpc) fn take_form(
    value_type: &mut i32,
    omit_times: &mut bool,
    is_since: bool,
) -> Result<ResponseForm, Error> {
    let is_float32 = match ValueType::try_from(std::mem::take(value_type)) {
        Ok(ValueType::Unspecified) => false,
        Ok(ValueType::Float32) => true,
        Err(unknown) => return Err(field("value_type", "a number from 0 to 1", unknown.0.to_string())),
    };
    let omits_times = std::mem::take(omit_times);
    if omits_times && is_since {
        return Err(field("omit_times", "unset with since_epoch", "true"));
    }
    Ok(ResponseForm { is_float32, omits_times })
}

/// Whether the columns of a response come in shared memory, taken from a request.
pub(in crate::rpc) fn take_delivery(request: &mut ComputeRequest) -> Result<bool, Error> {
    // With `persist` it is left there, and refused.
    if request.persist.is_some() {
        return Ok(false);
    }
    match DeliveryMode::try_from(std::mem::take(&mut request.delivery)) {
        Ok(DeliveryMode::Unspecified) => Ok(false),
        Ok(DeliveryMode::SharedMemory) => Ok(true),
        Err(unknown) => Err(field("delivery", "a number from 0 to 1", unknown.0.to_string())),
    }
}
