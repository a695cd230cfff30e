//! Places in a range and distances in units of the usual one, which are 0 where rounding is all there is.

use super::element::{boxed, elementwise};
use super::{Kernel, State};

/// What is this small beside the values it was taken from is rounding, as TA-Lib has it.
pub(crate) const ROUNDING: f64 = 1e-14;

/// Where the first input is on the way from the second to the third, 0 to `scale`; 0 where there is no way.
#[derive(Debug, Clone)]
pub struct Position {
    /// The value at the third input.
    pub scale: f64,
}

/// The first input, a distance, divided by the second, the usual distance, both of values like the third, times `scale`;
/// 0 where there is no distance.
#[derive(Debug, Clone)]
pub struct Channels {
    /// The value at the usual distance.
    pub scale: f64,
}

#[inline(always)]
fn position(scale: f64, [x, from, to]: [f64; 3]) -> f64 {
    let range = to - from;
    // Not a number is not small, and stays.
    let flat = range.abs() <= ROUNDING * (from.abs() + to.abs()) && !x.is_nan();
    if flat { 0.0 } else { scale * ((x - from) / range) }
}

#[inline(always)]
fn channels(scale: f64, [distance, usual, x]: [f64; 3]) -> f64 {
    let rounding = ROUNDING * x.abs();
    if distance.abs() <= rounding || usual <= rounding { 0.0 } else { scale * (distance / usual) }
}

elementwise!(
    Position: |&Position { scale }| boxed(move |inputs| position(scale, inputs)),
    Channels: |&Channels { scale }| boxed(move |inputs| channels(scale, inputs)),
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
