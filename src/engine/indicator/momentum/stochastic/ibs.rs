//! Internal Bar Strength.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::DifferenceRatio;

/// Internal Bar Strength.
pub(in crate::indicator) static IBS: Indicator = Indicator {
    name: "ibs",
    title: "Internal Bar Strength",
    summary: "The position of the close within the bar range, 0 at the low and 1 at the high.",
    formula: "(close - low) / (high - low), or 0.5 where the bar range is 0",
    source: "TA-Lib 0.8.3 IBS",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        vec![graph.add(DifferenceRatio { flat: 0.5 }, &[close, low, high, low])]
    },
};
