//! Spread z-score: the spread of two hedged inputs in standard deviations from its rolling mean, from the joint moments
//! of `moments`, so that the hedge ratio and the spread are of the same window.

use crate::kernel::cost::per_level;
use crate::kernel::rolling::fold::aggregate::{Aggregate, Partial};
use crate::kernel::rolling::fold::window::SlidingWindow;
use crate::kernel::rolling::rolling;
use crate::kernel::{Correlation, parameters};

/// The z-score of the spread `a - hedge * b` of two inputs over the newest `window` values; 0 if the spread is constant.
///
/// The relative error is about 1e-15 times the ratio of the variance of the inputs to that of the spread.
#[derive(Debug, Clone)]
pub struct SpreadZScore {
    /// The number of bars.
    pub window: usize,
    /// The hedge ratio; `None` is the slope of `a` against `b` over the window.
    pub hedge: Option<f64>,
    /// Delta degrees of freedom.
    pub ddof: usize,
}

parameters!(SpreadZScore { window, hedge, ddof });

/// The variance of a constant spread by rounding alone, as a fraction of the variance of the inputs.
const ROUNDING: f64 = 1e-14;

impl Aggregate<2, 5, 1> for SpreadZScore {
    #[inline(always)]
    fn lift(bar: [f64; 2]) -> [f64; 5] {
        Correlation::lift(bar)
    }

    #[inline(always)]
    fn lift_many<const W: usize>(bars: [[f64; 2]; W]) -> [f64; 5] {
        Correlation::lift_many(bars)
    }

    #[inline(always)]
    fn combine(newer: Partial<2, 5>, older: Partial<2, 5>) -> [f64; 5] {
        Correlation::combine(newer, older)
    }

    #[inline(always)]
    fn lower(&self, window: Partial<2, 5>) -> [f64; 1] {
        let [mean_a, mean_b, square_a, square_b, products] = window.agg;
        let slope = if square_b == 0.0 { products } else { products / square_b };
        let hedge = self.hedge.unwrap_or(slope);
        let hedged = hedge * hedge * square_b;
        let squares = square_a - 2.0 * hedge * products + hedged;
        // Means are relative to the newest bar, so they give its deviation.
        let deviation_of_newest = hedge * mean_b - mean_a;
        let deviation = (squares / (window.bars - self.ddof as f64)).sqrt();
        [if squares <= ROUNDING * (square_a + hedged) { 0.0 } else { deviation_of_newest / deviation }]
    }
}

rolling!(SlidingWindow: SpreadZScore => 1 @ |kernel| per_level(kernel.window, 1.5));
