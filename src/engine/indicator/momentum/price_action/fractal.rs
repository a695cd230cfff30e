//! Fractal.

use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{ElementwiseMap, Lag, Max, Min, elementwise_map, parameters};

/// Fractal.
pub(in crate::indicator) static FRACTAL: Indicator = Indicator {
    name: "fractal",
    title: "Fractal",
    summary: "Marks the bar that confirms an earlier swing high or swing low.",
    formula: "high: 100 where high[right] is above the highs of the `left` bars before it and of all bars since, else 0; low: likewise with low[right] below the lows",
    source: "TA-Lib 0.8.3 FRACTAL",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("left", 2, 1, "the number of bars before the swing point"),
        Param::bars("right", 2, 1, "the number of bars after the swing point"),
    ],
    outputs: &[
        Output { name: "high", help: "100 where a swing high is confirmed, else 0" },
        Output { name: "low", help: "100 where a swing low is confirmed, else 0" },
    ],
    build: |graph, args| {
        let [high, low] = args.inputs();
        let (left, right) = (args.integer("left"), args.integer("right"));
        let lagged = |graph: &mut Graph, x: Port, bars: usize| graph.add(Lag { bars }, &[x]);
        let (before, after) = (graph.add(Max { window: left }, &[high]), graph.add(Max { window: right }, &[high]));
        let highs = [lagged(graph, high, right), lagged(graph, before, right + 1), after];
        let (before, after) = (graph.add(Min { window: left }, &[low]), graph.add(Min { window: right }, &[low]));
        let lows = [lagged(graph, low, right), lagged(graph, before, right + 1), after];
        vec![graph.add(Swing { sign: 1.0 }, &highs), graph.add(Swing { sign: -1.0 }, &lows)]
    },
};

/// 100 where the first input exceeds the other two in the direction of the sign, else 0.
#[derive(Debug, Clone)]
struct Swing {
    sign: f64,
}

parameters!(Swing { sign });

impl ElementwiseMap<3, 1> for Swing {
    #[inline(always)]
    fn values(&self, inputs: [f64; 3]) -> [f64; 1] {
        let [at, before, after] = inputs.map(|value| value * self.sign);
        let swing = if at > before && at > after { 100.0 } else { 0.0 };
        [if (at + before + after).is_nan() { f64::NAN } else { swing }]
    }
}

elementwise_map!(Swing: 3 => 1);
