//! Correlation matrices of many series.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt, stream};
use rayon::prelude::*;

use super::compiled::CompiledQuery;
use super::prepared::PreparedQuery;
use super::question::{Answer, BarsRequest};
use super::service::Compute;
use crate::app::Error;
use crate::app::bars::adjust::Adjust;
use crate::app::bars::adjust::factors::Adjustment;
use crate::app::bars::column_bytes::Values;
use crate::app::workers::call_context::CallContext;
use crate::app::workers::cancellation::Cancellation;
use crate::kernel::{Correlated, Correlations, ranks};
use crate::series::{Matrix, Resampling, SeriesId, Span};

/// The series to correlate, and by what. Only timestamps with a value in every series are used.
#[derive(Debug, Clone)]
pub struct Correlate {
    /// Two or more series of one timeframe.
    pub series: Vec<SeriesId>,
    /// Which bars of each series.
    pub span: Span,
    /// The expression to correlate, computed per series: one column.
    pub compiled: Arc<CompiledQuery>,
    /// Correlate relative changes instead of values.
    pub returns: bool,
    /// The correlation coefficient.
    pub method: Method,
    /// How to resample series that are not stored.
    pub resampling: Resampling,
    /// Which corporate actions adjust the bars.
    pub adjust: Adjust,
}

/// The correlation coefficient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Pearson: covariance divided by both standard deviations.
    Pearson,
    /// Spearman: Pearson of the ranks; ties share their average rank.
    Spearman,
}

/// The correlation matrix.
#[derive(Debug, Clone)]
pub struct CorrelationMatrix {
    /// Row-major little-endian float64: symmetric, 1 on the diagonal, NaN where a series is constant.
    pub values: Bytes,
    /// The number of values used of each series.
    pub rows: u64,
    /// The epoch of each series.
    pub epochs: Vec<u64>,
    /// The bars of each series with a value, matched or not.
    pub bars: Vec<u64>,
    /// The time at which the bars were closed, nanoseconds since the Unix epoch; `None` is now.
    pub as_of: Option<i64>,
    /// How the bars are adjusted, of each series with corporate actions that count.
    pub adjustments: Vec<Arc<Adjustment>>,
}

impl Compute {
    /// Computes the correlation matrix.
    pub async fn correlate(
        &self,
        question: Correlate,
        context: impl Into<CallContext>,
    ) -> Result<CorrelationMatrix, Error> {
        let context = context.into();
        self.executor.ensure_running()?;
        let queries = self.correlated(&question, &context).await?;
        let (count, values) = (queries.len() as u64, queries.iter().map(|query| query.rows.len() as u64).sum::<u64>());
        let adjustments: Vec<_> = queries.iter().flat_map(PreparedQuery::adjustments).collect();
        let series = self.dear_first(queries, &context).await?;
        // Eight multiply-adds of a pair take a nanosecond, and all threads share the work.
        let cost = series.iter().map(Computed::cost).sum::<u64>() + count * values / 16;
        let cost = cost / self.executor.threads() as u64;
        let Correlate { returns, method, span, .. } = question;
        let as_of = context.as_of(span.as_of_time());
        let work = move |cancellation: &Cancellation| {
            let answers = series.into_par_iter().map(|series| series.answer(cancellation));
            let answers = answers.collect::<Result<Vec<_>, _>>()?;
            let epochs = answers.iter().map(|answer| answer.epoch).collect();
            let mut all: Vec<_> = answers.par_iter().map(Known::of).collect();
            let bars = all.iter().map(|known| known.times.len() as u64).collect();
            align(&mut all);
            all.par_iter_mut().for_each(|known| known.prepare(returns, method));
            let columns: Vec<&[f64]> = all.iter().map(|known| &*known.values).collect();
            let rows = columns[0].len() as u64;
            let matrix = correlations(&columns, &|| cancellation.is_active()).ok_or(Error::Late)?;
            Ok(CorrelationMatrix { values: Bytes::from_owner(Values(matrix)), rows, epochs, bars, as_of, adjustments })
        };
        self.executor.run_parallel(&context, cost, work).await
    }

    /// Computes what is dear of these queries in the lanes, where others may go before it: the parallel part holds a thread
    /// until it is done.
    async fn dear_first(&self, queries: Vec<PreparedQuery>, context: &CallContext) -> Result<Vec<Computed>, Error> {
        let computed = queries.into_iter().map(|query| async {
            if query.cost() <= DEAR_MIN {
                return Ok(Computed::Later(query));
            }
            self.run(query, context).await.map(Computed::Now)
        });
        stream::iter(computed).buffered(2 * self.executor.threads()).try_collect().await
    }

    /// One query per series, within the limits.
    async fn correlated(&self, question: &Correlate, context: &CallContext) -> Result<Vec<PreparedQuery>, Error> {
        let count = question.series.len() as u64;
        let (max, needed) = (self.limits.answer_bytes_max as u64, 8 * count * count);
        if needed > max {
            let hint = Some("use fewer series");
            return Err(Error::TooMuch { limit: "answer_bytes_max", max, needed, hint });
        }
        let &Correlate { span, resampling, adjust, .. } = question;
        let (compiled, context) = (Arc::clone(&question.compiled), context.clone());
        let request = BarsRequest { compiled, resampling, span, adjust, since: None, context };
        let queries = try_join_all(question.series.iter().map(|id| self.prepare_stored(id, &request))).await?;
        let max = self.limits.correlated_values_max as u64;
        let needed = queries.iter().map(|query| query.rows.len() as u64).sum();
        if needed > max {
            let hint = Some("use a shorter range or fewer series");
            return Err(Error::TooMuch { limit: "correlated_values_max", max, needed, hint });
        }
        Ok(queries)
    }
}

/// Computations of up to this cost, in nanoseconds, are left to the parallel part.
const DEAR_MIN: u64 = 200_000;

/// The values of a series: computed, or still to be computed.
enum Computed {
    Now(Answer),
    Later(PreparedQuery),
}

impl Computed {
    fn cost(&self) -> u64 {
        if let Self::Later(query) = self { query.cost() } else { 0 }
    }

    fn answer(self, cancellation: &Cancellation) -> Result<Answer, Error> {
        match self {
            Self::Now(answer) => Ok(answer),
            Self::Later(query) => query.answer(cancellation),
        }
    }
}

/// The bars of a series with a value.
struct Known {
    times: Vec<i64>,
    values: Vec<f64>,
}

impl Known {
    fn of(answer: &Answer) -> Self {
        let mut times: Vec<i64> = bytemuck::pod_collect_to_vec(&answer.times);
        let mut values: Vec<f64> = bytemuck::pod_collect_to_vec(&answer.columns[0]);
        if values.iter().any(|value| value.is_nan()) {
            let mut known = values.iter().map(|value| !value.is_nan());
            times.retain(|_| known.next().unwrap_or(false));
            values.retain(|value| !value.is_nan());
        }
        Self { times, values }
    }

    /// Converts values to changes or ranks.
    fn prepare(&mut self, returns: bool, method: Method) {
        if returns {
            self.values = self.values.windows(2).map(|pair| (pair[1] - pair[0]) / pair[0]).collect();
        }
        if method == Method::Spearman && self.values.iter().all(|value| !value.is_nan()) {
            self.values = ranks(&self.values);
        }
    }
}

/// Intersects the series by timestamp.
fn align(all: &mut [Known]) {
    let mut shared = all[0].times.clone();
    for known in &all[1..] {
        if shared != known.times {
            let mut at = 0;
            shared.retain(|time| {
                at += known.times[at..].partition_point(|other| other < time);
                known.times.get(at) == Some(time)
            });
        }
    }
    all.par_iter_mut().filter(|known| known.times != shared).for_each(|known| {
        let mut at = 0;
        let value = |time: &i64| {
            at += known.times[at..].partition_point(|other| other < time);
            known.values[at]
        };
        known.values = shared.iter().map(value).collect();
    });
}

/// Columns whose computed correlation is further from 1 differ.
const EQUAL_WITHIN: f64 = 1e-6;

/// Pairwise correlations of columns of equal length, on all threads of the current pool, until `go_on` is false. The
/// result does not depend on the scheduling.
pub fn correlations(columns: &[&[f64]], go_on: &(dyn Fn() -> bool + Sync)) -> Option<Matrix> {
    let blocks: Vec<_> = columns.par_chunks(Correlated::WIDTH).map(Correlated::new).collect();
    // The matrix is symmetric: compute one triangle.
    let half = |index: usize| {
        let row = |other: &Correlated| blocks[index].with(other);
        go_on().then(|| blocks[index..].iter().map(row).collect())
    };
    let half = (0..blocks.len()).into_par_iter().map(half).collect::<Option<Vec<Vec<Correlations>>>>()?;
    let mut matrix = Matrix::zeros(columns.len(), columns.len());
    for (i, row) in matrix.columns_mut().enumerate() {
        for (j, value) in row.iter_mut().enumerate() {
            let (first, second) = (i.min(j), i.max(j));
            let block = &half[first / Correlated::WIDTH][second / Correlated::WIDTH - first / Correlated::WIDTH];
            let found = block[first % Correlated::WIDTH][second % Correlated::WIDTH];
            // Rounding leaves a correlation of equal columns an ulp off 1.
            let is_same = i == j || (found > 1.0 - EQUAL_WITHIN && columns[i] == columns[j]);
            *value = if is_same && !found.is_nan() { 1.0 } else { found };
        }
    }
    Some(matrix)
}
