//! How far prices swing.

mod adr;
mod annual;
mod atr;
mod bbw;
mod cvi;
mod ewma_volatility;
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
mod tr;
mod trange;
#[allow(clippy::module_inception, reason = "the indicator bears the name of its group")]
mod volatility;
mod yang_zhang;

pub(super) use adr::ADR;
pub(super) use annual::ANNUALIZATION;
pub(super) use atr::{ATR, atr};
pub(super) use bbw::BBW;
pub(super) use cvi::CVI;
pub(super) use ewma_volatility::EWMA_VOLATILITY;
pub(super) use garman_klass::GARMAN_KLASS;
pub(super) use historical_volatility::HISTORICAL_VOLATILITY;
pub(super) use kcw::KCW;
pub(super) use massi::MASSI;
pub(super) use natr::NATR;
pub(super) use nr::NR;
pub(super) use parkinson::PARKINSON;
pub(super) use percentb::PERCENTB;
pub(super) use realized_volatility::REALIZED_VOLATILITY;
pub(super) use rogerssatchell::ROGERSSATCHELL;
pub(super) use rvi::{RVI, rvi};
pub(super) use rvir::RVIR;
pub(super) use tr::TR;
pub(super) use trange::TRANGE;
pub(super) use volatility::VOLATILITY;
pub(super) use yang_zhang::YANG_ZHANG;
