//! Range position (stochastic oscillator) and normalised deviation (CCI), 0 within rounding error.

use crate::kernel::elementwise::map::{boxed, elementwise_map};
use crate::kernel::parameters;
use crate::kernel::rolling::fold::doubling::{Doubled, doubled};
use crate::kernel::simd::vector8::Vector8;

/// The relative size below which a difference counts as rounding error, as in TA-Lib.
pub(crate) const ROUNDING: f64 = 1e-14;

/// The position of the third input in the range of the newest `window` bars, from the smallest value of the second input
/// (0) to the largest of the first (`scale`), or from the largest to the smallest; clamped to `limits`, and 0 if the
/// range is 0.
#[derive(Debug, Clone)]
pub struct RangePosition {
    /// The number of bars.
    pub window: usize,
    /// The value at the end of the range.
    pub scale: f64,
    /// Whether it is measured from the largest value down.
    pub from_top: bool,
    /// The smallest and the largest output.
    pub limits: [f64; 2],
}

parameters!(RangePosition { window, scale, from_top, limits });

/// The first input (a deviation) divided by the second (the mean absolute deviation), times `scale`; 0 where either is
/// within rounding error of the third (the price).
#[derive(Debug, Clone)]
pub struct NormalizedDeviation {
    /// The factor.
    pub scale: f64,
}

parameters!(NormalizedDeviation { scale });

/// Clamps the value; NaN is neither smaller nor larger and passes through.
#[inline(always)]
fn clamp<V: Vector8>([min, max]: [f64; 2], value: V) -> V {
    V::splat(max).smaller(V::splat(min).larger(value))
}

#[inline(always)]
fn range_position<V: Vector8>(scale: f64, [x, from, to]: [V; 3]) -> V {
    let range = to - from;
    let position = ((x - from) / range) * scale;
    // NaN is not small and passes through.
    let rounding = (from.magnitude() + to.magnitude()) * ROUNDING;
    V::if_at_least(rounding, range.magnitude(), V::splat(0.0), position).if_number(x, x)
}

// The largest of the first input, and the smallest of the second.
impl Doubled<3, 2, 1, 1> for RangePosition {
    const IDEMPOTENT: bool = true;
    const MASKED: usize = 2;

    fn windows(&self) -> [usize; 1] {
        [self.window]
    }

    #[inline(always)]
    fn terms<V: Vector8>(&self, [high, low, _]: [V; 3], _: [V; 3]) -> [V; 2] {
        [high, low]
    }

    #[inline(always)]
    fn combine<V: Vector8>([high, low]: [V; 2], [high_before, low_before]: [V; 2]) -> [V; 2] {
        [high.larger(high_before), low.smaller(low_before)]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, [_, _, x]: [V; 3], [[high, low]]: [[V; 2]; 1]) -> [V; 1] {
        let (from, to) = if self.from_top { (high, low) } else { (low, high) };
        [clamp(self.limits, range_position(self.scale, [x, from, to]))]
    }
}

doubled!(RangePosition => 1, |kernel| kernel.window - 1);

#[inline(always)]
fn normalized_deviation(scale: f64, [distance, usual, x]: [f64; 3]) -> f64 {
    let rounding = ROUNDING * x.abs();
    if distance.abs() <= rounding || usual <= rounding { 0.0 } else { scale * (distance / usual) }
}

elementwise_map!(
    NormalizedDeviation: |&NormalizedDeviation { scale }| boxed(move |inputs| normalized_deviation(scale, inputs)),
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::simd::vector8::Lanes;

    #[test]
    fn places_and_distances() {
        let (range_position, normalized_deviation) = (
            |inputs: [f64; 3]| range_position(100.0, inputs.map(Lanes::splat)).first(),
            |inputs| normalized_deviation(2.0, inputs),
        );
        assert_eq!(range_position([3.0, 2.0, 6.0]), 25.0);
        assert_eq!(range_position([3.0, 6.0, 2.0]), 75.0);
        assert_eq!(range_position([5.0, 5.0, 5.0]), 0.0);
        assert_eq!(range_position([5.0, 5.0, 5.0 + 1e-15]), 0.0);
        assert_eq!(range_position([5e-12, 0.0, 1e-11]), 50.0);
        assert!(range_position([f64::NAN, 5.0, 5.0]).is_nan() && range_position([1.0, f64::NAN, 5.0]).is_nan());
        assert_eq!(normalized_deviation([3.0, 2.0, 100.0]), 3.0);
        assert_eq!(normalized_deviation([1e-14, 1e-14, 100.0]), 0.0);
        assert_eq!(normalized_deviation([0.0, 0.0, 0.0]), 0.0);
        assert!(normalized_deviation([f64::NAN, f64::NAN, 0.0]).is_nan());
    }
}
