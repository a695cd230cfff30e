//! Stochastic Momentum Index.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Aligned, Average, Hold, Max, Min};

/// Stochastic Momentum Index.
pub(in crate::indicator) static SMI: Indicator = Indicator {
    name: "smi",
    title: "Stochastic Momentum Index",
    summary: "The double-smoothed distance of the close from the middle of the range, in percent of half the double-smoothed range.",
    formula: "smi = 100 * ema(ema(close - middle, slow), fast) / (ema(ema(range, slow), fast) / 2), or 0 where the denominator is 0; range = max(high, period) - min(low, period); middle is its midpoint; signal = ema(smi, signal)",
    source: "TA-Lib 0.8.3 SMI",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 13, 2, "the number of bars in the range"),
        Param::bars("fast", 2, 2, "the period of the second moving average, in bars"),
        Param::bars("slow", 25, 2, "the period of the first moving average, in bars"),
        Param::bars("signal", 9, 2, "the period of the signal line, in bars"),
    ],
    outputs: &[Output { name: "smi", help: "the index" }, Output { name: "signal", help: "the signal line" }],
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let window = args.integer("period");
        let highest = graph.add(Max { window }, &[high]);
        let lowest = graph.add(Min { window }, &[low]);
        let middle = graph.add(Average { inputs: 2 }, &[highest, lowest]);
        let (distance, range) = (graph.minus([close, middle]), graph.minus([highest, lowest]));
        let periods = [args.integer("slow"), args.integer("fast")];
        let pair = [distance, range].map(|x| periods.into_iter().fold(x, |x, period| ema(graph, x, period)));
        let index = graph.percent(pair, 200.0, 0.0);
        let index = graph.add(Hold { drifts: true, after: 0 }, &[index, distance, range]);
        let signal = ema(graph, index, args.integer("signal"));
        vec![graph.add(Aligned, &[index, signal]), signal]
    },
};
