//! Rolling sums and means: pairwise summation of doubling windows, so the error grows with log2 of the window, not with
//! the series.

use crate::kernel::parameters;
use crate::kernel::rolling::fold::aggregate::{Aggregate, Partial, tree_sum, zero_at};
use crate::kernel::rolling::fold::doubling::{Doubled, doubled};
use crate::kernel::rolling::fold::window::SlidingWindow;
use crate::kernel::rolling::rolling;
use crate::kernel::simd::tile::array;
use crate::kernel::simd::vector8::Vector8;

/// The sum of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Sum {
    /// The number of bars.
    pub window: usize,
}

parameters!(Sum { window });

/// The mean of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Mean {
    /// The number of bars.
    pub window: usize,
}

parameters!(Mean { window });

/// The newest value minus the mean of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Centered {
    /// The number of bars.
    pub window: usize,
}

parameters!(Centered { window });

impl Doubled<1, 1, 1, 1> for Sum {
    fn windows(&self) -> [usize; 1] {
        [self.window]
    }

    #[inline(always)]
    fn terms<V: Vector8>(&self, now: [V; 1], _: [V; 1]) -> [V; 1] {
        now
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, _: [V; 1], [sum]: [[V; 1]; 1]) -> [V; 1] {
        sum
    }
}

impl Doubled<1, 1, 1, 1> for Mean {
    fn windows(&self) -> [usize; 1] {
        [self.window]
    }

    #[inline(always)]
    fn terms<V: Vector8>(&self, now: [V; 1], _: [V; 1]) -> [V; 1] {
        now
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, _: [V; 1], [[sum]]: [[V; 1]; 1]) -> [V; 1] {
        [quotient_each(sum, self.window as f64)]
    }
}

// The sum of the differences from the newest bar: the mean itself would round at the offset of the series.
impl Aggregate<1, 1, 1> for Centered {
    #[inline(always)]
    fn lift<V: Vector8>(bar: [V; 1]) -> [V; 1] {
        [zero_at(bar)]
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Partial<V, 1, 1>, older: Partial<V, 1, 1>) -> [V; 1] {
        [newer.agg[0] + (older.agg[0] + (older.newest[0] - newer.newest[0]) * older.bars)]
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 1]; W]) -> [V; 1] {
        [tree_sum::<V, W>(array(bars[0][0], |n| bars[n][0] - bars[0][0]))]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Partial<V, 1, 1>) -> [V; 1] {
        [V::splat(0.0) - quotient_each(window.agg[0], window.bars)]
    }
}

rolling!(SlidingWindow: Centered => 1);
doubled!(Sum => 1, |kernel| kernel.window - 1; Mean => 1, |kernel| kernel.window - 1);

/// As [`quotient`], of each lane.
#[inline(always)]
pub(super) fn quotient_each<V: Vector8>(sum: V, divisor: f64) -> V {
    let reciprocal = V::splat(1.0 / divisor);
    let quotient = sum * reciprocal;
    let rest = quotient.times_plus(V::splat(-divisor), sum);
    rest.times_plus(reciprocal, quotient)
}

/// `sum / divisor`, rounded correctly, by the reciprocal and one correction (Markstein 1990): a division takes four times as
/// long, and as long as all else of a short window. NaN where the sum is infinite.
#[inline(always)]
pub(crate) fn quotient(sum: f64, divisor: f64) -> f64 {
    let reciprocal = 1.0 / divisor;
    let quotient = sum * reciprocal;
    let rest = (-quotient).mul_add(divisor, sum);
    rest.mul_add(reciprocal, quotient)
}
