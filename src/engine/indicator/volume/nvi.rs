//! Negative Volume Index.

use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::CompoundGrowth;

/// Negative Volume Index.
pub(in crate::indicator) static NVI: Indicator = Indicator {
    name: "nvi",
    title: "Negative Volume Index",
    summary: "An index starting at 1000 that compounds the returns of bars with falling volume.",
    formula: "y = y[1] * close / close[1] where volume fell, and y[1] elsewhere and where close[1] is 0; the first y is 1000",
    source: "TA-Lib 0.8.3 NVI",
    group: Group::Volume,
    revision: 2,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 2] = args.inputs();
        vec![graph.add(CompoundGrowth { start: 1000.0, rising: false }, &bars)]
    },
};
