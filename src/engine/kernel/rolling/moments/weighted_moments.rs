//! Rolling weighted mean and standard deviation (weights such as volume): Chan's combine step with weights instead of
//! counts (West 1979).

use super::product;
use crate::kernel::cost::per_level;
use crate::kernel::parameters;
use crate::kernel::rolling::fold::aggregate::{Aggregate, Partial, pairwise_sum, zero_at};
use crate::kernel::rolling::fold::window::SlidingWindow;
use crate::kernel::rolling::rolling;
use crate::kernel::simd::tile::array;
use crate::kernel::simd::vector8::Vector8;

/// The newest value of the first input minus its weighted mean over the newest `window` values, and the weighted standard
/// deviation; the second input is the weight, non-negative. Both are 0 if the total weight is 0.
#[derive(Debug, Clone)]
pub struct WeightedMoments {
    /// The number of bars.
    pub window: usize,
}

parameters!(WeightedMoments { window });

/// The sums of the weights, of the weighted differences from the newest bar, and of the weighted squared deviations from
/// the mean.
type WeightedPartial<V> = Partial<V, 2, 3>;

impl Aggregate<2, 3, 2> for WeightedMoments {
    #[inline(always)]
    fn lift<V: Vector8>(bar: [V; 2]) -> [V; 3] {
        let zero = zero_at(bar);
        [bar[1] + zero, zero, zero]
    }

    #[inline(always)]
    fn lift_many<V: Vector8, const W: usize>(bars: [[V; 2]; W]) -> [V; 3] {
        let differences: [V; W] = array(bars[0][0], |n| bars[n][0] - bars[0][0]);
        let weights: [V; W] = array(bars[0][1], |n| bars[n][1]);
        let (weight, sum) = (pairwise_sum(weights), product(weights, differences));
        let mean = sum / weight;
        let deviations: [V; W] = array(mean, |n| differences[n] - mean);
        let weighted: [V; W] = array(mean, |n| weights[n] * deviations[n]);
        let squares = product(weighted, deviations);
        // With weight 0 the sum is zero, or NaN if an input is.
        [weight + sum * 0.0, sum, squares.unless_zero(weight, sum)]
    }

    #[inline(always)]
    fn combine<V: Vector8>(newer: WeightedPartial<V>, older: WeightedPartial<V>) -> [V; 3] {
        let ([weight, sum, squares], [weight_older, sum_older, squares_older]) = (newer.agg, older.agg);
        let shifted = sum_older + weight_older * (older.newest[0] - newer.newest[0]);
        let total = weight + weight_older;
        let delta = shifted / weight_older - sum / weight;
        let between = delta * delta * (weight * (weight_older / total));
        let zero = V::splat(0.0);
        let between = between.where_greater(weight, zero).where_greater(weight_older, zero);
        [total, sum + shifted, squares + squares_older + between]
    }

    #[inline(always)]
    fn lower<V: Vector8>(&self, window: WeightedPartial<V>) -> [V; 2] {
        let [weight, sum, squares] = window.agg;
        let values = [V::splat(0.0) - sum / weight, (squares / weight).sqrt()];
        // With weight 0 the sums are zero, or NaN if an input is.
        [values[0].unless_zero(weight, sum), values[1].unless_zero(weight, squares)]
    }
}

rolling!(SlidingWindow: WeightedMoments => 2 @ |kernel| per_level(kernel.window, 2.4));
