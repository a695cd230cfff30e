//! Bars in memory and behind the trait `Source`, their columns, joins, and matrices of outputs.

pub(super) mod column;
pub(super) mod matrix;
pub(super) mod partner;
pub(super) mod source;
pub(super) mod table;
