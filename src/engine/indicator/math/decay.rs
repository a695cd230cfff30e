//! Linear Decay.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// Linear Decay.
pub(in crate::indicator) static DECAY: Indicator = Indicator {
    name: "decay",
    title: "Linear Decay",
    summary: "A signal that falls by a fixed step per bar after each peak, and never below 0.",
    formula: "max(x, y[1] - 1 / period, 0); y[1] is 0 before the first bar",
    source: "Tulip Indicators decay",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 5, 1, "the number of bars in which a signal of 1 decays")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Decay { period: args.integer("period") }, &[x])]
    },
};

/// The larger of the input and the decayed output.
#[derive(Debug, Clone)]
struct Decay {
    period: usize,
}

parameters!(Decay { period });

#[derive(Clone)]
struct DecayState {
    step: f64,
    last: f64,
}

impl Sequential<1, 1> for DecayState {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> [f64; 1] {
        self.last = x.max(self.last - self.step).max(0.0);
        [self.last]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.last]);
    }
}

sequential!(Decay: 1 => 1, |_| 0, |kernel| DecayState { step: 1.0 / kernel.period as f64, last: 0.0 });
