//! Projection Bands.

use crate::indicator::statistic::slope;
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{ByLag, by_lag, parameters};

/// Projection Bands.
pub(in crate::indicator) static PROJECTION_BANDS: Indicator = Indicator {
    name: "projection_bands",
    title: "Projection Bands",
    summary: "The maximum high and minimum low of the window, each projected to the current bar along the regression slope.",
    formula: "upper = max of high[i] + i * linearreg_slope(high, period), i from 0 to period - 1; lower = min of low[i] + i * linearreg_slope(low, period)",
    source: "Mel Widner, Signaling Change with Projection Bands, Stocks & Commodities, July 1995",
    group: Group::Overlap,
    revision: 1,
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

/// The extreme projection of `x` minus `origin`: the highest for `side` 1, the lowest for -1.
pub(in crate::indicator) fn projection(graph: &mut Graph, [x, origin]: [Port; 2], window: usize, side: f64) -> Port {
    let slope = slope(graph, x, window);
    graph.add(Projected { window, side }, &[x, slope, origin])
}

/// The extreme projection of the first input along the newest slope, the second, relative to the newest third input.
#[derive(Debug, Clone)]
struct Projected {
    window: usize,
    /// 1 for the highest, -1 for the lowest.
    side: f64,
}

parameters!(Projected { window, side });

impl ByLag<3, 1> for Projected {
    const LAGGED_INPUTS: usize = 1;
    const INITIAL: [f64; 1] = [f64::NEG_INFINITY];

    #[inline(always)]
    fn step(&self, [furthest]: [f64; 1], newest: [f64; 3], lag: f64, [x, _, _]: [f64; 3]) -> [f64; 1] {
        let [_, slope, origin] = newest;
        let reach = self.side * ((x - origin) + lag * slope);
        [if furthest > reach || furthest.is_nan() { furthest } else { reach }]
    }

    #[inline(always)]
    fn value(&self, [furthest]: [f64; 1]) -> f64 {
        self.side * furthest
    }
}

by_lag!(Projected: 3, 1);
