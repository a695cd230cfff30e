//! Drawdown Duration.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// Drawdown Duration.
pub(in crate::indicator) static DRAWDOWN_BARS: Indicator = Indicator {
    name: "drawdown_bars",
    title: "Drawdown Duration",
    summary: "The number of bars since the running maximum, 0 at a high.",
    formula: "bars since x last equalled its running maximum; NaN bars are not counted",
    source: "Magdon-Ismail and Atiya 2004",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(SinceHighest, &[x])]
    },
};

/// The number of bars since the running maximum, the most recent on ties.
#[derive(Debug, Clone)]
struct SinceHighest;

parameters!(SinceHighest);

#[derive(Clone)]
struct SinceHighestState {
    highest: f64,
    bars: f64,
}

impl Sequential<1, 1> for SinceHighestState {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> [f64; 1] {
        self.bars = if x >= self.highest { 0.0 } else { self.bars + 1.0 };
        self.highest = if x > self.highest { x } else { self.highest };
        [self.bars]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.highest, &mut self.bars]);
    }
}

sequential!(SinceHighest: 1 => 1, |_| 0, |_| SinceHighestState { highest: f64::NEG_INFINITY, bars: 0.0 });
