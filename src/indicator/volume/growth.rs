//! Indices that grow by returns at some of the bars.

use std::hint::select_unpredictable;

use crate::kernel::{Fields, Sequential, parameters, sequential};

/// 1000, grown by the returns of the first input at the bars where the second rose, or fell.
#[derive(Debug, Clone)]
pub(in crate::indicator) struct Growth {
    /// Whether the second input must rise, else fall.
    pub(in crate::indicator) rising: bool,
}

parameters!(Growth { rising });

#[derive(Clone)]
struct Growing {
    rising: bool,
    before: Option<[f64; 2]>,
    index: f64,
}

impl Sequential<2, 1> for Growing {
    #[inline(always)]
    fn step(&mut self, [x, weight]: [f64; 2]) -> [f64; 1] {
        let [x_before, weight_before] = self.before.replace([x, weight]).unwrap_or([0.0; 2]);
        let counts = if self.rising { weight > weight_before } else { weight < weight_before };
        // At the first bar there is nothing before to grow from.
        let counts = counts & (x_before != 0.0);
        // Nobody can foresee which bar counts, so there is no branch on it.
        self.index += self.index * select_unpredictable(counts, (x - x_before) / x_before, 0.0);
        [self.index]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.before, &mut self.index]);
    }
}

sequential!(Growth: 2 => 1, |_| 0, |kernel| Growing { rising: kernel.rising, before: None, index: 1000.0 });
