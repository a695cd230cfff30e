//! The ratio of two rolling sums: both in one pass, as they are read together. A missing value of one input is missing in both,
//! so that numerator and denominator are of the same bars.

use super::fold::aggregate::{Aggregate, Partial, pairwise_sum, zero_at};
use super::fold::window::SlidingWindow;
use super::rolling;
use crate::kernel::parameters;

/// The sum of the newest `window` values of the first input divided by that of the second; `flat` where the second sum is 0.
#[derive(Debug, Clone)]
pub struct SumRatio {
    /// The number of bars.
    pub window: usize,
    /// The value where the second sum is 0.
    pub flat: f64,
}

parameters!(SumRatio { window, flat });

impl Aggregate<2, 2, 1> for SumRatio {
    #[inline(always)]
    fn lift(bar: [f64; 2]) -> [f64; 2] {
        let zero = zero_at(bar);
        [bar[0] + zero, bar[1] + zero]
    }

    #[inline(always)]
    fn lift_many<const W: usize>(bars: [[f64; 2]; W]) -> [f64; 2] {
        let sums = [pairwise_sum(bars.map(|bar| bar[0])), pairwise_sum(bars.map(|bar| bar[1]))];
        // A NaN in one of the sums is in both.
        let zero = zero_at(sums);
        [sums[0] + zero, sums[1] + zero]
    }

    #[inline(always)]
    fn combine(newer: Partial<2, 2>, older: Partial<2, 2>) -> [f64; 2] {
        [newer.agg[0] + older.agg[0], newer.agg[1] + older.agg[1]]
    }

    #[inline(always)]
    fn lower(&self, window: Partial<2, 2>) -> [f64; 1] {
        let [part, whole] = window.agg;
        [if whole == 0.0 && !part.is_nan() { self.flat } else { part / whole }]
    }
}

rolling!(SlidingWindow: SumRatio => 1);
