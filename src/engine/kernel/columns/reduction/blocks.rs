//! Sums, extremes and counts of a block: the same bits at every level of SIMD.

use crate::kernel::leveled;
use crate::kernel::simd::tile::array;

/// Whether a condition holds at a value: it is neither 0 nor NaN.
#[inline(always)]
pub fn is_true(value: f64) -> bool {
    value != 0.0 && !value.is_nan()
}

/// The number of interleaved partial results.
const LANES: usize = 8;

/// Folds values in interleaved lanes; the rest, fewer than a lane each, falls into the first lanes.
#[inline(always)]
fn in_lanes<T: Copy>(values: &[f64], empty: T, fold: impl Fn(T, f64) -> T) -> [T; LANES] {
    let (tiles, rest) = values.as_chunks::<LANES>();
    let mut lanes = [empty; LANES];
    for tile in tiles {
        for l in 0..LANES {
            lanes[l] = fold(lanes[l], tile[l]);
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(rest) {
        *lane = fold(*lane, value);
    }
    lanes
}

/// The sum of the lanes, in a fixed order.
#[inline(always)]
fn total(lanes: [f64; LANES]) -> f64 {
    let pairs: [f64; 4] = array(0.0, |l| lanes[l] + lanes[l + 4]);
    (pairs[0] + pairs[2]) + (pairs[1] + pairs[3])
}

/// The number of values that exist and the sum of a function of them.
#[inline(always)]
fn sum_of(values: &[f64], function: impl Fn(f64) -> f64) -> (u64, f64) {
    let add = |(count, sum): (f64, f64), value: f64| {
        let missing = value.is_nan();
        (count + if missing { 0.0 } else { 1.0 }, sum + if missing { 0.0 } else { function(value) })
    };
    let lanes = in_lanes(values, (0.0, 0.0), add);
    (total(lanes.map(|(count, _)| count)) as u64, total(lanes.map(|(_, sum)| sum)))
}

leveled! {
    pub(super) fn block_sum(values: &[f64]) -> (u64, f64) {
        sum_of(values, |value| value)
    }

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
        let lanes = in_lanes(values, [0.0; 2], add);
        [total(lanes.map(|[cubes, _]| cubes)), total(lanes.map(|[_, fourths]| fourths))]
    }

    /// The smallest value and the smallest negative; infinity if no value exists.
    pub(super) fn block_extremes(values: &[f64]) -> [f64; 2] {
        // A comparison with NaN is false.
        let smaller = |[least, most]: [f64; 2], value: f64| {
            [if value < least { value } else { least }, if -value < most { -value } else { most }]
        };
        let lanes = in_lanes(values, [f64::INFINITY; 2], smaller);
        lanes.iter().fold([f64::INFINITY; 2], |[least, most], &[low, high]| [least.min(low), most.min(high)])
    }

    /// The number of values above 0, and of those that exist.
    pub(super) fn block_hits(values: &[f64]) -> [u64; 2] {
        let count = |[hits, all]: [f64; 2], value: f64| {
            [hits + if value > 0.0 { 1.0 } else { 0.0 }, all + if value.is_nan() { 0.0 } else { 1.0 }]
        };
        let lanes = in_lanes(values, [0.0; 2], count);
        [total(lanes.map(|[hits, _]| hits)) as u64, total(lanes.map(|[_, all]| all)) as u64]
    }

    pub(super) fn block_trues(values: &[f64]) -> u64 {
        let lanes = in_lanes(values, 0.0, |count, value| count + if is_true(value) { 1.0 } else { 0.0 });
        total(lanes) as u64
    }
}
