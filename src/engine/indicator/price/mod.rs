//! Derived prices and bars.

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

use super::Indicator;

/// The indicators of the group, sorted by name.
pub(super) static ALL: &[&Indicator] = &[
    &avgprice::AVGPRICE,
    &ha::HA,
    &kagi::KAGI,
    &linebreak::LINEBREAK,
    &medprice::MEDPRICE,
    &previous_session::PREVIOUS_SESSION,
    &renko::RENKO,
    &session_bars::SESSION_BARS,
    &session_twap::SESSION_TWAP,
    &typprice::TYPPRICE,
    &wclprice::WCLPRICE,
];
