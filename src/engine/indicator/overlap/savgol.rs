//! Savitzky-Golay Filter.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::cost::per_bar;
use crate::kernel::{Convolution, Kernel, State, parameters};

/// Savitzky-Golay Filter.
pub(in crate::indicator) static SAVGOL: Indicator = Indicator {
    name: "savgol",
    title: "Savitzky-Golay Filter",
    summary: "The newest value of the least-squares polynomial through the window: a smoother that keeps curvature and looks only back.",
    formula: "the polynomial of `degree`, at most period - 1, that fits the last `period` values best, at the newest bar; degree 1 is linearreg",
    source: "Savitzky and Golay, Analytical Chemistry, 1964; at the end of the window",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 21, 1, "the number of bars in the window"),
        Param {
            name: "degree",
            kind: Kind::Integer { default: 2, min: 0, max: 5 },
            help: "the degree of the polynomial",
        },
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(PolynomialEnd { window: args.integer("period"), degree: args.integer("degree") }, &[x])]
    },
};

/// The least-squares polynomial through the window, at the newest bar.
#[derive(Debug, Clone)]
struct PolynomialEnd {
    window: usize,
    degree: usize,
}

parameters!(PolynomialEnd { window, degree });

impl PolynomialEnd {
    /// The weights, that of the newest value first: the sum over orthogonal (Gram) polynomials of their values at the newest
    /// bar and at each. They come from the three-term recurrence; normal equations would lose half of the digits.
    fn weights(&self) -> Vec<f64> {
        let bars = self.window as f64;
        // Places from 1 down to -1, so that powers stay small.
        let place = |age: usize| if self.window == 1 { 0.0 } else { 1.0 - 2.0 * age as f64 / (bars - 1.0) };
        let places: Vec<f64> = (0..self.window).map(place).collect();
        let (mut before, mut now) = (vec![0.0; self.window], vec![1.0; self.window]);
        let (mut weights, mut square_before) = (vec![0.0; self.window], 1.0);
        for _ in 0..=self.degree.min(self.window - 1) {
            let square: f64 = now.iter().map(|value| value * value).sum();
            for (weight, value) in weights.iter_mut().zip(&now) {
                *weight += now[0] * value / square;
            }
            let ratio = square / square_before;
            let next =
                places.iter().zip(&now).zip(&before).map(|((x, now), before)| x * now - ratio * before).collect();
            (before, now, square_before) = (now, next, square);
        }
        weights
    }
}

impl Kernel for PolynomialEnd {
    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn cost(&self) -> f64 {
        per_bar(self.window, 0.07)
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(Convolution::new(self.weights()))
    }
}
