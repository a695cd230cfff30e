//! What the quantities traded tell.

mod ad;
mod obv;
mod volume_ratio;
mod vwap;

pub(super) use ad::AD;
pub(super) use obv::OBV;
pub(super) use volume_ratio::VOLUME_RATIO;
pub(super) use vwap::VWAP;
