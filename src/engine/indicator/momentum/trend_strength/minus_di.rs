//! Minus Directional Indicator.

use crate::indicator::builders::directional_indicator;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Minus Directional Indicator.
pub(in crate::indicator) static MINUS_DI: Indicator = Indicator {
    name: "minus_di",
    title: "Minus Directional Indicator",
    summary: "The downward directional movement in percent of the true range.",
    formula: "100 * minus_dm / true range summed in the same way, or 0 where the denominator is 0; with period 1, the fraction, not in percent",
    source: "TA-Lib 0.8.3 MINUS_DI",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 1, "the period of the moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| vec![directional_indicator(graph, args.inputs(), args.integer("period"), 1)],
};
