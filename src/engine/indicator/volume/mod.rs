//! Indicators of traded volume.

mod ad;
mod adosc;
mod amihud;
mod anchored_vwap;
mod aobv;
mod cmf;
mod cvd;
mod efi;
mod emv;
mod fve;
mod iii;
mod kvo;
mod marketfi;
mod nvi;
mod obv;
mod obvm;
mod pvi;
mod pvo;
mod pvr;
mod pvt;
mod rolling_vwap;
mod rvol;
mod rvol_time;
mod session_volume;
mod session_vwap;
mod tmf;
mod tsv;
mod tvi;
mod updown_volume;
mod vfi;
mod volume_profile;
mod volume_ratio;
mod vosc;
mod vpci;
mod vpn;
mod vroc;
mod vwap;
mod vzo;
mod wobv;
mod wvad;
mod zvwap;

use super::Indicator;

/// The indicators of the group, sorted by name.
pub(super) static ALL: &[&Indicator] = &[
    &ad::AD,
    &adosc::ADOSC,
    &amihud::AMIHUD,
    &anchored_vwap::ANCHORED_VWAP,
    &aobv::AOBV,
    &cmf::CMF,
    &cvd::CVD,
    &efi::EFI,
    &emv::EMV,
    &fve::FVE,
    &iii::III,
    &kvo::KVO,
    &marketfi::MARKETFI,
    &nvi::NVI,
    &obv::OBV,
    &obvm::OBVM,
    &pvi::PVI,
    &pvo::PVO,
    &pvr::PVR,
    &pvt::PVT,
    &rolling_vwap::ROLLING_VWAP,
    &rvol::RVOL,
    &rvol_time::RVOL_TIME,
    &session_volume::SESSION_VOLUME,
    &session_vwap::SESSION_VWAP,
    &tmf::TMF,
    &tsv::TSV,
    &tvi::TVI,
    &updown_volume::UPDOWN_VOLUME,
    &vfi::VFI,
    &volume_profile::VOLUME_PROFILE,
    &volume_ratio::VOLUME_RATIO,
    &vosc::VOSC,
    &vpci::VPCI,
    &vpn::VPN,
    &vroc::VROC,
    &vwap::VWAP,
    &vzo::VZO,
    &wobv::WOBV,
    &wvad::WVAD,
    &zvwap::ZVWAP,
];
