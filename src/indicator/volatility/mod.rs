//! How far prices swing.

mod atr;
mod natr;
mod trange;
mod volatility;

pub(super) use atr::{ATR, atr};
pub(super) use natr::NATR;
pub(super) use trange::TRANGE;
pub(super) use volatility::VOLATILITY;
