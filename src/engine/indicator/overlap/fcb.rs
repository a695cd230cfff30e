//! Fractal Chaos Bands.

use crate::indicator::builders::last_swings;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Fractal Chaos Bands.
pub(in crate::indicator) static FCB: Indicator = Indicator {
    name: "fcb",
    title: "Fractal Chaos Bands",
    summary: "The latest fractal high and fractal low, each held until the next is confirmed.",
    formula: "upper = the latest high above the `period` highs before and after it; lower = the latest low below those before and after it; known `period` bars after it",
    source: "Bill Williams, Trading Chaos, 1995; Skender Stock Indicators Fcb",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 2, 1, "the number of bars before and after a fractal")],
    outputs: &[
        Output { name: "upper", help: "the latest fractal high" },
        Output { name: "lower", help: "the latest fractal low" },
    ],
    build: |graph, args| {
        let [high, low] = args.inputs();
        last_swings(graph, [high, low], [args.integer("period"); 2]).into()
    },
};
