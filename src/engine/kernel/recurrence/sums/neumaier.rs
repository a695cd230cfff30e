//! Compensated summation (Neumaier 1974): a sum and the rounding error it has accumulated.
//!
//! Kahan's sum (1965) loses the error where a value is larger than the sum so far; the comparison in `add` picks the
//! larger operand, so that the error is exact either way (Fast2Sum, Dekker 1971).

use crate::kernel::{Field, Fields};

/// A compensated sum, `sum + rest`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NeumaierSum {
    pub(crate) sum: f64,
    pub(crate) rest: f64,
}

impl NeumaierSum {
    #[inline(always)]
    pub(crate) fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let lost = if self.sum.abs() >= value.abs() { (self.sum - sum) + value } else { (value - sum) + self.sum };
        self.sum = sum;
        self.rest += lost;
    }

    #[inline(always)]
    pub(crate) fn value(self) -> f64 {
        self.sum + self.rest
    }
}

impl Field for NeumaierSum {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.sum, &mut self.rest]);
    }
}
