//! Indices that compound the returns of selected bars.

use std::hint::select_unpredictable;

use crate::kernel::{Fields, Sequential, parameters, sequential};

/// An index from 1000 that compounds the returns of the first input at bars where the second rose, or fell.
#[derive(Debug, Clone)]
pub(in crate::indicator) struct Growth {
    /// Whether the second input must rise; otherwise it must fall.
    pub(in crate::indicator) rising: bool,
}

parameters!(Growth { rising });

#[derive(Clone)]
struct GrowthState {
    rising: bool,
    before: Option<[f64; 2]>,
    index: f64,
}

impl Sequential<2, 1> for GrowthState {
    #[inline(always)]
    fn step(&mut self, [x, weight]: [f64; 2]) -> [f64; 1] {
        let [x_before, weight_before] = self.before.replace([x, weight]).unwrap_or([0.0; 2]);
        let counts = if self.rising { weight > weight_before } else { weight < weight_before };
        // The first bar has no return.
        let counts = counts & (x_before != 0.0);
        // Branch-free: which bars are selected is unpredictable.
        self.index += self.index * select_unpredictable(counts, (x - x_before) / x_before, 0.0);
        [self.index]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.before, &mut self.index]);
    }
}

sequential!(Growth: 2 => 1, |_| 0, |kernel| GrowthState { rising: kernel.rising, before: None, index: 1000.0 });
