//! What the statistics of a sweep are made of: the values of an expression, or the returns after its signals.

use std::ops::Range;

use super::blocks::Blocks;
use crate::app::Error;
use crate::indicator::{Accumulator, Expression, Reduction, SharpeEstimate, Statistic, SweptExpression};

/// The statistics of each output of an expression, and the columns that they are reduced from.
#[derive(Debug, Clone)]
pub(in crate::app::compute::search) struct Feeds {
    statistics: Vec<Statistic>,
    /// The columns of each output.
    feeds: Vec<Feed>,
    /// The feed of each statistic, and its place among the reductions of that.
    places: Vec<(usize, Range<usize>)>,
}

/// A column that is reduced.
#[derive(Debug, Clone)]
struct Feed {
    /// The returns over this many bars after those where the expression is true; `None` for its values.
    forward: Option<usize>,
    reductions: Vec<Reduction>,
}

impl Feeds {
    /// What these statistics need. Without any, the values themselves are a feed.
    pub(in crate::app::compute::search) fn new(statistics: Vec<Statistic>) -> Self {
        let mut feeds: Vec<Feed> = Vec::new();
        let mut places = Vec::new();
        for statistic in &statistics {
            let forward = statistic.forward_bars();
            let at = feeds.iter().position(|feed| feed.forward == forward).unwrap_or(feeds.len());
            if at == feeds.len() {
                feeds.push(Feed { forward, reductions: vec![] });
            }
            let (own, parts) = (&mut feeds[at].reductions, statistic.reductions());
            places.push((at, own.len()..own.len() + parts.len()));
            own.extend(parts);
        }
        if feeds.is_empty() {
            feeds.push(Feed { forward: None, reductions: vec![] });
        }
        Self { statistics, feeds, places }
    }

    pub(in crate::app::compute::search) fn statistics(&self) -> &[Statistic] {
        &self.statistics
    }

    /// The number of columns of each output.
    pub(in crate::app::compute::search) fn count(&self) -> usize {
        self.feeds.len()
    }

    /// The number of columns of each output whose values are all held.
    pub(in crate::app::compute::search) fn buffered(&self) -> usize {
        let holds = |feed: &&Feed| feed.reductions.is_empty() || feed.reductions.iter().any(|one| one.needs_all());
        self.feeds.iter().filter(holds).count()
    }

    /// The columns of an output.
    pub(in crate::app::compute::search) fn expressions(&self, of: &Expression) -> Vec<Expression> {
        let fed = |feed: &Feed| feed.forward.map_or_else(|| of.clone(), |bars| of.forward_return(bars));
        self.feeds.iter().map(fed).collect()
    }

    /// Accumulators for the columns of some outputs.
    pub(in crate::app::compute::search) fn blocks(&self, outputs: usize) -> Vec<Blocks> {
        let feed = |at: usize| &self.feeds[at % self.feeds.len()];
        let blocks = |at: usize| Blocks::new(Accumulator::new(&feed(at).reductions));
        (0..outputs * self.feeds.len()).map(blocks).collect()
    }

    /// The number of values of a row of [`Self::row`] of an expression with this many outputs.
    pub(in crate::app::compute::search) fn width(&self, outputs: usize) -> usize {
        let hidden = |statistic: &Statistic| if is_deflated(statistic) { SharpeEstimate::REDUCTIONS.len() } else { 0 };
        outputs * (self.statistics.len() + self.statistics.iter().map(hidden).sum::<usize>())
    }

    /// The statistics of the outputs of a variant, then the estimates that deflated ratios are made of. Rows become times.
    pub(in crate::app::compute::search) fn row(&self, blocks: &mut [Blocks], time: impl Fn(f64) -> f64) -> Vec<f64> {
        let (mut row, mut hidden) = (Vec::new(), Vec::new());
        for output in blocks.chunks_mut(self.feeds.len()) {
            let results: Vec<Vec<f64>> = output.iter_mut().map(Blocks::results).collect();
            for (statistic, (feed, place)) in self.statistics.iter().zip(&self.places) {
                let parts = &results[*feed][place.clone()];
                let value = statistic.value(parts);
                row.push(if statistic.is_row() { time(value) } else { value });
                if is_deflated(statistic) {
                    hidden.extend_from_slice(parts);
                }
            }
        }
        row.extend(hidden);
        row
    }
}

fn is_deflated(statistic: &Statistic) -> bool {
    matches!(statistic, Statistic::DeflatedSharpe { .. })
}

/// Refuses expressions that look ahead, unless every reduction judges them.
pub(in crate::app::compute::search) fn check_ahead(
    expressions: &[SweptExpression],
    statistics: &[Statistic],
) -> Result<(), Error> {
    let refused = match statistics {
        [] => Some(None),
        several => several.iter().find(|statistic| !statistic.judges()).map(|&statistic| Some(statistic)),
    };
    match (expressions.iter().position(SweptExpression::looks_ahead), refused) {
        (Some(index), Some(statistic)) => {
            Err(Error::Expression { index: Some(index), error: Statistic::ahead_refused(statistic) })
        }
        _ => Ok(()),
    }
}
