//! A tile of a sweep: some variants of an expression, planned together and reduced block by block.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::question::SweepQuery;
use super::reducing::blocks::Blocks;
use super::reducing::windows::Window;
use crate::app::bars::column_bytes::Values;
use crate::app::bars::join::Joined;
use crate::app::bars::source::BarsSource;
use crate::app::bars::visible::VisibleBars;
use crate::app::compute::checkpoint_store::Checkpoints;
use crate::app::compute::compiled::CompiledQuery;
use crate::app::compute::prepared::PreparedQuery;
use crate::app::workers::cancellation::Cancellation;
use crate::app::workers::executor::Progress;
use crate::app::{Error, Limits};
use crate::indicator::{self, Expression, PlanReader, SweptExpression, Variants, seconds};
use crate::kernel::{BLOCK, copy_canonical};
use crate::series::{Matrix, Source, Span};

/// The bars of a sweep, pinned while it runs.
pub(super) struct Bars {
    pub(super) bars: VisibleBars,
    pub(super) joined: Vec<Joined>,
    pub(super) span: Span,
    pub(super) checkpoints: Arc<Checkpoints>,
    pub(super) limits: Arc<Limits>,
}

/// What a tile needs to know of its sweep.
pub(super) struct Swept {
    pub(super) expression: SweptExpression,
    pub(super) index: usize,
    pub(super) variants: Arc<Variants>,
    /// The number of variants of a tile.
    pub(super) size: u64,
    /// The cost of a variant, its share of the tile's common work included, in nanoseconds.
    pub(super) variant_cost: f64,
    /// Tiles that were planned already, to know what variants share, by the numbers of these.
    pub(super) planned: Mutex<Vec<(Vec<u64>, PreparedQuery)>>,
}

impl Swept {
    /// The values of the parameters of some variants.
    pub(super) fn values(&self, numbers: &[u64]) -> Vec<Vec<f64>> {
        numbers.iter().map(|&number| self.expression.values(&self.variants.indices(number))).collect()
    }

    /// The query of some variants, if it was planned already; once.
    fn planned(&self, numbers: &[u64]) -> Option<PreparedQuery> {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        let at = planned.iter().position(|(known, _)| known == numbers)?;
        Some(planned.swap_remove(at).1)
    }
}

/// What a tile computes.
pub(super) struct Job {
    /// The numbers of its variants.
    pub(super) numbers: Vec<u64>,
    /// The rows that are reduced, each by itself; all if there are none.
    pub(super) windows: Vec<Range<usize>>,
    /// Accumulators that are fed the rows of the last window too.
    pub(super) continued: Option<Vec<Blocks>>,
}

/// The results of a tile.
pub(super) struct TileResult {
    /// The numbers of its variants.
    pub(super) numbers: Vec<u64>,
    pub(super) values: TileValues,
    /// The accumulators that it continued.
    pub(super) continued: Option<Vec<Blocks>>,
}

/// What variants are reduced to.
pub(super) enum TileValues {
    /// Of each window, the statistics of each variant.
    Reduced(Vec<Vec<Vec<f64>>>),
    /// The columns themselves, as many as the expression has outputs per variant.
    Columns(Vec<Bytes>),
}

impl Bars {
    /// A query of these variants over the bars: of each output, the columns that its statistics are reduced from.
    pub(super) fn query(
        &self,
        request: &SweepQuery,
        index: usize,
        values: Vec<Vec<f64>>,
    ) -> Result<PreparedQuery, Error> {
        let of_expression = |error| Error::Expression { index: Some(index), error };
        let expressions = request.expressions[index].expressions(values).map_err(of_expression)?;
        let expressions = expressions.iter().flatten().flat_map(|expression| request.feeds.expressions(expression));
        let expressions: Vec<_> = expressions.map(|expression| expression.of_text(index)).collect();
        let ahead = expressions.iter().map(Expression::lookahead).max().unwrap_or(0);
        let compiled = Arc::new(CompiledQuery::folded(expressions, &self.limits)?);
        let of_symbol = |symbol| self.joined.iter().find(|joined| joined.symbol() == symbol).cloned();
        let joined = compiled.plan.series().iter().map(|symbol| of_symbol(symbol).expect("every series was resolved"));
        let joined = joined.collect();
        let query = PreparedQuery::new(compiled, self.bars.clone(), joined, &self.span, None, &self.checkpoints)?;
        match query.rows.len() {
            rows if ahead > 0 && ahead >= rows => {
                Err(of_expression(indicator::Error::AheadTooFar { bars: ahead, rows }))
            }
            _ => Ok(query),
        }
    }
}

/// A tile that runs.
pub(super) struct RunningTile {
    query: PreparedQuery,
    reader: PlanReader<BarsSource>,
    sink: Sink,
    done: usize,
}

/// Where the values go.
enum Sink {
    /// And whether the last window is one that is continued.
    Windows(Vec<Window>, bool),
    Columns(Matrix),
}

impl RunningTile {
    /// A tile before its first row.
    pub(super) fn begin(
        bars: &Bars,
        swept: &Swept,
        request: &SweepQuery,
        job: &mut Job,
        cancellation: &Cancellation,
    ) -> Result<Self, Error> {
        let query = match swept.planned(&job.numbers) {
            Some(query) => query,
            None => bars.query(request, swept.index, swept.values(&job.numbers))?,
        };
        let mut query = if request.is_of_newest() && job.windows.is_empty() { query.newest() } else { query };
        let columns = query.columns();
        let sink = if request.is_reduced() {
            let outputs = columns / request.feeds.count();
            let all = std::slice::from_ref(&query.rows);
            let ranges = if job.windows.is_empty() { all } else { &job.windows };
            let last = ranges.last().cloned().unwrap_or_default();
            let mut windows: Vec<_> =
                ranges.iter().map(|rows| Window::new(rows.clone(), &request.feeds, outputs)).collect();
            let continued = job.continued.take().map(|blocks| Window::resume(last, blocks));
            let is_continued = continued.is_some();
            windows.extend(continued);
            // Rows behind the windows are not computed.
            query.rows.end = ranges.iter().map(|rows| rows.end).max().unwrap_or(query.rows.end);
            Sink::Windows(windows, is_continued)
        } else {
            Sink::Columns(Matrix::zeros(query.rows.len(), columns))
        };
        Ok(Self { reader: query.folder(cancellation)?, query, sink, done: 0 })
    }

    /// Computes about a step of rows, in whole blocks, as the order of sums depends on them. The cost of the rest, in
    /// nanoseconds; 0 if nothing is left.
    pub(super) fn step(&mut self, cancellation: &Cancellation) -> Result<u64, Error> {
        let (compiled, rows) = (Arc::clone(&self.query.compiled), self.query.rows.clone());
        let (bars, is_active) = (compiled.step_bars().next_multiple_of(BLOCK), || cancellation.is_active());
        let fed = self.reader.fed();
        if fed < rows.start {
            self.reader.feed_to(rows.start.min(fed + bars), &is_active).map_err(|_| Error::Late)?;
        } else {
            let now = bars.min(rows.len() - self.done);
            let start = rows.start;
            let sink = &mut self.sink;
            let late = |output: usize| compiled.expressions[output].lookahead();
            let fold = &mut |output: usize, row: usize, values: &[f64]| match sink {
                Sink::Windows(windows, _) => {
                    windows.iter_mut().for_each(|window| window.add(output, late(output), row, values));
                }
                Sink::Columns(matrix) => copy(matrix, output, row - start, values),
            };
            self.reader.fold(now, fold, &is_active).map_err(|_| Error::Late)?;
            self.done += now;
        }
        let left = rows.end.saturating_sub(self.reader.fed());
        Ok(if self.done == rows.len() { 0 } else { compiled.cost(left).max(1) })
    }

    /// The results, after the last step.
    pub(super) fn finish(self, request: &SweepQuery, outputs: usize) -> (TileValues, Option<Vec<Blocks>>) {
        let source = &self.query.source;
        match self.sink {
            Sink::Columns(matrix) => {
                let (rows, columns) = (matrix.rows(), self.query.columns());
                let values = Bytes::from_owner(Values(matrix));
                let column = |at: usize| values.slice(at * rows * 8..(at + 1) * rows * 8);
                (TileValues::Columns((0..columns).map(column).collect()), None)
            }
            Sink::Windows(mut windows, is_continued) => {
                let continued = if is_continued { windows.pop().map(Window::into_blocks) } else { None };
                let finish =
                    |window: &mut Window| window.finish(&request.feeds, outputs, |row| seconds_of(source, row));
                (TileValues::Reduced(windows.iter_mut().map(finish).collect()), continued)
            }
        }
    }
}

/// The statistics of accumulators that were continued over several windows of one variant each.
pub(super) fn combined(mut blocks: Vec<Blocks>, bars: &Bars, request: &SweepQuery) -> Vec<f64> {
    request.feeds.row(&mut blocks, |row| seconds_of(&bars.bars.source, row))
}

/// Copies the values of a column to their place.
fn copy(matrix: &mut Matrix, column: usize, place: usize, values: &[f64]) {
    if let Some(column) = matrix.columns_mut().nth(column) {
        copy_canonical(values, &mut column[place..place + values.len()]);
    }
}

/// The opening time of a row, in seconds since the Unix epoch; NaN of no row.
fn seconds_of(source: &BarsSource, row: f64) -> f64 {
    if row.is_nan() {
        return f64::NAN;
    }
    let (row, mut times) = (row as usize, Vec::with_capacity(1));
    source.times(row..row + 1, &mut times);
    seconds(times[0])
}

/// Computes a tile in steps.
pub(super) fn steps(
    bars: Arc<Bars>,
    swept: Arc<Swept>,
    request: Arc<SweepQuery>,
    mut job: Job,
) -> impl FnMut(&Cancellation) -> Result<Progress<TileResult>, Error> + Send + 'static {
    let mut running = None;
    move |cancellation| {
        let mut tile = match running.take() {
            Some(tile) => tile,
            None => RunningTile::begin(&bars, &swept, &request, &mut job, cancellation)?,
        };
        let left = tile.step(cancellation)?;
        if left > 0 {
            running = Some(tile);
            return Ok(Progress::More(left));
        }
        let (values, continued) = tile.finish(&request, swept.expression.outputs().len());
        Ok(Progress::Done(TileResult { numbers: std::mem::take(&mut job.numbers), values, continued }))
    }
}
