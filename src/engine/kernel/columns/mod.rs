//! Functions of whole columns: reductions to a number, and the correlations of many.

pub(crate) mod correlation_matrix;
pub(crate) mod reduction;
