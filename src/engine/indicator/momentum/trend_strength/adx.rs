//! Average Directional Movement Index.

use crate::indicator::builders::adx;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Average Directional Movement Index.
pub(in crate::indicator) static ADX: Indicator = Indicator {
    name: "adx",
    title: "Average Directional Movement Index",
    summary: "The strength of the trend regardless of direction, from 0 to 100.",
    formula: "rma(dx(period), period)",
    source: "TA-Lib 0.8.3 ADX",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the period of the moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, _] = args.inputs();
        vec![adx(graph, [high, low], args.integer("period"))]
    },
};
