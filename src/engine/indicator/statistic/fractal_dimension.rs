//! Fractal Dimension Index.

use crate::indicator::builders::ln;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{ByLag, Change, ElementwiseMap, Max, Min, by_lag, elementwise_map, parameters};

/// Fractal Dimension Index.
pub(in crate::indicator) static FRACTAL_DIMENSION: Indicator = Indicator {
    name: "fractal_dimension",
    title: "Fractal Dimension Index",
    summary: "How rough the path of prices is: 1 for a straight line, near 2 for a path that fills the plane.",
    formula: "d = 1 + (ln(l) + ln(2)) / ln(2 (period - 1)); l = sum of sqrt(((x[i] - x[i + 1]) / range)^2 + 1 / (period - 1)^2), i from 0 to period - 2; range = max(x, period) - min(x, period); without a range the first summand is 0",
    source: "Carlos Sevcik, A Procedure to Estimate the Fractal Dimension of Waveforms, 1998",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 30, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let highest = graph.add(Max { window }, &[x]);
        let lowest = graph.add(Min { window }, &[x]);
        let range = graph.minus([highest, lowest]);
        let change = graph.add(Change { bars: 1 }, &[x]);
        let length = graph.add(PathLength { window: window - 1 }, &[change, range]);
        vec![graph.add(Dimension { steps: window as f64 - 1.0 }, &[length])]
    },
};

/// The length of a path of changes in a square: its height is the second input, its width the window.
#[derive(Debug, Clone)]
struct PathLength {
    window: usize,
}

parameters!(PathLength { window });

impl ByLag<2, 1> for PathLength {
    const LAGGED_INPUTS: usize = 1;
    const INITIAL: [f64; 1] = [0.0];

    #[inline(always)]
    fn step(&self, [length]: [f64; 1], [_, range]: [f64; 2], _: f64, [change, _]: [f64; 2]) -> [f64; 1] {
        let width = 1.0 / self.window as f64;
        let height = if range == 0.0 { change } else { change / range };
        [length + (height * height + width * width).sqrt()]
    }

    #[inline(always)]
    fn value(&self, [length]: [f64; 1]) -> f64 {
        length
    }
}

by_lag!(PathLength: 2, 1 @ 1.3);

/// The dimension of a path of this length.
#[derive(Debug, Clone)]
struct Dimension {
    steps: f64,
}

parameters!(Dimension { steps });

impl ElementwiseMap<1, 1> for Dimension {
    #[inline(always)]
    fn values(&self, [length]: [f64; 1]) -> [f64; 1] {
        [1.0 + ln(2.0 * length) / ln(2.0 * self.steps)]
    }
}

elementwise_map!(Dimension: 1 => 1);
