//! Bollinger %B.

use crate::indicator::overlap::bands;
use crate::indicator::overlap::smoothing::{SMA_FIRST, Smoothing};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Bollinger %B.
pub(in crate::indicator) static PERCENTB: Indicator = Indicator {
    name: "percentb",
    title: "Bollinger %B",
    summary: "Where the value is between the Bollinger Bands, 0 at the lower and 1 at the upper.",
    formula: "(x - lower) / (upper - lower) of bbands, and 0.5 where they meet",
    source: "TA-Lib 0.8.3 PERCENTB",
    group: Group::Volatility,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 20, 2, "the number of bars of the window"),
        Param::real("up", 2.0, -3e37, 3e37, "the standard deviations from the middle to the upper band"),
        Param::real("down", 2.0, -3e37, 3e37, "the standard deviations from the middle to the lower band"),
        Param::choice("ma", SMA_FIRST, "the kind of moving average"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let average = Smoothing { kind: args.choice("ma"), period: args.integer("period") };
        let [upper, _, lower] = bands(graph, x, average, [args.real("up"), args.real("down")], 0);
        let width = graph.minus([upper, lower]);
        let above = graph.minus([x, lower]);
        vec![graph.ratio([above, width], 0.5)]
    },
};
