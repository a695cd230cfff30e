//! Computations, results and the catalogue between wire and domain.

mod downsample;

use std::sync::Arc;

pub(in crate::rpc) use self::downsample::{downsample, downsampled};
use super::series::{columns, read_resampling, read_span, text};
use super::shared::ttl;
use super::{Column, ComputeResponse, Packed, required};
use crate::app::{
    self, Answer, CompiledQuery, Compute, Correlate, CorrelationMatrix, Method, Persist, Question, Questions,
    SharedAnswer,
};
use crate::indicator::registry::{self, INDICATORS, PRESETS};
use crate::indicator::{Facts, Indicator, Input, Kind, Output, Param};
use crate::rpc::Error;
use crate::rpc::error::field;
pub(super) use crate::rpc::proto::compute_request::Source;
use crate::rpc::proto::{
    self, ColumnInfo, ComputeBatchRequest, ComputeRequest, CorrelateRequest, CorrelateResponse, CorrelationMethod,
    DeliveryMode, Join, JoinType, ListIndicatorsResponse, ParamKind, Range, Segment,
};
use crate::series::{Bars, SeriesId};

/// The domain type of a `ComputeRequest`.
pub(in crate::rpc) fn question(request: ComputeRequest, compute: &Compute) -> Result<Question, Error> {
    let ComputeRequest { source, range, expressions, resampling, persist, delivery } = request;
    if delivery != 0 {
        return Err(field("delivery", "unset except in Compute, and with persist", delivery.to_string()));
    }
    if persist.is_some() && matches!(source, Some(Source::Bars(_))) && resampling.is_none() {
        return Err(field("persist", "unset with bars", "set"));
    }
    let from = bars_from(source, resampling.is_some(), range)?;
    let (resampling, span) = (read_resampling(resampling)?, read_span(range)?);
    let persist = persist.map(|proto::Persist { ttl_ms }| Persist { ttl: ttl(ttl_ms) });
    Ok(Question { from, resampling, span, compiled: compute.compile(&expressions)?, persist })
}

/// The source of the bars of a request.
pub(super) fn bars_from(source: Option<Source>, resampled: bool, range: Option<Range>) -> Result<app::BarsFrom, Error> {
    match source {
        Some(Source::Series(id)) => Ok(app::BarsFrom::Series(required(Some(id), "series")?)),
        Some(Source::Bars(_)) if resampled => Err(field("resampling", "unset with bars", "set")),
        Some(Source::Bars(_)) if range.is_some_and(|range| range.as_of.is_some()) => {
            Err(field("range.as_of", "unset with bars", "set"))
        }
        Some(Source::Bars(bars)) => Ok(app::BarsFrom::Bars(Arc::new(Bars::with_gaps(columns(bars)?)?))),
        None => Err(field("source", "series or bars", "neither")),
    }
}

/// The domain type of a `ComputeBatchRequest`.
pub(in crate::rpc) fn batch(request: ComputeBatchRequest, compute: &Compute) -> Result<Questions, Error> {
    let ComputeBatchRequest { series, range, expressions, resampling } = request;
    let (series, resampling, span) = (named(series)?, read_resampling(resampling)?, read_span(range)?);
    Ok(Questions { series, resampling, span, compiled: compute.compile(&expressions)? })
}

/// The domain type of a `CorrelateRequest`.
pub(in crate::rpc) fn correlate(request: CorrelateRequest, compute: &Compute) -> Result<Correlate, Error> {
    let CorrelateRequest { series, range, expression, returns, method } = request;
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
    Ok(Correlate { series, span: read_span(range)?, compiled, returns, method })
}

impl From<CorrelationMatrix> for CorrelateResponse {
    fn from(CorrelationMatrix { values, rows, epochs, bars, as_of }: CorrelationMatrix) -> Self {
        Self { values: Packed::from(values).values(), rows, epochs, bars, join_type: JoinType::Inner.into(), as_of }
    }
}

/// The domain types of series names.
pub(super) fn named(series: Vec<proto::SeriesId>) -> Result<Vec<SeriesId>, Error> {
    let id = |(index, id): (usize, proto::SeriesId)| {
        SeriesId::try_from(id).map_err(|error| error.inside(format!("series[{index}]")))
    };
    series.into_iter().enumerate().map(id).collect()
}

/// A result, or a chunk of one. Metadata goes with the first chunk only.
pub(in crate::rpc) fn answer(answer: Answer, compiled: &CompiledQuery, first: bool) -> ComputeResponse {
    labelled(answer, compiled.columns(), first)
}

/// A result whose columns have these labels and canonical expressions.
pub(super) fn labelled(answer: Answer, names: &[(String, String)], first: bool) -> ComputeResponse {
    let Answer { times, columns, facts, epoch, derived_from, as_of, joins, key } = answer;
    let column =
        |((label, _), values): (&(String, _), _)| Column { label: label.clone(), values: Packed::from(values) };
    ComputeResponse {
        times: times.into(),
        columns: names.iter().zip(columns).map(column).collect(),
        infos: if first { infos(names, &facts) } else { Vec::new() },
        epoch,
        resampled_from: text(derived_from),
        saved_result_key: key.filter(|_| first).map(|key| (*key).into()).unwrap_or_default(),
        joins: if first { joins.iter().map(Into::into).collect() } else { Vec::new() },
        as_of,
        segment: None,
    }
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

/// A result whose columns are in shared memory.
pub(in crate::rpc) fn shared_answer(shared: SharedAnswer, compiled: &CompiledQuery) -> ComputeResponse {
    let SharedAnswer { rest, path, bytes, rows, offsets, lease } = shared;
    let mut offsets = offsets.into_iter().map(|offset| offset as u64);
    let segment = Segment {
        path,
        bytes: bytes as u64,
        rows: rows as u64,
        times_offset: offsets.next().unwrap_or(0),
        column_offsets: offsets.collect(),
        labels: compiled.columns().iter().map(|(label, _)| label.clone()).collect(),
        lease_ms: lease.as_millis() as u64,
    };
    ComputeResponse { segment: Some(segment), ..answer(rest, compiled, true) }
}

/// The metadata of columns with these labels and canonical expressions.
fn infos(names: &[(String, String)], facts: &[Facts]) -> Vec<ColumnInfo> {
    let info = |((label, expression), facts): (&(String, String), &Facts)| ColumnInfo {
        label: label.clone(),
        expression: expression.clone(),
        lookback: facts.lookback as u64,
        stable_from: facts.stable_from.map(|bars| bars as u64),
        display_shift: facts.display_shift,
    };
    names.iter().zip(facts).map(info).collect()
}

impl From<&app::Join> for Join {
    fn from(app::Join { series, epoch, matched, missing }: &app::Join) -> Self {
        let join_type = JoinType::Left.into();
        Self { series: Some(series.into()), epoch: *epoch, matched: *matched, unmatched: *missing, join_type }
    }
}

/// The catalogue, filtered by group and search text.
pub fn catalogue(group: &str, search: &str) -> ListIndicatorsResponse {
    let meant = registry::indicator(search);
    let search = search.to_ascii_lowercase();
    let holds = |text: &str| text.to_ascii_lowercase().contains(&search);
    let wanted = |indicator: &&&Indicator| {
        let found = holds(indicator.name) || holds(indicator.title) || meant == Some(**indicator);
        found && (group.is_empty() || indicator.group.name() == group)
    };
    let preset = |preset: &registry::Preset| proto::Preset {
        name: preset.name.into(),
        summary: preset.summary.into(),
        expressions: preset.expressions.iter().map(|&text| text.into()).collect(),
    };
    ListIndicatorsResponse {
        indicators: INDICATORS.iter().filter(wanted).map(|&indicator| indicator.into()).collect(),
        presets: PRESETS.iter().map(preset).collect(),
        columns: Input::ALL.iter().map(|input| input.name().into()).collect(),
    }
}

impl From<&'static Indicator> for proto::Indicator {
    fn from(indicator: &'static Indicator) -> Self {
        let Indicator { name, title, summary, formula, source, group, revision, inputs, params, outputs, build: _ } =
            indicator;
        let facts = indicator.facts();
        let output = |(output, facts): (&Output, &Facts)| proto::Output {
            name: output.name.into(),
            help: output.help.into(),
            display_shift: facts.display_shift,
        };
        let stable_from = facts.iter().map(|facts| facts.stable_from).try_fold(0, |most, bars| Some(bars?.max(most)));
        Self {
            name: (*name).into(),
            title: (*title).into(),
            summary: (*summary).into(),
            formula: (*formula).into(),
            source: (*source).into(),
            group: group.name().into(),
            inputs: inputs.iter().map(|input| input.name().into()).collect(),
            params: params.iter().map(Into::into).collect(),
            outputs: outputs.iter().zip(&facts).map(output).collect(),
            lookback: indicator.lookback() as u64,
            revision: *revision,
            stable_from: stable_from.map(|bars| bars as u64),
        }
    }
}

impl From<&Param> for proto::Param {
    fn from(Param { name, kind, help }: &Param) -> Self {
        let (wire, min, max, choices) = match *kind {
            Kind::Integer { min, max, .. } => (ParamKind::Integer, Some(min as f64), Some(max as f64), &[][..]),
            Kind::Real { min, max, .. } => (ParamKind::Real, Some(min), Some(max), &[][..]),
            Kind::Choice { words } => (ParamKind::Choice, None, None, words),
        };
        Self {
            name: (*name).into(),
            kind: wire.into(),
            default_value: kind.default().to_string(),
            min,
            max,
            choices: choices.iter().map(|&word| word.into()).collect(),
            help: (*help).into(),
        }
    }
}
