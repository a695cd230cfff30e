//! Sweeps: the variants of an expression, which of them to compute, in which order, and what each is reduced to.
//!
//! Knows numbers and names only; plans and bars are the business of the caller.

pub(crate) mod condition;
mod reductions;
pub(crate) mod sharpe;
pub(crate) mod statistic;
pub(crate) mod variants;
