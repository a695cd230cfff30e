//! True Momentum Oscillator.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{ByLag, by_lag, parameters};

/// True Momentum Oscillator.
pub(in crate::indicator) static TMO: Indicator = Indicator {
    name: "tmo",
    title: "True Momentum Oscillator",
    summary: "The number of opens in the window below the close minus those above it, smoothed.",
    formula: "d = sum of sign(close - open[i]), i from 0 to period - 1; tmo = ema(ema(d, calc), smooth); signal = ema(tmo, smooth)",
    source: "Mobius, True Momentum Oscillator of thinkorswim",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::OPEN, Input::CLOSE],
    params: &[
        Param::period(14),
        Param::bars("calc", 5, 1, "the period of the first average, in bars"),
        Param::bars("smooth", 3, 1, "the period of the second average and of the signal line, in bars"),
    ],
    outputs: &[Output { name: "tmo", help: "the oscillator" }, Output { name: "signal", help: "the signal line" }],
    build: |graph, args| {
        let [open, close] = args.inputs();
        let count = graph.add(OpensPassed { window: args.integer("period") }, &[open, close]);
        let once = ema(graph, count, args.integer("calc"));
        let line = ema(graph, once, args.integer("smooth"));
        vec![line, ema(graph, line, args.integer("smooth"))]
    },
};

/// The number of the values of the window below the newest second input minus those above it.
#[derive(Debug, Clone)]
struct OpensPassed {
    window: usize,
}

parameters!(OpensPassed { window });

impl ByLag<2, 1> for OpensPassed {
    const LAGGED_INPUTS: usize = 1;
    const INITIAL: [f64; 1] = [0.0];

    #[inline(always)]
    fn step(&self, [count]: [f64; 1], [_, close]: [f64; 2], _: f64, [open, _]: [f64; 2]) -> [f64; 1] {
        let above = if open < close { 1.0 } else { 0.0 };
        let below = if open > close { 1.0 } else { 0.0 };
        [if (open + close).is_nan() { f64::NAN } else { count + above - below }]
    }

    #[inline(always)]
    fn value(&self, [count]: [f64; 1]) -> f64 {
        count
    }
}

by_lag!(OpensPassed: 2, 1);
