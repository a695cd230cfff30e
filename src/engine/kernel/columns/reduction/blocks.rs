//! Sums, extremes and counts of a block: the same bits at every level of SIMD.

#![allow(clippy::needless_range_loop, reason = "the loops over lanes run over several arrays at once")]

use crate::kernel::leveled;
use crate::kernel::simd::tile::array;
use crate::kernel::simd::vector8::vectored;

/// Whether a condition holds at a value: it is neither 0 nor NaN.
#[inline(always)]
pub fn is_true(value: f64) -> bool {
    value != 0.0 && !value.is_nan()
}

/// The number of interleaved partial results.
const LANES: usize = 8;

/// The number of interleaved counts and extremes, which are the same in any order: more chains wait less for each other.
const WIDE: usize = 32;

/// Folds values in `L` interleaved lanes of `N` partial results; the rest, fewer than a lane each, falls into the first
/// lanes. A partial result is an array over lanes, so that it is in registers.
#[inline(always)]
fn in_lanes<const L: usize, const N: usize>(
    values: &[f64],
    empty: f64,
    fold: impl Fn([f64; N], f64) -> [f64; N],
) -> [[f64; L]; N] {
    let (tiles, rest) = values.as_chunks::<L>();
    let mut lanes = [[empty; L]; N];
    for tile in tiles {
        for l in 0..L {
            let folded = fold(array(0.0, |n| lanes[n][l]), tile[l]);
            for n in 0..N {
                lanes[n][l] = folded[n];
            }
        }
    }
    for (l, &value) in rest.iter().enumerate() {
        let folded = fold(array(0.0, |n| lanes[n][l]), value);
        for n in 0..N {
            lanes[n][l] = folded[n];
        }
    }
    lanes
}

/// The sum of the lanes, in a fixed order.
#[inline(always)]
fn total(lanes: [f64; LANES]) -> f64 {
    let pairs: [f64; 4] = array(0.0, |l| lanes[l] + lanes[l + 4]);
    (pairs[0] + pairs[2]) + (pairs[1] + pairs[3])
}

/// How many values have each of some properties, which are 1 or 0.
#[inline(always)]
fn counts<const N: usize>(values: &[f64], properties: impl Fn(f64) -> [f64; N]) -> [u64; N] {
    let lanes: [[f64; WIDE]; N] = in_lanes(values, 0.0, |counts, value| {
        let properties = properties(value);
        array(0.0, |n| counts[n] + properties[n])
    });
    lanes.map(|counts| counts.iter().sum::<f64>() as u64)
}

/// 1 if true, else 0.
#[inline(always)]
fn one_if(is: bool) -> f64 {
    if is { 1.0 } else { 0.0 }
}

/// The number of values that exist and the sum of a function of them.
#[inline(always)]
fn sum_of(values: &[f64], function: impl Fn(f64) -> f64) -> (u64, f64) {
    let [counts, sums] = in_lanes(values, 0.0, |[count, sum], value| {
        let missing = value.is_nan();
        [count + one_if(!missing), sum + if missing { 0.0 } else { function(value) }]
    });
    (total(counts) as u64, total(sums))
}

leveled! {
    /// The number of values that exist and the sum of their differences to a number.
    pub(super) fn block_sum_from(values: &[f64], origin: f64) -> (u64, f64) {
        sum_of(values, |value| value - origin)
    }

    pub(super) fn block_squares(values: &[f64], origin: f64, mean: f64) -> f64 {
        sum_of(values, |value| {
            let deviation = (value - origin) - mean;
            deviation * deviation
        }).1
    }

    /// The sums of the third and fourth powers of the deviations.
    pub(super) fn block_higher(values: &[f64], origin: f64, mean: f64) -> [f64; 2] {
        let add = |[cubes, fourths]: [f64; 2], value: f64| {
            let deviation = if value.is_nan() { 0.0 } else { (value - origin) - mean };
            let square = deviation * deviation;
            [cubes + square * deviation, fourths + square * square]
        };
        in_lanes(values, 0.0, add).map(total)
    }

    /// The number of values above 0, and of those that exist.
    pub(super) fn block_hits(values: &[f64]) -> [u64; 2] {
        counts(values, |value| [one_if(value > 0.0), one_if(!value.is_nan())])
    }

    pub(super) fn block_trues(values: &[f64]) -> u64 {
        let [trues] = counts(values, |value| [one_if(is_true(value))]);
        trues
    }
}

vectored! {
    /// The smallest value and the smallest negative; infinity if no value exists.
    pub(super) fn block_extremes(values: &[f64]) -> [f64; 2] {
        let (tiles, rest) = values.as_chunks::<LANES>();
        let (pairs, single) = tiles.as_chunks::<2>();
        let none = V::splat(f64::INFINITY);
        let (mut least, mut most) = ([none; 2], [V::splat(f64::NEG_INFINITY); 2]);
        // Extremes are the same in any order, and two chains wait less than one.
        for pair in pairs {
            for chain in 0..2 {
                let values = V::load(&pair[chain]);
                least[chain] = values.smaller(least[chain]);
                most[chain] = values.larger(most[chain]);
            }
        }
        for tile in single {
            let values = V::load(tile);
            (least[0], most[0]) = (values.smaller(least[0]), values.larger(most[0]));
        }
        let mut lanes = [[0.0; LANES]; 2];
        least[0].smaller(least[1]).store(&mut lanes[0]);
        most[0].larger(most[1]).store(&mut lanes[1]);
        let least = lanes[0].iter().chain(rest).copied().fold(f64::INFINITY, f64::min);
        let most = lanes[1].iter().chain(rest).copied().fold(f64::NEG_INFINITY, f64::max);
        [least, -most]
    }
}
