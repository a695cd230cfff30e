//! Liquidity Sweep.

use crate::indicator::builders::{SWING_LEFT, SWING_RIGHT, swings};
use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// Liquidity Sweep.
pub(in crate::indicator) static LIQUIDITY_SWEEP: Indicator = Indicator {
    name: "liquidity_sweep",
    title: "Liquidity Sweep",
    summary: "Marks bars that pass the latest swing point and close back within it: the stops there were taken and prices returned.",
    formula: "high = 1 where the latest pivothigh(left, right) is passed for the first time and close < it, else 0; low = 1 where the latest pivotlow is passed for the first time and close > it, else 0",
    source: "LuxAlgo on TradingView, Liquidity Sweeps; smartmoneyconcepts liquidity",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[SWING_LEFT, SWING_RIGHT],
    outputs: &[
        Output { name: "high", help: "1 where a swing high is swept, else 0" },
        Output { name: "low", help: "1 where a swing low is swept, else 0" },
    ],
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let [above, below] = swings(graph, [high, low], args);
        let mut mark = |swing: Port, extreme: Port, sign: f64| graph.add(Sweep { sign }, &[swing, extreme, close]);
        vec![mark(above, high, 1.0), mark(below, low, -1.0)]
    },
};

/// Whether a swing point is passed by the second input and not by the close, at the first pass.
#[derive(Debug, Clone)]
struct Sweep {
    sign: f64,
}

parameters!(Sweep { sign });

#[derive(Clone)]
struct SweepState {
    sign: f64,
    /// The last swing point that was passed.
    passed: Option<f64>,
}

impl Sequential<3, 1> for SweepState {
    #[inline(always)]
    fn step(&mut self, [swing, extreme, close]: [f64; 3]) -> [f64; 1] {
        let passes = self.sign * extreme > self.sign * swing && self.passed != Some(swing);
        if passes {
            self.passed = Some(swing);
        }
        [if passes && self.sign * close < self.sign * swing { 1.0 } else { 0.0 }]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.passed]);
    }
}

sequential!(Sweep: 3 => 1, |_| 0, |kernel| SweepState { sign: kernel.sign, passed: None });
