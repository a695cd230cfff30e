//! Elementary functions of one value, vectorised, and log ratios.

pub(super) mod elementary;
pub(super) mod log_ratio;
pub(super) mod transform;
