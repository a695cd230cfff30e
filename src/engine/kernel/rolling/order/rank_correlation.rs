//! Rolling rank correlation of values with time (Spearman 1904), updated incrementally in exact integer arithmetic.
//!
//! The sum of the products of time and rank is, but for a constant, the sum over all pairs of bars of their distance times
//! the sign of their difference. A bar that enters or leaves changes the pairs it is part of: one scan of the window each,
//! vectorised over neighbouring bars. The sums are whole numbers below 2^53, so the value depends on the window alone.

use crate::kernel::cost::per_bar;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::{array, lanes};
use crate::kernel::state::gap_mask::GapMask;
use crate::kernel::state::ring_buffer::History;
use crate::kernel::{BLOCK, Fields, Kernel, State, parameters};

/// Spearman's rank correlation of the newest `window` values, 2 or more, with time: 1 if they increase strictly, -1 if
/// they decrease strictly; ties share their mean rank. 0 if all values are equal.
#[derive(Debug, Clone)]
pub struct RankCorrelation {
    /// The number of bars.
    pub window: usize,
}

parameters!(RankCorrelation { window });

impl Kernel for RankCorrelation {
    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn cost(&self) -> f64 {
        2.0 + per_bar(self.window, 0.4)
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        let (history, gaps) = (History::new(self.window), GapMask::new(self.window));
        Box::new(RankCorrelationState { window: self.window, history, gaps, trend: 0.0, ties: 0.0 })
    }
}

/// Everything but the values is a whole number, so incremental updates are exact.
#[derive(Clone)]
struct RankCorrelationState {
    window: usize,
    /// The bars of the window before the block: the oldest of them leaves at its first bar.
    history: History,
    gaps: GapMask,
    /// The sum over the pairs of bars in the window of their distance times the sign of the difference.
    trend: f64,
    /// The sum of `g^3 - g` over the groups of `g` equal values.
    ties: f64,
}

/// What neighbouring bars change.
struct Changes {
    /// The change of the sum over all pairs.
    trend: [f64; BLOCK],
    /// The change of the ties.
    ties: [f64; BLOCK],
}

/// The comparisons of `L` bars with another each, from the largest distance on down to 1.
#[derive(Clone, Copy)]
struct Compared<const L: usize> {
    /// The sum of the signs so far.
    signs: [i64; L],
    /// The sum of these sums: each sign, times its distance.
    trend: [i64; L],
    /// The number of equal values.
    equal: [i64; L],
}

impl<const L: usize> Compared<L> {
    const NONE: Self = Self { signs: [0; L], trend: [0; L], equal: [0; L] };

    /// Compares the later with the earlier values. A missing value has no sign and equals none.
    #[inline(always)]
    fn and(self, later: [f64; L], earlier: [f64; L]) -> Self {
        let (rises, falls) = (|l: usize| later[l] >= earlier[l], |l: usize| later[l] <= earlier[l]);
        let signs = array(0, |l| self.signs[l] + i64::from(rises(l)) - i64::from(falls(l)));
        let equal = array(0, |l| self.equal[l] + i64::from(later[l] == earlier[l]));
        Self { signs, trend: array(0, |l| self.trend[l] + signs[l]), equal }
    }

    /// What a value adds to the ties for the others that equal it.
    #[inline(always)]
    fn ties(&self, l: usize) -> f64 {
        let equal = self.equal[l] as f64;
        3.0 * equal * (equal + 1.0)
    }
}

/// The changes at `L` neighbouring bars; `column` begins `window` bars before the block.
#[inline(always)]
fn changes_at<const L: usize>(window: usize, column: &[f64], changes: &mut Changes, at: usize) {
    let bars = |at: usize| -> [f64; L] {
        let [bars] = lanes(&[column], at);
        bars
    };
    let (newest, leaving) = (bars(at + window), bars(at));
    let (mut added, mut removed) = (Compared::NONE, Compared::NONE);
    for distance in (1..window).rev() {
        added = added.and(newest, bars(at + window - distance));
    }
    for distance in (1..window).rev() {
        removed = removed.and(bars(at + distance), leaving);
    }
    let trend: [f64; L] = array(0.0, |l| (added.trend[l] - removed.trend[l]) as f64);
    let ties: [f64; L] = array(0.0, |l| added.ties(l) - removed.ties(l));
    changes.trend[at..at + L].copy_from_slice(&trend);
    changes.ties[at..at + L].copy_from_slice(&ties);
}

leveled! {
    fn find_changes(window: usize, column: &[f64], changes: &mut Changes) {
        let len = column.len() - window;
        let tiled = len / 8 * 8;
        for at in (0..tiled).step_by(8) {
            changes_at::<8>(window, column, changes, at);
        }
        for at in tiled..len {
            changes_at::<1>(window, column, changes, at);
        }
    }
}

impl RankCorrelationState {
    fn correlation(&self) -> f64 {
        let n = self.window as f64;
        // Twelve times the sums of squares and products of the deviations from the means.
        let times = n * n * n - n;
        let ranks = times - self.ties;
        if ranks == 0.0 { 0.0 } else { 6.0 * self.trend / (times * ranks).sqrt() }
    }
}

impl State for RankCorrelationState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        self.history.block_mut(inputs[0].len()).copy_from_slice(inputs[0]);
        let mut changes = Changes { trend: [0.0; BLOCK], ties: [0.0; BLOCK] };
        find_changes(self.window, self.history.with_history(self.window, 0), &mut changes);
        for (at, output) in outputs[0].iter_mut().enumerate() {
            self.trend += changes.trend[at];
            self.ties += changes.ties[at];
            *output = self.correlation();
        }
        self.gaps.mask(&inputs[..1], outputs);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.history, &mut self.gaps, &mut self.trend, &mut self.ties]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
