//! The ratio of two rolling sums: both in one pass, as they are read together. A missing value of one input is missing in both,
//! so that numerator and denominator are of the same bars.

use super::fold::aggregate::{Aggregate, Partial, pairwise_sum, zero_at};
use super::fold::window::SlidingWindow;
use super::rolling;
use crate::kernel::parameters;
use crate::kernel::simd::tile::array;
use crate::kernel::simd::vector8::Vector8;

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
    fn lift<V: Vector8>(bar: [V; 2]) -> [V; 2] {
        let zero = zero_at(bar);
        [bar[0] + zero, bar[1] + zero]
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 2]; W]) -> [V; 2] {
        let parts: [V; W] = array(bars[0][0], |n| bars[n][0]);
        let wholes: [V; W] = array(bars[0][1], |n| bars[n][1]);
        let sums = [pairwise_sum(parts), pairwise_sum(wholes)];
        // A NaN in one of the sums is in both.
        let zero = zero_at(sums);
        [sums[0] + zero, sums[1] + zero]
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Partial<V, 2, 2>, older: Partial<V, 2, 2>) -> [V; 2] {
        [newer.agg[0] + older.agg[0], newer.agg[1] + older.agg[1]]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Partial<V, 2, 2>) -> [V; 1] {
        let [part, whole] = window.agg;
        [(part / whole).unless_zero(whole, V::splat(self.flat).if_number(part, part))]
    }
}

rolling!(SlidingWindow: SumRatio => 1);
