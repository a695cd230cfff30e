//! Bar types of The Strat.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{ElementwiseMap, Lag, elementwise_map, parameters};

/// Bar types of The Strat.
pub(in crate::indicator) static STRAT: Indicator = Indicator {
    name: "strat",
    title: "The Strat",
    summary: "The type of the bar relative to the previous one: inside, outside or directional.",
    formula: "1 (inside) where high <= high[1] and low >= low[1]; 3 (outside) where high > high[1] and low < low[1]; else 2 where high > high[1], -2 where low < low[1]",
    source: "R. Smith, The Strat: scenarios 1, 2 and 3",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low] = args.inputs();
        let before = [high, low].map(|x| graph.add(Lag { bars: 1 }, &[x]));
        vec![graph.add(Scenario, &[high, low, before[0], before[1]])]
    },
};

/// Inputs: high, low and their previous values.
#[derive(Debug, Clone)]
struct Scenario;

parameters!(Scenario);

impl ElementwiseMap<4, 1> for Scenario {
    #[inline(always)]
    fn values(&self, bars: [f64; 4]) -> [f64; 1] {
        let [high, low, high_before, low_before] = bars;
        let scenario = match (high > high_before, low < low_before) {
            (false, false) => 1.0,
            (true, false) => 2.0,
            (false, true) => -2.0,
            (true, true) => 3.0,
        };
        [if bars.iter().any(|value| value.is_nan()) { f64::NAN } else { scenario }]
    }
}

elementwise_map!(Scenario: 4 => 1);
