//! Bollinger BandWidth.

use crate::indicator::overlap::bands;
use crate::indicator::overlap::smoothing::{SMA_FIRST, Smoothing};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Bollinger BandWidth.
pub(in crate::indicator) static BBW: Indicator = Indicator {
    name: "bbw",
    title: "Bollinger BandWidth",
    summary: "How far apart the Bollinger Bands are, in percent of the middle one.",
    formula: "(upper - lower) / middle * 100 of bbands, and 0 where the middle is 0",
    source: "TA-Lib 0.8.3 BBW",
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
        let [upper, middle, lower] = bands(graph, x, average, [args.real("up"), args.real("down")], 0);
        let width = graph.minus([upper, lower]);
        let share = graph.ratio([width, middle], 0.0);
        vec![graph.scaled(share, 100.0)]
    },
};
