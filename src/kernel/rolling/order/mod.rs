//! Order statistics of rolling windows: sorted windows, ranks, quantiles, rank correlation, the volume profile.
//!
//! Knows the values of a window by their order; knows no moments.

pub(crate) mod quantile;
pub(crate) mod rank;
pub(crate) mod rank_correlation;
pub(crate) mod sorted_window;
pub(crate) mod volume_profile;
