//! Choppiness Index.

use crate::indicator::math::log10;
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{ElementwiseMap, Max, Min, Sum, TrueRange, elementwise_map, parameters};

/// Choppiness Index.
pub(in crate::indicator) static CHOP: Indicator = Indicator {
    name: "chop",
    title: "Choppiness Index",
    summary: "The ratio of summed true ranges to the window's price range on a log scale: 0 for a straight trend, 100 for none.",
    formula: "100 * log10(sum of trange / (max(high) - min(low))) / log10(period), or 100 where the range is 0",
    source: "TA-Lib 0.8.3 CHOP",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let window = args.integer("period");

        let extremes = [graph.add(Max { window }, &[high]), graph.add(Min { window }, &[low])];
        vec![choppiness(graph, [high, low, close], extremes, window)]
    },
};

/// The choppiness of high, low and close relative to the range of these extremes.
pub(in crate::indicator) fn choppiness(graph: &mut Graph, bars: [Port; 3], extremes: [Port; 2], window: usize) -> Port {
    let range = graph.add(TrueRange { first: false }, &bars);
    let way = graph.add(Sum { window }, &[range]);
    let height = graph.minus(extremes);
    graph.add(Times { bars: window as f64, scale: 100.0 / libm::log10(window as f64) }, &[way, height])
}

/// The logarithm of the ratio of the first input to the second, or of the number of bars where either is 0, times
/// `scale`.
#[derive(Debug, Clone)]
struct Times {
    bars: f64,
    scale: f64,
}

parameters!(Times { bars, scale });

impl ElementwiseMap<2, 1> for Times {
    #[inline(always)]
    fn values(&self, [way, height]: [f64; 2]) -> [f64; 1] {
        let nothing = (way <= 0.0 && !height.is_nan()) || (height <= 0.0 && !way.is_nan());
        [self.scale * log10(if nothing { self.bars } else { way / height })]
    }
}

elementwise_map!(Times: 2 => 1);
