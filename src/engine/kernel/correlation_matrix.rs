//! Correlation matrices of many columns: columns are centred and scaled to length 1, and the correlations of two blocks
//! of them are one matrix product (as in BLAS: register blocking, and portions of rows that stay in the first-level
//! cache).
//!
//! Every sum runs over portions of fixed length in a fixed order, whatever the block and the instruction set, so that
//! every way of working gives the same bits. A BLAS would be as fast, but its order of summation depends on CPU and
//! thread count.

use super::simd::dispatch::{Level, Set, leveled};
use super::simd::tile::array;

/// The columns of a block.
const WIDTH: usize = 8;

/// The rows of one portion, which stay in the first-level cache.
const PORTION: usize = 256;

/// A block of columns, ready to be correlated with others.
#[derive(Debug, Clone)]
pub struct Correlated {
    rows: Vec<[f64; WIDTH]>,
}

/// The correlations of each column of a block with each of another.
pub type Correlations = [[f64; Correlated::WIDTH]; Correlated::WIDTH];

impl Correlated {
    /// The most columns of a block.
    pub const WIDTH: usize = WIDTH;

    /// A block of columns of the same length. What is flat, or holds a value that is no finite number, has no
    /// correlation.
    pub fn new(columns: &[&[f64]]) -> Self {
        let mut rows = vec![[0.0; WIDTH]; columns[0].len()];
        for (at, column) in columns.iter().enumerate() {
            standard(column, &mut rows, at);
        }
        Self { rows }
    }

    /// The correlations with the columns of another block of as many rows, -1 to 1; those of columns that a block lacks
    /// mean nothing.
    pub fn with(&self, other: &Self) -> Correlations {
        // Without a row there is no correlation.
        let none = if self.rows.is_empty() { f64::NAN } else { 0.0 };
        let mut sums = [[none; WIDTH]; WIDTH];
        for (one, two) in self.rows.chunks(PORTION).zip(other.rows.chunks(PORTION)) {
            // As many sums at a time as there are registers for.
            match Level::current().set() {
                Set::Avx512 => product_of_8(one, two, &mut sums),
                _ => product_of_4(one, two, &mut sums),
            }
        }
        // Rounding may lead a hair beyond 1.
        sums.map(|row| row.map(|sum| sum.clamp(-1.0, 1.0)))
    }
}

/// Adds `R` rows at a time of the product of two matrices.
#[inline(always)]
fn product<const R: usize>(one: &[[f64; WIDTH]], two: &[[f64; WIDTH]], sums: &mut Correlations) {
    for first in (0..WIDTH).step_by(R) {
        let mut part = [[0.0; WIDTH]; R];
        for (one, two) in one.iter().zip(two) {
            for r in 0..R {
                for l in 0..WIDTH {
                    part[r][l] += one[first + r] * two[l];
                }
            }
        }
        for r in 0..R {
            for l in 0..WIDTH {
                sums[first + r][l] += part[r][l];
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

    /// Puts a column, centered and scaled to length 1, into column `at` of some rows.
    fn standard(column: &[f64], rows: &mut [[f64; WIDTH]], at: usize) {
        // Differences from the first value: what is flat is exactly zero, and what is far from zero loses nothing.
        let first = column.first().copied().unwrap_or(0.0);
        let mean = total(column, |value| value - first) / column.len() as f64;
        let apart = |value: f64| (value - first) - mean;
        let squares = total(column, |value| apart(value) * apart(value));
        // Divided by zero, or by what is not finite, it is no number.
        let scale = if squares.is_finite() { 1.0 / squares.sqrt() } else { f64::NAN };
        for (row, value) in rows.iter_mut().zip(column) {
            row[at] = apart(*value) * scale;
        }
    }
}

/// The sum of a function of each value, in eight parts side by side.
#[inline(always)]
fn total(values: &[f64], function: impl Fn(f64) -> f64) -> f64 {
    let (whole, rest) = values.as_chunks::<8>();
    let mut parts = [0.0; 8];
    for chunk in whole {
        for l in 0..8 {
            parts[l] += function(chunk[l]);
        }
    }
    let rest: f64 = rest.iter().fold(0.0, |sum, value| sum + function(*value));
    let pairs: [f64; 4] = array(0.0, |l| parts[l] + parts[l + 4]);
    ((pairs[0] + pairs[2]) + (pairs[1] + pairs[3])) + rest
}

/// The ranks of values, none of them NaN, from 1 on; equal values share the mean of theirs.
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
