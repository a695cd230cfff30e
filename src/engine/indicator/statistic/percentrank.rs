//! Percent Rank.

use crate::indicator::builders::percentrank;
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};

/// Percent Rank.
pub(in crate::indicator) static PERCENTRANK: Indicator = Indicator {
    name: "percentrank",
    title: "Percent Rank",
    summary: "The percentage of the preceding values that are below the latest value.",
    formula: "100 * (number of the preceding `period` values below x) / period",
    source: "TA-Lib 0.8.3 PERCENTRANK",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param {
        name: "period",
        kind: Kind::Integer { default: 100, min: 2, max: 10000 },
        help: "the number of preceding values it is compared with",
    }],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![percentrank(graph, x, args.integer("period"))]
    },
};
