//! Order statistics of rolling windows: sorted windows, ranks, quantiles, rank correlation, the volume profile.
//!
//! A sorted array, updated by one deletion and one insertion: for the windows of indicators (up to some hundred bars) a
//! contiguous move was preferred to skip lists, order-statistic trees and pairs of heaps: O(log w), but pointer
//! chasing.
//!
//! Knows the values of a window by their order; knows no moments.

pub(crate) mod quantile;
pub(crate) mod rank;
pub(crate) mod rank_correlation;
pub(crate) mod sorted_window;
pub(crate) mod volume_profile;
