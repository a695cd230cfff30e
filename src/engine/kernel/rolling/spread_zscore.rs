//! Spread z-score: the spread of two hedged inputs in standard deviations from its rolling mean, from the joint moments
//! of `moments`, so that the hedge ratio and the spread are of the same window.

use super::fold::aggregate::{Aggregate, Partial};
use super::fold::window::SlidingWindow;
use super::rolling;
use crate::kernel::{Correlation, parameters};

/// The spread `a - hedge * b` of two inputs, as a number of its standard deviations from its mean over the newest
/// `window` values; 0 where it is flat.
///
/// It is off by about 1e-15 of the variances of the inputs as a share of that of the spread.
#[derive(Debug, Clone)]
pub struct SpreadZScore {
    /// The number of bars.
    pub window: usize,
    /// What `b` is multiplied by; without one, the slope of `a` against `b` over the window.
    pub hedge: Option<f64>,
    /// What is taken off the number of bars before the squares are divided by it.
    pub ddof: usize,
}

parameters!(SpreadZScore { window, hedge, ddof });

/// The share of the variances of both inputs that is left by rounding alone where the spread is flat.
const ROUNDING: f64 = 1e-14;

impl Aggregate<2, 5, 1> for SpreadZScore {
    #[inline(always)]
    fn lift(bar: [f64; 2]) -> [f64; 5] {
        Correlation::lift(bar)
    }

    #[inline(always)]
    fn lift4(bars: [[f64; 2]; 4]) -> [f64; 5] {
        Correlation::lift4(bars)
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
        // Means are of differences from the newest bar, so that it is as far from the mean as they tell.
        let distance = hedge * mean_b - mean_a;
        let deviation = (squares / (window.bars - self.ddof as f64)).sqrt();
        [if squares <= ROUNDING * (square_a + hedged) { 0.0 } else { distance / deviation }]
    }
}

rolling!(SlidingWindow: SpreadZScore => 1);
