//! Channels around prices: midranges, Keltner bands and projections along a regression line.

use crate::indicator::builders::{ema_after, regression_slope, rma_after};
use crate::indicator::{Graph, Output, Port};
use crate::kernel::{ByLag, LinearCombination, Midrange, TrueRange, by_lag, parameters};

/// The midpoint of the largest first and the smallest second input of the window.
pub(in crate::indicator) fn midrange(graph: &mut Graph, [high, low]: [Port; 2], window: usize) -> Port {
    graph.add(Midrange { window }, &[high, low])
}

/// The outputs of channels.
pub(in crate::indicator) const KC_OUTPUTS: &[Output] = &[
    Output { name: "upper", help: "the upper band" },
    Output { name: "middle", help: "the moving average" },
    Output { name: "lower", help: "the lower band" },
];

/// The exponential average of `x` and the average true range, aligned so that their first values share a bar.
pub(in crate::indicator) fn with_atr(
    graph: &mut Graph,
    x: Port,
    bars: [Port; 3],
    [period, smooth]: [usize; 2],
) -> [Port; 2] {
    // The first true range is that of the second bar.
    let longest = period.max(smooth + 1);
    let average = ema_after(graph, x, period, longest - period);
    let range = graph.add(TrueRange { first: false }, &bars);
    [average, rma_after(graph, range, smooth, longest - (smooth + 1))]
}

/// The bands a multiple of the range around the average, and the average.
pub(in crate::indicator) fn channel_bands(graph: &mut Graph, average_and_range: [Port; 2], nbdev: f64) -> Vec<Port> {
    let mut band = |second: f64| graph.add(LinearCombination { first: 1.0, second }, &average_and_range);
    vec![band(nbdev), average_and_range[0], band(-nbdev)]
}

/// The extreme projection of `x` minus `origin`: the highest for `side` 1, the lowest for -1.
pub(in crate::indicator) fn projection(graph: &mut Graph, [x, origin]: [Port; 2], window: usize, side: f64) -> Port {
    let slope = regression_slope(graph, x, window);
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
    fn step(&self, [extreme]: [f64; 1], newest: [f64; 3], lag: f64, [x, _, _]: [f64; 3]) -> [f64; 1] {
        let [_, slope, origin] = newest;
        let projected = self.side * ((x - origin) + lag * slope);
        [if extreme > projected || extreme.is_nan() { extreme } else { projected }]
    }

    #[inline(always)]
    fn value(&self, [extreme]: [f64; 1]) -> f64 {
        self.side * extreme
    }
}

by_lag!(Projected: 3, 1);
