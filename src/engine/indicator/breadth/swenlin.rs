//! Swenlin Trading Oscillator.

use crate::indicator::builders::{ema, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::NormalizedDifference;

/// Swenlin Trading Oscillator.
pub(in crate::indicator) static SWENLIN: Indicator = Indicator {
    name: "swenlin",
    title: "Swenlin Trading Oscillator",
    summary: "Net advances in parts per thousand of all moving issues, smoothed twice.",
    formula: "inputs: advances, declines; sma(ema(1000 * (advances - declines) / (advances + declines), ema), sma), with 0 where both are 0",
    source: "Carl Swenlin, DecisionPoint: STO, breadth; of volumes it is the volume version",
    group: Group::Breadth,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("ema", 4, 1, "the period of the exponential average, in bars"),
        Param::bars("sma", 5, 1, "the period of the simple average of it, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let net = graph.add(NormalizedDifference { scale: 1000.0 }, &pair);
        let once = ema(graph, net, args.integer("ema"));
        vec![sma(graph, once, args.integer("sma"))]
    },
};
