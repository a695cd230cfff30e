//! Floor 1, sums: everything that computes, as small state machines over slices of `f64` and the CPU.
//!
//! A [`Kernel`] is a plain value that says what to compute; [`Kernel::start`] gives a [`State`] that is fed blocks of
//! bars. Batch, stream and live are the same state fed in different portions, and any portions give the same bits.
//! There are no errors here, no time and no names: who calls has checked, and NaN is an answer.

mod candle;
mod contract;
mod correlation_matrix;
mod elementwise;
mod lagged;
mod recurrence;
mod rolling;
pub(crate) mod simd;
mod state;

#[cfg(test)]
mod laws;

pub use candle::{Condition, Measure, Pattern, Quantity, Term};
pub use contract::{BLOCK, Kernel, Memory, State};
pub use correlation_matrix::{Correlated, Correlations, ranks};
pub use elementwise::arithmetic::{
    Absolute, Affine, Aligned, Average, Binary, Clamp, Combine, CombineConstant, Negative, Positive, Ratio, SquareRoot,
};
pub(crate) use elementwise::arithmetic::{larger, smaller};
pub use elementwise::compare::{Both, Choose, Compare, CompareConstant, Comparison, Either};
pub(crate) use elementwise::map::{Rule, Ruled, by_rule};
pub use elementwise::ratio::{Balance, Blend, Imbalance, Percent, Share};
pub use lagged::forward_fill::Filled;
pub use lagged::lag::{AbsoluteChange, Change, Lag, Rate};
pub use lagged::previous::{BarsBefore, Before};
pub use lagged::rate_of_change::{Growth, Moves};
pub use lagged::signed_flow::{Flows, Located};
pub use lagged::true_range::{Directional, Signed, TrueRange};
pub use lagged::warm_up::Skip;
pub use recurrence::adaptive::Adaptive;
pub use recurrence::cumulative_sum::Total;
pub use recurrence::expanding_sum::Growing;
pub use recurrence::first_order::{Adjusted, Scan, Seed};
pub use recurrence::kalman::KalmanHedge;
pub(crate) use recurrence::neumaier::Exact;
pub use recurrence::second_order::Resonance;
pub(crate) use recurrence::sequential::{Walk, Walking, by_walk};
pub use recurrence::supertrend::Supertrend;
pub use rolling::linear_regression::{LineDistance, LineSlope, LineValue, Weighted};
pub use rolling::mean::{Centered, Mean, Sum};
pub use rolling::mean_abs_deviation::MeanAbsoluteDeviation;
pub use rolling::min_max::{LargestFall, Max, Min, SinceMax, SinceMin};
pub use rolling::moments::{Correlation, Covariance, Deviation, MeanAndDeviation, Slope, Variance};
pub use rolling::order::quantile::{Commonest, MedianDistance, QuantileRange, Quantiles, SmallestMean};
pub use rolling::order::rank::{Ranked, SmallerBefore};
pub use rolling::order::rank_correlation::RankCorrelation;
pub use rolling::order::volume_profile::Profile;
pub use rolling::range_position::{Channels, InRange};
pub(crate) use rolling::rescan::by_lag::{Look, Looking, by_look};
pub(crate) use rolling::rescan::by_window::{Whole, Wholes, by_window};
pub use rolling::rescan::cointegration::Cointegration;
pub(crate) use rolling::rescan::convolution::Convolution;
pub(crate) use rolling::rescan::variable_length::{Reach, Reaching};
pub use rolling::skew_kurtosis::{Kurtosis, Skewness};
pub use rolling::spread_zscore::SpreadScore;
pub use rolling::weighted_moments::Weighing;
pub use simd::canonical_nan::{settle, settle_here};
pub use simd::dispatch::Level;
pub use simd::nontemporal_store::stream;
pub(crate) use state::skip_nan::{Gapless, Gaps, all_exist};
pub use state::snapshot::{Field, Fields};
