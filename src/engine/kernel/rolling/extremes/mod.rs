//! Rolling extremes, and positions between them.

pub(crate) mod min_max;
pub(crate) mod range_position;
