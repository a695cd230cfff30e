//! Weighted moving averages given by the shape of their weights.

use crate::indicator::{Graph, Port};
use crate::kernel::{Convolution, Kernel, State, parameters};

/// The shape of the weights over a window.
#[derive(Debug, Clone, Copy)]
pub(in crate::indicator) enum Shape {
    /// Fibonacci numbers, the largest at the newest value.
    Fibonacci,
    /// A raised cosine (Hann window), 0 just outside the window.
    Hann,
    /// A row of Pascal's triangle.
    Pascal,
    /// Half a sine wave, 0 just outside the window.
    Sine,
    /// A triangle.
    Triangle,
}

parameters!(Shape as number);

/// The mean of the newest `window` values of `x`, with weights of a shape.
pub(in crate::indicator) fn weighed(graph: &mut Graph, x: Port, shape: Shape, window: usize) -> Port {
    graph.add(Weighing { shape, window }, &[x])
}

/// The mean of the newest `window` values, with weights of a shape.
#[derive(Debug, Clone)]
struct Weighing {
    shape: Shape,
    window: usize,
}

parameters!(Weighing { shape, window });

impl Weighing {
    /// The weights, that of the newest value first.
    fn weights(&self) -> Vec<f64> {
        let window = self.window;
        let turn = std::f64::consts::PI / (window as f64 + 1.0);
        let weights: Vec<f64> = match self.shape {
            Shape::Fibonacci => fibonacci(window),
            Shape::Hann => (1..=window).map(|at| 1.0 - libm::cos(2.0 * turn * at as f64)).collect(),
            Shape::Pascal => pascal(window),
            Shape::Sine => (1..=window).map(|at| libm::sin(turn * at as f64)).collect(),
            Shape::Triangle => (1..=window).map(|at| at.min(window + 1 - at) as f64).collect(),
        };
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / sum).collect()
    }
}

/// Fibonacci numbers from number `window` down to the first, as fractions of the largest.
fn fibonacci(window: usize) -> Vec<f64> {
    // Each number as a fraction of the next; the numbers themselves would overflow.
    let shares = std::iter::successors(Some(1.0), |share| Some(1.0 / (1.0 + share))).take(window - 1);
    let shares: Vec<f64> = shares.collect();
    let mut weights = vec![1.0; window];
    for (at, share) in shares.iter().rev().enumerate() {
        weights[at + 1] = weights[at] * share;
    }
    weights
}

/// A row of Pascal's triangle, as fractions of its largest number.
fn pascal(window: usize) -> Vec<f64> {
    let (mut row, middle) = (vec![1.0; window], window / 2);
    for at in middle + 1..window {
        row[at] = row[at - 1] * ((window - at) as f64 / at as f64);
    }
    for at in 0..middle {
        row[at] = row[window - 1 - at];
    }
    row
}

impl Kernel for Weighing {
    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(Convolution::new(self.weights()))
    }
}
