//! Rank correlations of two inputs: Kendall's tau-b (1938, 1945) and Spearman's rho (1904), by the signs of differences.
//!
//! Every pair of bars in the window adds the product of the signs of its two differences. A bar that enters or leaves
//! changes the pairs it is part of, O(w) per bar instead of O(w^2) or a sort. The sums are whole numbers below 2^53, so the
//! update is exact: the value depends on the window alone. A missing value has no sign, and leaves as it came.

use crate::kernel::cost::per_bar;
use crate::kernel::{Field, Fields, Kernel, State, parameters};

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

/// The newest values of two inputs, in a ring.
#[derive(Clone)]
struct Pairs {
    a: Vec<f64>,
    b: Vec<f64>,
    /// The place of the oldest value, which the next replaces.
    oldest: usize,
    /// The number of coming bars whose windows lack a value.
    missing: usize,
}

impl Pairs {
    fn new(window: usize) -> Self {
        Self { a: vec![f64::NAN; window], b: vec![f64::NAN; window], oldest: 0, missing: window - 1 }
    }

    /// Replaces the oldest values and tells whether the window is complete.
    fn replace(&mut self, a: f64, b: f64) -> bool {
        (self.a[self.oldest], self.b[self.oldest]) = (a, b);
        self.oldest = (self.oldest + 1) % self.a.len();
        let window = self.a.len();
        self.missing = if a.is_nan() || b.is_nan() { window } else { self.missing };
        let is_complete = self.missing == 0;
        self.missing -= usize::from(!is_complete);
        is_complete
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        let window = self.a.len();
        Field::visit(self.a.as_mut_slice(), fields);
        Field::visit(self.b.as_mut_slice(), fields);
        fields.below(&mut self.oldest, window);
        fields.below(&mut self.missing, window + 1);
    }
}

/// The sign of a difference: 1, -1, or 0 where the values are equal or one is missing.
#[inline(always)]
fn sign(x: f64, y: f64) -> f64 {
    let (more, less) = (if x > y { 1.0 } else { 0.0 }, if x < y { 1.0 } else { 0.0 });
    more - less
}

/// The sums over all bars of the window of the products of the signs of their differences from a bar: of both inputs, of the
/// first with itself and of the second with itself.
fn products(pairs: &Pairs, a: f64, b: f64) -> [f64; 3] {
    let mut sums = [0.0; 3];
    for (x, y) in pairs.a.iter().zip(&pairs.b) {
        let (one, two) = (sign(a, *x), sign(b, *y));
        sums = [sums[0] + one * two, sums[1] + one * one, sums[2] + two * two];
    }
    sums
}

/// The correlation from the sums of products; 0 where one input does not vary.
fn correlation([both, one, two]: [f64; 3]) -> f64 {
    if one == 0.0 || two == 0.0 { 0.0 } else { (both / (one.sqrt() * two.sqrt())).clamp(-1.0, 1.0) }
}

#[derive(Clone)]
struct KendallState {
    pairs: Pairs,
    /// The sums over the pairs of bars in the window.
    sums: [f64; 3],
}

impl KendallState {
    fn step(&mut self, a: f64, b: f64) -> f64 {
        let at = self.pairs.oldest;
        let left = products(&self.pairs, self.pairs.a[at], self.pairs.b[at]);
        (self.pairs.a[at], self.pairs.b[at]) = (f64::NAN, f64::NAN);
        let entered = products(&self.pairs, a, b);
        for (sum, (left, entered)) in self.sums.iter_mut().zip(left.into_iter().zip(entered)) {
            *sum += entered - left;
        }
        if self.pairs.replace(a, b) { correlation(self.sums) } else { f64::NAN }
    }
}

impl State for KendallState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        for (at, output) in outputs[0].iter_mut().enumerate() {
            *output = self.step(inputs[0][at], inputs[1][at]);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.pairs.visit(fields);
        fields.visit(&mut [&mut self.sums]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct SpearmanState {
    pairs: Pairs,
    /// For each bar, the sum of the signs of its differences from the others: twice its rank, from the middle.
    ranks: [Vec<f64>; 2],
}

/// Adds `weight` signs of the differences from a value to the ranks, and returns the rank of the value.
fn compare(values: &[f64], ranks: &mut [f64], x: f64, weight: f64) -> f64 {
    let mut rank = 0.0;
    for (value, sum) in values.iter().zip(ranks) {
        let sign = sign(x, *value);
        rank += sign;
        *sum -= weight * sign;
    }
    rank
}

impl SpearmanState {
    fn step(&mut self, a: f64, b: f64) -> f64 {
        let (at, pairs) = (self.pairs.oldest, &mut self.pairs);
        for ((values, ranks), x) in [&mut pairs.a, &mut pairs.b].into_iter().zip(&mut self.ranks).zip([a, b]) {
            let old = std::mem::replace(&mut values[at], f64::NAN);
            compare(values, ranks, old, -1.0);
            ranks[at] = compare(values, ranks, x, 1.0);
        }
        if !self.pairs.replace(a, b) {
            return f64::NAN;
        }
        let mut sums = [0.0; 3];
        for (one, two) in self.ranks[0].iter().zip(&self.ranks[1]) {
            sums = [sums[0] + one * two, sums[1] + one * one, sums[2] + two * two];
        }
        correlation(sums)
    }
}

impl State for SpearmanState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        for (at, output) in outputs[0].iter_mut().enumerate() {
            *output = self.step(inputs[0][at], inputs[1][at]);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.pairs.visit(fields);
        self.ranks.iter_mut().for_each(|ranks| Field::visit(ranks.as_mut_slice(), fields));
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

impl Kernel for KendallTau {
    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn cost(&self) -> f64 {
        per_bar(self.window, 2.3)
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(KendallState { pairs: Pairs::new(self.window), sums: [0.0; 3] })
    }
}

impl Kernel for SpearmanRho {
    fn lookback(&self) -> usize {
        self.window - 1
    }

    fn cost(&self) -> f64 {
        per_bar(self.window, 2.4)
    }

    fn start(&self) -> Box<dyn State> {
        let ranks = [vec![0.0; self.window], vec![0.0; self.window]];
        Box::new(SpearmanState { pairs: Pairs::new(self.window), ranks })
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
