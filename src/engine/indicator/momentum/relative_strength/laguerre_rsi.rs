//! Laguerre RSI.

use crate::indicator::builders::laguerre_differences;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{ElementwiseMap, elementwise_map, parameters};

/// Laguerre RSI.
pub(in crate::indicator) static LAGUERRE_RSI: Indicator = Indicator {
    name: "laguerre_rsi",
    title: "Laguerre RSI",
    summary: "The relative strength index of the four Laguerre filter elements, from 0 to 1.",
    formula: "up / (up + down), or 1/2 where both are 0; up and down are the sums of the positive and of the negative differences among l0 - l1, l1 - l2 and l2 - l3, in absolute value; l0 to l3 as in laguerre",
    source: "John Ehlers, Time Warp, 2002; Cybernetic Analysis for Stocks and Futures, 2004",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::real("gamma", 0.5, 0.0, 0.99, "the damping factor of the Laguerre stages")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let steps = laguerre_differences(graph, x, args.real("gamma"));
        vec![graph.add(Strength, &steps)]
    },
};

/// The sum of the positive inputs as a fraction of the sum of absolute inputs.
#[derive(Debug, Clone)]
struct Strength;

parameters!(Strength);

impl ElementwiseMap<3, 1> for Strength {
    #[inline(always)]
    fn values(&self, [a, b, c]: [f64; 3]) -> [f64; 1] {
        let up = |x: f64| if x > 0.0 { x } else { 0.0 };
        let (up, all) = (up(a) + up(b) + up(c), a.abs() + b.abs() + c.abs());
        [if all == 0.0 { 0.5 } else { up / all }]
    }
}

elementwise_map!(Strength: 3 => 1);
