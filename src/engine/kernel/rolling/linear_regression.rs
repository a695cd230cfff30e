//! Rolling least-squares lines and linearly weighted means.
//!
//! The abscissas are the ages 0, 1, 2 ..., so the sums `D` of `x - x_newest` and `T` of `age * (x - x_newest)` are
//! enough; `T` of two adjacent segments is the sum of both after the older ages are shifted by the length of the newer
//! segment. Relative to the newest bar nothing cancels. Running sums of `x` and `i * x` were rejected: on quiet prices
//! far from zero they lose up to 12 digits of the slope.

use super::fold::aggregate::{Aggregate, Partial, pairwise_sum, tree_sum, zero_at};
use super::fold::window::SlidingWindow;
use super::moments::{centered, product};
use super::rolling;
use crate::kernel::cost::per_level;
use crate::kernel::parameters;
use crate::kernel::simd::tile::array;
use crate::kernel::simd::vector8::Vector8;

/// The mean of the newest `window` values, weighted `window` for the newest down to 1 for the oldest.
#[derive(Debug, Clone)]
pub struct LinearWeightedMean {
    /// The number of bars.
    pub window: usize,
}

parameters!(LinearWeightedMean { window });

/// The least-squares line through the newest `window` values, evaluated at a bar.
#[derive(Debug, Clone)]
pub struct RegressionValue {
    /// The number of bars.
    pub window: usize,
    /// The bar of evaluation, relative to the newest; negative for earlier bars.
    pub ahead: f64,
}

parameters!(RegressionValue { window, ahead });

/// The slope per bar of the least-squares line through the newest `window` values.
#[derive(Debug, Clone)]
pub struct RegressionSlope {
    /// The number of bars.
    pub window: usize,
}

parameters!(RegressionSlope { window });

/// The root mean square residual of the least-squares line through the newest `window` values.
#[derive(Debug, Clone)]
pub struct RegressionResidual {
    /// The number of bars.
    pub window: usize,
    /// Delta degrees of freedom: 0 for the root mean square, 2 for the standard error.
    pub ddof: usize,
}

parameters!(RegressionResidual { window, ddof });

/// The correlation of the newest `window` values with time, -1 to 1; 0 if they are constant.
#[derive(Debug, Clone)]
pub struct TimeCorrelation {
    /// The number of bars.
    pub window: usize,
}

parameters!(TimeCorrelation { window });

type Line<V> = Partial<V, 1, 2>;

#[inline(always)]
fn combine<V: Vector8>(newer: Line<V>, older: Line<V>) -> [V; 2] {
    let (n, m) = (newer.bars, older.bars);
    let offset = older.newest[0] - newer.newest[0];
    let ages = m * n + m * (m - 1.0) / 2.0;
    let differences = newer.agg[0] + offset.times_plus(V::splat(m), older.agg[0]);
    let by_age = older.agg[0].times_plus(V::splat(n), older.agg[1]);
    [differences, newer.agg[1] + offset.times_plus(V::splat(ages), by_age)]
}

/// The sum of the differences from the newest of some bars, and that of the differences times age.
#[inline(always)]
fn lift_many<V: Vector8, const W: usize>(bars: [[V; 1]; W]) -> [V; 2] {
    let differences: [V; W] = array(bars[0][0], |age| bars[age][0] - bars[0][0]);
    let mut by_age = if W > 1 { differences[W.min(2) - 1] } else { differences[0] };
    #[expect(clippy::needless_range_loop, reason = "iterators are unrolled too late for values in registers")]
    for age in 2..W {
        by_age = differences[age].times_plus(V::splat(age as f64), by_age);
    }
    [tree_sum(differences), by_age]
}

// The sum, and the linearly weighted sum of the segment.
impl Aggregate<1, 2, 1> for LinearWeightedMean {
    #[inline(always)]
    fn lift<V: Vector8>(bar: [V; 1]) -> [V; 2] {
        [bar[0]; 2]
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 1]; W]) -> [V; 2] {
        let mut weighted = bars[W - 1][0];
        for n in (0..W - 1).rev() {
            weighted = bars[n][0].times_plus(V::splat((W - n) as f64), weighted);
        }
        [pairwise_sum::<V, W>(array(bars[0][0], |n| bars[n][0])), weighted]
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Line<V>, older: Line<V>) -> [V; 2] {
        [newer.agg[0] + older.agg[0], newer.agg[0].times_plus(V::splat(older.bars), newer.agg[1]) + older.agg[1]]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Line<V>) -> [V; 1] {
        [window.agg[1] * (2.0 / (window.bars * (window.bars + 1.0)))]
    }
}

#[inline(always)]
fn slope<V: Vector8>(window: &Line<V>) -> V {
    let w = window.bars;
    // The line through a single bar has slope 0.
    let scale = if w > 1.0 { 12.0 / (w * (w * w - 1.0)) } else { 0.0 };
    (window.agg[0] * ((w - 1.0) / 2.0) - window.agg[1]) * scale
}

impl Aggregate<1, 2, 1> for RegressionValue {
    #[inline(always)]
    fn lift<V: Vector8>(bar: [V; 1]) -> [V; 2] {
        [zero_at(bar); 2]
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 1]; W]) -> [V; 2] {
        lift_many(bars)
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Line<V>, older: Line<V>) -> [V; 2] {
        combine(newer, older)
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Line<V>) -> [V; 1] {
        let mean = window.agg[0] * (1.0 / window.bars);
        let bars = (window.bars - 1.0) / 2.0 + self.ahead;
        [window.newest[0] + (mean + slope(&window) * bars)]
    }
}

impl Aggregate<1, 2, 1> for RegressionSlope {
    #[inline(always)]
    fn lift<V: Vector8>(bar: [V; 1]) -> [V; 2] {
        [zero_at(bar); 2]
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 1]; W]) -> [V; 2] {
        lift_many(bars)
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Line<V>, older: Line<V>) -> [V; 2] {
        combine(newer, older)
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Line<V>) -> [V; 1] {
        [slope(&window)]
    }
}

/// The sum of differences, of differences times age, and of squared residuals.
type Fit<V> = Partial<V, 1, 3>;

/// The line of a fit.
#[inline(always)]
fn line<V: Vector8>(fit: &Fit<V>) -> Line<V> {
    Line { bars: fit.bars, newest: fit.newest, agg: [fit.agg[0], fit.agg[1]] }
}

/// The sum of squared deviations of the ages of a segment from their mean.
#[inline(always)]
fn age_squares(bars: f64) -> f64 {
    bars * (bars * bars - 1.0) / 12.0
}

/// The co-moment of ages and values of a segment.
#[inline(always)]
fn co_moment<V: Vector8>(segment: &Fit<V>) -> V {
    segment.agg[1] - segment.agg[0] * ((segment.bars - 1.0) / 2.0)
}

/// The residual sum of squares of the line through both segments, minus those of the two lines: one term for the
/// difference of the slopes, one for that of the levels. Both are non-negative, so nothing cancels.
#[inline(always)]
fn between_segments<V: Vector8>(newer: &Fit<V>, older: &Fit<V>) -> V {
    let (n, m) = (newer.bars, older.bars);
    let (ages, ages_before) = (age_squares(n), age_squares(m));
    let within = ages + ages_before;
    let (of_newer, of_older) = (co_moment(newer), co_moment(older));
    // A single bar has no slope, and two bars lie on their line.
    let of_slopes = if ages * ages_before == 0.0 {
        V::splat(0.0)
    } else {
        let difference = of_newer / ages - of_older / ages_before;
        difference * difference * (ages * ages_before / within)
    };
    let slope = if within == 0.0 { V::splat(0.0) } else { (of_newer + of_older) / within };
    let between = (n + m) / 2.0;
    let level = (older.newest[0] - newer.newest[0]) + (older.agg[0] / m - newer.agg[0] / n) - slope * between;
    let weight = if within == 0.0 { 0.0 } else { 1.0 / (1.0 / n + 1.0 / m + between * between / within) };
    of_slopes + level * level * weight
}

impl Aggregate<1, 3, 1> for RegressionResidual {
    #[inline(always)]
    fn lift<V: Vector8>(bar: [V; 1]) -> [V; 3] {
        [zero_at(bar); 3]
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 1]; W]) -> [V; 3] {
        let [sum, by_age] = lift_many(bars);
        let (middle, squares) = ((W as f64 - 1.0) / 2.0, age_squares(W as f64));
        let mean = sum * (1.0 / W as f64);
        // Two bars lie on their line.
        let slope = if W > 2 { sum.times_plus(V::splat(-middle), by_age) * (1.0 / squares) } else { V::splat(0.0) };
        let residuals: [V; W] =
            array(mean, |age| slope.times_plus(V::splat(middle - age as f64), (bars[age][0] - bars[0][0]) - mean));
        // 0, or NaN if a bar is.
        let none = sum * 0.0;
        [sum, by_age, if W > 2 { product(residuals, residuals) } else { none }]
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Fit<V>, older: Fit<V>) -> [V; 3] {
        let [differences, by_age] = combine(line(&newer), line(&older));
        [differences, by_age, newer.agg[2] + older.agg[2] + between_segments(&newer, &older)]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Fit<V>) -> [V; 1] {
        [(window.agg[2] / (window.bars - self.ddof as f64)).sqrt()]
    }
}

// As for the residuals, with the sum of squared deviations from the mean.
impl Aggregate<1, 3, 1> for TimeCorrelation {
    #[inline(always)]
    fn lift<V: Vector8>(bar: [V; 1]) -> [V; 3] {
        [zero_at(bar); 3]
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 1]; W]) -> [V; 3] {
        let [sum, by_age] = lift_many(bars);
        let (_, deviations) = centered(&bars, 0);
        [sum, by_age, product(deviations, deviations)]
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: Fit<V>, older: Fit<V>) -> [V; 3] {
        let (n, m) = (newer.bars, older.bars);
        let [differences, by_age] = combine(line(&newer), line(&older));
        let offset = older.newest[0] - newer.newest[0];
        let between = older.agg[0].times_plus(V::splat(1.0 / m), offset) - newer.agg[0] * (1.0 / n);
        let weighted = between * (n * m / (n + m));
        [differences, by_age, weighted.times_plus(between, newer.agg[2] + older.agg[2])]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: Fit<V>) -> [V; 1] {
        let [sum, by_age, squares] = window.agg;
        let together = sum * ((window.bars - 1.0) / 2.0) - by_age;
        let scale = (squares * age_squares(window.bars)).sqrt();
        // Both are 0 where the values are constant, or NaN.
        let correlation = (together / scale).unless_zero(scale, together);
        [V::splat(1.0).smaller(V::splat(-1.0).larger(correlation))]
    }
}

rolling!(SlidingWindow: TimeCorrelation => 1 @ |kernel| per_level(kernel.window, 1.0), LinearWeightedMean => 1, RegressionValue => 1 @ |kernel| per_level(kernel.window, 0.6), RegressionSlope => 1 @ |kernel| per_level(kernel.window, 0.6), RegressionResidual => 1 @ |kernel| per_level(kernel.window, 2.7));
