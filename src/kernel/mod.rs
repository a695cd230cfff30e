//! Floor 1, sums: everything that computes, as small state machines over slices of `f64` and the CPU.
//!
//! A [`Kernel`] is a plain value that says what to compute; [`Kernel::start`] gives a [`State`] that is fed blocks of
//! bars. Batch, stream and live are the same state fed in different portions, and any portions give the same bits.
//! There are no errors here, no time and no names: who calls has checked, and NaN is an answer.

mod candle;
mod contract;
mod correlation_matrix;
mod elementwise;
mod key;
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
    Absolute, Affine, Aligned, Arithmetic, ArithmeticConstant, Average, Binary, Clamp, NegativePart, PositivePart,
    Ratio, SquareRoot,
};
pub(crate) use elementwise::arithmetic::{larger, smaller};
pub use elementwise::compare::{And, Compare, CompareConstant, Comparison, Or, Select};
pub(crate) use elementwise::map::{ElementwiseMap, ElementwiseMapState, elementwise_map};
pub use elementwise::ratio::{
    AbsoluteNormalizedDifference, LinearCombination, NormalizedDifference, RatioToSum, ScaledRatio,
};
pub(crate) use key::parameters;
pub use key::{KernelKey, Parameters};
pub use lagged::forward_fill::ForwardFill;
pub use lagged::lag::{AbsoluteChange, Change, Lag, SimpleReturn};
pub use lagged::previous::{BarIndex, Previous};
pub use lagged::rate_of_change::{GainLoss, RateOfChange};
pub use lagged::signed_flow::{MoneyFlowVolume, SignedFlow};
pub use lagged::true_range::{DirectionalMovement, SignedByChange, TrueRange};
pub use lagged::warm_up::WarmUp;
pub use recurrence::adaptive::Adaptive;
pub use recurrence::cumulative_sum::CumulativeSum;
pub use recurrence::expanding_sum::ExpandingSum;
pub use recurrence::first_order::{AdjustedEwma, FirstOrder, Seed};
pub use recurrence::kalman::KalmanHedge;
pub(crate) use recurrence::neumaier::NeumaierSum;
pub use recurrence::second_order::SecondOrder;
pub(crate) use recurrence::sequential::{Sequential, SequentialState, sequential};
pub use recurrence::supertrend::Supertrend;
pub use rolling::linear_regression::{LinearWeightedMean, RegressionResidual, RegressionSlope, RegressionValue};
pub use rolling::mean::{Centered, Mean, Sum};
pub use rolling::mean_abs_deviation::MeanAbsoluteDeviation;
pub use rolling::min_max::{BarsSinceMax, BarsSinceMin, Max, MaxDrawdown, Min};
pub use rolling::moments::{
    Correlation, Covariance, MeanAndStandardDeviation, RegressionBeta, StandardDeviation, Variance,
};
pub use rolling::order::quantile::{InterquantileRange, LowerTailMean, MedianAbsoluteDeviation, Mode, Quantiles};
pub use rolling::order::rank::{OrderStatistic, RankOfNewest};
pub use rolling::order::rank_correlation::RankCorrelation;
pub use rolling::order::volume_profile::VolumeProfile;
pub use rolling::range_position::{NormalizedDeviation, RangePosition};
pub(crate) use rolling::rescan::by_lag::{ByLag, ByLagState, by_lag};
pub(crate) use rolling::rescan::by_window::{ByWindow, WindowFunction, by_window};
pub use rolling::rescan::cointegration::Cointegration;
pub(crate) use rolling::rescan::convolution::Convolution;
pub(crate) use rolling::rescan::variable_length::{VariableLength, VariableLengthState};
pub use rolling::skew_kurtosis::{Kurtosis, Skewness};
pub use rolling::spread_zscore::SpreadZScore;
pub use rolling::weighted_moments::WeightedMoments;
pub use simd::canonical_nan::{canonicalize_in_place, copy_canonical};
pub use simd::dispatch::Level;
pub use simd::nontemporal_store::stream;
pub(crate) use state::skip_nan::{Dense, SkipNan, all_exist};
pub use state::snapshot::{Field, Fields};
