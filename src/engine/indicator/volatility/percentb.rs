//! Bollinger %B.

use crate::indicator::builders::{SMA_FIRST, Smoothing};
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{DeviationOfNewest, LinearCombination, StandardDeviation};

/// Bollinger %B.
pub(in crate::indicator) static PERCENTB: Indicator = Indicator {
    name: "percentb",
    title: "Bollinger %B",
    summary: "The position of the value within the Bollinger Bands: 0 at the lower band, 1 at the upper.",
    formula: "(x - lower) / (upper - lower) of bbands, or 0.5 where they meet",
    source: "TA-Lib 0.8.3 PERCENTB",
    group: Group::Volatility,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 20, 2, "the number of bars in the window"),
        Param::real("up", 2.0, -3e37, 3e37, "the multiplier of the upper band, in standard deviations"),
        Param::real("down", 2.0, -3e37, 3e37, "the multiplier of the lower band, in standard deviations"),
        Param::choice("ma", SMA_FIRST, "the type of moving average"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let (up, down) = (args.real("up"), args.real("down"));
        let average = Smoothing { kind: args.choice("ma"), period: args.integer("period") };
        let (off, deviation) = off_center(graph, x, average);
        let above = graph.add(LinearCombination { first: 1.0, second: down }, &[off, deviation]);
        let width = graph.scaled(deviation, up + down);
        vec![graph.ratio([above, width], 0.5)]
    },
};

/// The deviation of `x` from its average, and the standard deviation over the same window.
fn off_center(graph: &mut Graph, x: Port, average: Smoothing) -> (Port, Port) {
    let window = average.period;
    if average.kind == "sma" {
        return graph.add_all(DeviationOfNewest { window, ddof: 0 }, &[x]).into();
    }
    let deviation = graph.add(StandardDeviation { window, ddof: 0 }, &[x]);
    let middle = average.of(graph, x);
    (graph.minus([x, middle]), deviation)
}
