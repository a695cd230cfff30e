//! Keltner Channels.

use crate::indicator::builders::{KC_OUTPUTS, channel_bands, with_atr};
use crate::indicator::{Group, Indicator, Input, Param, Port};
use crate::kernel::Average;

/// Keltner Channels.
pub(in crate::indicator) static KC: Indicator = Indicator {
    name: "kc",
    title: "Keltner Channels",
    summary: "An exponential moving average of the typical price, with bands a multiple of the average true range above and below it.",
    formula: "middle = ema((high + low + close) / 3, period); upper and lower = middle +- nbdev * atr(atr); both aligned so that their first values fall on the same bar",
    source: "TA-Lib 0.8.3 KC",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 20, 2, "the period of the moving average, in bars"),
        Param::bars("atr", 10, 1, "the period of the average true range, in bars"),
        Param::real("nbdev", 2.0, -3e37, 3e37, "the band multiplier, in average true ranges"),
    ],
    outputs: KC_OUTPUTS,
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let typical = graph.add(Average { inputs: 3 }, &bars);
        let averages = with_atr(graph, typical, bars, ["period", "atr"].map(|name| args.integer(name)));
        channel_bands(graph, averages, args.real("nbdev"))
    },
};
