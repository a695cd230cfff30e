//! Averages and bands on the scale of the prices.

mod sma;

pub(super) use sma::SMA;
pub(super) use sma::sma;
