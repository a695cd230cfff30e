//! Rolling mean absolute deviation.
//!
//! Two passes over each window, O(w): the centre moves with every bar, and no combine step is known. Vectorised over 32
//! neighbouring bars. A sorted window with prefix sums would move O(w) values per bar as well.

use super::fold::window::SlidingWindow;
use super::sums::mean::Centered;
use crate::kernel::cost::per_bar;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::{array, lanes};
use crate::kernel::state::ring_buffer::History;
use crate::kernel::{Fields, Kernel, State, parameters};

/// The mean absolute deviation of the newest `window` values from their mean.
#[derive(Debug, Clone)]
pub struct MeanAbsoluteDeviation {
    /// The number of bars.
    pub window: usize,
}

parameters!(MeanAbsoluteDeviation { window });

impl Kernel for MeanAbsoluteDeviation {
    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn cost(&self) -> f64 {
        per_bar(self.window, 0.125)
    }

    fn start(&self) -> Box<dyn State> {
        let centered = SlidingWindow::new(Centered { window: self.window }, self.window);
        Box::new(MeanAbsoluteDeviationState { window: self.window, history: History::new(self.window), centered })
    }
}

#[derive(Clone)]
struct MeanAbsoluteDeviationState {
    window: usize,
    history: History,
    centered: SlidingWindow<Centered, 1, 1, 1>,
}

impl State for MeanAbsoluteDeviationState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        self.centered.feed(inputs, outputs);
        self.history.block_mut(inputs[0].len()).copy_from_slice(inputs[0]);
        deviations(self.window, &self.history, outputs[0]);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.centered.visit(fields);
        fields.visit(&mut [&mut self.history]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

/// Replaces the newest value minus the mean by the mean absolute deviation.
#[inline(always)]
fn deviations_at<const L: usize>(window: usize, history: &History, values: &mut [f64], at: usize) {
    let [newest]: [[f64; L]; 1] = lanes(&[history.lagged(0)], at);
    let [centered]: [[f64; L]; 1] = lanes(&[&*values], at);
    let mut sums = [0.0; L];
    for lag in 0..window {
        let [value]: [[f64; L]; 1] = lanes(&[history.lagged(lag)], at);
        // Relative to the newest value, so that the mean does not round at the offset of the series.
        sums = array(0.0, |l| sums[l] + ((value[l] - newest[l]) + centered[l]).abs());
    }
    let means: [f64; L] = array(0.0, |l| sums[l] / window as f64);
    values[at..at + L].copy_from_slice(&means);
}

leveled! {
    fn deviations(window: usize, history: &History, values: &mut [f64]) {
        let tiled = values.len() / 32 * 32;
        for at in (0..tiled).step_by(32) {
            deviations_at::<32>(window, history, values, at);
        }
        for at in tiled..values.len() {
            deviations_at::<1>(window, history, values, at);
        }
    }
}
