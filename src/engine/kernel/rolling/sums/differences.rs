//! The mean of a difference, and the difference of two means.

use super::mean::quotient_each;
use crate::kernel::parameters;
use crate::kernel::rolling::fold::doubling::{Doubled, doubled};
use crate::kernel::simd::vector8::Vector8;

/// The mean of the first input minus the second over the newest `window` bars.
#[derive(Debug, Clone)]
pub struct MeanDifference {
    /// The number of bars.
    pub window: usize,
}

parameters!(MeanDifference { window });

/// The mean of the midpoint of two inputs over the first number of bars, minus that over the second.
#[derive(Debug, Clone)]
pub struct MidpointOscillator {
    /// The numbers of bars.
    pub windows: [usize; 2],
}

parameters!(MidpointOscillator { windows });

impl Doubled<2, 1, 1, 1> for MeanDifference {
    fn windows(&self) -> [usize; 1] {
        [self.window]
    }

    #[inline(always)]
    fn terms<V: Vector8>(&self, [one, other]: [V; 2], _: [V; 2]) -> [V; 1] {
        [one - other]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, _: [V; 2], [[sum]]: [[V; 1]; 1]) -> [V; 1] {
        [quotient_each(sum, self.window as f64)]
    }
}

impl Doubled<2, 1, 2, 1> for MidpointOscillator {
    fn windows(&self) -> [usize; 2] {
        self.windows
    }

    #[inline(always)]
    fn terms<V: Vector8>(&self, [high, low]: [V; 2], _: [V; 2]) -> [V; 1] {
        [(high + low) * 0.5]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, _: [V; 2], [[fast], [slow]]: [[V; 1]; 2]) -> [V; 1] {
        let [one, two] = self.windows;
        [quotient_each(fast, one as f64) - quotient_each(slow, two as f64)]
    }
}

doubled!(
    MeanDifference => 1, |kernel| kernel.window - 1;
    MidpointOscillator => 1, |kernel| kernel.windows[0].max(kernel.windows[1]) - 1
);
