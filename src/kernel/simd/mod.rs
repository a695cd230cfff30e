//! SIMD: one body of each kernel compiled for several instruction sets, tiles of lanes, canonical NaN, non-temporal stores.
//!
//! Knows the CPU and slices of `f64`; knows no kernel, no window and no state.

pub(crate) mod canonical_nan;
pub(crate) mod dispatch;
pub(crate) mod nontemporal_store;
pub(crate) mod tile;
