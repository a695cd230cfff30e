//! Rank correlations of two inputs: Kendall's tau-b (1938, 1945) and Spearman's rho (1904), by the signs of differences.
//!
//! Every pair of bars in the window adds the product of the signs of its two differences. A bar that enters or leaves
//! changes the pairs it is part of, O(w) per bar instead of O(w^2) or a sort: Kendall's pairs vectorised over neighbouring
//! bars, Spearman's ranks over the bars of the window. The sums are whole numbers below 2^53, so the update is exact and its
//! order free: the value depends on the window alone. A missing value has no sign, and leaves as it came.

use crate::kernel::cost::per_bar;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::dot_product::{PARTS, dot, total};
use crate::kernel::simd::tile::{array, lanes};
use crate::kernel::simd::vector8::{Vector8, vectored};
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
        2.0 + per_bar(self.window, 0.8)
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
        let [mut both, mut one, mut two] = self.0;
        for l in 0..L {
            // Words of all ones where the comparison holds, as masks and as -1: few instruction sets join and count flags.
            let rises = [0, 1].map(|input| -i64::from(later[input][l] > earlier[input][l]));
            let falls = [0, 1].map(|input| -i64::from(later[input][l] < earlier[input][l]));
            let (differs, other_differs) = (rises[0] | falls[0], rises[1] | falls[1]);
            let counts = differs & other_differs;
            let opposite = (rises[0] ^ rises[1]) & counts;
            both[l] += opposite + opposite - counts;
            one[l] -= differs;
            two[l] -= other_differs;
        }
        Self([both, one, two])
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

impl Kernel for SpearmanRho {
    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn cost(&self) -> f64 {
        20.0 + per_bar(self.window, 1.1)
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        // Filled up with bars without a value.
        let room = self.window.next_multiple_of(PARTS);
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

/// Replaces the comparisons with an old value by those with a new one in the ranks of all bars, and returns the sum of the
/// signs of the differences of the new value.
#[inline(always)]
fn rerank(values: &[f64], ranks: &mut [f64], old: f64, new: f64) -> f64 {
    let mut rank = [0.0; PARTS];
    for (values, ranks) in values.as_chunks::<PARTS>().0.iter().zip(ranks.as_chunks_mut::<PARTS>().0) {
        for l in 0..PARTS {
            let sign_of_new = sign(new, values[l]);
            ranks[l] += sign(old, values[l]) - sign_of_new;
            rank[l] += sign_of_new;
        }
    }
    total(rank)
}

impl SpearmanState {
    /// Replaces the oldest values by the newest, and returns the sums over the window of the products of the ranks: of both
    /// inputs, of the first with itself and of the second with itself.
    #[inline(always)]
    fn exchange<V: Vector8>(&mut self, newest: [f64; 2]) -> [f64; 3] {
        let at = self.oldest;
        for (input, new) in newest.into_iter().enumerate() {
            let (values, ranks) = (&mut self.values[input], &mut self.ranks[input]);
            let old = values[at];
            let rank = rerank(values, ranks, old, new);
            // The old value is not one of the others.
            (values[at], ranks[at]) = (new, rank - sign(new, old));
        }
        let [a, b] = &self.ranks;
        [dot::<V>(a, b), dot::<V>(a, a), dot::<V>(b, b)]
    }
}

vectored! {
    fn slide(state: &mut SpearmanState, a: &[f64], b: &[f64], output: &mut [f64]) {
        for (at, output) in output.iter_mut().enumerate() {
            let newest = [a[at], b[at]];
            let sums = state.exchange::<V>(newest);
            state.oldest = if state.oldest + 1 == state.window { 0 } else { state.oldest + 1 };
            let is_complete = state.gaps.is_complete(newest[0].is_nan() | newest[1].is_nan());
            *output = if is_complete { correlation(sums) } else { f64::NAN };
        }
    }
}

impl State for SpearmanState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        slide(self, inputs[0], inputs[1], outputs[0]);
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
