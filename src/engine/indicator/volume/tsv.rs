//! Time Segmented Volume.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Change, Sum};

/// Time Segmented Volume.
pub(in crate::indicator) static TSV: Indicator = Indicator {
    name: "tsv",
    title: "Time Segmented Volume",
    summary: "The sum of the volume times the change of price over a window, and its signal line.",
    formula: "tsv = sum(volume * (x - x[1]), period); signal = sma(tsv, signal)",
    source: "Worden Brothers, TC2000; pandas-ta-classic tsv",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[Param::period(18), Param::bars("signal", 10, 1, "the period of the signal line, in bars")],
    outputs: &[Output { name: "tsv", help: "the sum" }, Output { name: "signal", help: "the signal line" }],
    build: |graph, args| {
        let [x, volume] = args.inputs();
        let change = graph.add(Change { bars: 1 }, &[x]);
        let flow = graph.times([volume, change]);
        let line = graph.add(Sum { window: args.integer("period") }, &[flow]);
        vec![line, sma(graph, line, args.integer("signal"))]
    },
};
