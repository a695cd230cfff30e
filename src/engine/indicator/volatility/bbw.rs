//! Bollinger BandWidth.

use crate::indicator::builders::{SMA_FIRST, Smoothing};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{MeanAndStandardDeviation, ScaledRatio, StandardDeviation};

/// Bollinger BandWidth.
pub(in crate::indicator) static BBW: Indicator = Indicator {
    name: "bbw",
    title: "Bollinger BandWidth",
    summary: "The width of the Bollinger Bands in percent of the middle band.",
    formula: "(upper - lower) / middle * 100 of bbands, or 0 where the middle is 0",
    source: "TA-Lib 0.8.3 BBW",
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
        let (window, ddof) = (args.integer("period"), 0);
        let pair = match args.choice("ma") {
            "sma" => graph.add_all(MeanAndStandardDeviation { window, ddof }, &[x]),
            kind => {
                let average = Smoothing { kind, period: window }.of(graph, x);
                [average, graph.add(StandardDeviation { window, ddof }, &[x])]
            }
        };
        let [middle, deviation] = pair;
        let scale = 100.0 * (args.real("up") + args.real("down"));
        vec![graph.add(ScaledRatio { scale, flat: 0.0 }, &[deviation, middle])]
    },
};
