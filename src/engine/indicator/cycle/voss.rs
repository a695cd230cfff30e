//! Voss Predictive Filter.

use crate::indicator::builders::band_pass;
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::{Field, Fields, Sequential, parameters, sequential};

/// Voss Predictive Filter.
pub(in crate::indicator) static VOSS: Indicator = Indicator {
    name: "voss",
    title: "Voss Predictive Filter",
    summary: "A band-pass filter of prices, and its prediction a few bars ahead by a filter of negative group delay.",
    formula: "filt = f (1 + s) filt[1] - s filt[2] + (1 - s) / 2 * (x - x[2]); f = cos(2 pi / period); s = (1 - sin t) / cos t; t = 2 pi bandwidth / period; m = 3 predict; voss = (3 + m) / 2 * filt - sum of (m + 1 - i) / m * voss[i], i from 1 to m, 0 before the first bar; the input before the first bar is taken as its first value",
    source: "John Ehlers, A Peek Into The Future, Stocks & Commodities, August 2019",
    group: Group::Cycle,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param {
            name: "period",
            kind: Kind::Integer { default: 20, min: 5, max: 2000 },
            help: "the centre period of the pass band, in bars",
        },
        Param {
            name: "predict",
            kind: Kind::Integer { default: 3, min: 1, max: 30 },
            help: "the number of bars predicted",
        },
        Param::real("bandwidth", 0.25, 0.05, 1.0, "the width of the pass band, as a fraction of the centre period"),
    ],
    outputs: &[Output { name: "voss", help: "the prediction" }, Output { name: "filt", help: "the band-pass filter" }],
    build: |graph, args| {
        let [x] = args.inputs();
        let turn = std::f64::consts::TAU / args.integer("period") as f64;
        let cycles = band_pass(graph, x, [turn, turn * args.real("bandwidth")]);
        vec![graph.add(Prediction { order: 3 * args.integer("predict") }, &[cycles]), cycles]
    },
};

/// The prediction of a cycle, from as many predictions before.
#[derive(Debug, Clone)]
struct Prediction {
    order: usize,
}

parameters!(Prediction { order });

#[derive(Clone)]
struct PredictionState {
    /// The last predictions, the newest first.
    last: Vec<f64>,
}

impl Sequential<1, 1> for PredictionState {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> [f64; 1] {
        let order = self.last.len() as f64;
        let weighted = self.last.iter().enumerate().map(|(at, last)| (order - at as f64) / order * last);
        let value = (3.0 + order) / 2.0 * x - weighted.sum::<f64>();
        // What has decayed so far is nothing: subnormal numbers would never come to rest.
        let value = if value.abs() < 1e-200 { 0.0 } else { value };
        self.last.rotate_right(1);
        self.last[0] = value;
        [value]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        Field::visit(self.last.as_mut_slice(), fields);
    }
}

sequential!(Prediction: 1 => 1 @ |kernel| kernel.order as f64, |_| 0, |kernel| PredictionState { last: vec![0.0; kernel.order] });
