//! A tile of a sweep: some variants of an expression, planned together and reduced block by block.

use std::sync::Arc;

use bytes::Bytes;

use super::question::SweepQuery;
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
use crate::indicator::{Accumulator, PlanReader, Reduction, SweptExpression, Variants, seconds};
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
}

/// The results of a tile.
pub(super) struct TileResult {
    /// The numbers of its variants.
    pub(super) numbers: Vec<u64>,
    pub(super) values: TileValues,
}

/// What variants are reduced to.
pub(super) enum TileValues {
    /// The columns of each variant.
    Reduced(Vec<Vec<f64>>),
    /// The columns themselves, as many as the expression has outputs per variant.
    Columns(Vec<Bytes>),
}

impl Bars {
    /// A query of these variants over the bars. Without variants, none.
    pub(super) fn query(
        &self,
        swept: &SweptExpression,
        index: usize,
        values: Vec<Vec<f64>>,
    ) -> Result<PreparedQuery, Error> {
        let expressions = swept.expressions(values);
        let expressions = expressions.map_err(|error| Error::Expression { index: Some(index), error })?;
        let expressions = expressions.into_iter().flatten().map(|expression| expression.of_text(index)).collect();
        let compiled = Arc::new(CompiledQuery::folded(expressions, &self.limits)?);
        let of_symbol = |symbol| self.joined.iter().find(|joined| joined.symbol() == symbol).cloned();
        let joined = compiled.plan.series().iter().map(|symbol| of_symbol(symbol).expect("every series was resolved"));
        let joined = joined.collect();
        PreparedQuery::new(compiled, self.bars.clone(), joined, &self.span, &self.checkpoints)
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
    Accumulators(Vec<Accumulator>),
    Columns(Matrix),
}

impl RunningTile {
    /// A tile before its first row.
    pub(super) fn begin(
        bars: &Bars,
        swept: &Swept,
        asked: &SweepQuery,
        numbers: &[u64],
        cancellation: &Cancellation,
    ) -> Result<Self, Error> {
        let values = numbers.iter().map(|&number| swept.expression.values(&swept.variants.indices(number)));
        let query = bars.query(&swept.expression, swept.index, values.collect())?;
        let query = if asked.is_of_newest() { query.newest() } else { query };
        let outputs = query.columns();
        let sink = match &asked.reductions[..] {
            [] => Sink::Columns(Matrix::zeros(query.rows.len(), outputs)),
            reductions => Sink::Accumulators((0..outputs).map(|_| Accumulator::new(reductions)).collect()),
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
            let fold = &mut |output: usize, row: usize, values: &[f64]| sink.add(output, row, start, values);
            self.reader.fold(now, fold, &is_active).map_err(|_| Error::Late)?;
            self.done += now;
        }
        let left = rows.end.saturating_sub(self.reader.fed());
        Ok(if self.done == rows.len() { 0 } else { compiled.cost(left).max(1) })
    }

    /// The results, after the last step.
    pub(super) fn finish(self, asked: &SweepQuery, outputs: usize) -> TileValues {
        let source = &self.query.source;
        match self.sink {
            Sink::Columns(matrix) => {
                let (rows, columns) = (matrix.rows(), self.query.columns());
                let values = Bytes::from_owner(Values(matrix));
                TileValues::Columns((0..columns).map(|at| values.slice(at * rows * 8..(at + 1) * rows * 8)).collect())
            }
            Sink::Accumulators(mut accumulators) => {
                let reduced = |outputs: &mut [Accumulator]| {
                    let results = outputs.iter_mut().flat_map(|accumulator| {
                        let results = accumulator.results();
                        results.into_iter().zip(&asked.reductions)
                    });
                    let time = |(value, reduction): (f64, &Reduction)| {
                        if reduction.is_row() { seconds_of(source, value) } else { value }
                    };
                    results.map(time).collect()
                };
                TileValues::Reduced(accumulators.chunks_mut(outputs).map(reduced).collect())
            }
        }
    }
}

impl Sink {
    fn add(&mut self, output: usize, row: usize, start: usize, values: &[f64]) {
        match self {
            Self::Accumulators(accumulators) => accumulators[output].add(row, values),
            Self::Columns(matrix) => {
                let place = row - start;
                if let Some(column) = matrix.columns_mut().nth(output) {
                    copy_canonical(values, &mut column[place..place + values.len()]);
                }
            }
        }
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
    asked: Arc<SweepQuery>,
    numbers: Vec<u64>,
) -> impl FnMut(&Cancellation) -> Result<Progress<TileResult>, Error> + Send + 'static {
    let (mut running, mut numbers) = (None, Some(numbers));
    move |cancellation| {
        let mut tile = match running.take() {
            Some(tile) => tile,
            None => {
                let numbers = numbers.as_deref().unwrap_or_default();
                RunningTile::begin(&bars, &swept, &asked, numbers, cancellation)?
            }
        };
        let left = tile.step(cancellation)?;
        if left > 0 {
            running = Some(tile);
            return Ok(Progress::More(left));
        }
        let values = tile.finish(&asked, swept.expression.outputs().len());
        Ok(Progress::Done(TileResult { numbers: numbers.take().unwrap_or_default(), values }))
    }
}
