//! Minus Directional Movement.

use crate::indicator::builders::directional_movement;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Minus Directional Movement.
pub(in crate::indicator) static MINUS_DM: Indicator = Indicator {
    name: "minus_dm",
    title: "Minus Directional Movement",
    summary: "The downward directional movement, summed by Wilder's method.",
    formula: "dm = the fall of the low where it exceeds the rise of the high, else 0; y = (1 - 1 / period) * y[1] + dm, the first y being the sum of the first period - 1; with period 1, dm itself",
    source: "TA-Lib 0.8.3 MINUS_DM",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 14, 1, "the period of the moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [_, minus] = directional_movement(graph, args.inputs(), args.integer("period"));
        vec![minus]
    },
};
