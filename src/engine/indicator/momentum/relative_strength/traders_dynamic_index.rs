//! Traders Dynamic Index.

use crate::indicator::builders::{channel_bands, rsi, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::MeanAndStandardDeviation;

/// Traders Dynamic Index.
pub(in crate::indicator) static TRADERS_DYNAMIC_INDEX: Indicator = Indicator {
    name: "traders_dynamic_index",
    title: "Traders Dynamic Index",
    summary: "The relative strength index, smoothed twice, within its own volatility bands.",
    formula: "r = rsi(x, rsi); fast = sma(r, fast); signal = sma(r, slow); middle = sma(r, band); upper and lower = middle +- deviations * stddev(r, band)",
    source: "Dean Malone, Trading Made Simple",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("rsi", 13, 2, "the period of the relative strength index, in bars"),
        Param::bars("band", 34, 1, "the number of bars of the bands"),
        Param::bars("fast", 2, 1, "the period of the fast average, in bars"),
        Param::bars("slow", 7, 1, "the period of the signal line, in bars"),
        Param::real("deviations", 1.6185, 0.0, 3e37, "the band multiplier, in standard deviations"),
    ],
    outputs: &[
        Output { name: "fast", help: "the fast average" },
        Output { name: "signal", help: "the signal line" },
        Output { name: "upper", help: "the upper band" },
        Output { name: "middle", help: "the mean" },
        Output { name: "lower", help: "the lower band" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let strength = rsi(graph, x, args.integer("rsi"));
        let [fast, signal] = ["fast", "slow"].map(|name| sma(graph, strength, args.integer(name)));
        let kernel = MeanAndStandardDeviation { window: args.integer("band"), ddof: 0 };
        let pair: [Port; 2] = graph.add_all(kernel, &[strength]);
        let mut lines = vec![fast, signal];
        lines.extend(channel_bands(graph, pair, args.real("deviations")));
        lines
    },
};
