//! Premier Stochastic Oscillator.

use crate::indicator::builders::{CenteredPosition, Function, Transform, ema};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Max, Min};

/// Premier Stochastic Oscillator.
pub(in crate::indicator) static PSO: Indicator = Indicator {
    name: "pso",
    title: "Premier Stochastic Oscillator",
    summary: "The double-smoothed stochastic under a sigmoid, from -1 to 1.",
    formula: "tanh(s / 2); s = ema(ema((k - 50) / 10, ema), ema); k = 100 * (close - min(low, fastk)) / (max(high, fastk) - min(low, fastk)), or 50 where the range is 0",
    source: "TA-Lib 0.8.3 PSO",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("fastk", 8, 1, "the number of bars in the range"),
        Param::bars("ema", 5, 1, "the period of each moving average, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let (window, period) = (args.integer("fastk"), args.integer("ema"));
        let highest = graph.add(Max { window }, &[high]);
        let lowest = graph.add(Min { window }, &[low]);
        let place = graph.add(CenteredPosition, &[close, lowest, highest]);
        let smooth = (0..2).fold(place, |x, _| ema(graph, x, period));
        let half = graph.scaled(smooth, 5.0);
        vec![graph.add(Transform { function: Function::Tanh }, &[half])]
    },
};
