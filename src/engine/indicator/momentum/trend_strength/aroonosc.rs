//! Aroon Oscillator.

use crate::indicator::builders::{Extreme, TIES, bars_since};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Affine, Arithmetic, Binary};

/// Aroon Oscillator.
pub(in crate::indicator) static AROONOSC: Indicator = Indicator {
    name: "aroonosc",
    title: "Aroon Oscillator",
    summary: "Aroon up minus Aroon down, from -100 to 100.",
    formula: "aroon.up - aroon.down",
    source: "TA-Lib 0.8.3 AROONOSC",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window"), TIES],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low] = args.inputs();
        let (period, ties) = (args.integer("period"), args.choice("ties"));
        let since_low = bars_since(graph, low, period + 1, Extreme::Min, ties);
        let since_high = bars_since(graph, high, period + 1, Extreme::Max, ties);
        let lead = graph.add(Arithmetic { op: Binary::Subtract }, &[since_low, since_high]);
        vec![graph.add(Affine { scale: 100.0 / period as f64, offset: 0.0 }, &[lead])]
    },
};
