//! TTM Trend.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Average, ElementwiseMap, elementwise_map, parameters};

/// TTM Trend.
pub(in crate::indicator) static TTM_TREND: Indicator = Indicator {
    name: "ttm_trend",
    title: "TTM Trend",
    summary: "1 where the close is above the mean median price of the window, -1 where it is below, else 0.",
    formula: "sign(close - sma((high + low) / 2, period))",
    source: "John Carter, Mastering the Trade, 2005; pandas-ta ttm_trend",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 6, 1, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let middle = graph.add(Average { inputs: 2 }, &[high, low]);
        let mean = sma(graph, middle, args.integer("period"));
        let off = graph.minus([close, mean]);
        vec![graph.add(Sign, &[off])]
    },
};

/// 1 above zero, -1 below, else 0.
#[derive(Debug, Clone)]
struct Sign;

parameters!(Sign);

impl ElementwiseMap<1, 1> for Sign {
    #[inline(always)]
    fn values(&self, [x]: [f64; 1]) -> [f64; 1] {
        let above = if x > 0.0 { 1.0 } else { 0.0 * x };
        [if x < 0.0 { -1.0 } else { above }]
    }
}

elementwise_map!(Sign: 1 => 1);
