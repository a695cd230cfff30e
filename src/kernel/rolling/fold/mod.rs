//! Sliding-window aggregation: doubling windows combined into windows of any length, as a sparse table is.
//!
//! Knows how partial aggregates are combined; does not know which aggregate it is.

pub(crate) mod aggregate;
pub(crate) mod combine;
pub(crate) mod decomposition;
pub(crate) mod window;
