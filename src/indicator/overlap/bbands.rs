//! Bollinger Bands.

use crate::indicator::overlap::smoothing::{SMA_FIRST, Smoothing};
use crate::indicator::statistic::DDOF;
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Aligned, Blend, Deviation, MeanAndDeviation};

/// Bollinger Bands.
pub(in crate::indicator) static BBANDS: Indicator = Indicator {
    name: "bbands",
    title: "Bollinger Bands",
    summary: "A moving average, and bands some standard deviations above and below it.",
    formula: "middle = ma(x); upper = middle + up * stddev(x, ddof); lower = middle - down * stddev(x, ddof)",
    source: "TA-Lib 0.8.3 BBANDS; ddof as in pandas and NumPy",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 20, 2, "the number of bars of the window"),
        Param::real("up", 2.0, -3e37, 3e37, "the standard deviations from the middle to the upper band"),
        Param::real("down", 2.0, -3e37, 3e37, "the standard deviations from the middle to the lower band"),
        Param::choice("ma", SMA_FIRST, "the kind of moving average"),
        DDOF,
    ],
    outputs: &[
        Output { name: "upper", help: "the upper band" },
        Output { name: "middle", help: "the moving average" },
        Output { name: "lower", help: "the lower band" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let average = Smoothing { kind: args.choice("ma"), period: args.integer("period") };
        bands(graph, x, average, [args.real("up"), args.real("down")], args.integer("ddof")).into()
    },
};

/// The bands around an average of `x`: upper, middle, lower.
pub(in crate::indicator) fn bands(
    graph: &mut Graph,
    x: Port,
    average: Smoothing,
    [up, down]: [f64; 2],
    ddof: usize,
) -> [Port; 3] {
    let window = average.period;
    let (middle, deviation) = match average.kind {
        "sma" => graph.add_all(MeanAndDeviation { window, ddof }, &[x]).into(),
        _ => (average.of(graph, x), graph.add(Deviation { window, ddof }, &[x])),
    };
    let mut band = |second: f64| graph.add(Blend { first: 1.0, second }, &[middle, deviation]);
    let (upper, lower) = (band(up), band(-down));
    let middle = if average.kind == "sma" { middle } else { graph.add(Aligned, &[middle, deviation]) };
    [upper, middle, lower]
}
