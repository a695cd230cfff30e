//! Order statistics of rolling windows: sorted windows, ranks, quantiles, rank correlation, the volume profile.
//!
//! A sorted array, updated by one deletion and one insertion: for windows of up to some hundred bars a contiguous move
//! beats skip lists, order-statistic trees and pairs of heaps, which are O(log w) but chase pointers.
//!
//! Knows the sorted values of a window; knows no moments.

pub(crate) mod quantile;
pub(crate) mod rank;
pub(crate) mod rank_agreement;
pub(crate) mod rank_correlation;
pub(crate) mod sorted_window;
pub(crate) mod volume_profile;
