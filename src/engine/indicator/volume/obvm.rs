//! On Balance Volume Modified.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{CumulativeSum, SignedByChange};

/// On Balance Volume Modified.
pub(in crate::indicator) static OBVM: Indicator = Indicator {
    name: "obvm",
    title: "On Balance Volume Modified",
    summary: "The exponential average of the on balance volume, and its signal line.",
    formula: "obvm = ema(obv, period); signal = ema(obvm, signal)",
    source: "Vitali Apirine, On-Balance Volume Modified, Stocks & Commodities, April 2020",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[
        Param::bars("period", 7, 1, "the period of the average, in bars"),
        Param::bars("signal", 10, 1, "the period of the signal line, in bars"),
    ],
    outputs: &[Output { name: "obvm", help: "the average" }, Output { name: "signal", help: "the signal line" }],
    build: |graph, args| {
        let inputs: [Port; 2] = args.inputs();
        let signed = graph.add(SignedByChange { first: true }, &inputs);
        let line = graph.add(CumulativeSum, &[signed]);
        let smooth = ema(graph, line, args.integer("period"));
        vec![smooth, ema(graph, smooth, args.integer("signal"))]
    },
};
