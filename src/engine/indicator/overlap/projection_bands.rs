//! Projection Bands.

use crate::indicator::builders::projection;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};

/// Projection Bands.
pub(in crate::indicator) static PROJECTION_BANDS: Indicator = Indicator {
    name: "projection_bands",
    title: "Projection Bands",
    summary: "The maximum high and minimum low of the window, each projected to the current bar along the regression slope.",
    formula: "upper = max of high[i] + i * linearreg_slope(high, period), i from 0 to period - 1; lower = min of low[i] + i * linearreg_slope(low, period)",
    source: "Mel Widner, Signaling Change with Projection Bands, Stocks & Commodities, July 1995",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 14, 3, "the number of bars in the window")],
    outputs: &[Output { name: "upper", help: "the upper band" }, Output { name: "lower", help: "the lower band" }],
    build: |graph, args| {
        let window = args.integer("period");
        let [high, low]: [Port; 2] = args.inputs();
        [(high, 1.0), (low, -1.0)]
            .map(|(x, side)| {
                let beyond = projection(graph, [x, x], window, side);
                graph.plus([x, beyond])
            })
            .into()
    },
};
