//! Places in a range and distances in units of the usual one, which are 0 where rounding is all there is.

use super::fold::aggregate::{Fold, Piece};
use super::fold::window::{Windows, windowed};
use crate::kernel::elementwise::arithmetic::{boxed, elementwise};
use crate::kernel::{Kernel, State};

/// What is this small beside the values it was taken from is rounding, as TA-Lib has it.
pub(crate) const ROUNDING: f64 = 1e-14;

/// Where the third input is on the way from the smallest of the newest `window` values of the second, 0, to the largest of
/// those of the first, `scale`, or, from the top, from the largest to the smallest; not beyond `limits`, and 0 where there
/// is no way.
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

/// The first input, a distance, divided by the second, the usual distance, both of values like the third, times `scale`;
/// 0 where there is no distance.
#[derive(Debug, Clone)]
pub struct NormalizedDeviation {
    /// The value at the usual distance.
    pub scale: f64,
}

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
fn position(scale: f64, [x, from, to]: [f64; 3]) -> f64 {
    let range = to - from;
    // Not a number is not small, and stays.
    let flat = range.abs() <= ROUNDING * (from.abs() + to.abs()) && !x.is_nan();
    if flat { 0.0 } else { scale * ((x - from) / range) }
}

// The largest of the first input, and the smallest of the second.
impl Fold<3, 2, 1> for RangePosition {
    const OVERLAPS: bool = true;
    const BLIND: bool = true;
    const FOLDED: usize = 2;

    #[inline(always)]
    fn single([high, low, _]: [f64; 3]) -> [f64; 2] {
        [high, low]
    }

    #[inline(always)]
    fn join(newer: Piece<3, 2>, older: Piece<3, 2>) -> [f64; 2] {
        let ([high, low], [high_before, low_before]) = (newer.fold, older.fold);
        [if high > high_before { high } else { high_before }, if low < low_before { low } else { low_before }]
    }

    #[inline(always)]
    fn finish(&self, window: Piece<3, 2>) -> [f64; 1] {
        let [high, low] = window.fold;
        let (from, to) = if self.from_top { (high, low) } else { (low, high) };
        [clamp(self.limits, position(self.scale, [window.newest[2], from, to]))]
    }
}

windowed!(RangePosition: 1);

#[inline(always)]
fn channels(scale: f64, [distance, usual, x]: [f64; 3]) -> f64 {
    let rounding = ROUNDING * x.abs();
    if distance.abs() <= rounding || usual <= rounding { 0.0 } else { scale * (distance / usual) }
}

elementwise!(
    NormalizedDeviation: |&NormalizedDeviation { scale }| boxed(move |inputs| channels(scale, inputs)),
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_distances() {
        let (position, channels) = (|inputs| position(100.0, inputs), |inputs| channels(2.0, inputs));
        assert_eq!(position([3.0, 2.0, 6.0]), 25.0);
        assert_eq!(position([3.0, 6.0, 2.0]), 75.0);
        assert_eq!(position([5.0, 5.0, 5.0]), 0.0);
        assert_eq!(position([5.0, 5.0, 5.0 + 1e-15]), 0.0);
        assert_eq!(position([5e-12, 0.0, 1e-11]), 50.0);
        assert!(position([f64::NAN, 5.0, 5.0]).is_nan() && position([1.0, f64::NAN, 5.0]).is_nan());
        assert_eq!(channels([3.0, 2.0, 100.0]), 3.0);
        assert_eq!(channels([1e-14, 1e-14, 100.0]), 0.0);
        assert_eq!(channels([0.0, 0.0, 0.0]), 0.0);
        assert!(channels([f64::NAN, f64::NAN, 0.0]).is_nan());
    }
}
