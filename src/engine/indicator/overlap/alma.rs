//! Arnaud Legoux Moving Average.

use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Convolution, Kernel, State, parameters};

/// Arnaud Legoux Moving Average.
pub(in crate::indicator) static ALMA: Indicator = Indicator {
    name: "alma",
    title: "Arnaud Legoux Moving Average",
    summary: "A moving average with Gaussian weights, centred near the latest values.",
    formula: "sum of w * x / sum of w; w = exp(-(n - m)^2 / (2 s^2)), n = 0 at the oldest; m = offset * (period - 1), rounded down; s = period / sigma",
    source: "TA-Lib 0.8.3 ALMA",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 9, 1, "the number of bars in the window"),
        Param::real(
            "sigma",
            6.0,
            0.01,
            3e37,
            "the narrowness of the Gaussian: its standard deviation is period / sigma",
        ),
        Param::real("offset", 0.85, 0.0, 1.0, "the centre of the Gaussian, 0 at the oldest value and 1 at the newest"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![alma(graph, x, args.integer("period"), args.real("sigma"), args.real("offset"))]
    },
};

/// The Arnaud Legoux moving average of `x`.
pub(in crate::indicator) fn alma(graph: &mut Graph, x: Port, window: usize, sigma: f64, offset: f64) -> Port {
    graph.add(Bell { window, sigma, offset }, &[x])
}

/// The mean of the last `window` values with Gaussian weights.
#[derive(Debug, Clone)]
struct Bell {
    window: usize,
    sigma: f64,
    offset: f64,
}

parameters!(Bell { window, sigma, offset });

impl Bell {
    /// The weights, that of the newest value first.
    fn weights(&self) -> Vec<f64> {
        let bars = self.window as f64;
        let top = libm::floor(self.offset * (bars - 1.0));
        let width = bars / self.sigma;
        let bell = |age: usize| {
            let off = bars - 1.0 - age as f64 - top;
            libm::exp(-(off * off) / (2.0 * width * width))
        };
        let weights: Vec<f64> = (0..self.window).map(bell).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / sum).collect()
    }
}

impl Kernel for Bell {
    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(Convolution::new(self.weights()))
    }
}
