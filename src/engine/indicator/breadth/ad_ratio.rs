//! Advance-Decline Ratio.

use crate::indicator::{Group, Indicator, Input, Output, Port};

/// Advance-Decline Ratio.
pub(in crate::indicator) static AD_RATIO: Indicator = Indicator {
    name: "ad_ratio",
    title: "Advance-Decline Ratio",
    summary: "The number of advancing issues divided by that of declining ones.",
    formula: "inputs: advances, declines; advances / declines, or 1 where declines is 0",
    source: "TradingView, Advance/Decline Ratio",
    group: Group::Breadth,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        vec![graph.ratio(pair, 1.0)]
    },
};
