//! Direct convolution with fixed weights (FIR filter), vectorised over bars.
//!
//! Direct form rather than FFT: windows are short, and an FFT spreads NaN and rounding error over the block.

use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::{array, lanes};
use crate::kernel::state::ring_buffer::History;
use crate::kernel::{Fields, State};

/// The weighted sum of the newest values.
#[derive(Clone)]
pub(crate) struct Convolution {
    weights: Vec<f64>,
    history: History,
}

impl Convolution {
    /// The convolution with these weights, one or more, that of the newest value first.
    pub(crate) fn new(weights: Vec<f64>) -> Self {
        let history = History::new(weights.len());
        Self { weights: weights.into_iter().map(negligible_to_zero).collect(), history }
    }
}

/// A weight, or 0 where products with it would be subnormal: these cost the CPU ten times as much, and are lost in the sum.
fn negligible_to_zero(weight: f64) -> f64 {
    if weight.abs() < 1e-290 { 0.0 } else { weight }
}

#[inline(always)]
fn convolve_at<const L: usize>(weights: &[f64], history: &History, output: &mut [f64], at: usize) {
    let mut sums = [0.0; L];
    for (lag, weight) in weights.iter().enumerate().rev() {
        let [value]: [[f64; L]; 1] = lanes(&[history.lagged(lag)], at);
        sums = array(0.0, |l| sums[l] + weight * value[l]);
    }
    output[at..at + L].copy_from_slice(&sums);
}

leveled! {
    fn convolve(weights: &[f64], history: &History, output: &mut [f64]) {
        let tiled = output.len() / 32 * 32;
        for at in (0..tiled).step_by(32) {
            convolve_at::<32>(weights, history, output, at);
        }
        for at in tiled..output.len() {
            convolve_at::<1>(weights, history, output, at);
        }
    }
}

impl State for Convolution {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        self.history.block_mut(inputs[0].len()).copy_from_slice(inputs[0]);
        convolve(&self.weights, &self.history, outputs[0]);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.history]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
