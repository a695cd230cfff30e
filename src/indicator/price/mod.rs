//! Prices put together from others.

mod avgprice;
mod ha;
mod medprice;
mod typprice;
mod wclprice;

pub(super) use avgprice::AVGPRICE;
pub(super) use ha::HA;
pub(super) use medprice::MEDPRICE;
pub(super) use typprice::TYPPRICE;
pub(super) use wclprice::WCLPRICE;
