//! Moving Average.

use crate::indicator::builders::{SMA_FIRST, Smoothing};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Moving Average.
pub(in crate::indicator) static MA: Indicator = Indicator {
    name: "ma",
    title: "Moving Average",
    summary: "A moving average of selectable type.",
    formula: "the moving average of the selected type; with period 1, the input itself",
    source: "TA-Lib 0.8.3 MA",
    group: Group::Overlap,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[Param::period(30), Param::choice("ma", SMA_FIRST, "the type of moving average")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![Smoothing { kind: args.choice("ma"), period: args.integer("period") }.of(graph, x)]
    },
};
