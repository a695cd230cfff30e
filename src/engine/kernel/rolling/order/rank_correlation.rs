//! Rolling rank correlation of values with time (Spearman 1904), updated incrementally in exact integer arithmetic.

use crate::kernel::cost::per_bar;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::array;
use crate::kernel::{Field, Fields, Kernel, State, parameters};

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
        100.0 + per_bar(self.window, 4.6)
    }

    fn start(&self) -> Box<dyn State> {
        let ring = vec![f64::NAN; self.window];
        Box::new(RankCorrelationState { ring, oldest: 0, count: 0.0, products: 0.0, ties: 0.0 })
    }
}

/// Everything but the values is an integer, so incremental updates are exact.
#[derive(Clone)]
struct RankCorrelationState {
    /// The values of the window, a ring buffer.
    ring: Vec<f64>,
    /// The index of the oldest value.
    oldest: usize,
    /// The number of values that are not NaN.
    count: f64,
    /// The sum of time times twice the rank; the oldest value has time 1.
    products: f64,
    /// The sum of `g^3 - g` over the groups of `g` equal values.
    ties: f64,
}

/// A comparison of values with another: how many are below it, how many are equal, and the sum of the times of those
/// above, counted twice, and of those equal.
#[derive(Clone, Copy, Default)]
struct Compared {
    below: f64,
    equal: f64,
    times: f64,
}

impl Compared {
    fn plus(self, other: Self) -> Self {
        Self { below: self.below + other.below, equal: self.equal + other.equal, times: self.times + other.times }
    }

    /// Twice the rank of the other value.
    fn rank(self) -> f64 {
        2.0 * self.below + self.equal + 2.0
    }

    /// The contribution of the other value to the ties.
    fn ties(self) -> f64 {
        3.0 * self.equal * (self.equal + 1.0)
    }
}

const LANES: usize = 8;

leveled! {
    fn compared(values: &[f64], first: f64, other: f64) -> Compared {
        let mut sums = [[0.0; LANES]; 3];
        let mut time: [f64; LANES] = array(0.0, |l| first + l as f64);
        let chunks = values.chunks_exact(LANES);
        let rest = chunks.remainder();
        let mut last = [f64::NAN; LANES];
        last[..rest.len()].copy_from_slice(rest);
        for chunk in chunks.chain(std::iter::once(&last[..])) {
            for l in 0..LANES {
                let (above, below, equal) = (chunk[l] > other, chunk[l] < other, chunk[l] == other);
                sums[0][l] += if below { 1.0 } else { 0.0 };
                sums[1][l] += if equal { 1.0 } else { 0.0 };
                sums[2][l] += if above { 2.0 * time[l] } else { 0.0 } + if equal { time[l] } else { 0.0 };
                time[l] += LANES as f64;
            }
        }
        let [below, equal, times] = sums.map(|sums| sums.iter().sum());
        Compared { below, equal, times }
    }
}

impl RankCorrelationState {
    /// Compares all values but the oldest with another; `first` is the time of the first of them.
    fn compare(&self, first: f64, other: f64) -> Compared {
        let (late, early) = (&self.ring[..self.oldest], &self.ring[self.oldest + 1..]);
        compared(early, first, other).plus(compared(late, first + early.len() as f64, other))
    }

    /// Replaces the oldest value by the newest.
    fn step(&mut self, newest: f64) -> f64 {
        let oldest = self.ring[self.oldest];
        if !oldest.is_nan() {
            let others = self.compare(2.0, oldest);
            self.products -= others.times + others.rank();
            self.ties -= others.ties();
            self.count -= 1.0;
        }
        // Every time decreases by one.
        self.products -= self.count * (self.count + 1.0);
        if !newest.is_nan() {
            let others = self.compare(1.0, newest);
            self.products += others.times + self.ring.len() as f64 * others.rank();
            self.ties += others.ties();
            self.count += 1.0;
        }
        self.ring[self.oldest] = newest;
        self.oldest = (self.oldest + 1) % self.ring.len();
        self.correlation()
    }

    fn correlation(&self) -> f64 {
        let n = self.ring.len() as f64;
        if self.count < n {
            return f64::NAN;
        }
        // Twelve times the sums of squares and products of the deviations from the means.
        let times = n * n * n - n;
        let products = 6.0 * self.products - 3.0 * n * (n + 1.0) * (n + 1.0);
        let ranks = times - self.ties;
        if ranks == 0.0 { 0.0 } else { products / (times * ranks).sqrt() }
    }
}

impl State for RankCorrelationState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        for (input, output) in inputs[0].iter().zip(outputs[0].iter_mut()) {
            *output = self.step(*input);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.ring.as_mut_slice().visit(fields);
        fields.below(&mut self.oldest, self.ring.len());
        fields.visit(&mut [&mut self.count, &mut self.products, &mut self.ties]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
