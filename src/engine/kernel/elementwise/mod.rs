//! Elementwise kernels: each output bar depends on the same bar of the inputs alone.
//!
//! A rule is a closure or a small trait, inlined into one tiled loop per kernel type: no virtual call per bar and no
//! interpreter. Blocks may have any length, as there is no state to keep in cache.
//!
//! Knows tiles; knows no window and nothing of earlier bars.

pub(crate) mod arithmetic;
pub(crate) mod compare;
pub(crate) mod map;
pub(crate) mod ratio;
