//! What sweeps and screens answer: tables of variants, and of series.

use std::collections::BTreeMap;

use crate::Series;
use crate::answer::{floats, integers};
use crate::api;
use crate::client::Client;
use crate::columns::screen_response::Part as ScreenPart;
use crate::columns::sweep_response::Part as SweepPart;
use crate::columns::{ScreenResponse, SweepColumns, SweepResponse, SweepRows};
use crate::compute::{Span, series_id, series_of};
use crate::error::Error;
use crate::expression::{Expr, texts};
use crate::folds::{Fold, OutOfSample, WalkForward};

/// What each variant is reduced to, which are computed, and which returned.
#[derive(Debug, Clone, Default)]
pub struct Sweeping {
    /// Such as `mean` or `sharpe(252)`; without any the columns themselves are returned.
    pub reductions: Vec<String>,
    /// A condition over the parameters, as in `fast < slow`.
    pub condition: String,
    /// The best variants by the column `by`; 0 returns all.
    pub top: u32,
    /// The column that ranks the variants.
    pub by: String,
    /// Whether the smallest value ranks first.
    pub ascending: bool,
    /// Chooses the best variant of each fold by the column `by`, and judges it by later bars: the tables have `folds` then, and
    /// no variants.
    pub walk_forward: Option<WalkForward>,
}

/// The columns of each variant by name, in the order of its parameters.
type Parts = BTreeMap<Vec<OrderedBits>, BTreeMap<String, Vec<f64>>>;

/// The variants of one expression, a row each.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The expression, or its label.
    pub label: String,
    /// The names of the parameters.
    pub parameters: Vec<String>,
    /// The labels of the columns.
    pub labels: Vec<String>,
    /// The combinations of parameters.
    pub variants: u64,
    /// Those of them that were computed.
    pub tried: u64,
    /// The folds of `walk_forward`, in order.
    pub folds: Vec<Fold>,
    /// All bars out of sample of `walk_forward` together; `None` without it.
    pub out_of_sample: Option<OutOfSample>,
    columns: BTreeMap<String, Vec<f64>>,
    whole: BTreeMap<String, Vec<Vec<f64>>>,
    parts: Parts,
}

impl Table {
    fn new(declared: api::SweptExpression) -> Self {
        Self {
            label: declared.label,
            parameters: declared.parameters,
            labels: declared.columns.into_iter().map(|column| column.label).collect(),
            variants: declared.variants,
            tried: declared.tried,
            ..Self::default()
        }
    }

    /// The number of variants that were returned; 0 with `walk_forward`.
    #[must_use]
    pub fn len(&self) -> usize {
        let whole = || self.whole.values().next().map_or(0, Vec::len);
        self.columns.values().next().map_or_else(whole, Vec::len)
    }

    /// Whether no variants were returned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A parameter or a reduction, one value per variant. Times of bars are in seconds since the Unix epoch.
    #[must_use]
    pub fn column(&self, label: &str) -> Option<&[f64]> {
        self.columns.get(label).map(Vec::as_slice)
    }

    /// Without reductions, a column of each variant, one value per bar.
    #[must_use]
    pub fn values(&self, label: &str) -> Option<&[Vec<f64>]> {
        self.whole.get(label).map(Vec::as_slice)
    }

    fn append(&mut self, rows: SweepRows) {
        for column in rows.parameters.into_iter().chain(rows.columns) {
            self.columns.entry(column.label).or_default().extend(floats(&column.values));
        }
    }

    fn place(&mut self, part: SweepColumns, rows: usize) -> Result<(), Error> {
        let parameters = floats(&part.parameters).into_iter().map(OrderedBits).collect();
        let columns = self.parts.entry(parameters).or_default();
        let start = usize::try_from(part.start_row).unwrap_or(usize::MAX);
        for column in part.columns {
            let values = floats(&column.values);
            let whole = columns.entry(column.label).or_insert_with(|| vec![f64::NAN; rows]);
            let place = start.checked_add(values.len()).and_then(|end| whole.get_mut(start..end));
            place
                .ok_or_else(|| Error::broken("the sweep has more rows than its header says"))?
                .copy_from_slice(&values);
        }
        Ok(())
    }

    /// Puts whole columns in the order of their parameters.
    fn complete(&mut self) {
        for (parameters, mut columns) in std::mem::take(&mut self.parts) {
            for (name, OrderedBits(value)) in self.parameters.iter().zip(parameters) {
                self.columns.entry(name.clone()).or_default().push(value);
            }
            for label in &self.labels {
                self.whole.entry(label.clone()).or_default().push(columns.remove(label).unwrap_or_default());
            }
        }
    }
}

/// Numbers in their total order.
#[derive(Debug, Clone, Copy)]
struct OrderedBits(f64);

impl Ord for OrderedBits {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for OrderedBits {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for OrderedBits {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for OrderedBits {}

/// The answer of a sweep: a table per expression, in the order of the request.
#[derive(Debug, Clone, Default)]
pub struct Sweep {
    /// A table per expression.
    pub tables: Vec<Table>,
    /// When each bar opens, if columns are returned: nanoseconds since the Unix epoch, UTC.
    pub times: Vec<i64>,
    /// What the server says about the bars: their number, epoch, joins.
    pub header: api::SweepHeader,
    /// All combinations of parameters, those that were computed, and those that are here.
    pub summary: api::SweepSummary,
    is_complete: bool,
}

impl Sweep {
    fn take(&mut self, response: SweepResponse) -> Result<(), Error> {
        let rows = usize::try_from(self.header.rows).unwrap_or(0);
        let unknown = || Error::broken("the sweep names an expression that is not in its header");
        match response.part {
            Some(SweepPart::Header(header)) => {
                self.tables = header.expressions.iter().cloned().map(Table::new).collect();
                self.header = header;
            }
            Some(SweepPart::Times(times)) => self.times.extend(integers(&times.times)),
            Some(SweepPart::Rows(rows)) => {
                self.tables.get_mut(rows.expression as usize).ok_or_else(unknown)?.append(rows);
            }
            Some(SweepPart::Columns(part)) => {
                self.tables.get_mut(part.expression as usize).ok_or_else(unknown)?.place(part, rows)?;
            }
            Some(SweepPart::Summary(summary)) => {
                self.summary = summary;
                self.is_complete = true;
            }
            Some(SweepPart::Fold(fold)) => {
                self.tables.get_mut(fold.expression as usize).ok_or_else(unknown)?.add_fold(fold)?;
            }
            Some(SweepPart::OutOfSample(part)) => {
                self.tables.get_mut(part.expression as usize).ok_or_else(unknown)?.set_out_of_sample(&part)?;
            }
            None => return Err(Error::broken("the sweep has a part that this version of the client does not know")),
        }
        Ok(())
    }
}

/// Which series a screen looks at, and which it returns.
#[derive(Debug, Clone, Default)]
pub struct Screening {
    /// Names and patterns, as in `*USDT`; none looks at all.
    pub symbols: Vec<String>,
    /// What ranks the series; `top` returns the first of them, 0 all.
    pub rank_by: Option<Expr>,
    /// Whether the smallest value ranks first.
    pub ascending: bool,
    /// The number of series to return.
    pub top: u32,
}

/// A series where the condition holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Symbol and timeframe.
    pub series: Series,
    /// When its newest closed bar opens: nanoseconds since the Unix epoch, UTC.
    pub time: i64,
    /// The values of the expressions at that bar, in the order of the labels.
    pub values: Vec<f64>,
    /// What ranks it.
    pub rank: Option<f64>,
}

/// The series where a condition holds, at their newest closed bars.
#[derive(Debug, Clone, Default)]
pub struct Screen {
    /// The series.
    pub hits: Vec<Hit>,
    /// The labels of the values.
    pub labels: Vec<String>,
    /// How many were looked at, matched, had too few bars for the condition, and failed.
    pub summary: api::ScreenSummary,
    /// The first of those that failed.
    pub failures: Vec<(Series, Error)>,
    is_complete: bool,
}

impl Screen {
    fn take(&mut self, response: ScreenResponse) {
        match response.part {
            Some(ScreenPart::Hit(hit)) => self.hits.push(Hit {
                series: series_of(hit.series),
                time: hit.time,
                values: floats(&hit.values),
                rank: hit.rank,
            }),
            Some(ScreenPart::Summary(summary)) => {
                self.labels.clone_from(&summary.labels);
                let failures = summary.failures.iter().cloned();
                self.failures = failures
                    .map(|each| (series_of(each.series), Error::of_failure(each.failure.unwrap_or_default())))
                    .collect();
                self.summary = summary;
                self.is_complete = true;
            }
            None => {}
        }
    }
}

impl Client {
    /// Computes every variant of expressions with ranges, as in `ema(5..200)`, and reduces each on the server.
    ///
    /// # Errors
    ///
    /// As `compute`; and a wrong range, or too many variants.
    pub async fn sweep(
        &self,
        symbol: &str,
        timeframe: &str,
        asked: Vec<Expr>,
        how: Sweeping,
        span: Span,
    ) -> Result<Sweep, Error> {
        let span = span.without("sweep", &["persist", "since", "float32"])?;
        let request = crate::columns::SweepRequest {
            source: Some(crate::columns::sweep_request::Source::Series(series_id(symbol, timeframe))),
            range: Some(span.checked()?),
            expressions: texts(asked)?,
            resampling: span.resampling,
            reductions: how.reductions,
            r#where: how.condition,
            top: how.top,
            by: how.by,
            ascending: how.ascending,
            walk_forward: how.walk_forward,
            adjust: span.adjust,
        };
        let path = "/atrad.v1.IndicatorService/Sweep";
        let mut made = self.whole(path, &request, Sweep::default, Sweep::take).await?;
        if !made.is_complete {
            return Err(Error::broken("the sweep ended without its summary"));
        }
        made.tables.iter_mut().for_each(Table::complete);
        Ok(made)
    }

    /// Finds the series where a condition holds at the newest closed bar, with the values of expressions there. Without a
    /// condition it finds all. Of the span, `as_of`, `resampled` and `adjusted` count.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT`; `NOT_FOUND` if no series matches a pattern.
    pub async fn screen(
        &self,
        timeframe: &str,
        condition: Option<Expr>,
        values: Vec<Expr>,
        how: Screening,
        span: Span,
    ) -> Result<Screen, Error> {
        let span = span.without("screen", &["last", "from", "until", "persist", "since", "float32"])?;
        let text = |expression: Option<Expr>| expression.map_or(Ok(String::new()), |expression| expression.text());
        let request = api::ScreenRequest {
            symbols: how.symbols,
            timeframe: timeframe.to_owned(),
            condition: text(condition)?,
            expressions: if values.is_empty() { Vec::new() } else { texts(values)? },
            rank_by: text(how.rank_by)?,
            ascending: how.ascending,
            top: how.top,
            resampling: span.resampling,
            as_of: span.range.as_of,
            adjust: span.adjust,
        };
        let take = |made: &mut Screen, response| {
            made.take(response);
            Ok(())
        };
        let made = self.whole("/atrad.v1.IndicatorService/Screen", &request, Screen::default, take).await?;
        if made.is_complete { Ok(made) } else { Err(Error::broken("the screen ended without its summary")) }
    }
}
