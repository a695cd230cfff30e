//! Sweeps: the variants of an expression, which of them to compute, in which order, and the names of reductions.
//!
//! Knows numbers and names only; plans and bars are the business of the caller.

pub(crate) mod condition;
pub(crate) mod reductions;
pub(crate) mod variants;
