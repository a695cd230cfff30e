//! Plus Directional Indicator.

use crate::indicator::builders::directional_indicator;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Plus Directional Indicator.
pub(in crate::indicator) static PLUS_DI: Indicator = Indicator {
    name: "plus_di",
    title: "Plus Directional Indicator",
    summary: "The upward directional movement in percent of the true range.",
    formula: "100 * plus_dm / true range summed in the same way, or 0 where the denominator is 0; with period 1, the fraction, not in percent",
    source: "TA-Lib 0.8.3 PLUS_DI",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 1, "the period of the moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| vec![directional_indicator(graph, args.inputs(), args.integer("period"), 0)],
};
