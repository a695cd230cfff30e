//! JSA Moving Average.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Average, Lag};

/// JSA Moving Average.
pub(in crate::indicator) static JSA: Indicator = Indicator {
    name: "jsa",
    title: "JSA Moving Average",
    summary: "The mean of the newest value and one a number of bars before: the cheapest moving average.",
    formula: "(x + x[period]) / 2",
    source: "jesse jsa; vector-ta jsa",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 30, 1, "the distance of the two values, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let before = graph.add(Lag { bars: args.integer("period") }, &[x]);
        vec![graph.add(Average { inputs: 2 }, &[x, before])]
    },
};
