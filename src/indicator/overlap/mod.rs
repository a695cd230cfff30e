//! Averages and bands on the scale of the prices.

mod bbands;
mod dema;
mod donchian;
mod ema;
mod midpoint;
mod midprice;
mod rma;
mod sma;
pub(super) mod smoothing;
mod supertrend;
mod tema;
mod trima;
mod wma;

pub(super) use bbands::BBANDS;
pub(super) use dema::{DEMA, dema};
pub(super) use donchian::{DONCHIAN, middle};
pub(super) use ema::{EMA, ema, ema_after};
pub(super) use midpoint::MIDPOINT;
pub(super) use midprice::MIDPRICE;
pub(super) use rma::{RMA, rma, rma_after};
pub(super) use sma::{SMA, sma};
pub(super) use supertrend::SUPERTREND;
pub(super) use tema::{TEMA, tema};
pub(super) use trima::{TRIMA, trima};
pub(super) use wma::{WMA, wma};
