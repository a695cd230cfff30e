//! Correlation Trend Indicator.

use crate::indicator::builders::regression_slope;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Clamp, StandardDeviation};

/// Correlation Trend Indicator.
pub(in crate::indicator) static CTI: Indicator = Indicator {
    name: "cti",
    title: "Correlation Trend Indicator",
    summary: "The correlation of the window's values with time, 1 for a straight rise and -1 for a straight fall.",
    formula: "correlation of the values in the window with a rising straight line, or 0 where all values are equal",
    source: "TA-Lib 0.8.3 CTI",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 20, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let slope = regression_slope(graph, x, window);
        let deviation = graph.add(StandardDeviation { window, ddof: 0 }, &[x]);
        let n = window as f64;
        let of_line = ((n * n - 1.0) / 12.0).sqrt();
        let correlation = graph.percent([slope, deviation], of_line, 0.0);
        vec![graph.add(Clamp { min: -1.0, max: 1.0 }, &[correlation])]
    },
};
