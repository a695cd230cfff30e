//! How fast and which way prices go.

mod ac;
mod adx;
mod adxr;
mod ao;
mod apo;
mod aroon;
mod aroonosc;
mod asi;
mod bias;
mod bop;
mod cci;
mod cg;
mod chop;
mod choptr;
mod cmo;
mod cmou;
mod coppock;
mod crsi;
mod cti;
mod dosc;
mod dpo;
mod dss;
mod dx;
mod dymi;
mod elder_impulse;
mod er;
mod eri;
mod fisher;
mod fosc;
mod fractal;
mod fvg;
mod gator;
mod ibs;
mod imi;
mod inertia;
mod inverse_fisher_rsi;
mod kdj;
mod kst;
mod kstext;
mod laguerre_rsi;
mod macd;
mod macdext;
mod macdfix;
mod mfi;
mod minus_di;
mod minus_dm;
mod mom;
mod pfe;
mod pgo;
mod plus_di;
mod plus_dm;
mod ppo;
mod projection_oscillator;
mod psl;
mod pso;
mod pzo;
mod qqe;
mod qstick;
mod ravi;
mod return_strength;
mod rmi;
mod roc;
mod rocp;
mod rocr;
mod rocr100;
mod rsi;
mod rsx;
mod rvgi;
mod rwi;
mod session_gap;
mod si;
mod smi;
mod smi_ergodic;
mod special_k;
mod sqzmom;
mod stc;
mod stoch;
mod stochf;
mod stochrsi;
mod strat;
mod structure;
mod td_rei;
mod td_sequential;
mod td_setup;
mod tii;
mod trix;
mod tsi;
mod ttf;
mod ttm_trend;
mod ultosc;
mod vhf;
mod vortex;
mod vwmacd;
mod wad;
mod wavetrend;
mod willr;
mod zlmacd;

use super::Indicator;

pub(super) use adx::adx;
pub(super) use ao::ao;
pub(super) use apo::apart;
pub(super) use chop::choppiness;
pub(super) use dx::dx;
pub(super) use er::{efficiency, forward_and_way};
pub(super) use kst::know_sure_thing;
pub(super) use macd::macd;
pub(super) use plus_di::directional;
pub(super) use plus_dm::{movement, wilder_sum};
pub(super) use pso::Place;
pub(super) use roc::roc;
pub(super) use rocp::rocp;
pub(super) use rocr::rocr;
pub(super) use rsi::{moves, rsi};
pub(super) use si::swing;
pub(super) use stoch::raw;
pub(super) use tsi::strength;

/// Every indicator of the group, in the order of names.
pub(super) static ALL: &[&Indicator] = &[
    &ac::AC,
    &adx::ADX,
    &adxr::ADXR,
    &ao::AO,
    &apo::APO,
    &aroon::AROON,
    &aroonosc::AROONOSC,
    &asi::ASI,
    &bias::BIAS,
    &bop::BOP,
    &cci::CCI,
    &cg::CG,
    &chop::CHOP,
    &choptr::CHOPTR,
    &cmo::CMO,
    &cmou::CMOU,
    &coppock::COPPOCK,
    &crsi::CRSI,
    &cti::CTI,
    &dosc::DOSC,
    &dpo::DPO,
    &dss::DSS,
    &dx::DX,
    &dymi::DYMI,
    &elder_impulse::ELDER_IMPULSE,
    &er::ER,
    &eri::ERI,
    &fisher::FISHER,
    &fosc::FOSC,
    &fractal::FRACTAL,
    &fvg::FVG,
    &gator::GATOR,
    &ibs::IBS,
    &imi::IMI,
    &inertia::INERTIA,
    &inverse_fisher_rsi::INVERSE_FISHER_RSI,
    &kdj::KDJ,
    &kst::KST,
    &kstext::KSTEXT,
    &laguerre_rsi::LAGUERRE_RSI,
    &macd::MACD,
    &macdext::MACDEXT,
    &macdfix::MACDFIX,
    &mfi::MFI,
    &minus_di::MINUS_DI,
    &minus_dm::MINUS_DM,
    &mom::MOM,
    &pfe::PFE,
    &pgo::PGO,
    &plus_di::PLUS_DI,
    &plus_dm::PLUS_DM,
    &ppo::PPO,
    &projection_oscillator::PROJECTION_OSCILLATOR,
    &psl::PSL,
    &pso::PSO,
    &pzo::PZO,
    &qqe::QQE,
    &qstick::QSTICK,
    &ravi::RAVI,
    &return_strength::RETURN_STRENGTH,
    &rmi::RMI,
    &roc::ROC,
    &rocp::ROCP,
    &rocr::ROCR,
    &rocr100::ROCR100,
    &rsi::RSI,
    &rsx::RSX,
    &rvgi::RVGI,
    &rwi::RWI,
    &session_gap::SESSION_GAP,
    &si::SI,
    &smi::SMI,
    &smi_ergodic::SMI_ERGODIC,
    &special_k::SPECIAL_K,
    &sqzmom::SQZMOM,
    &stc::STC,
    &stoch::STOCH,
    &stochf::STOCHF,
    &stochrsi::STOCHRSI,
    &strat::STRAT,
    &structure::STRUCTURE,
    &td_rei::TD_REI,
    &td_sequential::TD_SEQUENTIAL,
    &td_setup::TD_SETUP,
    &tii::TII,
    &trix::TRIX,
    &tsi::TSI,
    &ttf::TTF,
    &ttm_trend::TTM_TREND,
    &ultosc::ULTOSC,
    &vhf::VHF,
    &vortex::VORTEX,
    &vwmacd::VWMACD,
    &wad::WAD,
    &wavetrend::WAVETREND,
    &willr::WILLR,
    &zlmacd::ZLMACD,
];
