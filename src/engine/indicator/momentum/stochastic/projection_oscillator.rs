//! Projection Oscillator.

use crate::indicator::builders::projection;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Projection Oscillator.
pub(in crate::indicator) static PROJECTION_OSCILLATOR: Indicator = Indicator {
    name: "projection_oscillator",
    title: "Projection Oscillator",
    summary: "The position of the close within the projection bands, from 0 to 100.",
    formula: "100 * (close - lower) / (upper - lower), or 0 where the range is 0; upper and lower as in projection_bands",
    source: "Mel Widner, Signaling Change with Projection Bands, Stocks & Commodities, July 1995",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 3, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let window = args.integer("period");
        let [above, below] = [(high, 1.0), (low, -1.0)].map(|(x, side)| projection(graph, [x, close], window, side));
        let (place, width) = (graph.scaled(below, -1.0), graph.minus([above, below]));
        vec![graph.percent([place, width], 100.0, 0.0)]
    },
};
