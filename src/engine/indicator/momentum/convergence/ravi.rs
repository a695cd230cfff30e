//! Range Action Verification Index.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Absolute;

/// Range Action Verification Index.
pub(in crate::indicator) static RAVI: Indicator = Indicator {
    name: "ravi",
    title: "Range Action Verification Index",
    summary: "The absolute difference of a fast and a slow moving average, in percent of the slow one.",
    formula: "100 * |sma(x, fast) - sma(x, slow)| / sma(x, slow), or 0 where the denominator is 0",
    source: "Tushar Chande, Beyond Technical Analysis, 2001",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("fast", 7, 1, "the period of the fast moving average, in bars"),
        Param::bars("slow", 65, 1, "the period of the slow moving average, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let [fast, slow] = ["fast", "slow"].map(|name| sma(graph, x, args.integer(name)));
        let difference = graph.minus([fast, slow]);
        let size = graph.add(Absolute, &[difference]);
        vec![graph.percent([size, slow], 100.0, 0.0)]
    },
};
