//! Coral Trend.

use crate::indicator::builders::coral;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Coral Trend.
pub(in crate::indicator) static CORAL: Indicator = Indicator {
    name: "coral",
    title: "Coral Trend",
    summary: "A smooth average of six exponential averages of each other, with little lag.",
    formula: "y = 3 (d^2 + d^3) e4 + (1 + 3 d + 3 d^2 + d^3) e3 - (6 d^2 + 3 d + 3 d^3) e5 - d^3 e6 with e3 the third and e6 the sixth average: e1 = ema of x, e2 = ema of e1 and so on, each with the smoothing constant 2 / ((period - 1) / 2 + 2), from the first value on; the weights are those of t3",
    source: "LazyBear on TradingView, Coral Trend Indicator",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 21, 1, "the period of the averages, in bars"),
        Param::real("d", 0.4, 0.0, 10.0, "the volume factor: 0 is the third average alone"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let share = 2.0 / ((args.integer("period") as f64 - 1.0) / 2.0 + 2.0);
        vec![coral(graph, x, share, args.real("d"))]
    },
};
