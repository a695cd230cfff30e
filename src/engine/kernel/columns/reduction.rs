//! Reductions: a column to a number, fed block by block.
//!
//! Values that are missing (NaN) are ignored, so the warm-up of an indicator counts for nothing. Each sum has a fixed order:
//! eight interleaved partial sums in each block, whose totals are added with compensation (Neumaier 1974). Blocks begin at
//! multiples of 1,024 values from the first; then a result depends on the values only, not on who computes it.
//!
//! Means and deviations are taken from the first value that exists, so a column that stands still has exactly its value as
//! mean and a deviation of 0. The squares of a block are about its own mean, and blocks are combined pairwise (Chan, Golub
//! and LeVeque 1979): no difference of large sums is taken.

mod blocks;

pub use self::blocks::is_true;
use self::blocks::{block_extremes, block_higher, block_hits, block_squares, block_sum_from, block_trues};
use crate::kernel::recurrence::sums::neumaier::NeumaierSum;

/// What a column is reduced to. NaN where no value exists; the counts are 0 then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reduction {
    /// The value of the newest row, NaN if it has none.
    Last,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
    /// The arithmetic mean.
    Mean,
    /// The sum.
    Sum,
    /// The standard deviation: the square root of the sum of squared deviations from the mean, divided by `n - ddof`.
    StandardDeviation {
        /// The delta of the degrees of freedom: 0 for the population, 1 for a sample.
        ddof: u8,
    },
    /// The row of the first of the smallest values.
    ArgMin,
    /// The row of the first of the largest values.
    ArgMax,
    /// The number of values that are not 0.
    CountTrue,
    /// The row of the first value that is not 0.
    FirstTrue,
    /// The mean divided by the standard deviation of a sample, times the root of the number of values a year: the Sharpe ratio
    /// (1994) of returns above the riskless rate. NaN where the values do not differ.
    Sharpe {
        /// The number of values a year; 1 for a ratio per value.
        periods: f64,
    },
    /// The largest fall of the compounded values from their highest level so far, from 1 on, as a fraction.
    MaxDrawdown,
    /// The share of values above 0.
    HitRate,
    /// The number of values.
    Count,
    /// The third standardised moment of the population: 0 for a symmetric distribution. NaN where the values do not differ.
    Skewness,
    /// The fourth standardised moment of the population: 3 for a normal distribution. NaN where the values do not differ.
    Kurtosis,
    /// The mean number of values of a run of one sign, of the runs that have ended. Zeros end a run.
    Holding,
    /// The quantile, 0 to 1: linear between the two nearest ranks (type 7 of Hyndman and Fan 1996).
    Quantile(f64),
}

impl Reduction {
    /// Whether it needs the newest row only.
    pub fn is_of_newest(self) -> bool {
        self == Self::Last
    }

    /// Whether it needs all values at once.
    pub fn needs_all(self) -> bool {
        matches!(self, Self::Quantile(_))
    }

    /// Whether the result is a row.
    pub fn is_row(self) -> bool {
        matches!(self, Self::ArgMin | Self::ArgMax | Self::FirstTrue)
    }
}

/// Reduces one column in several ways.
#[derive(Debug, Clone)]
pub struct Accumulator {
    reductions: Vec<Reduction>,
    parts: Parts,
    last: f64,
    /// The first value that exists, from which means are taken.
    origin: Option<f64>,
    count: u64,
    sum: NeumaierSum,
    moments: Moments,
    least: Extreme,
    most: Extreme,
    trues: u64,
    first_true: Option<u64>,
    /// The values above 0, of all that exist.
    hits: [u64; 2],
    drawdown: Drawdown,
    runs: Runs,
    values: Vec<f64>,
}

/// The fall of compounded values.
#[derive(Debug, Clone, Copy)]
struct Drawdown {
    /// The level as a share of the highest so far: the level itself would overflow.
    share: f64,
    /// The lowest share; NaN before the first value.
    worst: f64,
}

/// What the reductions need.
#[derive(Debug, Clone, Copy)]
struct Parts {
    sum: bool,
    moments: bool,
    /// Of the moments, more than the mean.
    squares: bool,
    extremes: bool,
    trues: bool,
    hits: bool,
    drawdown: bool,
    higher: bool,
    runs: bool,
    all: bool,
}

/// Moments of the differences to the origin.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    sum: NeumaierSum,
    mean: f64,
    squares: f64,
    cubes: f64,
    fourths: f64,
}

/// Runs of values of one sign.
#[derive(Debug, Clone, Copy, Default)]
struct Runs {
    sign: f64,
    length: u64,
    ended: u64,
    /// The values of the runs that have ended.
    values: u64,
}

/// The first of the smallest values, or of the smallest negatives.
#[derive(Debug, Clone, Copy)]
struct Extreme {
    value: f64,
    row: Option<u64>,
}

const NO_EXTREME: Extreme = Extreme { value: f64::INFINITY, row: None };

impl Accumulator {
    /// Before the first value.
    pub fn new(reductions: &[Reduction]) -> Self {
        let has = |wanted: &dyn Fn(&Reduction) -> bool| reductions.iter().any(wanted);
        let is_higher = |one: &Reduction| matches!(one, Reduction::Skewness | Reduction::Kurtosis);
        let is_squares = |one: &Reduction| {
            matches!(one, Reduction::StandardDeviation { .. } | Reduction::Sharpe { .. }) || is_higher(one)
        };
        let parts = Parts {
            sum: has(&|one| matches!(one, Reduction::Sum)),
            moments: has(&|one| matches!(one, Reduction::Mean) || is_squares(one)),
            squares: has(&is_squares),
            extremes: has(&|one| {
                matches!(one, Reduction::Min | Reduction::Max | Reduction::ArgMin | Reduction::ArgMax)
            }),
            trues: has(&|one| matches!(one, Reduction::CountTrue | Reduction::FirstTrue)),
            hits: has(&|one| matches!(one, Reduction::HitRate | Reduction::Count)),
            drawdown: has(&|one| matches!(one, Reduction::MaxDrawdown)),
            higher: has(&is_higher),
            runs: has(&|one| matches!(one, Reduction::Holding)),
            all: has(&|one| one.needs_all()),
        };
        Self {
            reductions: reductions.to_vec(),
            parts,
            last: f64::NAN,
            origin: None,
            count: 0,
            sum: NeumaierSum::default(),
            moments: Moments::default(),
            least: NO_EXTREME,
            most: NO_EXTREME,
            trues: 0,
            first_true: None,
            hits: [0; 2],
            drawdown: Drawdown { share: 1.0, worst: f64::NAN },
            runs: Runs::default(),
            values: vec![],
        }
    }

    /// Adds the values of the rows from `row` on, one or more.
    pub fn add(&mut self, row: usize, values: &[f64]) {
        self.last = values[values.len() - 1];
        let Parts { sum, moments, extremes, trues, hits, drawdown, runs, all, .. } = self.parts;
        if sum {
            let (count, sum) = block_sum_from(values, 0.0);
            self.sum.add(sum);
            self.count += u64::from(!moments) * count;
        }
        if moments {
            self.add_moments(values);
        }
        if extremes {
            let [least, most] = block_extremes(values);
            self.least.take(least, row, values, |value| value);
            self.most.take(most, row, values, |value| -value);
        }
        if trues {
            self.trues += block_trues(values);
            if self.first_true.is_none() && self.trues > 0 {
                let first = values.iter().position(|&value| is_true(value));
                self.first_true = first.map(|at| (row + at) as u64);
            }
        }
        if hits {
            let [above, existing] = block_hits(values);
            self.hits = [self.hits[0] + above, self.hits[1] + existing];
        }
        if drawdown {
            self.drawdown.add(values);
        }
        if runs {
            self.runs.add(values);
        }
        if all {
            self.values.extend(values.iter().copied().filter(|value| !value.is_nan()));
        }
    }

    fn add_moments(&mut self, values: &[f64]) {
        let first = || values.iter().copied().find(|value| !value.is_nan());
        let Some(origin) = self.origin.or_else(first) else { return };
        self.origin = Some(origin);
        let (count, sum) = block_sum_from(values, origin);
        if count == 0 {
            return;
        }
        let (own, mean) = (count as f64, sum / count as f64);
        let squares = if self.parts.squares { block_squares(values, origin, mean) } else { 0.0 };
        let (before, all) = (self.count as f64, self.count as f64 + own);
        let difference = mean - self.moments.mean;
        if self.parts.higher {
            self.moments.add_higher(before, own, difference, squares, block_higher(values, origin, mean));
        }
        self.moments.squares += squares + difference * difference * (before * own / all);
        self.moments.sum.add(sum);
        self.count += count;
        self.moments.mean = self.moments.sum.value() / all;
    }

    /// The results, in the order of the reductions. Rows are numbers.
    pub fn results(&mut self) -> Vec<f64> {
        self.values.sort_unstable_by(f64::total_cmp);
        self.reductions.iter().map(|&reduction| canonical(self.result(reduction))).collect()
    }

    fn result(&self, reduction: Reduction) -> f64 {
        let row = |row: Option<u64>| row.map_or(f64::NAN, |row| row as f64);
        let existing = |value: f64| if self.count == 0 { f64::NAN } else { value };
        match reduction {
            Reduction::Last => self.last,
            // Of zeros, the lane decides the sign.
            Reduction::Min => self.least.row.map_or(f64::NAN, |_| self.least.value + 0.0),
            Reduction::Max => self.most.row.map_or(f64::NAN, |_| 0.0 - self.most.value),
            Reduction::Mean => existing(self.origin.unwrap_or(f64::NAN) + self.moments.mean),
            Reduction::Sum => existing(self.sum.value()),
            Reduction::StandardDeviation { ddof } => {
                let degrees = self.count as f64 - f64::from(ddof);
                if degrees > 0.0 { (self.moments.squares / degrees).sqrt() } else { f64::NAN }
            }
            Reduction::ArgMin => row(self.least.row),
            Reduction::ArgMax => row(self.most.row),
            Reduction::CountTrue => self.trues as f64,
            Reduction::FirstTrue => row(self.first_true),
            Reduction::Sharpe { periods } => {
                let [mean, deviation] =
                    [Reduction::Mean, Reduction::StandardDeviation { ddof: 1 }].map(|one| self.result(one));
                if deviation > 0.0 { mean / deviation * periods.sqrt() } else { f64::NAN }
            }
            Reduction::MaxDrawdown => 1.0 - self.drawdown.worst,
            Reduction::HitRate => self.hits[0] as f64 / self.hits[1] as f64,
            Reduction::Count => self.hits[1] as f64,
            Reduction::Skewness => self.moments.standardised(self.count, self.moments.cubes, 1.5),
            Reduction::Kurtosis => self.moments.standardised(self.count, self.moments.fourths, 2.0),
            Reduction::Holding => self.runs.values as f64 / self.runs.ended as f64,
            Reduction::Quantile(q) => quantile(&self.values, q),
        }
    }
}

impl Moments {
    /// Adds the third and fourth moments of a block to those before it, whose squares are not added yet (Pebay 2008). The sums
    /// are about the mean of each part, and `difference` is that of the means.
    fn add_higher(&mut self, before: f64, own: f64, difference: f64, squares: f64, [cubes, fourths]: [f64; 2]) {
        let all = before + own;
        let step = difference / all;
        let pairs = before * own;
        let straight = step * step * step * difference * pairs * (before * before - pairs + own * own);
        let crossed = 6.0 * step * step * (before * before * squares + own * own * self.squares);
        self.fourths += fourths + straight + crossed + 4.0 * step * (before * cubes - own * self.cubes);
        let straight = step * step * difference * pairs * (before - own);
        self.cubes += cubes + straight + 3.0 * step * (before * squares - own * self.squares);
    }

    /// A central moment, by the power of the variance that is its unit.
    fn standardised(&self, count: u64, sum: f64, power: f64) -> f64 {
        let (count, variance) = (count as f64, self.squares / count as f64);
        let unit = if power == 2.0 { variance * variance } else { variance * variance.sqrt() };
        if unit > 0.0 { sum / count / unit } else { f64::NAN }
    }
}

impl Runs {
    fn add(&mut self, values: &[f64]) {
        for &value in values.iter().filter(|value| !value.is_nan()) {
            let sign = if value > 0.0 {
                1.0
            } else if value < 0.0 {
                -1.0
            } else {
                0.0
            };
            if sign != self.sign {
                if self.sign != 0.0 {
                    (self.ended, self.values) = (self.ended + 1, self.values + self.length);
                }
                (self.sign, self.length) = (sign, 0);
            }
            self.length += 1;
        }
    }
}

impl Extreme {
    /// Takes the smallest of a block, seen through `sign`.
    fn take(&mut self, block: f64, row: usize, values: &[f64], sign: impl Fn(f64) -> f64) {
        if block < self.value || (self.row.is_none() && block == f64::INFINITY) {
            let at = values.iter().position(|&value| sign(value) == block);
            self.row = at.map(|at| (row + at) as u64).or(self.row);
            self.value = block;
        }
    }
}

impl Drawdown {
    fn add(&mut self, values: &[f64]) {
        for &value in values.iter().filter(|value| !value.is_nan()) {
            let share = self.share * (1.0 + value);
            self.share = if share > 1.0 { 1.0 } else { share };
            self.worst = if self.share < self.worst || self.worst.is_nan() { self.share } else { self.worst };
        }
    }
}

fn canonical(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value }
}

/// The quantile of sorted values.
fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = q * last as f64;
    let (below, share) = (place.floor() as usize, place.fract());
    let (low, high) = (sorted[below], sorted[last.min(below + 1)]);
    // Equal values have no distance, also if they are infinite.
    if share == 0.0 || low == high { low } else { (high - low).mul_add(share, low) }
}

#[cfg(test)]
mod tests;
