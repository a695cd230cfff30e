//! The products of a window with one wave of that length.

use crate::indicator::{Graph, Port};
use crate::kernel::cost::per_bar;
use crate::kernel::{ByWindow, WindowFunction, parameters, rolling};

/// The sums over the newest `window` values of `x`, relative to the newest, times the cosine and times the sine of their
/// age, where the window is one turn.
pub(in crate::indicator) fn wave_products(graph: &mut Graph, x: Port, window: usize) -> [Port; 2] {
    [false, true].map(|sine| graph.add(WaveProduct { window, sine }, &[x]))
}

/// One of these sums. A turn sums to 0, so that the level of the values does not matter, except to rounding.
#[derive(Debug, Clone)]
struct WaveProduct {
    window: usize,
    sine: bool,
}

parameters!(WaveProduct { window, sine });

#[derive(Clone)]
struct Wave {
    /// That of the oldest value first.
    weights: Vec<f64>,
}

impl WindowFunction for Wave {
    fn value(&self, window: &[f64]) -> f64 {
        let newest = window[window.len() - 1];
        self.weights.iter().zip(window).map(|(weight, x)| weight * (x - newest)).sum()
    }
}

rolling!(WaveProduct => 1 @ |kernel| per_bar(kernel.window, 0.48), |kernel| {
    let turn = std::f64::consts::TAU / kernel.window as f64;
    let wave = if kernel.sine { libm::sin } else { libm::cos };
    let weights = (0..kernel.window).rev().map(|age| wave(turn * age as f64)).collect();
    Box::new(ByWindow::new(Wave { weights }, kernel.window))
});
