//! Order statistics by index, and the rank of the newest value.
//!
//! The rank counts smaller values in the window, vectorised over bars: w / 8 comparisons are cheaper than maintaining a
//! sorted window.

use super::sorted_window::{Sorted, SortedFunction};
use crate::kernel::cost::{per_bar, sorted};
use crate::kernel::rolling::rolling;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::{array, lanes};
use crate::kernel::state::ring_buffer::History;
use crate::kernel::{Fields, Kernel, State, parameters};

/// The mean of the values of rank `from` and `to`, counted from the smallest of the newest `window` values, which has
/// rank 0.
#[derive(Debug, Clone)]
pub struct OrderStatistic {
    /// The number of bars.
    pub window: usize,
    /// The first rank.
    pub from: usize,
    /// The second rank, the same or the next.
    pub to: usize,
}

parameters!(OrderStatistic { window, from, to });

/// The number of the `bars` preceding values that are smaller than the newest.
#[derive(Debug, Clone)]
pub struct RankOfNewest {
    /// The number of bars.
    pub bars: usize,
}

parameters!(RankOfNewest { bars });

impl SortedFunction<1> for OrderStatistic {
    fn values(&self, sorted: &[f64]) -> [f64; 1] {
        let (from, to) = (sorted[self.from], sorted[self.to]);
        [if self.from == self.to { from } else { (from + to) / 2.0 }]
    }
}

rolling!(Sorted: OrderStatistic => 1 @ |kernel| sorted(kernel.window));

impl Kernel for RankOfNewest {
    fn lookback(&self) -> usize {
        self.bars
    }

    fn cost(&self) -> f64 {
        per_bar(self.bars, 0.23)
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(RankOfNewestState { bars: self.bars, history: History::new(self.bars) })
    }
}

#[derive(Clone)]
struct RankOfNewestState {
    bars: usize,
    history: History,
}

#[inline(always)]
fn smaller_at<const L: usize>(bars: usize, history: &History, output: &mut [f64], at: usize) {
    let [newest]: [[f64; L]; 1] = lanes(&[history.lagged(0)], at);
    let mut counts = [0.0; L];
    let mut missing: [f64; L] = array(0.0, |l| 0.0 * newest[l]);
    for lag in 1..=bars {
        let [value]: [[f64; L]; 1] = lanes(&[history.lagged(lag)], at);
        counts = array(0.0, |l| counts[l] + if value[l] < newest[l] { 1.0 } else { 0.0 });
        missing = array(0.0, |l| if value[l].is_nan() { f64::NAN } else { missing[l] });
    }
    let values: [f64; L] = array(0.0, |l| counts[l] + missing[l]);
    output[at..at + L].copy_from_slice(&values);
}

leveled! {
    fn smaller(bars: usize, history: &History, output: &mut [f64]) {
        let tiled = output.len() / 32 * 32;
        for at in (0..tiled).step_by(32) {
            smaller_at::<32>(bars, history, output, at);
        }
        for at in tiled..output.len() {
            smaller_at::<1>(bars, history, output, at);
        }
    }
}

impl State for RankOfNewestState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        self.history.block_mut(inputs[0].len()).copy_from_slice(inputs[0]);
        smaller(self.bars, &self.history, outputs[0]);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.history]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
