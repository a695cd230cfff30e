//! Lead-Lag Correlation.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Correlation, Lag};

/// Lead-Lag Correlation.
pub(in crate::indicator) static LEAD_LAG: Indicator = Indicator {
    name: "lead_lag",
    title: "Lead-Lag Correlation",
    summary: "The correlation of the first series with the second a number of bars earlier, from -1 to 1.",
    formula: "correl(a, b[lag])",
    source: "Box and Jenkins, Time Series Analysis, 1970: cross-correlation at a lag",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::period(30), Param::bars("lag", 1, 0, "the lead of the second series, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let [a, b] = pair;
        let before = match args.integer("lag") {
            0 => b,
            bars => graph.add(Lag { bars }, &[b]),
        };
        vec![graph.add(Correlation { window: args.integer("period") }, &[a, before])]
    },
};
