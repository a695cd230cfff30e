//! Average Directional Movement Index.

use crate::indicator::builders::{ADX_SMOOTHING, ADX_START, adx_by};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Average Directional Movement Index.
pub(in crate::indicator) static ADX: Indicator = Indicator {
    name: "adx",
    title: "Average Directional Movement Index",
    summary: "The strength of the trend regardless of direction, from 0 to 100.",
    formula: "rma(dx(period), smoothing)",
    source: "TA-Lib 0.8.3 ADX",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the period of the moving averages, in bars"), ADX_SMOOTHING, ADX_START],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, _] = args.inputs();
        vec![adx_by(graph, [high, low], args)]
    },
};
