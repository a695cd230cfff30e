//! Rolling skewness and excess kurtosis, by combining central moments up to the fourth of adjacent segments (Pebay
//! 2008), as `moments` does for the second.

use super::{centered, means, product};
use crate::kernel::cost::per_level;
use crate::kernel::parameters;
use crate::kernel::rolling::fold::aggregate::{Aggregate, Partial, pairwise_sum, zero_at};
use crate::kernel::rolling::fold::window::SlidingWindow;
use crate::kernel::rolling::rolling;
use crate::kernel::simd::tile::array;
use crate::kernel::simd::vector8::Vector8;

/// The bias-corrected sample excess kurtosis of the newest `window` values, 4 or more.
#[derive(Debug, Clone)]
pub struct Kurtosis {
    /// The number of bars.
    pub window: usize,
}

parameters!(Kurtosis { window });

/// The bias-corrected sample skewness of the newest `window` values, 3 or more.
#[derive(Debug, Clone)]
pub struct Skewness {
    /// The number of bars.
    pub window: usize,
}

parameters!(Skewness { window });

/// The mean relative to the newest bar, and the sums of the second, third and fourth powers of deviations from the mean.
type Powers<V> = Partial<V, 1, 4>;

#[inline(always)]
fn combine<V: Vector8>(newer: Powers<V>, older: Powers<V>) -> [V; 4] {
    let (n, m) = (newer.bars, older.bars);
    let ([_, square_n, cube_n, fourth_n], [_, square_m, cube_m, fourth_m]) = (newer.agg, older.agg);
    let [mean, delta] = means(&newer, &older, 0);
    let square = delta * delta;
    // The fraction of the bars in each segment.
    let (p, q) = (n / (n + m), m / (n + m));
    let weight = n * q;
    let (of_cube, of_fourth) = (weight * (p - q), weight * (p * p - p * q + q * q));
    let cubes = square.times_plus(V::splat(of_cube), square_m.times_plus(V::splat(3.0 * p), square_n * (-3.0 * q)));
    let fourths =
        square.times_plus(V::splat(of_fourth), square_m.times_plus(V::splat(6.0 * p * p), square_n * (6.0 * q * q)));
    let of_cubes = cube_m.times_plus(V::splat(4.0 * p), cube_n * (-4.0 * q));
    [
        mean,
        square.times_plus(V::splat(weight), square_n + square_m),
        delta.times_plus(cubes, cube_n + cube_m),
        square.times_plus(fourths, delta.times_plus(of_cubes, fourth_n + fourth_m)),
    ]
}

#[inline(always)]
fn lift_many<V: Vector8, const W: usize>(bars: [[V; 1]; W]) -> [V; 4] {
    let (mean, delta) = centered(&bars, 0);
    let squares: [V; W] = array(mean, |n| delta[n] * delta[n]);
    [mean, pairwise_sum(squares), product(squares, delta), product(squares, squares)]
}

impl Aggregate<1, 4, 1> for Kurtosis {
    #[inline(always)]
    fn lift<V: Vector8>(bar: [V; 1]) -> [V; 4] {
        [zero_at(bar); 4]
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 1]; W]) -> [V; 4] {
        lift_many(bars)
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Powers<V>, older: Powers<V>) -> [V; 4] {
        combine(newer, older)
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Powers<V>) -> [V; 1] {
        let n = window.bars;
        let [_, square, _, fourth] = window.agg;
        let variance = square / (n - 1.0);
        let scale = n * (n + 1.0) / ((n - 1.0) * (n - 2.0) * (n - 3.0));
        let normal = 3.0 * (n - 1.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0));
        [(fourth / (variance * variance)) * scale - V::splat(normal)]
    }
}

impl Aggregate<1, 4, 1> for Skewness {
    #[inline(always)]
    fn lift<V: Vector8>(bar: [V; 1]) -> [V; 4] {
        [zero_at(bar); 4]
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 1]; W]) -> [V; 4] {
        lift_many(bars)
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Powers<V>, older: Powers<V>) -> [V; 4] {
        combine(newer, older)
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Powers<V>) -> [V; 1] {
        let n = window.bars;
        let [_, square, cube, _] = window.agg;
        let variance = square / n;
        let scale = (n * (n - 1.0)).sqrt() / (n - 2.0);
        [((cube / n) * scale) / (variance * variance.sqrt())]
    }
}

rolling!(SlidingWindow: Kurtosis => 1 @ |kernel| per_level(kernel.window, 1.4), Skewness => 1 @ |kernel| per_level(kernel.window, 1.4));
