//! Drawdown.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// Drawdown.
pub(in crate::indicator) static DRAWDOWN: Indicator = Indicator {
    name: "drawdown",
    title: "Drawdown",
    summary: "The decline from the running maximum as a fraction of it: 0 at a new high, else negative.",
    formula: "(x - highest x so far) / highest x so far; defined for values above 0",
    source: "Magdon-Ismail and Atiya 2004",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(BelowHighest, &[x])]
    },
};

/// The drawdown of the input from its running maximum, as a fraction.
#[derive(Debug, Clone)]
struct BelowHighest;

parameters!(BelowHighest);

#[derive(Clone)]
struct BelowHighestState {
    highest: f64,
}

impl Sequential<1, 1> for BelowHighestState {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> [f64; 1] {
        self.highest = if x > self.highest { x } else { self.highest };
        [(x - self.highest) / self.highest]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.highest]);
    }
}

sequential!(BelowHighest: 1 => 1, |_| 0, |_| BelowHighestState { highest: f64::NEG_INFINITY });
