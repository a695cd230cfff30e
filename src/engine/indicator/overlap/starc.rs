//! STARC Bands.

use crate::indicator::builders::{atr, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Aligned, LinearCombination};

/// STARC Bands.
pub(in crate::indicator) static STARC: Indicator = Indicator {
    name: "starc",
    title: "STARC Bands",
    summary: "A simple moving average of the close, with bands a multiple of the average true range above and below it.",
    formula: "middle = sma(close, period); upper and lower = middle +- multiplier * atr(atr)",
    source: "Stoller, the Stoller Average Range Channels",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 6, 1, "the period of the moving average, in bars"),
        Param::bars("atr", 15, 1, "the period of the average true range, in bars"),
        Param::real("multiplier", 2.0, 0.0, 3e37, "the band multiplier, in average true ranges"),
    ],
    outputs: &[
        Output { name: "upper", help: "the upper band" },
        Output { name: "middle", help: "the moving average" },
        Output { name: "lower", help: "the lower band" },
    ],
    build: |graph, args| {
        let bars = args.inputs();
        let range = atr(graph, bars, args.integer("atr"));
        let average = sma(graph, bars[2], args.integer("period"));
        let middle = graph.add(Aligned, &[average, range]);
        let mut band = |second: f64| graph.add(LinearCombination { first: 1.0, second }, &[middle, range]);
        vec![band(args.real("multiplier")), middle, band(-args.real("multiplier"))]
    },
};
