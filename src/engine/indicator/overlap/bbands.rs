//! Bollinger Bands.

use crate::indicator::builders::{DDOF, SMA_FIRST, Smoothing};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Aligned, LinearCombination, MeanAndStandardDeviation, StandardDeviation};

/// Bollinger Bands.
pub(in crate::indicator) static BBANDS: Indicator = Indicator {
    name: "bbands",
    title: "Bollinger Bands",
    summary: "A moving average with bands a multiple of the standard deviation above and below it.",
    formula: "middle = ma(x); upper = middle + up * stddev(x, ddof); lower = middle - down * stddev(x, ddof)",
    source: "TA-Lib 0.8.3 BBANDS; ddof as in pandas and NumPy",
    group: Group::Overlap,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 20, 2, "the number of bars in the window"),
        Param::real("up", 2.0, -3e37, 3e37, "the multiplier of the upper band, in standard deviations"),
        Param::real("down", 2.0, -3e37, 3e37, "the multiplier of the lower band, in standard deviations"),
        Param::choice("ma", SMA_FIRST, "the type of moving average"),
        DDOF,
    ],
    outputs: &[
        Output { name: "upper", help: "the upper band" },
        Output { name: "middle", help: "the moving average" },
        Output { name: "lower", help: "the lower band" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let (window, ddof) = (args.integer("period"), args.integer("ddof"));
        let (middle, deviation) = match args.choice("ma") {
            "sma" => graph.add_all(MeanAndStandardDeviation { window, ddof }, &[x]).into(),
            kind => {
                let deviation = graph.add(StandardDeviation { window, ddof }, &[x]);
                let average = Smoothing { kind, period: window }.of(graph, x);
                (graph.add(Aligned, &[average, deviation]), deviation)
            }
        };
        let mut band = |second: f64| graph.add(LinearCombination { first: 1.0, second }, &[middle, deviation]);
        vec![band(args.real("up")), middle, band(-args.real("down"))]
    },
};
