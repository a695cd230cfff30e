//! Prices put together from others.

mod avgprice;
mod medprice;
mod typprice;
mod wclprice;

pub(super) use avgprice::AVGPRICE;
pub(super) use medprice::MEDPRICE;
pub(super) use typprice::TYPPRICE;
pub(super) use wclprice::WCLPRICE;
