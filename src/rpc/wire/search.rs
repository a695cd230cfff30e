//! Sweeps and screens between wire and domain.

use std::sync::Arc;

use super::indicator::bars_from;
use super::series::adjust::{adjustments_to_wire, read_adjust};
use super::series::{read_resampling, read_span, text};
use super::{Column, Packed};
use crate::app::{
    self, Limits, Screen, ScreenPart, ScreenQuery, ScreenTexts, Selection, Sweep, SweepPart, SweepQuery, SweepTexts,
    WalkForward,
};
use crate::rpc::Error;
use crate::rpc::call::Call;
use crate::rpc::proto;
use crate::rpc::proto::screen_response::Part as ScreenOneof;
use crate::rpc::proto::sweep_request::Source;
use crate::rpc::proto::sweep_response::Part;
use crate::rpc::proto::{
    FoldBars, ScreenFailure, ScreenHit, ScreenRequest, ScreenResponse, ScreenSummary, SweepColumns, SweepFold,
    SweepHeader, SweepOutOfSample, SweepRequest, SweepResponse, SweepRows, SweepSummary, SweepTimes, SweptColumn,
    SweptExpression,
};
use crate::series::SeriesId;

/// The domain type of a `SweepRequest`.
pub(in crate::rpc) fn sweep(request: SweepRequest, limits: &Limits) -> Result<Sweep, Error> {
    let SweepRequest { source, range, expressions, resampling, reductions, r#where, top, by, ascending, .. } = request;
    let (walk_forward, adjust) = (request.walk_forward, read_adjust(request.adjust)?);
    let source = source.map(|source| match source {
        Source::Series(id) => proto::compute_request::Source::Series(id),
        Source::Bars(bars) => proto::compute_request::Source::Bars(bars),
    });
    let from = bars_from(source, resampling.is_some(), range, adjust)?;
    let (resampling, span) = (read_resampling(resampling)?, read_span(range)?);
    let walk = walk_forward.map(|walk| {
        let proto::WalkForward { folds, anchored, in_sample, purge, embargo } = walk;
        WalkForward { folds, anchored, in_sample, purge, embargo }
    });
    let texts = SweepTexts { expressions, reductions, condition: r#where, by, top, ascending, walk };
    Ok(Sweep { from, resampling, span, query: SweepQuery::parse(texts, limits)?, adjust })
}

/// Parts of the answer to a sweep as messages.
pub(in crate::rpc) struct Swept(Vec<SweptExpression>);

impl Swept {
    /// Before the header.
    pub(in crate::rpc) fn new() -> Self {
        Self(vec![])
    }

    /// The next part.
    pub(in crate::rpc) fn part(&mut self, part: SweepPart) -> SweepResponse {
        let part = match part {
            SweepPart::Header(header) => {
                let header = SweepHeader::from(header);
                self.0.clone_from(&header.expressions);
                Part::Header(header)
            }
            SweepPart::Times(times) => Part::Times(SweepTimes { times: bytemuck::pod_collect_to_vec(&times) }),
            SweepPart::Rows(rows) => Part::Rows(self.rows(rows)),
            SweepPart::Columns(columns) => Part::Columns(self.columns(columns)),
            SweepPart::Fold(fold) => Part::Fold(fold.into()),
            SweepPart::OutOfSample(all) => {
                let app::SweepOutOfSample { expression, rows, values } = all;
                Part::OutOfSample(SweepOutOfSample { expression: expression as u32, bars: rows, columns: values })
            }
            SweepPart::Summary(app::SweepSummary { variants, tried, returned, undefined }) => {
                Part::Summary(SweepSummary { variants, tried, returned, undefined })
            }
        };
        SweepResponse { part: Some(part) }
    }

    fn rows(&self, rows: app::SweepRows) -> SweepRows {
        let app::SweepRows { expression, parameters, columns } = rows;
        let column = |(label, values): (&String, &Vec<f64>)| Column::new(label.clone(), Packed::of(values));
        let facts = &self.0[expression];
        SweepRows {
            expression: expression as u32,
            parameters: facts.parameters.iter().zip(&parameters).map(column).collect(),
            columns: facts.columns.iter().map(|column| &column.label).zip(&columns).map(column).collect(),
        }
    }

    fn columns(&self, columns: app::SweepColumns) -> SweepColumns {
        let app::SweepColumns { expression, parameters, start, columns } = columns;
        let labels = self.0[expression].columns.iter().map(|column| column.label.clone());
        let columns = labels.zip(columns).map(|(label, values)| Column::new(label, values.into()));
        SweepColumns { expression: expression as u32, parameters, start_row: start, columns: columns.collect() }
    }
}

impl From<app::SweepHeader> for SweepHeader {
    fn from(header: app::SweepHeader) -> Self {
        let app::SweepHeader { expressions, rows, epoch, joins, derived_from, as_of, adjustments } = header;
        Self {
            expressions: expressions.into_iter().map(Into::into).collect(),
            rows,
            epoch,
            joins: joins.iter().map(Into::into).collect(),
            resampled_from: text(derived_from),
            as_of,
            adjustments: adjustments_to_wire(&adjustments),
        }
    }
}

impl From<app::SweepFold> for SweepFold {
    fn from(fold: app::SweepFold) -> Self {
        let app::SweepFold { expression, number, in_sample, out_of_sample, parameters, in_values, out_values } = fold;
        let bars = |span: app::FoldSpan| FoldBars { first_time: span.first, last_time: span.last, bars: span.rows };
        Self {
            expression: expression as u32,
            number: number as u32,
            in_sample_bars: Some(bars(in_sample)),
            out_of_sample_bars: Some(bars(out_of_sample)),
            parameters,
            in_sample: in_values,
            out_of_sample: out_values,
        }
    }
}

impl From<app::SweptFacts> for SweptExpression {
    fn from(facts: app::SweptFacts) -> Self {
        let app::SweptFacts { label, parameters, columns, are_times, variants, tried } = facts;
        let column = |(label, is_time)| SweptColumn { label, is_time };
        let columns = columns.into_iter().zip(are_times).map(column).collect();
        Self { label, parameters, columns, variants, tried }
    }
}

/// The domain type of a `ScreenRequest`.
pub(in crate::rpc) fn screen(request: ScreenRequest, compute: &app::Compute, limits: &Limits) -> Result<Screen, Error> {
    let ScreenRequest {
        symbols,
        timeframe,
        condition,
        expressions,
        rank_by,
        ascending,
        top,
        resampling,
        as_of,
        adjust,
    } = request;
    let selection = Selection::parse(&symbols, &timeframe, limits)?;
    let query = compute.screen_query(ScreenTexts { expressions, condition, rank_by, top, ascending })?;
    Ok(Screen { selection, resampling: read_resampling(resampling)?, as_of, query, adjust: read_adjust(adjust)? })
}

/// A part of the answer to a screen.
pub(in crate::rpc) fn screened(part: ScreenPart, query: &ScreenQuery, call: &Call) -> ScreenResponse {
    let part = match part {
        ScreenPart::Hit(app::Hit { series, time, values, rank, adjustments }) => {
            let (series, adjustments) = (Some((&series).into()), adjustments_to_wire(&adjustments));
            ScreenOneof::Hit(ScreenHit { series, time, values, rank, adjustments })
        }
        ScreenPart::Summary(app::ScreenSummary { scanned, matched, undefined, failed, failures, as_of }) => {
            let failure = |(series, error): (SeriesId, Arc<app::Error>)| ScreenFailure {
                series: Some((&series).into()),
                failure: Some(call.failure(&app::Error::Shared(error).into())),
            };
            ScreenOneof::Summary(ScreenSummary {
                labels: query.labels().map(str::to_owned).collect(),
                scanned,
                matched,
                undefined,
                failed,
                failures: failures.into_iter().map(failure).collect(),
                as_of,
            })
        }
    };
    ScreenResponse { part: Some(part) }
}
