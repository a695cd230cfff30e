//! Relative Volatility Index.

use crate::indicator::overlap::rma;
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Change, ElementwiseMap, StandardDeviation, elementwise_map, parameters};

/// Relative Volatility Index.
pub(in crate::indicator) static RVI: Indicator = Indicator {
    name: "rvi",
    title: "Relative Volatility Index",
    summary: "The share of the standard deviation that occurs on rising values, from 0 to 100.",
    formula: "100 * up / (up + down), or 50 where both are 0; up = rma(stddev(x, stddev) where x rose, else 0, period); down likewise where it fell",
    source: "TA-Lib 0.8.3 RVI",
    group: Group::Volatility,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 14, 1, "the period of the moving averages, in bars"),
        Param::bars("stddev", 10, 2, "the window of the standard deviation, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![rvi(graph, x, args.integer("period"), args.integer("stddev"))]
    },
};

/// The relative volatility index of `x`.
pub(in crate::indicator) fn rvi(graph: &mut Graph, x: Port, period: usize, window: usize) -> Port {
    let deviation = graph.add(StandardDeviation { window, ddof: 0 }, &[x]);
    let change = graph.add(Change { bars: 1 }, &[x]);
    let [rising, falling]: [Port; 2] = graph.add_all(Parts, &[change, deviation]);
    let [up, down] = [rising, falling].map(|part| rma(graph, part, period));
    let both = graph.plus([up, down]);
    graph.percent([up, both], 100.0, 50.0)
}

/// The second input where the first is above zero, else 0, and where it is below zero, else 0.
#[derive(Debug, Clone)]
struct Parts;

parameters!(Parts);

impl ElementwiseMap<2, 2> for Parts {
    #[inline(always)]
    fn values(&self, [change, weight]: [f64; 2]) -> [f64; 2] {
        let rising = if change > 0.0 { weight } else { 0.0 };
        let falling = if change < 0.0 { weight } else { 0.0 };
        let missing = (change + weight).is_nan();
        [if missing { f64::NAN } else { rising }, if missing { f64::NAN } else { falling }]
    }
}

elementwise_map!(Parts: 2 => 2);
