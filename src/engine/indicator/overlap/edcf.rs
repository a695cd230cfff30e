//! Ehlers Distance Coefficient Filter.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{ByLag, WeightedMoments, by_lag, parameters};

/// Ehlers Distance Coefficient Filter.
pub(in crate::indicator) static EDCF: Indicator = Indicator {
    name: "edcf",
    title: "Ehlers Distance Coefficient Filter",
    summary: "A moving average whose weights are the squared distances of each value from those before it.",
    formula: "sum of d[i] * x[i] / sum of d[i], i from 0 to period - 1; d = sum of (x - x[k])^2, k from 1 to period - 1; x where all d are 0",
    source: "John Ehlers, Nonlinear Filters (Rocket Science for Traders, 2001: Ehlers Filters)",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 15, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let distance = graph.add(SquaredDistance { window }, &[x]);
        let [off, _]: [Port; 2] = graph.add_all(WeightedMoments { window }, &[x, distance]);
        vec![graph.minus([x, off])]
    },
};

/// The sum of the squared distances of the newest value from the others of the window.
#[derive(Debug, Clone)]
struct SquaredDistance {
    window: usize,
}

parameters!(SquaredDistance { window });

impl ByLag<1, 1> for SquaredDistance {
    const LAGGED_INPUTS: usize = 1;
    const INITIAL: [f64; 1] = [0.0];

    #[inline(always)]
    fn step(&self, [sum]: [f64; 1], [newest]: [f64; 1], _: f64, [x]: [f64; 1]) -> [f64; 1] {
        [sum + (newest - x) * (newest - x)]
    }

    #[inline(always)]
    fn value(&self, [sum]: [f64; 1]) -> f64 {
        sum
    }
}

by_lag!(SquaredDistance: 1, 1 @ 0.08);
