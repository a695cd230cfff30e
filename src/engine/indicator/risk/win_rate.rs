//! Win Rate.

use crate::indicator::builders::{returns, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{CompareConstant, Comparison};

/// Win Rate.
pub(in crate::indicator) static WIN_RATE: Indicator = Indicator {
    name: "win_rate",
    title: "Win Rate",
    summary: "The fraction of returns in the window above a threshold, from 0 to 1.",
    formula: "number of the last `period` returns above `threshold` / period",
    source: "Kaufman, Trading Systems and Methods, 2013: percentage of profitable trades",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 100, 1, "the number of returns in the window"),
        Param::real("threshold", 0.0, -1.0, 1.0, "the threshold return per bar, as a fraction"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let returns = returns(graph, x);
        let wins = graph.add(CompareConstant { op: Comparison::Greater, value: args.real("threshold") }, &[returns]);
        vec![sma(graph, wins, args.integer("period"))]
    },
};
