//! WaveTrend.

use crate::indicator::builders::{ema, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Absolute, Aligned, Average, NormalizedDeviation};

/// WaveTrend.
pub(in crate::indicator) static WAVETREND: Indicator = Indicator {
    name: "wavetrend",
    title: "WaveTrend",
    summary: "The smoothed deviation of the typical price from its average, in units of its mean absolute deviation, with a signal line.",
    formula: "t = (high + low + close) / 3; e = ema(t, channel); d = ema(|t - e|, channel); wt1 = ema((t - e) / (0.015 * d), average), 0 where d is 0; wt2 = sma(wt1, signal)",
    source: "TA-Lib 0.8.3 WAVETREND",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("channel", 10, 2, "the period of the moving averages of price and deviation, in bars"),
        Param::bars("average", 21, 1, "the period of the line's moving average, in bars"),
        Param::bars("signal", 4, 1, "the period of the signal line, in bars"),
    ],
    outputs: &[Output { name: "wt1", help: "the WaveTrend line" }, Output { name: "wt2", help: "the signal line" }],
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let typical = graph.add(Average { inputs: 3 }, &bars);
        let channel = args.integer("channel");
        let average = ema(graph, typical, channel);
        let off = graph.minus([typical, average]);
        let size = graph.add(Absolute, &[off]);
        let usual = ema(graph, size, channel);
        let off = graph.add(Aligned, &[off, usual]);
        let distance = graph.add(NormalizedDeviation { scale: 1.0 / 0.015 }, &[off, usual, typical]);
        let line = ema(graph, distance, args.integer("average"));
        let signal = sma(graph, line, args.integer("signal"));
        vec![graph.add(Aligned, &[line, signal]), signal]
    },
};
