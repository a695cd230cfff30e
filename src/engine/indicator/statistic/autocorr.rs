//! Autocorrelation.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Correlation, Lag};

/// Autocorrelation.
pub(in crate::indicator) static AUTOCORR: Indicator = Indicator {
    name: "autocorr",
    title: "Autocorrelation",
    summary: "The correlation of the window with itself a number of bars earlier, from -1 to 1.",
    formula: "correlation of the last `period` values with the values `lag` bars before each, or 0 where either is constant",
    source: "Box and Jenkins, Time Series Analysis, 1970; with the mean of each part, as in pandas Series.autocorr",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 30, 2, "the number of pairs of values"),
        Param::bars("lag", 1, 1, "the lag in bars between the values of a pair"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let before = graph.add(Lag { bars: args.integer("lag") }, &[x]);
        vec![graph.add(Correlation { window: args.integer("period") }, &[x, before])]
    },
};
