//! Nadaraya-Watson Envelope.

use crate::indicator::builders::{KC_OUTPUTS, channel_bands, sma};
use crate::indicator::{Group, Indicator, Input, Param};
use crate::kernel::cost::per_bar;
use crate::kernel::{Absolute, Aligned, Convolution, Kernel, State, parameters};

/// Nadaraya-Watson Envelope.
pub(in crate::indicator) static NADARAYA_WATSON: Indicator = Indicator {
    name: "nadaraya_watson",
    title: "Nadaraya-Watson Envelope",
    summary: "The kernel regression of the value at the newest bar, which looks only back and does not repaint, with bands at its mean error.",
    formula: "middle = sum of w[i] * x[i] / sum of w[i], w[i] = exp(-i^2 / (2 bandwidth^2)), i from 0 to period - 1; upper and lower = middle +- multiplier * sma(|x - middle|, period - 1)",
    source: "Elizbar Nadaraya and Geoffrey Watson, 1964; LuxAlgo on TradingView, Nadaraya-Watson Envelope without repainting",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 500, 2, "the number of bars in the window"),
        Param::real("bandwidth", 8.0, 0.1, 1e5, "the standard deviation of the weights, in bars"),
        Param::real("multiplier", 3.0, 0.0, 3e37, "the band multiplier, in mean absolute errors"),
    ],
    outputs: KC_OUTPUTS,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let smooth = graph.add(KernelRegression { window, bandwidth: args.real("bandwidth") }, &[x]);
        let off = graph.minus([x, smooth]);
        let size = graph.add(Absolute, &[off]);
        let error = sma(graph, size, window - 1);
        let middle = graph.add(Aligned, &[smooth, error]);
        channel_bands(graph, [middle, error], args.real("multiplier"))
    },
};

/// The mean of the window with Gaussian weights that are largest at the newest value.
#[derive(Debug, Clone)]
struct KernelRegression {
    window: usize,
    bandwidth: f64,
}

parameters!(KernelRegression { window, bandwidth });

impl Kernel for KernelRegression {
    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn cost(&self) -> f64 {
        per_bar(self.window, 0.07)
    }

    fn start(&self) -> Box<dyn State> {
        let weight = |age: usize| {
            let distance = age as f64 / self.bandwidth;
            libm::exp(-0.5 * distance * distance)
        };
        let weights: Vec<f64> = (0..self.window).map(weight).collect();
        let sum: f64 = weights.iter().sum();
        Box::new(Convolution::new(weights.iter().map(|weight| weight / sum).collect()))
    }
}
