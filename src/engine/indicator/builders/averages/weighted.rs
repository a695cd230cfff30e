//! Averages over a window with fixed weights (FIR): simple, linear, triangular, Hull, Gaussian and other shapes.

use crate::indicator::{Graph, Port};
use crate::kernel::cost::per_bar;
use crate::kernel::{Convolution, Kernel, LinearWeightedMean, Mean, State, parameters};

/// The simple moving average of `x`.
pub(in crate::indicator) fn sma(graph: &mut Graph, x: Port, period: usize) -> Port {
    graph.add(Mean { window: period }, &[x])
}

/// The weighted moving average of `x`.
pub(in crate::indicator) fn wma(graph: &mut Graph, x: Port, period: usize) -> Port {
    graph.add(LinearWeightedMean { window: period }, &[x])
}

/// The triangular moving average of `x`.
pub(in crate::indicator) fn trima(graph: &mut Graph, x: Port, period: usize) -> Port {
    let once = sma(graph, x, period.div_ceil(2));
    sma(graph, once, period / 2 + 1)
}

/// The Hull moving average of `x`.
pub(in crate::indicator) fn hma(graph: &mut Graph, x: Port, period: usize) -> Port {
    let [half, full] = [(period / 2).max(1), period].map(|period| wma(graph, x, period));
    let ahead = graph.minus([half, full]);
    let corrected = graph.plus([half, ahead]);
    wma(graph, corrected, period.isqrt())
}

/// The symmetrically weighted mean of the newest four values of `x`.
pub(in crate::indicator) fn swma(graph: &mut Graph, x: Port) -> Port {
    shaped_mean(graph, x, WeightShape::Triangle, 4)
}

/// The Arnaud Legoux moving average of `x`, its centre at a whole bar.
pub(in crate::indicator) fn alma(graph: &mut Graph, x: Port, window: usize, sigma: f64, offset: f64) -> Port {
    let centre = libm::floor(offset * (window as f64 - 1.0));
    graph.add(Bell { window, sigma, centre }, &[x])
}

/// As `alma`, its centre between bars.
pub(in crate::indicator) fn alma_between(graph: &mut Graph, x: Port, window: usize, sigma: f64, offset: f64) -> Port {
    graph.add(Bell { window, sigma, centre: offset * (window as f64 - 1.0) }, &[x])
}

/// The mean of the newest `window` values of `x`, weighted by a power of their place, which is 1 for the oldest.
pub(in crate::indicator) fn power_mean(graph: &mut Graph, x: Port, window: usize, power: f64) -> Port {
    graph.add(PowerMean { window, power }, &[x])
}

/// Moving averages of moving averages of `x`, ten deep (Widner 1997).
pub(in crate::indicator) fn rainbow(graph: &mut Graph, x: Port, period: usize) -> Vec<Port> {
    std::iter::successors(Some(x), |&x| Some(sma(graph, x, period))).skip(1).take(10).collect()
}

/// The mean of the newest `window` values, weighted by a power of their place.
#[derive(Debug, Clone)]
struct PowerMean {
    window: usize,
    power: f64,
}

parameters!(PowerMean { window, power });

impl Kernel for PowerMean {
    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn cost(&self) -> f64 {
        per_bar(self.window, 0.07)
    }

    fn start(&self) -> Box<dyn State> {
        let bars = self.window as f64;
        // As fractions of the newest weight, so that no power overflows.
        let weight = |age: usize| libm::pow((bars - age as f64) / bars, self.power);
        let weights: Vec<f64> = (0..self.window).map(weight).collect();
        let sum: f64 = weights.iter().sum();
        Box::new(Convolution::new(weights.iter().map(|weight| weight / sum).collect()))
    }
}

/// The mean of the last `window` values with Gaussian weights.
#[derive(Debug, Clone)]
struct Bell {
    window: usize,
    sigma: f64,
    /// The number of bars from the oldest value to the centre.
    centre: f64,
}

parameters!(Bell { window, sigma, centre });

impl Bell {
    /// The weights, that of the newest value first.
    fn weights(&self) -> Vec<f64> {
        let bars = self.window as f64;
        let width = bars / self.sigma;
        let bell = |age: usize| {
            let off = bars - 1.0 - age as f64 - self.centre;
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

    fn cost(&self) -> f64 {
        per_bar(self.window, 0.07)
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(Convolution::new(self.weights()))
    }
}

/// The shape of the weights over a window.
#[derive(Debug, Clone, Copy)]
pub(in crate::indicator) enum WeightShape {
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

parameters!(WeightShape as number);

/// The mean of the newest `window` values of `x`, with weights of a shape.
pub(in crate::indicator) fn shaped_mean(graph: &mut Graph, x: Port, shape: WeightShape, window: usize) -> Port {
    graph.add(ShapedMean { shape, window }, &[x])
}

/// The mean of the newest `window` values, with weights of a shape.
#[derive(Debug, Clone)]
struct ShapedMean {
    shape: WeightShape,
    window: usize,
}

parameters!(ShapedMean { shape, window });

impl ShapedMean {
    /// The weights, that of the newest value first.
    fn weights(&self) -> Vec<f64> {
        let window = self.window;
        let turn = std::f64::consts::PI / (window as f64 + 1.0);
        let weights: Vec<f64> = match self.shape {
            WeightShape::Fibonacci => fibonacci(window),
            WeightShape::Hann => (1..=window).map(|at| 1.0 - libm::cos(2.0 * turn * at as f64)).collect(),
            WeightShape::Pascal => pascal(window),
            WeightShape::Sine => (1..=window).map(|at| libm::sin(turn * at as f64)).collect(),
            WeightShape::Triangle => (1..=window).map(|at| at.min(window + 1 - at) as f64).collect(),
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

impl Kernel for ShapedMean {
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
