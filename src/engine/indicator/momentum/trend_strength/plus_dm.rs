//! Plus Directional Movement.

use crate::indicator::builders::directional_movement;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Plus Directional Movement.
pub(in crate::indicator) static PLUS_DM: Indicator = Indicator {
    name: "plus_dm",
    title: "Plus Directional Movement",
    summary: "The upward directional movement, summed by Wilder's method.",
    formula: "dm = the rise of the high where it exceeds the fall of the low, else 0; y = (1 - 1 / period) * y[1] + dm, the first y being the sum of the first period - 1; with period 1, dm itself",
    source: "TA-Lib 0.8.3 PLUS_DM",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 14, 1, "the period of the moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [plus, _] = directional_movement(graph, args.inputs(), args.integer("period"));
        vec![plus]
    },
};
