//! The efficiency ratio (Kaufman): the net change over a number of bars as a share of the sum of absolute changes.

use crate::kernel::rolling::fold::doubling::{Doubled, Doubling};
use crate::kernel::simd::vector8::Vector8;
use crate::kernel::{Kernel, State, parameters};

/// The magnitude of the second input, the net change over `window` bars, as a share of the sum of the absolute changes of the
/// first over them, 0 to 1; 1 where nothing changes.
#[derive(Debug, Clone)]
pub struct Efficiency {
    /// The number of bars.
    pub window: usize,
}

parameters!(Efficiency { window });

/// The squared interpolation between `slow` and `fast` by the [`Efficiency`]: the smoothing factor of Kaufman's average.
#[derive(Debug, Clone)]
pub struct EfficiencyWeight {
    /// The number of bars.
    pub window: usize,
    /// The root of the factor at an efficiency of 1.
    pub fast: f64,
    /// The root of the factor at an efficiency of 0.
    pub slow: f64,
}

parameters!(EfficiencyWeight { window, fast, slow });

/// The share of a net change in the sum of changes.
#[inline(always)]
fn efficiency<V: Vector8>(forward: V, way: V) -> V {
    let one = V::splat(1.0);
    let share = one.smaller(forward.magnitude() / way);
    // 1, or NaN where the net change is missing.
    share.unless_zero(way, forward.times_plus(V::splat(0.0), one))
}

impl Doubled<2, 1, 1, 1> for Efficiency {
    const BEFORE: bool = true;

    fn windows(&self) -> [usize; 1] {
        [self.window]
    }

    #[inline(always)]
    fn terms<V: Vector8>(&self, [x, _]: [V; 2], [before, _]: [V; 2]) -> [V; 1] {
        [(x - before).magnitude()]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, [_, forward]: [V; 2], [[way]]: [[V; 1]; 1]) -> [V; 1] {
        [efficiency(forward, way)]
    }
}

impl Doubled<2, 1, 1, 1> for EfficiencyWeight {
    const BEFORE: bool = true;

    fn windows(&self) -> [usize; 1] {
        [self.window]
    }

    #[inline(always)]
    fn terms<V: Vector8>(&self, [x, _]: [V; 2], [before, _]: [V; 2]) -> [V; 1] {
        [(x - before).magnitude()]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, [_, forward]: [V; 2], [[way]]: [[V; 1]; 1]) -> [V; 1] {
        let root = efficiency(forward, way) * (self.fast - self.slow) + V::splat(self.slow);
        [root * root]
    }
}

/// Implements `Kernel` where the second input is late by the window already.
macro_rules! efficiencies {
    ($($kernel:ty),+) => {$(
        impl Kernel for $kernel {
            fn lookback(&self) -> usize {
                self.window
            }

            fn lookback_after(&self, inputs: &[usize]) -> usize {
                (inputs[0] + self.window).max(inputs[1])
            }

            fn stable_after(&self) -> Option<usize> {
                // The second input is stable as late as the window.
                Some(0)
            }

            fn is_canonical(&self) -> bool {
                true
            }

            fn block(&self) -> usize {
                usize::MAX
            }

            fn start(&self) -> Box<dyn State> {
                Box::new(Doubling::new(self.clone()))
            }
        }
    )+};
}

efficiencies!(Efficiency, EfficiencyWeight);
