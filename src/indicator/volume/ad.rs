//! Accumulation/Distribution.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{Binary, Combine, Ratio, Total};

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
        let [high, low, close, volume] = args.inputs();
        let [above, below, range] =
            [[close, low], [high, close], [high, low]].map(|pair| graph.add(Combine { op: Binary::Subtract }, &pair));
        let net = graph.add(Combine { op: Binary::Subtract }, &[above, below]);
        let place = graph.add(Ratio { flat: 0.0 }, &[net, range]);
        let flow = graph.add(Combine { op: Binary::Multiply }, &[place, volume]);
        vec![graph.add(Total, &[flow])]
    },
};
