//! Runs of closes below and above an earlier close, counted.

use crate::kernel::{Field, Fields, Sequential};

/// The numbers of consecutive bars with a lower and with a higher close.
#[derive(Clone, Default)]
pub(in crate::indicator) struct Counts(pub(in crate::indicator) [f64; 2]);

impl Counts {
    /// Counts one more bar.
    #[inline(always)]
    pub(in crate::indicator) fn step(&mut self, close: f64, before: f64) -> [f64; 2] {
        let [buy, sell] = self.0;
        self.0 = [if close < before { buy + 1.0 } else { 0.0 }, if close > before { sell + 1.0 } else { 0.0 }];
        self.0
    }
}

impl Field for Counts {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.0.visit(fields);
    }
}

impl Sequential<2, 2> for Counts {
    #[inline(always)]
    fn step(&mut self, [close, before]: [f64; 2]) -> [f64; 2] {
        Counts::step(self, close, before)
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        Field::visit(self, fields);
    }
}
