//! Polarized Fractal Efficiency.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Change, ElementwiseMap, Sum, elementwise_map, parameters};

/// Polarized Fractal Efficiency.
pub(in crate::indicator) static PFE: Indicator = Indicator {
    name: "pfe",
    title: "Polarized Fractal Efficiency",
    summary: "The straightness of the price path, signed by its direction, from -100 to 100.",
    formula: "ema(100 * sign(d) * sqrt(d^2 + period^2) / sum of sqrt((x - x[1])^2 + 1), smooth); d = x - x[period]",
    source: "Hans Hannula, Polarized Fractal Efficiency, Stocks & Commodities, January 1994",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 10, 1, "the number of changes in the window"),
        Param::bars("smooth", 5, 1, "the period of the moving average, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let bars = args.integer("period");
        let forward = graph.add(Change { bars }, &[x]);
        let step = graph.add(Change { bars: 1 }, &[x]);
        let [line, length] =
            [(forward, bars), (step, 1)].map(|(x, bars)| graph.add(Length { bars: bars as f64 }, &[x]));
        let way = graph.add(Sum { window: bars }, &[length]);
        let efficiency = graph.add(Polarized, &[forward, line, way]);
        vec![ema(graph, efficiency, args.integer("smooth"))]
    },
};

/// The length of a line that rises by the input over a number of bars, one bar counting as one price unit.
#[derive(Debug, Clone)]
struct Length {
    bars: f64,
}

parameters!(Length { bars });

impl ElementwiseMap<1, 1> for Length {
    #[inline(always)]
    fn values(&self, [rise]: [f64; 1]) -> [f64; 1] {
        [(rise * rise + self.bars * self.bars).sqrt()]
    }
}

/// The second input in percent of the third, signed by the first.
#[derive(Debug, Clone)]
struct Polarized;

parameters!(Polarized);

impl ElementwiseMap<3, 1> for Polarized {
    #[inline(always)]
    fn values(&self, [forward, line, way]: [f64; 3]) -> [f64; 1] {
        let efficiency = 100.0 * (line / way);
        let signed = if forward < 0.0 { -efficiency } else { efficiency };
        [if forward == 0.0 { 0.0 * efficiency } else { signed }]
    }
}

elementwise_map!(Length: 1 => 1, Polarized: 3 => 1);
