//! Aberration.

use crate::indicator::builders::{KC_OUTPUTS, atr, channel_bands, sma};
use crate::indicator::{Group, Indicator, Input, Param, Port};
use crate::kernel::{Aligned, Average};

/// Aberration.
pub(in crate::indicator) static ABERRATION: Indicator = Indicator {
    name: "aberration",
    title: "Aberration",
    summary: "A simple moving average of the typical price, with bands one average true range above and below it.",
    formula: "middle = sma((high + low + close) / 3, period); upper and lower = middle +- atr(atr)",
    source: "pandas-ta aberration",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 5, 1, "the period of the moving average, in bars"),
        Param::bars("atr", 15, 1, "the period of the average true range, in bars"),
    ],
    outputs: KC_OUTPUTS,
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let range = atr(graph, bars, args.integer("atr"));
        let typical = graph.add(Average { inputs: 3 }, &bars);
        let average = sma(graph, typical, args.integer("period"));
        let middle = graph.add(Aligned, &[average, range]);
        channel_bands(graph, [middle, range], 1.0)
    },
};
