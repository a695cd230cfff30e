//! Floor 1, numerics: every computation, as small state machines over slices of `f64` and the CPU.
//!
//! A [`Kernel`] is a plain value that describes a computation; [`Kernel::start`] returns a [`State`] that is fed blocks
//! of bars. Batch, stream and live run the same state with different block lengths, and the division into blocks never
//! changes a bit. There are no errors here, no time and no names: callers have validated the parameters, and NaN means
//! "no value".
//!
//! # Which driver do I use?
//!
//! Choose by what the value at a bar depends on:
//!
//! | the value depends on | driver | you write | cost per bar |
//! |---|---|---|---|
//! | this bar | `elementwise_map!` | a closure `[f64; I] -> f64`, or `ElementwiseMap::values` | O(1), vectorised |
//! | this bar and the one `n` before it | `lagged!` | a closure `(now, before) -> [f64; O]` | O(1), vectorised |
//! | a window of sums or extremes of terms of a bar | `doubled!` | `Doubled`: terms, combine, lower | O(log w), in registers |
//! | a window, with an associative combine | `rolling!(SlidingWindow: ..)` | `Aggregate`: lift, combine, lower | O(log w), vectorised |
//! | the sorted values of a window | `rolling!(Sorted: ..)` | `SortedFunction::values` | O(log w) search, O(w) move |
//! | a window as one slice | `rolling!(ByWindow: ..)` | `WindowFunction::value` | O(w) |
//! | a window, each bar with its lag | `by_lag!` | `ByLag::step` | O(w), vectorised over bars |
//! | a window whose length is an input | `VariableLengthState` | `VariableLength::values` | O(w) |
//! | earlier outputs, linear (IIR) | [`FirstOrder`], [`SecondOrder`], [`Adaptive`] | coefficients | O(1), 8 bars per step |
//! | earlier outputs, any rule | `sequential!` | `Sequential::step` | O(1), one bar per step |
//!
//! A plan computes chains of recurrences and the arithmetic between them in one loop ([`Chain`]), and so the difference or
//! the ratio of two ([`fuse_scans`]), where nothing else reads what lies between. On bars that stay the same all of them come to rest (promise 7); a recurrence over values that are 0
//! at rest, such as changes, says so ([`FirstOrder::around_zero`]), and a ratio of two such is held ([`Hold`]).
//!
//! Take the first row that fits. Rolling drivers have finite memory ([`Memory::Bars`]): nothing drifts, and a NaN is gone
//! once it leaves the window. Recurrences have infinite memory ([`Memory::Unbounded`]) and skip missing bars.

mod candle;
mod columns;
mod contract;
pub(crate) mod cost;
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
pub use columns::correlation_matrix::{Correlated, Correlations, ranks};
pub use columns::reduction::{Accumulator, Reduction, is_true};
pub use contract::{BLOCK, Kernel, Memory, State};
pub use elementwise::arithmetic::{
    Absolute, Affine, Aligned, Arithmetic, ArithmeticConstant, Average, Binary, Clamp, NegativePart, PositivePart,
    Ratio, SquareRoot,
};
pub(crate) use elementwise::arithmetic::{larger, smaller};
pub use elementwise::compare::{And, Compare, CompareConstant, Comparison, Or, Select};
pub(crate) use elementwise::map::{ElementwiseMap, ElementwiseMapState, elementwise_map};
pub use elementwise::ratio::{
    AbsoluteNormalizedDifference, DifferenceRatio, LinearCombination, NormalizedDifference, RatioToSum, ScaledRatio,
    WeightedSum,
};
pub(crate) use key::parameters;
pub use key::{KernelKey, Parameters};
pub use lagged::forward_fill::ForwardFill;
pub use lagged::hold::{Hold, Holding};
pub use lagged::lag::{AbsoluteChange, Change, Lag, LaggedMinus, SimpleReturn};
pub use lagged::latch::Latch;
pub use lagged::previous::{BarIndex, Previous};
pub use lagged::rate_of_change::{GainLoss, RateOfChange};
pub use lagged::signed_flow::{MoneyFlowVolume, ReturnFlow, SignedFlow, VolumeForce};
pub use lagged::true_range::{DirectionalMovement, SignedByChange, TrueRange};
pub use lagged::warm_up::{Masked, WarmUp};
pub use recurrence::adaptive::Adaptive;
pub use recurrence::adjusted_ewma::AdjustedEwma;
pub use recurrence::chain::scan_pair::fuse_scans;
pub use recurrence::chain::{Chain, Shape};
pub use recurrence::first_order::{FirstOrder, Seed};
pub use recurrence::kalman::KalmanHedge;
pub use recurrence::second_order::SecondOrder;
pub(crate) use recurrence::sequential::{Sequential, SequentialState, sequential};
pub use recurrence::sums::compounding::Compounding;
pub use recurrence::sums::cumulative_product::CompoundGrowth;
pub use recurrence::sums::cumulative_sum::CumulativeSum;
pub(crate) use recurrence::sums::neumaier::NeumaierSum;
pub use recurrence::sums::trade_return::TradeReturn;
pub use recurrence::supertrend::Supertrend;
pub use rolling::extremes::min_max::{
    BarsSinceMax, BarsSinceMin, BarsSinceOldestMax, BarsSinceOldestMin, Max, MaxDrawdown, Midrange, Min, MinAndMax,
};
pub use rolling::extremes::range_position::{NormalizedDeviation, RangePosition};
pub use rolling::linear_regression::{
    LinearWeightedMean, RegressionResidual, RegressionSlope, RegressionValue, TimeCorrelation,
};
pub use rolling::mean_abs_deviation::MeanAbsoluteDeviation;
pub use rolling::moments::skew_kurtosis::{Kurtosis, Skewness};
pub use rolling::moments::spread_zscore::SpreadZScore;
pub use rolling::moments::weighted_moments::WeightedMoments;
pub use rolling::moments::{
    Correlation, Covariance, DeviationOfNewest, MeanAndStandardDeviation, RegressionBeta, StandardDeviation, Variance,
};
pub use rolling::order::quantile::{InterquantileRange, LowerTailMean, MedianAbsoluteDeviation, Mode, Quantiles};
pub use rolling::order::rank::{OrderStatistic, RankOfNewest};
pub use rolling::order::rank_agreement::{KendallTau, SpearmanRho};
pub use rolling::order::rank_correlation::RankCorrelation;
pub use rolling::order::volume_profile::VolumeProfile;
pub(crate) use rolling::rescan::by_lag::{ByLag, ByLagState, by_lag};
pub(crate) use rolling::rescan::by_window::{ByWindow, WindowFunction};
pub use rolling::rescan::cointegration::Cointegration;
pub(crate) use rolling::rescan::convolution::Convolution;
pub(crate) use rolling::rescan::variable_length::{VariableLength, VariableLengthState};
pub(crate) use rolling::rolling;
pub use rolling::sums::differences::{MeanDifference, MidpointOscillator};
pub use rolling::sums::efficiency::{Efficiency, EfficiencyWeight};
pub use rolling::sums::mean::{Centered, Mean, Sum};
pub use rolling::sums::momentum::MomentumWeight;
pub use rolling::sums::ratios::{MoneyFlowShare, UltimateOscillator, Vortex, WeightedMean};
pub use simd::canonical_nan::{canonicalize_in_place, copy_canonical};
pub use simd::dispatch::{Level, Set, leveled};
pub use simd::nontemporal_store::stream;
pub(crate) use state::gap_mask::GapMask;
pub(crate) use state::ring_buffer::History;
pub use state::save::{restore_states, save_states};
pub(crate) use state::skip_nan::{Dense, SkipNan, all_exist};
pub use state::snapshot::{Field, Fields};
