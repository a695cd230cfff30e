//! Positive Volume Index.

use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::CompoundGrowth;

/// Positive Volume Index.
pub(in crate::indicator) static PVI: Indicator = Indicator {
    name: "pvi",
    title: "Positive Volume Index",
    summary: "An index starting at 1000 that compounds the returns of bars with rising volume.",
    formula: "y = y[1] * close / close[1] where volume rose, and y[1] elsewhere and where close[1] is 0; the first y is 1000",
    source: "TA-Lib 0.8.3 PVI",
    group: Group::Volume,
    revision: 2,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 2] = args.inputs();
        vec![graph.add(CompoundGrowth { start: 1000.0, rising: true }, &bars)]
    },
};
