//! Commodity Channel Index.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Average, Centered, MeanAbsoluteDeviation, NormalizedDeviation};

/// Commodity Channel Index.
pub(in crate::indicator) static CCI: Indicator = Indicator {
    name: "cci",
    title: "Commodity Channel Index",
    summary: "The deviation of the typical price from its mean, in units of 0.015 mean absolute deviations.",
    formula: "x = (high + low + close) / 3; (x - sma(x)) / (0.015 * mean of |x[i] - sma(x)|), or 0 where numerator or denominator is 0 within rounding",
    source: "TA-Lib 0.8.3 CCI",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let window = args.integer("period");
        let x = graph.add(Average { inputs: 3 }, &bars);
        let distance = graph.add(Centered { window }, &[x]);
        let usual = graph.add(MeanAbsoluteDeviation { window }, &[x]);
        vec![graph.add(NormalizedDeviation { scale: 1.0 / 0.015 }, &[distance, usual, x])]
    },
};
