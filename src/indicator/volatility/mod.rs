//! How far prices swing.

mod adr;
mod atr;
mod bbw;
mod cvi;
mod gapo;
mod massi;
mod natr;
mod percentb;
mod rogerssatchell;
mod rvi;
mod rvir;
mod trange;
#[allow(clippy::module_inception, reason = "the indicator bears the name of its group")]
mod volatility;

pub(super) use adr::ADR;
pub(super) use atr::{ATR, atr};
pub(super) use bbw::BBW;
pub(super) use cvi::CVI;
pub(super) use gapo::GAPO;
pub(super) use massi::MASSI;
pub(super) use natr::NATR;
pub(super) use percentb::PERCENTB;
pub(super) use rogerssatchell::ROGERSSATCHELL;
pub(super) use rvi::{RVI, rvi};
pub(super) use rvir::RVIR;
pub(super) use trange::TRANGE;
pub(super) use volatility::VOLATILITY;
