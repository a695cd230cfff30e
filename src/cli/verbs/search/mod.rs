//! The verbs that search: variants of an expression, and series where a condition holds.

mod folds;
mod rows;
pub(crate) mod screen;
pub(crate) mod sweep;
