//! How far prices swing.

mod atr;
mod natr;
mod trange;
#[allow(clippy::module_inception, reason = "the indicator bears the name of its group")]
mod volatility;

pub(super) use atr::{ATR, atr};
pub(super) use natr::NATR;
pub(super) use trange::TRANGE;
pub(super) use volatility::VOLATILITY;
