//! Places in a range and distances in units of the usual one, which are 0 where rounding is all there is.

use super::element::each;
use super::{Fields, Kernel, State};

/// What is this small beside the values it was taken from is rounding, as TA-Lib has it.
pub(crate) const ROUNDING: f64 = 1e-14;

/// Where the first input is on the way from the second to the third, 0 to 1; 0 where there is no way.
#[derive(Debug, Clone)]
pub struct Position;

/// The first input, a distance, divided by the second, the usual distance, both of values like the third; 0 where there
/// is no distance.
#[derive(Debug, Clone)]
pub struct Channels;

#[inline(always)]
fn position([x, from, to]: [f64; 3]) -> f64 {
    let range = to - from;
    // Not a number is not small, and stays.
    if range.abs() <= ROUNDING * (from.abs() + to.abs()) && !x.is_nan() { 0.0 } else { (x - from) / range }
}

#[inline(always)]
fn channels([distance, usual, x]: [f64; 3]) -> f64 {
    let rounding = ROUNDING * x.abs();
    if distance.abs() <= rounding || usual <= rounding { 0.0 } else { distance / usual }
}

/// Implements `Kernel` and `State` for a rule of three inputs at each bar alone.
macro_rules! ruled {
    ($($kernel:ident: $rule:ident),+ $(,)?) => {$(
        impl Kernel for $kernel {
            fn lookback(&self) -> usize {
                0
            }

            fn start(&self) -> Box<dyn State> {
                Box::new(Self)
            }
        }

        impl State for $kernel {
            fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
                each(&$rule, [inputs[0], inputs[1], inputs[2]], outputs[0]);
            }

            fn walk(&mut self, _: &mut Fields<'_>) {}

            fn boxed(&self) -> Box<dyn State> {
                Box::new(Self)
            }
        }
    )+};
}

ruled!(Position: position, Channels: channels);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_distances() {
        assert_eq!(position([3.0, 2.0, 6.0]), 0.25);
        assert_eq!(position([3.0, 6.0, 2.0]), 0.75);
        assert_eq!(position([5.0, 5.0, 5.0]), 0.0);
        assert_eq!(position([5.0, 5.0, 5.0 + 1e-15]), 0.0);
        assert_eq!(position([5e-12, 0.0, 1e-11]), 0.5);
        assert!(position([f64::NAN, 5.0, 5.0]).is_nan() && position([1.0, f64::NAN, 5.0]).is_nan());
        assert_eq!(channels([3.0, 2.0, 100.0]), 1.5);
        assert_eq!(channels([1e-14, 1e-14, 100.0]), 0.0);
        assert_eq!(channels([0.0, 0.0, 0.0]), 0.0);
        assert!(channels([f64::NAN, f64::NAN, 0.0]).is_nan());
    }
}
