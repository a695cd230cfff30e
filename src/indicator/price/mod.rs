//! Prices put together from others.

mod avgprice;
mod ha;
mod kagi;
mod linebreak;
mod medprice;
mod previous_session;
mod renko;
mod session_bars;
mod session_twap;
mod typprice;
mod wclprice;

pub(super) use avgprice::AVGPRICE;
pub(super) use ha::HA;
pub(super) use kagi::KAGI;
pub(super) use linebreak::LINEBREAK;
pub(super) use medprice::MEDPRICE;
pub(super) use previous_session::PREVIOUS_SESSION;
pub(super) use renko::RENKO;
pub(super) use session_bars::SESSION_BARS;
pub(super) use session_twap::SESSION_TWAP;
pub(super) use typprice::TYPPRICE;
pub(super) use wclprice::WCLPRICE;
