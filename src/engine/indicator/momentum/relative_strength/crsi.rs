//! Connors RSI.

use crate::indicator::builders::{Streak, percentrank, rocp, rsi};
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::Average;

/// Connors RSI.
pub(in crate::indicator) static CRSI: Indicator = Indicator {
    name: "crsi",
    title: "Connors RSI",
    summary: "The mean of the relative strength index, the relative strength index of streaks, and the percent rank of the latest return.",
    formula: "(rsi(x, period) + rsi(streak, streak) + percentrank(rocp(x, 1), rank)) / 3; streak is the number of consecutive rises of x, or of falls as a negative number",
    source: "TA-Lib 0.8.3 CRSI",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 3, 2, "the period of the price's relative strength index, in bars"),
        Param::bars("streak", 2, 2, "the period of the streak's relative strength index, in bars"),
        Param {
            name: "rank",
            kind: Kind::Integer { default: 100, min: 2, max: 10000 },
            help: "the number of returns in the percent rank",
        },
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let strength = rsi(graph, x, args.integer("period"));
        let streak = graph.add(Streak, &[x]);
        let run_strength = rsi(graph, streak, args.integer("streak"));
        let returns = rocp(graph, x, 1);
        let rank = percentrank(graph, returns, args.integer("rank"));
        vec![graph.add(Average { inputs: 3 }, &[strength, run_strength, rank])]
    },
};
