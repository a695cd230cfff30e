//! Keltner Channels.

use crate::indicator::overlap::{ema_after, rma_after};
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Average, LinearCombination, TrueRange};

/// Keltner Channels.
pub(in crate::indicator) static KC: Indicator = Indicator {
    name: "kc",
    title: "Keltner Channels",
    summary: "An exponential moving average of the typical price, with bands a multiple of the average true range above and below it.",
    formula: "middle = ema((high + low + close) / 3, period); upper and lower = middle +- nbdev * atr(atr); both aligned so that their first values fall on the same bar",
    source: "TA-Lib 0.8.3 KC",
    group: Group::Overlap,
    revision: 1,
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
        bands(graph, averages, args.real("nbdev"))
    },
};

/// The outputs of channels.
pub(in crate::indicator) const KC_OUTPUTS: &[Output] = &[
    Output { name: "upper", help: "the upper band" },
    Output { name: "middle", help: "the moving average" },
    Output { name: "lower", help: "the lower band" },
];

/// The exponential average of `x` and the average true range, aligned so that their first values share a bar.
pub(in crate::indicator) fn with_atr(
    graph: &mut Graph,
    x: Port,
    bars: [Port; 3],
    [period, smooth]: [usize; 2],
) -> [Port; 2] {
    // The first true range is that of the second bar.
    let longest = period.max(smooth + 1);
    let average = ema_after(graph, x, period, longest - period);
    let range = graph.add(TrueRange { first: false }, &bars);
    [average, rma_after(graph, range, smooth, longest - (smooth + 1))]
}

/// The bands a multiple of the range around the average, and the average.
pub(in crate::indicator) fn bands(graph: &mut Graph, average_and_range: [Port; 2], nbdev: f64) -> Vec<Port> {
    let mut band = |second: f64| graph.add(LinearCombination { first: 1.0, second }, &average_and_range);
    vec![band(nbdev), average_and_range[0], band(-nbdev)]
}
