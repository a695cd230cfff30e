//! Chaikin Money Flow.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::MoneyFlowShare;

/// Chaikin Money Flow.
pub(in crate::indicator) static CMF: Indicator = Indicator {
    name: "cmf",
    title: "Chaikin Money Flow",
    summary: "The sum of volume weighted by the close location value, as a fraction of total volume in the window.",
    formula: "sum of ((close - low) - (high - close)) / (high - low) * volume / sum of volume, or 0 where the total volume is 0",
    source: "TA-Lib 0.8.3 CMF",
    group: Group::Volume,
    revision: 3,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME],
    params: &[Param::bars("period", 20, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 4] = args.inputs();
        vec![graph.add(MoneyFlowShare { window: args.integer("period") }, &bars)]
    },
};
