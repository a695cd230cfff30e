//! The questions of sweeps and screens, and the parts of their answers.

use std::sync::Arc;

use bytes::Bytes;

use super::folds::WalkForward;
use super::reducing::feeds::{Feeds, check_ahead};
use super::selection::Selection;
use crate::app::bars::adjust::Adjust;
use crate::app::bars::adjust::factors::Adjustment;
use crate::app::{BarsFrom, CompiledQuery, Error, Join, Limits};
use crate::indicator::{Statistic, SweptExpression, number_repeated};
use crate::series::{Resampling, Span, Timeframe};

/// Variants of expressions over the bars of one source. Already validated, except that its series may not exist.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// Where the bars come from.
    pub from: BarsFrom,
    /// How to resample when the series is not stored.
    pub resampling: Resampling,
    /// Which bars to reduce.
    pub span: Span,
    /// What to compute.
    pub query: SweepQuery,
    /// Which corporate actions adjust the bars.
    pub adjust: Adjust,
}

/// What a sweep computes.
#[derive(Debug, Clone)]
pub struct SweepQuery {
    pub(super) expressions: Vec<SweptExpression>,
    /// What each column is reduced to; without any statistics, the columns are the answer.
    pub(super) feeds: Feeds,
    /// Which variants to compute; all if there is none.
    pub(super) condition: Option<String>,
    /// The order of the variants, and how many of them to return of each expression.
    pub(super) ranking: Option<Ranking>,
    /// The folds, in each of which the best variant is chosen.
    pub(super) walk: Option<WalkForward>,
}

/// The texts of a sweep.
#[derive(Debug, Clone, Default)]
pub struct SweepTexts {
    /// The expressions, whose ranges make variants.
    pub expressions: Vec<String>,
    /// The reductions; none for the columns themselves.
    pub reductions: Vec<String>,
    /// A condition over the parameters; empty for all variants.
    pub condition: String,
    /// The column to rank by; empty for the first if `top` is set.
    pub by: String,
    /// The number of variants to return; 0 for all.
    pub top: u32,
    /// Whether the smallest value ranks first.
    pub ascending: bool,
    /// The folds in which variants are chosen and judged; `None` to judge all variants by all bars.
    pub walk: Option<WalkForward>,
}

/// How results are ranked.
#[derive(Debug, Clone)]
pub(super) struct Ranking {
    /// The index of the column, of each expression.
    pub(super) columns: Vec<usize>,
    pub(super) order: Order,
}

/// How many results are returned, and which first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    /// `usize::MAX` for all.
    pub(super) top: usize,
    pub(super) ascending: bool,
}

impl SweepQuery {
    /// Understands the texts of a sweep.
    pub fn parse(texts: SweepTexts, limits: &Limits) -> Result<Self, Error> {
        let SweepTexts { expressions, reductions, condition, by, top, ascending, walk } = texts;
        let field = |field, expected: String, given: String| Error::Field { field, expected, given };
        for (name, count, least) in [("expressions", expressions.len(), 1), ("reductions", reductions.len(), 0)] {
            if count < least || count > limits.expressions_max {
                let expected = format!("between {least} and {} {name}", limits.expressions_max);
                return Err(field(name, expected, count.to_string()));
            }
        }
        let expression = |(index, text): (usize, &String)| {
            let parsed = SweptExpression::parse(text, &limits.expression());
            parsed.map_err(|error| Error::Expression { index: Some(index), error })
        };
        let expressions = expressions.iter().enumerate().map(expression).collect::<Result<Vec<_>, _>>()?;
        let reduction = |(index, text): (usize, &String)| {
            Statistic::parse(text).map_err(|error| Error::Text {
                field: "reductions",
                index: Some(index),
                error: error.into(),
            })
        };
        let reductions = reductions.iter().enumerate().map(reduction).collect::<Result<Vec<_>, _>>()?;
        let needed = expressions.iter().fold(0_u64, |sum, expression| sum.saturating_add(expression.variants()));
        let max = limits.sweep_variants_max as u64;
        if needed > max {
            let hint = Some("use shorter ranges or longer steps");
            return Err(Error::TooMuch { limit: "sweep_variants_max", max, needed, hint });
        }
        let condition = (!condition.trim().is_empty()).then_some(condition);
        check_ahead(&expressions, &reductions)?;
        let mut query = Self { expressions, feeds: Feeds::new(reductions), condition, ranking: None, walk };
        if let Some(walk) = walk {
            walk.check(limits)?;
            if top > 0 {
                return Err(field(
                    "top",
                    "0 with walk_forward, which returns the best of each fold".into(),
                    top.to_string(),
                ));
            }
        }
        if top > 0 || !by.trim().is_empty() || walk.is_some() {
            if !query.is_reduced() {
                let (name, given) = match walk {
                    Some(walk) => ("walk_forward", format!("{} folds", walk.folds)),
                    None if top > 0 => ("top", top.to_string()),
                    None => ("by", by),
                };
                return Err(field(name, "unset without reductions".into(), given));
            }
            let columns = query.expressions.iter().map(|expression| query.ranked(expression, by.trim()));
            let columns = columns.collect::<Result<_, _>>()?;
            let top = match top {
                _ if walk.is_some() => 1,
                0 => usize::MAX,
                top => top as usize,
            };
            query.ranking = Some(Ranking { columns, order: Order { top, ascending } });
        }
        Ok(query)
    }

    /// The labels of the columns of an expression: reductions, or outputs if there are none; none is that of a parameter.
    pub(super) fn labels(&self, expression: &SweptExpression) -> Vec<String> {
        let texts: Vec<_> = self.feeds.statistics().iter().map(|statistic| statistic.text()).collect();
        let label =
            |output: &String, text: &String| if output.is_empty() { text.clone() } else { format!("{output}.{text}") };
        let outputs = expression.outputs().iter();
        let own = |output: &String| if output.is_empty() { expression.label().to_owned() } else { output.clone() };
        let mut labels: Vec<_> = match &texts[..] {
            [] => outputs.map(own).collect(),
            texts => outputs.flat_map(|output| texts.iter().map(move |text| label(output, text))).collect(),
        };
        let parameters = expression.parameters().iter().map(|parameter| parameter.name.clone());
        number_repeated(&mut labels, parameters);
        labels
    }

    /// The index of the column that ranks the variants of an expression.
    fn ranked(&self, expression: &SweptExpression, by: &str) -> Result<usize, Error> {
        let labels = self.labels(expression);
        let canonical = Statistic::parse(by).map(Statistic::text).unwrap_or_else(|_| by.into());
        let found = labels.iter().position(|label| label.eq_ignore_ascii_case(&canonical));
        found.or_else(|| by.is_empty().then_some(0)).ok_or_else(|| Error::Field {
            field: "by",
            expected: format!("a column of the answer ({})", labels.join(", ")),
            given: by.into(),
        })
    }

    /// Whether only the newest row counts.
    pub(super) fn is_of_newest(&self) -> bool {
        self.is_reduced() && self.feeds.statistics().iter().all(|statistic| statistic.is_of_newest())
    }

    /// Whether columns are reduced, instead of returned.
    pub(super) fn is_reduced(&self) -> bool {
        !self.feeds.statistics().is_empty()
    }
}

/// A part of the answer to a sweep, in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum SweepPart {
    /// What is swept over which bars: first, once.
    Header(SweepHeader),
    /// The times of the rows, if columns are returned.
    Times(Bytes),
    /// The reductions of some variants.
    Rows(SweepRows),
    /// A part of the columns of one variant.
    Columns(SweepColumns),
    /// The best variant of a fold.
    Fold(SweepFold),
    /// What came of the best variants of all folds of an expression: after these.
    OutOfSample(SweepOutOfSample),
    /// The end: all variants were computed.
    Summary(SweepSummary),
}

/// What is swept.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepHeader {
    /// The expressions, in the order of the request.
    pub expressions: Vec<SweptFacts>,
    /// The number of bars that are reduced.
    pub rows: u64,
    /// The epoch of the series; 0 for inline bars.
    pub epoch: u64,
    /// The other series that the expressions name.
    pub joins: Arc<[Join]>,
    /// The stored timeframe the bars were resampled from; `None` for stored or inline bars.
    pub derived_from: Option<Timeframe>,
    /// The time at which the bars were closed, nanoseconds since the Unix epoch; `None` is now.
    pub as_of: Option<i64>,
    /// How the bars are adjusted, of each series with corporate actions that count.
    pub adjustments: Vec<Arc<Adjustment>>,
}

/// What there is to know of a swept expression.
#[derive(Debug, Clone, PartialEq)]
pub struct SweptFacts {
    /// Its name, or what was written.
    pub label: String,
    /// The names of its parameters.
    pub parameters: Vec<String>,
    /// The labels of its columns.
    pub columns: Vec<String>,
    /// Whether each column is a time, in seconds since the Unix epoch.
    pub are_times: Vec<bool>,
    /// The number of combinations of parameters.
    pub variants: u64,
    /// How many of them the condition allows: all that are computed.
    pub tried: u64,
}

/// The reductions of some variants.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepRows {
    /// The index of the expression.
    pub expression: usize,
    /// The values of each parameter, one per variant.
    pub parameters: Vec<Vec<f64>>,
    /// The values of each column, one per variant.
    pub columns: Vec<Vec<f64>>,
}

/// A part of the columns of one variant.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepColumns {
    /// The index of the expression.
    pub expression: usize,
    /// The values of its parameters.
    pub parameters: Vec<f64>,
    /// The row of the first value.
    pub start: u64,
    /// Float64, one per row.
    pub columns: Vec<Bytes>,
}

/// The best variant of a fold in sample, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepFold {
    /// The index of the expression.
    pub expression: usize,
    /// The number of the fold, from 0.
    pub number: usize,
    /// The bars by which the variant was chosen.
    pub in_sample: FoldSpan,
    /// The bars by which it was judged.
    pub out_of_sample: FoldSpan,
    /// The values of its parameters.
    pub parameters: Vec<f64>,
    /// The columns in sample; none if no variant has a value.
    pub in_values: Vec<f64>,
    /// The columns out of sample; none if no variant has a value in sample.
    pub out_values: Vec<f64>,
}

/// Bars of a fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoldSpan {
    /// When the first opens, nanoseconds since the Unix epoch.
    pub first: i64,
    /// When the last opens, nanoseconds since the Unix epoch.
    pub last: i64,
    /// The number of bars.
    pub rows: u64,
}

/// The columns over the bars out of sample of all folds, of the variant that was chosen in each.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepOutOfSample {
    /// The index of the expression.
    pub expression: usize,
    /// The number of bars, of the folds in which a variant was chosen.
    pub rows: u64,
    /// The columns.
    pub values: Vec<f64>,
}

/// The end of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SweepSummary {
    /// The number of combinations of parameters.
    pub variants: u64,
    /// How many were computed.
    pub tried: u64,
    /// How many were returned, or in how many folds one was chosen.
    pub returned: u64,
    /// How many of those computed have a reduction without a value.
    pub undefined: u64,
}

/// Expressions at the newest closed bar of many series. Already validated, except that series may not exist.
#[derive(Debug, Clone)]
pub struct Screen {
    /// Which series.
    pub selection: Selection,
    /// How to resample the series that are not stored.
    pub resampling: Resampling,
    /// The time at which the newest bars were closed, nanoseconds since the Unix epoch; `None` is now.
    pub as_of: Option<i64>,
    /// What to compute.
    pub query: ScreenQuery,
    /// Which corporate actions adjust the bars.
    pub adjust: Adjust,
}

/// What a screen computes: the values to show, then the condition, then what ranks, as far as they are asked for.
#[derive(Debug, Clone)]
pub struct ScreenQuery {
    pub(super) compiled: Arc<CompiledQuery>,
    pub(super) shown: usize,
    /// The column of the condition.
    pub(super) condition: Option<usize>,
    /// The column that ranks.
    pub(super) rank: Option<usize>,
    pub(super) order: Order,
}

/// The texts of a screen.
#[derive(Debug, Clone, Default)]
pub struct ScreenTexts {
    /// The values to show.
    pub expressions: Vec<String>,
    /// The condition; empty for every series.
    pub condition: String,
    /// What ranks the hits; empty for the order of names.
    pub rank_by: String,
    /// The number of hits to return; 0 for all.
    pub top: u32,
    /// Whether the smallest value ranks first.
    pub ascending: bool,
}

impl ScreenQuery {
    /// The labels of the values that are shown.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.compiled.columns()[..self.shown].iter().map(|(label, _)| label.as_str())
    }
}
