//! Spread z-score: the spread of two hedged inputs in standard deviations from its rolling mean, from the joint moments
//! of `moments`, so that the hedge ratio and the spread are of the same window.

use crate::kernel::cost::per_level;
use crate::kernel::rolling::fold::aggregate::{Aggregate, Partial};
use crate::kernel::rolling::fold::window::SlidingWindow;
use crate::kernel::rolling::rolling;
use crate::kernel::simd::vector8::Vector8;
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
    fn lift<V: Vector8>(bar: [V; 2]) -> [V; 5] {
        Correlation::lift(bar)
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 2]; W]) -> [V; 5] {
        Correlation::lift_many(bars)
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Partial<V, 2, 5>, older: Partial<V, 2, 5>) -> [V; 5] {
        Correlation::combine(newer, older)
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Partial<V, 2, 5>) -> [V; 1] {
        let [mean_a, mean_b, square_a, square_b, products] = window.agg;
        let slope = (products / square_b).unless_zero(square_b, products);
        let hedge = self.hedge.map_or(slope, V::splat);
        let hedged = hedge * hedge * square_b;
        let squares = square_a - hedge * 2.0 * products + hedged;
        // Means are relative to the newest bar, so they give its deviation.
        let deviation_of_newest = hedge * mean_b - mean_a;
        let deviation = (squares / (window.bars - self.ddof as f64)).sqrt();
        let rounding = (square_a + hedged) * ROUNDING;
        [V::if_at_least(rounding, squares, V::splat(0.0), deviation_of_newest / deviation)]
    }
}

rolling!(SlidingWindow: SpreadZScore => 1 @ |kernel| per_level(kernel.window, 1.5));
