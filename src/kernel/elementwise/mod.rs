//! Elementwise kernels: each output bar depends on the same bar of the inputs alone.
//!
//! Knows tiles; knows no window and nothing of earlier bars.

pub(crate) mod arithmetic;
pub(crate) mod compare;
pub(crate) mod map;
pub(crate) mod ratio;
