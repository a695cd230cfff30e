//! Average Deviation.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::MeanAbsoluteDeviation;

/// Average Deviation.
pub(in crate::indicator) static AVGDEV: Indicator = Indicator {
    name: "avgdev",
    title: "Average Deviation",
    summary: "The mean absolute deviation from the mean.",
    formula: "mean of |x[i] - sma(x)|",
    source: "TA-Lib 0.8.3 AVGDEV",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(MeanAbsoluteDeviation { window: args.integer("period") }, &[x])]
    },
};
