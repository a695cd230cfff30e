//! Coppock Curve.

use crate::indicator::builders::{roc, wma};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Coppock Curve.
pub(in crate::indicator) static COPPOCK: Indicator = Indicator {
    name: "coppock",
    title: "Coppock Curve",
    summary: "The weighted moving average of the sum of two rates of change.",
    formula: "wma(roc(x, roc1) + roc(x, roc2), wma)",
    source: "TA-Lib 0.8.3 COPPOCK",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("wma", 10, 1, "the period of the weighted moving average, in bars"),
        Param::bars("roc1", 11, 1, "the lag of the first rate of change, in bars"),
        Param::bars("roc2", 14, 1, "the lag of the second rate of change, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let rates = ["roc1", "roc2"].map(|bars| roc(graph, x, args.integer(bars)));
        let both = graph.plus(rates);
        vec![wma(graph, both, args.integer("wma"))]
    },
};
