//! Kurtosis.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::Kurtosis;

/// Kurtosis.
pub(in crate::indicator) static KURTOSIS: Indicator = Indicator {
    name: "kurtosis",
    title: "Kurtosis",
    summary: "The sample excess kurtosis of the window, 0 for a normal distribution.",
    formula: "n (n+1) / ((n-1) (n-2) (n-3)) * sum of (x - mean)^4 / s^4 - 3 (n-1)^2 / ((n-2) (n-3)); s^2 is the sample variance; NaN where all values are equal",
    source: "TA-Lib 0.8.3 KURTOSIS",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param {
        name: "period",
        kind: Kind::Integer { default: 30, min: 4, max: 10000 },
        help: "the number of bars in the window",
    }],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Kurtosis { window: args.integer("period") }, &[x])]
    },
};
