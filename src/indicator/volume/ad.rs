//! Accumulation/Distribution.

use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::{Located, Total};

/// Accumulation/Distribution.
pub(in crate::indicator) static AD: Indicator = Indicator {
    name: "ad",
    title: "Accumulation/Distribution",
    summary: "The quantities traded so far, each by where in its bar the close is.",
    formula: "y = y[1] + ((close - low) - (high - close)) / (high - low) * volume, with nothing added where the bar has no range",
    source: "TA-Lib 0.8.3 AD",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 4] = args.inputs();
        let flow = graph.add(Located, &bars);
        vec![graph.add(Total, &[flow])]
    },
};
