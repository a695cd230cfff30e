//! Rolling Pivot Points.

use crate::indicator::builders::{PIVOT_LEVELS, PIVOT_METHOD, pivot_levels};
use crate::indicator::{Group, Indicator, Input, Param};
use crate::kernel::{Aligned, Lag, Max, Min};

/// Rolling Pivot Points.
pub(in crate::indicator) static ROLLING_PIVOTS: Indicator = Indicator {
    name: "rolling_pivots",
    title: "Rolling Pivot Points",
    summary: "Support and resistance levels from the preceding bars, the current bar excluded.",
    formula: "as pivot_points, with the preceding `period` bars in place of the previous session, and the open of the current bar",
    source: "FacioQuo Stock Indicators, Rolling Pivot Points",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::period(20), PIVOT_METHOD],
    outputs: PIVOT_LEVELS,
    build: |graph, args| {
        let [now, high, low, close] = args.inputs();
        let window = args.integer("period");
        let highest = graph.add(Max { window }, &[high]);
        let lowest = graph.add(Min { window }, &[low]);
        let [high, low, close] = [highest, lowest, close].map(|x| graph.add(Lag { bars: 1 }, &[x]));
        let open = graph.add(Lag { bars: window }, &[now]);
        // A missing bar has no levels.
        let high = graph.add(Aligned, &[high, now]);
        pivot_levels(graph, [open, high, low, close, now], args.choice("method"))
    },
};
