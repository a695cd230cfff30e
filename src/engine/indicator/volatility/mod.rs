//! Volatility measures.

mod adr;
mod atr;
mod bbtrend;
mod bbw;
mod cvi;
mod damiani;
mod ewma_volatility;
mod gapo;
mod garman_klass;
mod historical_volatility;
mod kcw;
mod massi;
mod natr;
mod nr;
mod parkinson;
mod percentb;
mod realized_volatility;
mod rogerssatchell;
mod rvi;
mod rvir;
mod thermo;
mod tr;
mod trange;
#[allow(clippy::module_inception, reason = "the indicator bears the name of its group")]
mod volatility;
mod wvf;
mod yang_zhang;

use super::Indicator;

/// The indicators of the group, sorted by name.
pub(super) static ALL: &[&Indicator] = &[
    &adr::ADR,
    &atr::ATR,
    &bbtrend::BBTREND,
    &bbw::BBW,
    &cvi::CVI,
    &damiani::DAMIANI,
    &ewma_volatility::EWMA_VOLATILITY,
    &gapo::GAPO,
    &garman_klass::GARMAN_KLASS,
    &historical_volatility::HISTORICAL_VOLATILITY,
    &kcw::KCW,
    &massi::MASSI,
    &natr::NATR,
    &nr::NR,
    &parkinson::PARKINSON,
    &percentb::PERCENTB,
    &realized_volatility::REALIZED_VOLATILITY,
    &rogerssatchell::ROGERSSATCHELL,
    &rvi::RVI,
    &rvir::RVIR,
    &thermo::THERMO,
    &tr::TR,
    &trange::TRANGE,
    &volatility::VOLATILITY,
    &wvf::WVF,
    &yang_zhang::YANG_ZHANG,
];
