//! Price Relative Strength.

use crate::indicator::builders::rocp;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};

/// Price Relative Strength.
pub(in crate::indicator) static PRS: Indicator = Indicator {
    name: "prs",
    title: "Price Relative Strength",
    summary: "The performance of the first series relative to the second.",
    formula: "prs = a / b, or 0 where b is 0; lead = rocp(a, period) - rocp(b, period)",
    source: "Skender Stock Indicators Prs; comparative relative strength",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 20, 1, "the lag of the compared returns, in bars")],
    outputs: &[
        Output { name: "prs", help: "the ratio of the two series" },
        Output { name: "lead", help: "the return of the first minus that of the second, as a fraction" },
    ],
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let bars = args.integer("period");
        let gains = pair.map(|x| rocp(graph, x, bars));
        vec![graph.ratio(pair, 0.0), graph.minus(gains)]
    },
};
