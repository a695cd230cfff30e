//! Rolling weighted mean and standard deviation (weights such as volume): Chan's combine step with weights instead of
//! counts (West 1979).

use super::product;
use crate::kernel::cost::per_level;
use crate::kernel::parameters;
use crate::kernel::rolling::fold::aggregate::{Aggregate, Partial, pairwise_sum, zero_at};
use crate::kernel::rolling::fold::window::SlidingWindow;
use crate::kernel::rolling::rolling;

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
type WeightedPartial = Partial<2, 3>;

impl Aggregate<2, 3, 2> for WeightedMoments {
    #[inline(always)]
    fn lift(bar: [f64; 2]) -> [f64; 3] {
        let zero = zero_at(bar);
        [bar[1] + zero, zero, zero]
    }

    #[inline(always)]
    fn lift_many<const W: usize>(bars: [[f64; 2]; W]) -> [f64; 3] {
        let differences = bars.map(|[x, _]| x - bars[0][0]);
        let weights = bars.map(|[_, weight]| weight);
        let (weight, sum) = (pairwise_sum(weights), product(weights, differences));
        let mean = sum / weight;
        let deviations = differences.map(|difference| difference - mean);
        let mut weighted = weights;
        for n in 0..W {
            weighted[n] *= deviations[n];
        }
        let squares = product(weighted, deviations);
        // With weight 0 the sum is zero, or NaN if an input is.
        [weight + 0.0 * sum, sum, if weight == 0.0 { sum } else { squares }]
    }

    #[inline(always)]
    fn combine(newer: WeightedPartial, older: WeightedPartial) -> [f64; 3] {
        let ([weight, sum, squares], [weight_older, sum_older, squares_older]) = (newer.agg, older.agg);
        let shifted = sum_older + weight_older * (older.newest[0] - newer.newest[0]);
        let total = weight + weight_older;
        let delta = shifted / weight_older - sum / weight;
        let between = delta * delta * (weight * (weight_older / total));
        let both = weight > 0.0 && weight_older > 0.0;
        [total, sum + shifted, squares + squares_older + if both { between } else { 0.0 }]
    }

    #[inline(always)]
    fn lower(&self, window: WeightedPartial) -> [f64; 2] {
        let [weight, sum, squares] = window.agg;
        let values = [0.0 - sum / weight, (squares / weight).sqrt()];
        // With weight 0 the sums are zero, or NaN if an input is.
        if weight == 0.0 { [sum, squares] } else { values }
    }
}

rolling!(SlidingWindow: WeightedMoments => 2 @ |kernel| per_level(kernel.window, 2.4));
