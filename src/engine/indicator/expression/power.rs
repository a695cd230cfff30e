//! General powers.

use crate::kernel::{Fields, Kernel, State, parameters};

/// The first input to the power of the second. A constant takes the place of an input.
#[derive(Debug, Clone)]
pub(super) struct Power {
    pub(super) base: Option<f64>,
    pub(super) exponent: Option<f64>,
}

parameters!(Power { base, exponent });

/// A power; NaN if either operand is, even for `x ^ 0` and `1 ^ x`.
pub(super) fn power(base: f64, exponent: f64) -> f64 {
    if base.is_nan() || exponent.is_nan() { f64::NAN } else { libm::pow(base, exponent) }
}

impl Kernel for Power {
    fn lookback(&self) -> usize {
        0
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

impl State for Power {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        for (at, output) in outputs[0].iter_mut().enumerate() {
            let base = self.base.unwrap_or_else(|| inputs[0][at]);
            *output = power(base, self.exponent.unwrap_or_else(|| inputs[inputs.len() - 1][at]));
        }
    }

    fn visit(&mut self, _: &mut Fields<'_>) {}

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_values_and_constants() {
        let fed = |kernel: Power, inputs: &[&[f64]]| {
            let mut output = vec![9.0; inputs[0].len()];
            kernel.start().feed(inputs, &mut [&mut output]);
            output
        };
        let x = [2.0, -2.0, 0.0];
        assert_eq!(fed(Power { base: None, exponent: Some(4.0) }, &[&x]), [16.0, 16.0, 0.0]);
        assert_eq!(fed(Power { base: Some(2.0), exponent: None }, &[&x]), [4.0, 0.25, 1.0]);
        assert_eq!(fed(Power { base: None, exponent: None }, &[&x, &[3.0, -1.0, 0.0]]), [8.0, -0.5, 1.0]);
        assert!(power(f64::NAN, 0.0).is_nan() && power(1.0, f64::NAN).is_nan() && power(-1.0, 0.5).is_nan());
    }
}
