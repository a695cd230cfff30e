//! Rolling weighted mean and standard deviation (weights such as volume): Chan's combine step with weights instead of
//! counts (West 1979).

use super::fold::aggregate::{Aggregate, Partial, zero_at};
use super::fold::window::SlidingWindow;
use super::rolling;
use crate::kernel::parameters;

/// How far the newest value is above the mean of the newest `window` values of the first input, weighted by the second,
/// and their standard deviation with the same weights, which are not negative; 0 both where nothing has a weight.
#[derive(Debug, Clone)]
pub struct WeightedMoments {
    /// The number of bars.
    pub window: usize,
}

parameters!(WeightedMoments { window });

/// The sum of the weights, of the weighted differences from the newest bar, and of the weighted squares of those from
/// the mean.
type WeightedPartial = Partial<2, 3>;

impl Aggregate<2, 3, 2> for WeightedMoments {
    #[inline(always)]
    fn lift(bar: [f64; 2]) -> [f64; 3] {
        let zero = zero_at(bar);
        [bar[1] + zero, zero, zero]
    }

    #[inline(always)]
    fn combine(newer: WeightedPartial, older: WeightedPartial) -> [f64; 3] {
        let ([weight, sum, squares], [weight_older, sum_older, squares_older]) = (newer.agg, older.agg);
        let moved = sum_older + weight_older * (older.newest[0] - newer.newest[0]);
        let total = weight + weight_older;
        let apart = moved / weight_older - sum / weight;
        let between = apart * apart * (weight * (weight_older / total));
        let both = weight > 0.0 && weight_older > 0.0;
        [total, sum + moved, squares + squares_older + if both { between } else { 0.0 }]
    }

    #[inline(always)]
    fn lower(&self, window: WeightedPartial) -> [f64; 2] {
        let [weight, sum, squares] = window.agg;
        let weighed = [0.0 - sum / weight, (squares / weight).sqrt()];
        // The sums of nothing are zeros, or NaN where an input is.
        if weight == 0.0 { [sum, squares] } else { weighed }
    }
}

rolling!(SlidingWindow: WeightedMoments => 2);
