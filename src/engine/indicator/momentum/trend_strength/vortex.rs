//! Vortex.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{ElementwiseMap, Lag, Sum, TrueRange, elementwise_map, parameters};

/// Vortex.
pub(in crate::indicator) static VORTEX: Indicator = Indicator {
    name: "vortex",
    title: "Vortex",
    summary: "The upward and downward vortex movement relative to the true range.",
    formula: "plus = sum of |high - low[1]| / sum of trange; minus = sum of |low - high[1]| / sum of trange; 0 where the denominator is 0",
    source: "TA-Lib 0.8.3 VORTEX",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 1, "the number of bars in the window")],
    outputs: &[
        Output { name: "plus", help: "the upward vortex movement" },
        Output { name: "minus", help: "the downward vortex movement" },
    ],
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let [high, low, _] = bars;
        let window = args.integer("period");
        let true_range = graph.add(TrueRange { first: false }, &bars);
        let range = graph.add(Sum { window }, &[true_range]);
        [[high, low], [low, high]]
            .map(|[end, other]| {
                let before = graph.add(Lag { bars: 1 }, &[other]);
                let distance = graph.add(Distance, &[end, before]);
                let sum = graph.add(Sum { window }, &[distance]);
                graph.ratio([sum, range], 0.0)
            })
            .into()
    },
};

/// The absolute difference of the inputs.
#[derive(Debug, Clone)]
struct Distance;

parameters!(Distance);

impl ElementwiseMap<2, 1> for Distance {
    #[inline(always)]
    fn values(&self, [one, two]: [f64; 2]) -> [f64; 1] {
        [(one - two).abs()]
    }
}

elementwise_map!(Distance: 2 => 1);
