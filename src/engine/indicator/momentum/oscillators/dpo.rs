//! Detrended Price Oscillator.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Lag;

/// Detrended Price Oscillator.
pub(in crate::indicator) static DPO: Indicator = Indicator {
    name: "dpo",
    title: "Detrended Price Oscillator",
    summary: "The value half a period ago minus the moving average of the period.",
    formula: "x[period / 2 + 1] - sma(x, period)",
    source: "TA-Lib 0.8.3 DPO",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 20, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");
        let before = graph.add(Lag { bars: period / 2 + 1 }, &[x]);
        let average = sma(graph, x, period);
        vec![graph.minus([before, average])]
    },
};
