//! Haurlan Index.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};

/// Haurlan Index.
pub(in crate::indicator) static HAURLAN: Indicator = Indicator {
    name: "haurlan",
    title: "Haurlan Index",
    summary: "Exponential averages of net advances over days, weeks and months.",
    formula: "inputs: advances, declines; ema(advances - declines, n) of the three periods",
    source: "Peter Haurlan, Trade Levels, 1960s; Achelis, Technical Analysis from A to Z, 1995",
    group: Group::Breadth,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("short", 3, 1, "the period of the short average, in bars"),
        Param::bars("medium", 20, 1, "the period of the medium average, in bars"),
        Param::bars("long", 200, 1, "the period of the long average, in bars"),
    ],
    outputs: &[
        Output { name: "short", help: "the short-term average" },
        Output { name: "medium", help: "the intermediate-term average" },
        Output { name: "long", help: "the long-term average" },
    ],
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let net = graph.minus(pair);
        ["short", "medium", "long"].map(|name| ema(graph, net, args.integer(name))).into()
    },
};
