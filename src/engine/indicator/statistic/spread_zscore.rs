//! Spread Z-Score.

use crate::indicator::builders::DDOF;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::SpreadZScore;

/// Spread Z-Score.
pub(in crate::indicator) static SPREAD_ZSCORE: Indicator = Indicator {
    name: "spread_zscore",
    title: "Spread Z-Score",
    summary: "The z-score of the spread between the first series and the hedged second.",
    formula: "s = a - h * b over the window, h = hedge_ratio(a, b, period) or hedge; (s - mean(s)) / stddev(s, ddof), or 0 where the denominator is 0",
    source: "z-score of the ordinary least squares residuals, as in pairs trading (Vidyamurthy 2004)",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("period", 60, 3, "the number of bars in the window"),
        Param::choice("method", &["ols", "given"], "whether the hedge ratio is estimated over the window or given"),
        Param::real("hedge", 1.0, -1e15, 1e15, "the given hedge ratio"),
        DDOF,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let given = args.choice("method") == "given";
        let hedge = given.then(|| args.real("hedge"));
        vec![graph.add(SpreadZScore { window: args.integer("period"), hedge, ddof: args.integer("ddof") }, &pair)]
    },
};
