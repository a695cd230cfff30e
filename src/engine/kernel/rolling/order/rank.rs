//! Order statistics by index, and the rank of the newest value.
//!
//! The rank counts smaller values in the window, vectorised over bars: w / 8 comparisons are cheaper than maintaining a
//! sorted window.

use super::sorted_window::{Sorted, SortedFunction};
use crate::kernel::cost::{per_bar, sorted};
use crate::kernel::rolling::rolling;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::{array, lanes};
use crate::kernel::state::gap_mask::GapMask;
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
    fn values(&mut self, sorted: &[f64]) -> [f64; 1] {
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
        per_bar(self.bars, 0.09)
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        let gaps = GapMask::new(self.bars + 1);
        Box::new(RankOfNewestState { bars: self.bars, history: History::new(self.bars), gaps })
    }
}

#[derive(Clone)]
struct RankOfNewestState {
    bars: usize,
    history: History,
    gaps: GapMask,
}

/// The ranks of `L` neighbouring bars; `column` begins `bars` bars before the first.
#[inline(always)]
fn smaller_at<const L: usize>(bars: usize, column: &[f64], output: &mut [f64], at: usize) {
    let [newest]: [[f64; L]; 1] = lanes(&[column], at + bars);
    let mut counts = [0_i64; L];
    // Whole numbers: a mask of a comparison is subtracted, one operation less than a selected 1 that is added.
    for before in at..at + bars {
        let [value]: [[f64; L]; 1] = lanes(&[column], before);
        counts = array(0, |l| counts[l] + i64::from(value[l] < newest[l]));
    }
    let values: [f64; L] = array(0.0, |l| counts[l] as f64);
    output[at..at + L].copy_from_slice(&values);
}

leveled! {
    fn smaller(bars: usize, column: &[f64], output: &mut [f64]) {
        let tiled = output.len() / 16 * 16;
        for at in (0..tiled).step_by(16) {
            smaller_at::<16>(bars, column, output, at);
        }
        for at in tiled..output.len() {
            smaller_at::<1>(bars, column, output, at);
        }
    }
}

impl State for RankOfNewestState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        self.history.block_mut(inputs[0].len()).copy_from_slice(inputs[0]);
        smaller(self.bars, self.history.with_history(self.bars, 0), outputs[0]);
        self.gaps.mask(&inputs[..1], outputs);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.history, &mut self.gaps]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
