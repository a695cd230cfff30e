//! What the quantities traded tell.

mod ad;
mod adosc;
mod cmf;
mod efi;
mod emv;
mod growth;
mod kvo;
mod marketfi;
mod nvi;
mod obv;
mod pvi;
mod pvo;
mod pvt;
mod rvol;
mod volume_ratio;
mod vwap;

pub(super) use ad::{AD, ad, flow};
pub(super) use adosc::ADOSC;
pub(super) use cmf::CMF;
pub(super) use efi::EFI;
pub(super) use emv::EMV;
pub(super) use kvo::KVO;
pub(super) use marketfi::MARKETFI;
pub(super) use nvi::NVI;
pub(super) use obv::OBV;
pub(super) use pvi::PVI;
pub(super) use pvo::PVO;
pub(super) use pvt::PVT;
pub(super) use rvol::RVOL;
pub(super) use volume_ratio::VOLUME_RATIO;
pub(super) use vwap::VWAP;
