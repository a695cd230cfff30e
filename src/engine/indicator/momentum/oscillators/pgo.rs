//! Pretty Good Oscillator.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Centered, TrueRange};

/// Pretty Good Oscillator.
pub(in crate::indicator) static PGO: Indicator = Indicator {
    name: "pgo",
    title: "Pretty Good Oscillator",
    summary: "The distance of the close from its moving average, in units of the average true range.",
    formula: "(close - sma(close, period)) / ema(trange, period), or 0 where the denominator is 0",
    source: "Mark Johnson, Pretty Good Oscillator",
    group: Group::Momentum,
    revision: 3,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 1, "the period of both moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let window = args.integer("period");
        let off = graph.add(Centered { window }, &[bars[2]]);
        let range = graph.add(TrueRange { first: false }, &bars);
        let usual = ema(graph, range, window);
        vec![graph.ratio([off, usual], 0.0)]
    },
};
