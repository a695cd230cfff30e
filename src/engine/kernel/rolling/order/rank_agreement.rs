//! Rank correlations of two inputs: Kendall's tau-b (1938, 1945) and Spearman's rho (1904), by the signs of differences.
//!
//! Every pair of bars in the window adds the product of the signs of its two differences. A bar that enters or leaves
//! changes the pairs it is part of, O(w) per bar instead of O(w^2) or a sort: Kendall's pairs vectorised over neighbouring
//! bars, Spearman's ranks over the bars of the window. The sums are whole numbers below 2^53, so the update is exact and its
//! order free: the value depends on the window alone. A missing value has no sign, and leaves as it came.

use crate::kernel::cost::per_bar;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::{array, lanes};
use crate::kernel::state::gap_mask::GapMask;
use crate::kernel::state::ring_buffer::History;
use crate::kernel::{BLOCK, Field, Fields, Kernel, State, parameters};

/// Kendall's tau-b of the newest `window` values of two inputs, -1 to 1, and 0 if one of them is constant.
#[derive(Debug, Clone)]
pub struct KendallTau {
    /// The number of bars, 2 or more.
    pub window: usize,
}

parameters!(KendallTau { window });

/// Spearman's rank correlation of the newest `window` values of two inputs, -1 to 1, and 0 if one of them is constant; ties
/// share their mean rank.
#[derive(Debug, Clone)]
pub struct SpearmanRho {
    /// The number of bars, 2 or more.
    pub window: usize,
}

parameters!(SpearmanRho { window });

/// The correlation from the sums of products; 0 where one input does not vary.
fn correlation([both, one, two]: [f64; 3]) -> f64 {
    if one == 0.0 || two == 0.0 { 0.0 } else { (both / (one.sqrt() * two.sqrt())).clamp(-1.0, 1.0) }
}

impl Kernel for KendallTau {
    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn cost(&self) -> f64 {
        8.0 + per_bar(self.window, 0.9)
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        let histories = [History::new(self.window), History::new(self.window)];
        Box::new(KendallState { window: self.window, histories, gaps: GapMask::new(self.window), sums: [0.0; 3] })
    }
}

#[derive(Clone)]
struct KendallState {
    window: usize,
    /// The bars of the window before the block: the oldest of them leaves at its first bar.
    histories: [History; 2],
    gaps: GapMask,
    /// The sums over the pairs of bars in the window of the products of the signs of their differences: of both inputs, of
    /// the first with itself and of the second with itself.
    sums: [f64; 3],
}

/// The sums of products of signs of `L` bars with others.
#[derive(Clone, Copy)]
struct Products<const L: usize>([[i64; L]; 3]);

impl<const L: usize> Products<L> {
    const NONE: Self = Self([[0; L]; 3]);

    /// Adds the products of a pair of bars: `later` and `earlier` have both inputs.
    #[inline(always)]
    fn and(self, later: [[f64; L]; 2], earlier: [[f64; L]; 2]) -> Self {
        let rises = |input: usize, l: usize| later[input][l] > earlier[input][l];
        let falls = |input: usize, l: usize| later[input][l] < earlier[input][l];
        let [both, one, two] = self.0;
        Self([
            array(0, |l| {
                let same = (rises(0, l) & rises(1, l)) | (falls(0, l) & falls(1, l));
                let opposite = (rises(0, l) & falls(1, l)) | (falls(0, l) & rises(1, l));
                both[l] + i64::from(same) - i64::from(opposite)
            }),
            array(0, |l| one[l] + i64::from(rises(0, l) | falls(0, l))),
            array(0, |l| two[l] + i64::from(rises(1, l) | falls(1, l))),
        ])
    }
}

/// The changes of the sums at `L` neighbouring bars; `columns` begin `window` bars before the block.
#[inline(always)]
fn changes_at<const L: usize>(window: usize, columns: &[&[f64]; 2], changes: &mut [[f64; BLOCK]; 3], at: usize) {
    let (newest, leaving): ([[f64; L]; 2], [[f64; L]; 2]) = (lanes(columns, at + window), lanes(columns, at));
    let (mut added, mut removed) = (Products::NONE, Products::NONE);
    for distance in 1..window {
        added = added.and(newest, lanes(columns, at + window - distance));
    }
    for distance in 1..window {
        removed = removed.and(lanes(columns, at + distance), leaving);
    }
    for (sum, changes) in changes.iter_mut().enumerate() {
        let values: [f64; L] = array(0.0, |l| (added.0[sum][l] - removed.0[sum][l]) as f64);
        changes[at..at + L].copy_from_slice(&values);
    }
}

leveled! {
    fn find_changes(window: usize, columns: &[&[f64]; 2], changes: &mut [[f64; BLOCK]; 3]) {
        let len = columns[0].len() - window;
        let tiled = len / 8 * 8;
        for at in (0..tiled).step_by(8) {
            changes_at::<8>(window, columns, changes, at);
        }
        for at in tiled..len {
            changes_at::<1>(window, columns, changes, at);
        }
    }
}

impl State for KendallState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        for (history, input) in self.histories.iter_mut().zip(inputs) {
            history.block_mut(input.len()).copy_from_slice(input);
        }
        let columns = self.histories.each_ref().map(|history| history.with_history(self.window, 0));
        let mut changes = [[0.0; BLOCK]; 3];
        find_changes(self.window, &columns, &mut changes);
        for (at, output) in outputs[0].iter_mut().enumerate() {
            self.sums = array(0.0, |sum| self.sums[sum] + changes[sum][at]);
            *output = correlation(self.sums);
        }
        self.gaps.mask(&inputs[..2], outputs);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.histories, &mut self.gaps, &mut self.sums]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

/// The number of bars that are compared at once; rings are filled up with bars without a value.
const LANES: usize = 8;

impl Kernel for SpearmanRho {
    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn cost(&self) -> f64 {
        10.0 + per_bar(self.window, 0.8)
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        let room = self.window.next_multiple_of(LANES);
        let ring = |value: f64| [vec![value; room], vec![value; room]];
        Box::new(SpearmanState {
            window: self.window,
            values: ring(f64::NAN),
            ranks: ring(0.0),
            oldest: 0,
            gaps: GapMask::new(self.window),
        })
    }
}

#[derive(Clone)]
struct SpearmanState {
    window: usize,
    /// The newest values of two inputs, each in a ring.
    values: [Vec<f64>; 2],
    /// For each bar, the sum of the signs of its differences from the others: twice its rank, from the middle.
    ranks: [Vec<f64>; 2],
    /// The place of the oldest value, which the next replaces.
    oldest: usize,
    gaps: GapMask,
}

/// The sign of a difference: 1, -1, or 0 where the values are equal or one is missing.
#[inline(always)]
fn sign(x: f64, y: f64) -> f64 {
    let (more, less) = (if x > y { 1.0 } else { 0.0 }, if x < y { 1.0 } else { 0.0 });
    more - less
}

/// Replaces the comparisons with an old value by those with a new one in the ranks of some bars, and adds the signs of the
/// differences of the new value to its rank.
#[inline(always)]
fn rerank(values: &[f64; LANES], ranks: &mut [f64; LANES], [old, new]: [f64; 2], rank: &mut [f64; LANES]) {
    for l in 0..LANES {
        let sign_of_new = sign(new, values[l]);
        ranks[l] += sign(old, values[l]) - sign_of_new;
        rank[l] += sign_of_new;
    }
}

leveled! {
    /// Replaces the oldest values by the newest, and returns the sums over the window of the products of the ranks: of both
    /// inputs, of the first with itself and of the second with itself.
    fn exchange(state: &mut SpearmanState, newest: [f64; 2]) -> [f64; 3] {
        let at = state.oldest;
        let [values_a, values_b] = &mut state.values;
        let [ranks_a, ranks_b] = &mut state.ranks;
        let (a, b) = ([values_a[at], newest[0]], [values_b[at], newest[1]]);
        (values_a[at], values_b[at]) = (f64::NAN, f64::NAN);
        (ranks_a[at], ranks_b[at]) = (0.0, 0.0);
        let (mut rank_a, mut rank_b) = ([0.0; LANES], [0.0; LANES]);
        let mut sums = [[0.0; LANES]; 3];
        let of_a = values_a.as_chunks::<LANES>().0.iter().zip(ranks_a.as_chunks_mut::<LANES>().0);
        let of_b = values_b.as_chunks::<LANES>().0.iter().zip(ranks_b.as_chunks_mut::<LANES>().0);
        for ((values_a, ranks_a), (values_b, ranks_b)) in of_a.zip(of_b) {
            rerank(values_a, ranks_a, a, &mut rank_a);
            rerank(values_b, ranks_b, b, &mut rank_b);
            for l in 0..LANES {
                sums[0][l] += ranks_a[l] * ranks_b[l];
                sums[1][l] += ranks_a[l] * ranks_a[l];
                sums[2][l] += ranks_b[l] * ranks_b[l];
            }
        }
        let (rank_a, rank_b) = (rank_a.iter().sum::<f64>(), rank_b.iter().sum::<f64>());
        (values_a[at], values_b[at]) = (newest[0], newest[1]);
        (ranks_a[at], ranks_b[at]) = (rank_a, rank_b);
        let own = [rank_a * rank_b, rank_a * rank_a, rank_b * rank_b];
        array(0.0, |sum| own[sum] + sums[sum].iter().sum::<f64>())
    }
}

impl State for SpearmanState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        for (at, output) in outputs[0].iter_mut().enumerate() {
            let newest = [inputs[0][at], inputs[1][at]];
            let sums = exchange(self, newest);
            self.oldest = if self.oldest + 1 == self.window { 0 } else { self.oldest + 1 };
            let is_complete = self.gaps.is_complete(newest.iter().any(|value| value.is_nan()));
            *output = if is_complete { correlation(sums) } else { f64::NAN };
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        let window = self.window;
        for ring in self.values.iter_mut().chain(&mut self.ranks) {
            Field::visit(&mut ring[..window], fields);
        }
        fields.below(&mut self.oldest, window);
        fields.visit(&mut [&mut self.gaps]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both correlations of a window, from all of its pairs.
    fn naive(a: &[f64], b: &[f64]) -> [f64; 2] {
        let n = a.len();
        let [mut pairs, mut ranks] = [[0.0; 3]; 2];
        for i in 0..n {
            let rank = |values: &[f64]| -> f64 { values.iter().map(|x| sign(values[i], *x)).sum() };
            let (one, two) = (rank(a), rank(b));
            ranks = [ranks[0] + one * two, ranks[1] + one * one, ranks[2] + two * two];
            for j in i + 1..n {
                let (one, two) = (sign(a[i], a[j]), sign(b[i], b[j]));
                pairs = [pairs[0] + one * two, pairs[1] + one * one, pairs[2] + two * two];
            }
        }
        [correlation(pairs), correlation(ranks)]
    }

    #[test]
    fn ranks_agree_with_all_pairs_whatever_the_blocks() {
        let a: Vec<f64> = (0..400).map(|i| if i == 150 { f64::NAN } else { f64::from(i * 37 % 11) }).collect();
        let b: Vec<f64> = (0..400).map(|i| f64::from(i * i * 13 % 17)).collect();
        for window in [2, 3, 10, 41] {
            let kernels: [&dyn Kernel; 2] = [&KendallTau { window }, &SpearmanRho { window }];
            for (which, kernel) in kernels.into_iter().enumerate() {
                for cut in [1, 7, 400] {
                    let (mut state, mut found) = (kernel.start(), Vec::new());
                    for (a, b) in a.chunks(cut).zip(b.chunks(cut)) {
                        let mut output = vec![0.0; a.len()];
                        state.feed(&[a, b], &mut [&mut output]);
                        found.extend(output);
                    }
                    for (at, found) in found.iter().enumerate() {
                        let first = (at + 1).saturating_sub(window);
                        let none = at + 1 < window || (first..=at).contains(&150);
                        let expected = naive(&a[first..=at], &b[first..=at])[which];
                        assert!(if none { found.is_nan() } else { *found == expected }, "{kernel:?} at {at}: {found}");
                    }
                }
            }
        }
    }
}
