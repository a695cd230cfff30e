//! Median.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::OrderStatistic;

/// Median.
pub(in crate::indicator) static MEDIAN: Indicator = Indicator {
    name: "median",
    title: "Median",
    summary: "The median of the window.",
    formula: "the middle value in sorted order; for an even number of values, the mean of the two middle ones",
    source: "TA-Lib 0.8.3 MEDIAN",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param {
        name: "period",
        kind: Kind::Integer { default: 30, min: 2, max: 10000 },
        help: "the number of bars in the window",
    }],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        vec![graph.add(OrderStatistic { window, from: (window - 1) / 2, to: window / 2 }, &[x])]
    },
};
