//! Sums and products of all values so far: cumulative and expanding sums, compounded growth, and compensated summation.
//!
//! Knows gaps; knows no weights that decay.

pub(crate) mod compounding;
pub(crate) mod cumulative_product;
pub(crate) mod cumulative_sum;
pub(crate) mod neumaier;
pub(crate) mod trade_return;
