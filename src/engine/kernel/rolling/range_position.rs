//! Range position (stochastic oscillator) and normalised deviation (CCI), 0 where only rounding is left.

use super::fold::aggregate::{Aggregate, Partial};
use super::fold::window::SlidingWindow;
use super::rolling;
use crate::kernel::elementwise::map::{boxed, elementwise_map};
use crate::kernel::parameters;

/// What is this small beside the values it was taken from is rounding, as TA-Lib has it.
pub(crate) const ROUNDING: f64 = 1e-14;

/// Where the third input is on the way from the smallest of the newest `window` values of the second, 0, to the largest
/// of those of the first, `scale`, or, from the top, from the largest to the smallest; not beyond `limits`, and 0 where
/// there is no way.
#[derive(Debug, Clone)]
pub struct RangePosition {
    /// The number of bars.
    pub window: usize,
    /// The value at the end of the way.
    pub scale: f64,
    /// Whether the way goes from the largest to the smallest.
    pub from_top: bool,
    /// The smallest and the largest value that is given.
    pub limits: [f64; 2],
}

parameters!(RangePosition { window, scale, from_top, limits });

/// The first input, a distance, divided by the second, the usual distance, both of values like the third, times
/// `scale`; 0 where there is no distance.
#[derive(Debug, Clone)]
pub struct NormalizedDeviation {
    /// The value at the usual distance.
    pub scale: f64,
}

parameters!(NormalizedDeviation { scale });

/// The value, but not beyond the limits; a NaN fails both comparisons and stays.
#[inline(always)]
fn clamp([min, max]: [f64; 2], value: f64) -> f64 {
    if value < min {
        min
    } else if value > max {
        max
    } else {
        value
    }
}

#[inline(always)]
fn range_position(scale: f64, [x, from, to]: [f64; 3]) -> f64 {
    let range = to - from;
    // Not a number is not small, and stays.
    let flat = range.abs() <= ROUNDING * (from.abs() + to.abs()) && !x.is_nan();
    if flat { 0.0 } else { scale * ((x - from) / range) }
}

// The largest of the first input, and the smallest of the second.
impl Aggregate<3, 2, 1> for RangePosition {
    const IDEMPOTENT: bool = true;
    const LOSES_NAN: bool = true;
    const AGGREGATED: usize = 2;

    #[inline(always)]
    fn lift([high, low, _]: [f64; 3]) -> [f64; 2] {
        [high, low]
    }

    #[inline(always)]
    fn combine(newer: Partial<3, 2>, older: Partial<3, 2>) -> [f64; 2] {
        let ([high, low], [high_before, low_before]) = (newer.agg, older.agg);
        [if high > high_before { high } else { high_before }, if low < low_before { low } else { low_before }]
    }

    #[inline(always)]
    fn lower(&self, window: Partial<3, 2>) -> [f64; 1] {
        let [high, low] = window.agg;
        let (from, to) = if self.from_top { (high, low) } else { (low, high) };
        [clamp(self.limits, range_position(self.scale, [window.newest[2], from, to]))]
    }
}

rolling!(SlidingWindow: RangePosition => 1);

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

    #[test]
    fn places_and_distances() {
        let (range_position, normalized_deviation) =
            (|inputs| range_position(100.0, inputs), |inputs| normalized_deviation(2.0, inputs));
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
