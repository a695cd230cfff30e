//! Rolling windows of fixed length: means, moments, extremes, regressions, order statistics.
//!
//! Each value is a function of its own window, whatever came before it; nothing here is a recurrence.

pub(crate) mod fold;
pub(crate) mod linear_regression;
pub(crate) mod mean;
pub(crate) mod mean_abs_deviation;
pub(crate) mod min_max;
pub(crate) mod moments;
pub(crate) mod order;
pub(crate) mod range_position;
pub(crate) mod rescan;
pub(crate) mod skew_kurtosis;
pub(crate) mod spread_zscore;
pub(crate) mod weighted_moments;
