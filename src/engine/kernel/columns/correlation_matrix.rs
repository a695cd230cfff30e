//! Correlation matrices of many columns: columns are centred and scaled to length 1, and the correlations of two blocks
//! of them are one matrix product (as in BLAS: register blocking, and portions of rows that stay in the first-level
//! cache).
//!
//! Every sum runs over portions of fixed length in a fixed order, whatever the block and the instruction set, so the
//! result has the same bits everywhere. A BLAS would be as fast, but its order of summation depends on CPU and
//! thread count.

use crate::kernel::simd::dispatch::{Level, Set, leveled};
use crate::kernel::simd::tile::array;

/// The number of columns in a block.
const WIDTH: usize = 8;

/// The number of rows in a portion, which fits the first-level cache.
const PORTION: usize = 256;

/// A block of standardised columns.
#[derive(Debug, Clone)]
pub struct Correlated {
    rows: Vec<[f64; WIDTH]>,
}

/// The correlations of each column of a block with each of another.
pub type Correlations = [[f64; Correlated::WIDTH]; Correlated::WIDTH];

impl Correlated {
    /// The maximum number of columns in a block.
    pub const WIDTH: usize = WIDTH;

    /// Standardises a block of columns of equal length. A column that is constant or has a non-finite value correlates as
    /// NaN.
    pub fn new(columns: &[&[f64]]) -> Self {
        let mut rows = vec![[0.0; WIDTH]; columns[0].len()];
        for (at, column) in columns.iter().enumerate() {
            write_standardized(column, &mut rows, at);
        }
        Self { rows }
    }

    /// The correlations with the columns of another block with the same number of rows, -1 to 1; entries of absent
    /// columns are unspecified.
    pub fn with(&self, other: &Self) -> Correlations {
        // Without rows every correlation is NaN.
        let none = if self.rows.is_empty() { f64::NAN } else { 0.0 };
        let mut sums = [[none; WIDTH]; WIDTH];
        for (one, two) in self.rows.chunks(PORTION).zip(other.rows.chunks(PORTION)) {
            // The accumulators must fit the register file.
            match Level::current().set() {
                Set::Avx512 => product_of_8(one, two, &mut sums),
                _ => product_of_4(one, two, &mut sums),
            }
        }
        // Rounding may exceed 1 by an ulp.
        sums.map(|row| row.map(|sum| sum.clamp(-1.0, 1.0)))
    }
}

/// Adds `R` rows at a time of the product of two matrices.
#[inline(always)]
fn product<const R: usize>(one: &[[f64; WIDTH]], two: &[[f64; WIDTH]], sums: &mut Correlations) {
    for first in (0..WIDTH).step_by(R) {
        let mut accumulators = [[0.0; WIDTH]; R];
        for (one, two) in one.iter().zip(two) {
            for r in 0..R {
                for l in 0..WIDTH {
                    accumulators[r][l] += one[first + r] * two[l];
                }
            }
        }
        for r in 0..R {
            for l in 0..WIDTH {
                sums[first + r][l] += accumulators[r][l];
            }
        }
    }
}

leveled! {
    fn product_of_8(one: &[[f64; WIDTH]], two: &[[f64; WIDTH]], sums: &mut Correlations) {
        product::<8>(one, two, sums);
    }

    fn product_of_4(one: &[[f64; WIDTH]], two: &[[f64; WIDTH]], sums: &mut Correlations) {
        product::<4>(one, two, sums);
    }

    /// Writes a column, centred and scaled to unit norm, to column `at` of `rows`.
    fn write_standardized(column: &[f64], rows: &mut [[f64; WIDTH]], at: usize) {
        // Differences from the first value: a constant column is exactly zero, and an offset cancels without loss.
        let first = column.first().copied().unwrap_or(0.0);
        let mean = total(column, |value| value - first) / column.len() as f64;
        let centered = |value: f64| (value - first) - mean;
        let squares = total(column, |value| centered(value) * centered(value));
        // A zero or non-finite norm makes the column NaN.
        let scale = if squares.is_finite() { 1.0 / squares.sqrt() } else { f64::NAN };
        for (row, value) in rows.iter_mut().zip(column) {
            row[at] = centered(*value) * scale;
        }
    }
}

/// The sum of a function of each value, in eight interleaved partial sums.
#[inline(always)]
fn total(values: &[f64], function: impl Fn(f64) -> f64) -> f64 {
    let (chunks, rest) = values.as_chunks::<8>();
    let mut partial_sums = [0.0; 8];
    for chunk in chunks {
        for l in 0..8 {
            partial_sums[l] += function(chunk[l]);
        }
    }
    let rest: f64 = rest.iter().fold(0.0, |sum, value| sum + function(*value));
    let pairs: [f64; 4] = array(0.0, |l| partial_sums[l] + partial_sums[l + 4]);
    ((pairs[0] + pairs[2]) + (pairs[1] + pairs[3])) + rest
}

/// The ranks of values, which are not NaN, from 1; ties share their mean rank.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&one, &two| values[one].total_cmp(&values[two]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|&one, &two| values[one] == values[two]) {
        let rank = before as f64 + (equal.len() + 1) as f64 / 2.0;
        before += equal.len();
        equal.iter().for_each(|&at| ranks[at] = rank);
    }
    ranks
}
