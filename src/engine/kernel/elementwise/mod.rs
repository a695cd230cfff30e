//! Elementwise kernels: each output bar depends on the same bar of the inputs alone.
//!
//! A rule is a closure or a small trait, inlined into one tiled loop per kernel type: no virtual call per bar and no
//! interpreter. Blocks may have any length, as no state has to stay in cache.
//!
//! Knows tiles; knows no windows and no earlier bars.

pub(crate) mod arithmetic;
pub(crate) mod bar_rule;
pub(crate) mod compare;
pub(crate) mod map;
pub(crate) mod ratio;
