//! The ratcheting stop: it moves in one direction only until it is crossed.

use crate::indicator::Output;
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// The outputs of indicators built on it.
pub(in crate::indicator) const OUTPUTS: &[Output] = &[
    Output { name: "line", help: "the price of the stop" },
    Output { name: "direction", help: "1 while the stop is below prices, -1 while it is above" },
];

/// The stop from a value and its distance, and 1 while the stop is below, -1 while it is above the value.
#[derive(Debug, Clone)]
pub(in crate::indicator) struct Ratchet;

parameters!(Ratchet);

#[derive(Clone)]
struct RatchetState {
    /// The stop and the value of the previous bar.
    last: Option<[f64; 2]>,
}

impl Sequential<2, 2> for RatchetState {
    #[inline(always)]
    fn step(&mut self, [x, distance]: [f64; 2]) -> [f64; 2] {
        let (below, above) = (x - distance, x + distance);
        let [stop, direction] = match self.last {
            Some([stop, before]) if x > stop => [if before > stop { below.max(stop) } else { below }, 1.0],
            Some([stop, before]) => [if x < stop && before < stop { above.min(stop) } else { above }, -1.0],
            None => [below, 1.0],
        };
        self.last = Some([stop, x]);
        [stop, direction]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.last]);
    }
}

sequential!(Ratchet: 2 => 2, |_| 0, |_| RatchetState { last: None });
