//! The planning of a sweep: how its variants are cut into tiles, and what they cost.

use std::sync::Arc;

use super::folds::Fold;
use super::question::{SweepHeader, SweepQuery, SweptFacts};
use super::reducing::deflation::Deflation;
use super::tile::{Bars, Swept};
use crate::app::bars::join::adjustments;
use crate::app::workers::cancellation::Cancellation;
use crate::app::{Error, Join};
use crate::indicator::{self, Expression, SweptExpression, Variants};
use crate::kernel::BLOCK;

/// The most variants of a tile. Its blocks of shared values fit the second-level cache; more would share little more.
const TILE_MAX: u64 = 256;

/// As `TILE_MAX`, of an expression with one range: variants that read the same input are computed together.
const TILE_OF_ONE_MAX: u64 = 64;

/// Variants that read the same input are computed this many at a time; a tile has whole groups of them.
const GROUP: u64 = 8;

/// The most time between two looks at the deadline, in nanoseconds: that of a block.
const BLOCK_COST_MAX: f64 = 20_000_000.0;

/// The cost of reducing a value in one of several windows, in nanoseconds.
const REDUCE_COST: f64 = 1.0;

/// The most blocks that the windows of a tile wait for: 16 MiB.
const WAITING_MAX: u64 = 2048;

/// The cost of planning a variant, in nanoseconds.
const PLAN_COST: f64 = 6_000.0;

/// A sweep that is ready to run.
pub(super) struct Ready {
    pub(super) bars: Arc<Bars>,
    pub(super) request: Arc<SweepQuery>,
    pub(super) swept: Vec<Arc<Swept>>,
    pub(super) header: SweepHeader,
    /// The folds, if there are any.
    pub(super) folds: Option<Vec<Fold>>,
    /// The cost of all of it, in nanoseconds of one thread.
    pub(super) cost: u64,
}

impl Ready {
    /// The number of rows that each variant is reduced over, in all windows.
    pub(super) fn reduced_rows(&self) -> usize {
        reduced_rows(self.folds.as_deref()).unwrap_or(self.header.rows as usize)
    }
}

fn reduced_rows(folds: Option<&[Fold]>) -> Option<usize> {
    folds.map(|folds| folds.iter().map(|fold| fold.in_sample.len()).sum())
}

/// The planning of a sweep.
pub(super) struct Planning {
    pub(super) bars: Arc<Bars>,
    pub(super) request: Arc<SweepQuery>,
    /// The number of threads that compute tiles.
    pub(super) threads: u64,
}

/// Costs of some variants.
struct Costs {
    per_bar: f64,
    window_bars: u64,
    rows: usize,
    reads: usize,
    /// The number of later bars that are read.
    ahead: usize,
}

/// What a variant is reduced over.
struct Reduced {
    /// The number of rows, in all windows.
    rows: usize,
    /// The number of windows, 0 if all rows are one.
    windows: usize,
}

impl Planning {
    /// Plans the tiles of every expression.
    pub(super) fn ready(self, cancellation: &Cancellation) -> Result<Ready, Error> {
        let (mut swept, mut facts) = (Vec::new(), Vec::new());
        let (mut cost, mut rows) = (0.0, 0);
        let folds = match &self.request.walk {
            Some(walk) => Some(walk.folds(&self.bars.bars.rows_of(&self.bars.span)?)?),
            None => None,
        };
        for (index, expression) in self.request.expressions.iter().enumerate() {
            cancellation.check()?;
            let variants = Variants::new(expression, self.request.condition.as_deref(), &self.bars.limits.expression());
            let variants =
                Arc::new(variants.map_err(|error| Error::Text { field: "where", index: None, error: error.into() })?);
            let (one, found_rows) = self.swept((index, expression), variants, folds.as_deref())?;
            rows = found_rows;
            let chosen = folds.as_ref().map_or(0, Vec::len);
            cost += (one.variants.tried() + chosen as u64) as f64 * one.variant_cost;
            facts.push(self.facts(&one));
            swept.push(Arc::new(one));
        }
        self.check_results(&swept, folds.as_ref().map(Vec::len))?;
        let (source, joins) = (&self.bars.bars.source, self.joins(cancellation)?);
        let (epoch, derived_from) = (source.visible_epoch(), source.derived_from());
        let as_of = self.bars.span.as_of_time();
        let adjustments = adjustments(source, &self.bars.joined);
        let header =
            SweepHeader { expressions: facts, rows: rows as u64, epoch, joins, derived_from, as_of, adjustments };
        Ok(Ready { bars: self.bars, request: self.request, swept, header, folds, cost: cost as u64 })
    }

    /// How the variants of an expression are cut into tiles, and what they cost; and the number of rows.
    fn swept(
        &self,
        (index, expression): (usize, &SweptExpression),
        variants: Arc<Variants>,
        folds: Option<&[Fold]>,
    ) -> Result<(Swept, usize), Error> {
        let corner = |last: bool| -> Vec<u64> {
            let place = |count: u64| if last { count - 1 } else { 0 };
            expression.parameters().iter().map(|parameter| place(parameter.values.count())).collect()
        };
        let corners = [false, true].map(|last| self.costs(index, vec![expression.values(&corner(last))]));
        let [first, last] = corners;
        let (first, last) = (first?, last?);
        let per_bar = first.per_bar.max(last.per_bar);
        check_ahead(index, first.ahead.max(last.ahead), folds)?;
        let reduced =
            Reduced { rows: reduced_rows(folds).unwrap_or(last.rows), windows: folds.map_or(0, <[Fold]>::len) };
        let size = self.tile_size(expression, first.window_bars.max(last.window_bars), per_bar, &reduced)?;
        let size = self.balanced(size, expression);
        // What variants share is known from whole tiles only.
        let tiles = variants.tiles(size).filter(|tile| !tile.variants.is_empty());
        let (mut shared, mut measured, mut planned) = (0.0, 0.0, Vec::new());
        let samples = if variants.tried() <= self.in_flight() * size { 1 } else { 2 };
        for tile in tiles.step_by(usize::try_from(variants.tried() / size).unwrap_or(0).max(1)).take(samples) {
            let values = tile.variants.iter().map(|&number| expression.values(&variants.indices(number))).collect();
            let query = self.bars.query(&self.request, index, values)?;
            shared += query.compiled.bar_cost();
            measured += tile.variants.len() as f64;
            planned.push((tile.variants, query));
        }
        let per_bar = if measured > 0.0 { shared / measured } else { per_bar };
        let columns = expression.outputs().len() * self.request.feeds.count();
        let reducing = if reduced.windows > 0 { REDUCE_COST * (reduced.rows * columns) as f64 } else { 0.0 };
        let variant_cost = PLAN_COST + per_bar * first.reads.max(last.reads) as f64 + reducing;
        let rows = last.rows;
        let (expression, planned) = (expression.clone(), planned.into());
        Ok((Swept { expression, index, variants, size, variant_cost, planned }, rows))
    }

    fn costs(&self, index: usize, values: Vec<Vec<f64>>) -> Result<Costs, Error> {
        let query = self.bars.query(&self.request, index, values)?;
        let plan = &query.compiled.plan;
        let (per_bar, window_bars) = (query.compiled.bar_cost(), plan.window_bars() as u64);
        let (rows, max) = (query.rows.len(), self.bars.limits.answer_rows_max);
        if rows > max {
            let (max, needed, hint) = (max as u64, rows as u64, Some("use a shorter range"));
            return Err(Error::TooMuch { limit: "answer_rows_max", max, needed, hint });
        }
        let ahead = query.compiled.expressions.iter().map(Expression::lookahead).max().unwrap_or(0);
        Ok(Costs { per_bar, window_bars, rows, reads: query.reads().len(), ahead })
    }

    /// The number of variants of a tile: enough to share work, and few enough for the caches and the limits.
    fn tile_size(
        &self,
        expression: &SweptExpression,
        window: u64,
        per_bar: f64,
        reduced: &Reduced,
    ) -> Result<u64, Error> {
        let limits = &self.bars.limits;
        let ranges = expression.parameters().iter().filter(|parameter| parameter.values.count() > 1).count();
        let most = if ranges > 1 { TILE_MAX } else { TILE_OF_ONE_MAX };
        let windows = limits.window_bars_max as u64 / self.in_flight() / window.max(1);
        let outputs = expression.outputs().len();
        // Each window may hold a block of each column that it waits for the rest of.
        let waiting = reduced.windows * outputs * self.request.feeds.count();
        let blocks = (BLOCK_COST_MAX / ((per_bar + REDUCE_COST * waiting as f64) * BLOCK as f64)) as u64;
        let waiting = WAITING_MAX / waiting.max(1) as u64;
        let mut size = most.min(windows).min(blocks).min(waiting);
        let held = outputs * self.request.feeds.buffered();
        if held > 0 {
            let (needed, max) = (8 * (reduced.rows * held) as u64, limits.sweep_bytes_max as u64);
            if needed > max {
                let hint = Some("use a shorter range, or reductions that need no quantile");
                return Err(Error::TooMuch { limit: "sweep_bytes_max", max, needed, hint });
            }
            size = size.min(max / self.in_flight() / needed.max(1));
        }
        Ok(size.max(1))
    }

    /// The number of tiles that are computed or wait to be sent at a time.
    fn in_flight(&self) -> u64 {
        2 * self.threads
    }

    /// At most this size: one that gives each thread about the same number of variants, if there are few tiles.
    fn balanced(&self, size: u64, expression: &SweptExpression) -> u64 {
        let (all, ranges) = (expression.variants(), expression.parameters().len());
        let tiles = all.div_ceil(size).next_multiple_of(self.threads);
        let even = all.div_ceil(tiles).next_multiple_of(GROUP);
        if ranges == 1 && tiles <= self.in_flight() && even > GROUP { even.min(size) } else { size }
    }

    fn facts(&self, swept: &Swept) -> SweptFacts {
        let Swept { expression, variants, .. } = swept;
        let columns = self.request.labels(expression);
        let statistics = self.request.feeds.statistics();
        let is_time = |at: usize| !statistics.is_empty() && statistics[at % statistics.len()].is_row();
        SweptFacts {
            label: expression.label().into(),
            parameters: expression.parameters().iter().map(|parameter| parameter.name.clone()).collect(),
            are_times: (0..columns.len()).map(is_time).collect(),
            columns,
            variants: expression.variants(),
            tried: variants.tried(),
        }
    }

    /// Checks the size of the results that are held until they can be sent in order.
    fn check_results(&self, swept: &[Arc<Swept>], folds: Option<usize>) -> Result<(), Error> {
        let (max, limits) = (self.bars.limits.sweep_bytes_max as u64, &self.request.ranking);
        let held = |swept: &Arc<Swept>| {
            let outputs = swept.expression.outputs().len();
            let (columns, all) =
                (self.request.feeds.width(outputs), Deflation::of(&self.request.feeds, outputs).is_some());
            // Deflated ratios are known when all variants are.
            let top = limits.as_ref().filter(|_| !all);
            let most = top.map_or(u64::MAX, |ranking| 2 * (ranking.order.top as u64).min(1 << 40));
            let folds = folds.unwrap_or(1) as u64;
            folds.saturating_mul(swept.variants.tried().min(most)).saturating_mul(8 * (1 + columns as u64))
        };
        let needed = swept.iter().map(held).max().unwrap_or(0);
        if needed > max {
            let hint = Some("use fewer reductions or variants, or return the top variants only");
            return Err(Error::TooMuch { limit: "sweep_bytes_max", max, needed, hint });
        }
        Ok(())
    }

    /// Verifies the bars, and joins the other series.
    fn joins(&self, cancellation: &Cancellation) -> Result<Arc<[Join]>, Error> {
        let mut joins: Vec<Join> = Vec::new();
        for (index, expression) in self.request.expressions.iter().enumerate() {
            let first = expression.values(&vec![0; expression.parameters().len()]);
            let query = self.bars.query(&self.request, index, vec![first])?;
            let found = query.begin(cancellation)?.joins();
            joins.extend(
                found
                    .iter()
                    .filter(|join| !joins.iter().any(|known| known.series == join.series))
                    .cloned()
                    .collect::<Vec<_>>(),
            );
        }
        Ok(joins.into())
    }
}

/// Checks that every fold has bars whose future is known in it.
fn check_ahead(index: usize, ahead: usize, folds: Option<&[Fold]>) -> Result<(), Error> {
    let lengths = folds.unwrap_or_default().iter().map(|fold| fold.in_sample.len().min(fold.out_of_sample.len()));
    match lengths.min() {
        Some(rows) if ahead > 0 && ahead >= rows => {
            let error = indicator::Error::AheadTooFar { bars: ahead, rows };
            Err(Error::Expression { index: Some(index), error })
        }
        _ => Ok(()),
    }
}
