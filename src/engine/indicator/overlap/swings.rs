//! Swing Highs and Lows.

use crate::indicator::builders::{SWING_LEFT, SWING_RIGHT, swings};
use crate::indicator::{Group, Indicator, Input, Output};

/// Swing Highs and Lows.
pub(in crate::indicator) static SWINGS: Indicator = Indicator {
    name: "swings",
    title: "Swing Highs and Lows",
    summary: "The latest confirmed swing high and swing low.",
    formula: "high = the latest pivothigh(left, right) so far; low = the latest pivotlow(left, right) so far",
    source: "Pine Script ta.valuewhen of ta.pivothigh and ta.pivotlow",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[SWING_LEFT, SWING_RIGHT],
    outputs: &[
        Output { name: "high", help: "the price of the latest swing high" },
        Output { name: "low", help: "the price of the latest swing low" },
    ],
    build: |graph, args| {
        let [high, low] = args.inputs();
        swings(graph, [high, low], args).into()
    },
};
