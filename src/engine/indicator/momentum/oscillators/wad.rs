//! Williams Accumulation/Distribution.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{CumulativeSum, ElementwiseMap, Previous, elementwise_map, parameters};

/// Williams Accumulation/Distribution.
pub(in crate::indicator) static WAD: Indicator = Indicator {
    name: "wad",
    title: "Williams Accumulation/Distribution",
    summary: "The cumulative distance of the close from the true low on rises, and from the true high on falls.",
    formula: "y = y[1] + close - min(low, close[1]) where close rose, + close - max(high, close[1]) where it fell, + 0 otherwise; the first y is 0",
    source: "TA-Lib 0.8.3 WAD",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let before = graph.add(Previous, &[close, close]);
        let step = graph.add(Step, &[high, low, close, before]);
        vec![graph.add(CumulativeSum, &[step])]
    },
};

/// The increment of a bar from high, low, close and the previous close.
#[derive(Debug, Clone)]
struct Step;

parameters!(Step);

impl ElementwiseMap<4, 1> for Step {
    #[inline(always)]
    fn values(&self, [high, low, close, before]: [f64; 4]) -> [f64; 1] {
        let rise = close - if low < before { low } else { before };
        let fall = close - if high > before { high } else { before };
        let missing = (high + low + close + before).is_nan();
        let step = if close > before {
            rise
        } else if close < before {
            fall
        } else {
            0.0
        };
        [if missing { f64::NAN } else { step }]
    }
}

elementwise_map!(Step: 4 => 1);
