//! Rolling variance, covariance, correlation and regression slope, by combining the moments of adjacent segments (Chan,
//! Golub and LeVeque 1979), each segment centred on its newest bar.
//!
//! For segments of `n` and `m` bars whose means differ by `d`: `M2 = M2_n + M2_m + d * d * n * m / (n + m)`. Every term
//! of a variance is a sum of squares, so nothing cancels: a large offset costs no digits, and a constant series has
//! variance exactly 0. Rejected: `E[x^2] - E[x]^2`, which cancels (errors of 1e-8 to 1e-2 on quiet prices); sliding
//! Welford (1962), whose removal step cancels and drifts; Chan's formula on raw values, whose means round at
//! the offset of the series.

pub(crate) mod skew_kurtosis;
pub(crate) mod spread_zscore;
pub(crate) mod weighted_moments;

use super::fold::aggregate::{Aggregate, Partial, tree_sum, zero_at};
use super::fold::window::SlidingWindow;
use super::rolling;
use crate::kernel::cost::per_level;
use crate::kernel::parameters;
use crate::kernel::simd::tile::array;
use crate::kernel::simd::vector8::Vector8;

/// The variance of the newest `window` values.
#[derive(Debug, Clone)]
pub struct Variance {
    /// The number of bars.
    pub window: usize,
    /// Delta degrees of freedom: 0 for a population, 1 for a sample.
    pub ddof: usize,
}

parameters!(Variance { window, ddof });

/// The standard deviation of the newest `window` values.
#[derive(Debug, Clone)]
pub struct StandardDeviation {
    /// The number of bars.
    pub window: usize,
    /// As of [`Variance`].
    pub ddof: usize,
}

parameters!(StandardDeviation { window, ddof });

/// The mean and the standard deviation of the newest `window` values.
#[derive(Debug, Clone)]
pub struct MeanAndStandardDeviation {
    /// The number of bars.
    pub window: usize,
    /// As of [`Variance`].
    pub ddof: usize,
}

parameters!(MeanAndStandardDeviation { window, ddof });

/// The newest value minus the mean of the newest `window` values, and their standard deviation.
#[derive(Debug, Clone)]
pub struct DeviationOfNewest {
    /// The number of bars.
    pub window: usize,
    /// As of [`Variance`].
    pub ddof: usize,
}

parameters!(DeviationOfNewest { window, ddof });

/// The covariance of the newest `window` values of two inputs.
#[derive(Debug, Clone)]
pub struct Covariance {
    /// The number of bars.
    pub window: usize,
    /// As of [`Variance`].
    pub ddof: usize,
}

parameters!(Covariance { window, ddof });

/// The correlation of the newest `window` values of two inputs, -1 to 1, and 0 if one of them is constant.
#[derive(Debug, Clone)]
pub struct Correlation {
    /// The number of bars.
    pub window: usize,
}

parameters!(Correlation { window });

/// The slope of the second input against the first over the newest `window` values, and 0 if the first is constant.
#[derive(Debug, Clone)]
pub struct RegressionBeta {
    /// The number of bars.
    pub window: usize,
}

parameters!(RegressionBeta { window });

/// The mean relative to the newest bar, and the sum of squared deviations from the mean.
type Moments<V> = Partial<V, 1, 2>;

/// The combined mean of input `r` of two segments, relative to the newest bar, and the older mean minus the newer. Entry
/// `r` of the aggregate is the mean.
#[inline(always)]
pub(crate) fn means<V: Vector8, const R: usize, const P: usize>(
    newer: &Partial<V, R, P>,
    older: &Partial<V, R, P>,
    r: usize,
) -> [V; 2] {
    let delta = (older.agg[r] + (older.newest[r] - newer.newest[r])) - newer.agg[r];
    [delta.times_plus(V::splat(older.bars / (newer.bars + older.bars)), newer.agg[r]), delta]
}

/// The weight of the product of two mean differences in the combined co-moment: `n * m / (n + m)`.
#[inline(always)]
fn cross_weight<V, const R: usize, const P: usize>(newer: &Partial<V, R, P>, older: &Partial<V, R, P>) -> f64 {
    newer.bars * older.bars / (newer.bars + older.bars)
}

#[inline(always)]
fn combine<V: Vector8>(newer: Moments<V>, older: Moments<V>) -> [V; 2] {
    let [mean, delta] = means(&newer, &older, 0);
    [mean, (delta * cross_weight(&newer, &older)).times_plus(delta, newer.agg[1] + older.agg[1])]
}

/// The mean of one input over some bars, relative to the newest, and the deviations from it.
#[inline(always)]
pub(crate) fn centered<V: Vector8, const R: usize, const W: usize>(bars: &[[V; R]; W], r: usize) -> (V, [V; W]) {
    let differences: [V; W] = array(bars[0][r], |n| bars[n][r] - bars[0][r]);
    let mean = tree_sum(differences) * (1.0 / W as f64);
    (mean, array(mean, |n| differences[n] - mean))
}

#[inline(always)]
pub(crate) fn product<V: Vector8, const W: usize>(one: [V; W], two: [V; W]) -> V {
    // Two sums, of the even and the odd bars.
    let mut sums = [one[0] * two[0]; 2];
    if W > 1 {
        sums[1] = one[W.min(2) - 1] * two[W.min(2) - 1];
    }
    for n in 2..W {
        sums[n % 2] = one[n].times_plus(two[n], sums[n % 2]);
    }
    if W > 1 { sums[0] + sums[1] } else { sums[0] }
}

#[inline(always)]
fn lift_many<V: Vector8, const W: usize>(bars: [[V; 1]; W]) -> [V; 2] {
    let (mean, delta) = centered(&bars, 0);
    [mean, product(delta, delta)]
}

#[inline(always)]
fn per_degree_of_freedom<V: Vector8>(sum: V, bars: f64, ddof: usize) -> V {
    sum * (1.0 / (bars - ddof as f64))
}

impl Aggregate<1, 2, 1> for Variance {
    #[inline(always)]
    fn lift<V: Vector8>(bar: [V; 1]) -> [V; 2] {
        [zero_at(bar); 2]
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 1]; W]) -> [V; 2] {
        lift_many(bars)
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Moments<V>, older: Moments<V>) -> [V; 2] {
        combine(newer, older)
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Moments<V>) -> [V; 1] {
        [per_degree_of_freedom(window.agg[1], window.bars, self.ddof)]
    }
}

impl Aggregate<1, 2, 1> for StandardDeviation {
    #[inline(always)]
    fn lift<V: Vector8>(bar: [V; 1]) -> [V; 2] {
        [zero_at(bar); 2]
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 1]; W]) -> [V; 2] {
        lift_many(bars)
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Moments<V>, older: Moments<V>) -> [V; 2] {
        combine(newer, older)
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Moments<V>) -> [V; 1] {
        [per_degree_of_freedom(window.agg[1], window.bars, self.ddof).sqrt()]
    }
}

impl Aggregate<1, 2, 2> for MeanAndStandardDeviation {
    #[inline(always)]
    fn lift<V: Vector8>(bar: [V; 1]) -> [V; 2] {
        [zero_at(bar); 2]
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 1]; W]) -> [V; 2] {
        lift_many(bars)
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Moments<V>, older: Moments<V>) -> [V; 2] {
        combine(newer, older)
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Moments<V>) -> [V; 2] {
        [window.newest[0] + window.agg[0], per_degree_of_freedom(window.agg[1], window.bars, self.ddof).sqrt()]
    }
}

impl Aggregate<1, 2, 2> for DeviationOfNewest {
    #[inline(always)]
    fn lift<V: Vector8>(bar: [V; 1]) -> [V; 2] {
        [zero_at(bar); 2]
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 1]; W]) -> [V; 2] {
        lift_many(bars)
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Moments<V>, older: Moments<V>) -> [V; 2] {
        combine(newer, older)
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Moments<V>) -> [V; 2] {
        [V::splat(0.0) - window.agg[0], per_degree_of_freedom(window.agg[1], window.bars, self.ddof).sqrt()]
    }
}

impl Aggregate<2, 3, 1> for Covariance {
    #[inline(always)]
    fn lift<V: Vector8>(bar: [V; 2]) -> [V; 3] {
        [zero_at(bar); 3]
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 2]; W]) -> [V; 3] {
        let ((mean, one), (other, two)) = (centered(&bars, 0), centered(&bars, 1));
        [mean, other, product(one, two)]
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Partial<V, 2, 3>, older: Partial<V, 2, 3>) -> [V; 3] {
        let ([mean, one], [other, two]) = (means(&newer, &older, 0), means(&newer, &older, 1));
        [mean, other, (one * cross_weight(&newer, &older)).times_plus(two, newer.agg[2] + older.agg[2])]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Partial<V, 2, 3>) -> [V; 1] {
        [per_degree_of_freedom(window.agg[2], window.bars, self.ddof)]
    }
}

impl Aggregate<2, 4, 1> for RegressionBeta {
    #[inline(always)]
    fn lift<V: Vector8>(bar: [V; 2]) -> [V; 4] {
        [zero_at(bar); 4]
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 2]; W]) -> [V; 4] {
        let ((mean, one), (other, two)) = (centered(&bars, 0), centered(&bars, 1));
        [mean, other, product(one, one), product(one, two)]
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Partial<V, 2, 4>, older: Partial<V, 2, 4>) -> [V; 4] {
        let ([mean, one], [other, two]) = (means(&newer, &older, 0), means(&newer, &older, 1));
        let cross_weight = one * cross_weight(&newer, &older);
        [
            mean,
            other,
            one.times_plus(cross_weight, newer.agg[2] + older.agg[2]),
            two.times_plus(cross_weight, newer.agg[3] + older.agg[3]),
        ]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Partial<V, 2, 4>) -> [V; 1] {
        let [_, _, squares, products] = window.agg;
        // The products of a constant input are zero, or NaN if the other input is.
        [(products / squares).unless_zero(squares, products)]
    }
}

impl Aggregate<2, 5, 1> for Correlation {
    #[inline(always)]
    fn lift<V: Vector8>(bar: [V; 2]) -> [V; 5] {
        [zero_at(bar); 5]
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 2]; W]) -> [V; 5] {
        let ((mean, one), (other, two)) = (centered(&bars, 0), centered(&bars, 1));
        [mean, other, product(one, one), product(two, two), product(one, two)]
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Partial<V, 2, 5>, older: Partial<V, 2, 5>) -> [V; 5] {
        let ([mean, one], [other, two]) = (means(&newer, &older, 0), means(&newer, &older, 1));
        let cross_weight = cross_weight(&newer, &older);
        let weighted = [one * cross_weight, two * cross_weight];
        [
            mean,
            other,
            one.times_plus(weighted[0], newer.agg[2] + older.agg[2]),
            two.times_plus(weighted[1], newer.agg[3] + older.agg[3]),
            two.times_plus(weighted[0], newer.agg[4] + older.agg[4]),
        ]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Partial<V, 2, 5>) -> [V; 1] {
        let [_, _, first, second, products] = window.agg;
        let scale = (first * second).sqrt();
        let correlation = (products / scale).unless_zero(scale, products);
        [V::splat(1.0).smaller(V::splat(-1.0).larger(correlation))]
    }
}

rolling!(
    SlidingWindow: Variance => 1, StandardDeviation => 1, MeanAndStandardDeviation => 2, DeviationOfNewest => 2, Covariance => 1 @ |kernel| per_level(kernel.window, 1.0), RegressionBeta => 1 @ |kernel| per_level(kernel.window, 1.2), Correlation => 1 @ |kernel| per_level(kernel.window, 1.4),
);
