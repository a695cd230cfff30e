//! Speed and direction of price changes.

pub(crate) mod convergence;
pub(crate) mod exhaustion;
pub(crate) mod oscillators;
pub(crate) mod price_action;
pub(crate) mod rate_of_change;
pub(crate) mod relative_strength;
pub(crate) mod stochastic;
pub(crate) mod trend_strength;

use super::Indicator;

pub(super) use convergence::ao::ao;
pub(super) use convergence::apo::apart;
pub(super) use convergence::macd::macd;
pub(super) use oscillators::si::swing;
pub(super) use rate_of_change::kst::know_sure_thing;
pub(super) use rate_of_change::roc::roc;
pub(super) use rate_of_change::rocp::rocp;
pub(super) use rate_of_change::rocr::rocr;
pub(super) use relative_strength::rsi::{moves, rsi};
pub(super) use relative_strength::tsi::strength;
pub(super) use stochastic::pso::Place;
pub(super) use stochastic::stoch::raw;
pub(super) use trend_strength::adx::adx;
pub(super) use trend_strength::chop::choppiness;
pub(super) use trend_strength::dx::dx;
pub(super) use trend_strength::er::{efficiency, forward_and_way};
pub(super) use trend_strength::plus_di::directional;
pub(super) use trend_strength::plus_dm::{movement, wilder_sum};

/// The indicators of the group, sorted by name.
pub(super) static ALL: &[&Indicator] = &[
    &convergence::ac::AC,
    &trend_strength::adx::ADX,
    &trend_strength::adxr::ADXR,
    &convergence::ao::AO,
    &convergence::apo::APO,
    &trend_strength::aroon::AROON,
    &trend_strength::aroonosc::AROONOSC,
    &oscillators::asi::ASI,
    &oscillators::bias::BIAS,
    &oscillators::bop::BOP,
    &oscillators::cci::CCI,
    &oscillators::cg::CG,
    &trend_strength::chop::CHOP,
    &trend_strength::choptr::CHOPTR,
    &relative_strength::cmo::CMO,
    &relative_strength::cmou::CMOU,
    &rate_of_change::coppock::COPPOCK,
    &relative_strength::crsi::CRSI,
    &trend_strength::cti::CTI,
    &relative_strength::dosc::DOSC,
    &oscillators::dpo::DPO,
    &stochastic::dss::DSS,
    &trend_strength::dx::DX,
    &relative_strength::dymi::DYMI,
    &convergence::elder_impulse::ELDER_IMPULSE,
    &trend_strength::er::ER,
    &oscillators::eri::ERI,
    &stochastic::fisher::FISHER,
    &oscillators::fosc::FOSC,
    &price_action::fractal::FRACTAL,
    &price_action::fvg::FVG,
    &convergence::gator::GATOR,
    &stochastic::ibs::IBS,
    &relative_strength::imi::IMI,
    &oscillators::inertia::INERTIA,
    &relative_strength::inverse_fisher_rsi::INVERSE_FISHER_RSI,
    &stochastic::kdj::KDJ,
    &rate_of_change::kst::KST,
    &rate_of_change::kstext::KSTEXT,
    &relative_strength::laguerre_rsi::LAGUERRE_RSI,
    &convergence::macd::MACD,
    &convergence::macdext::MACDEXT,
    &convergence::macdfix::MACDFIX,
    &relative_strength::mfi::MFI,
    &trend_strength::minus_di::MINUS_DI,
    &trend_strength::minus_dm::MINUS_DM,
    &rate_of_change::mom::MOM,
    &trend_strength::pfe::PFE,
    &oscillators::pgo::PGO,
    &trend_strength::plus_di::PLUS_DI,
    &trend_strength::plus_dm::PLUS_DM,
    &convergence::ppo::PPO,
    &stochastic::projection_oscillator::PROJECTION_OSCILLATOR,
    &oscillators::psl::PSL,
    &stochastic::pso::PSO,
    &oscillators::pzo::PZO,
    &relative_strength::qqe::QQE,
    &oscillators::qstick::QSTICK,
    &convergence::ravi::RAVI,
    &rate_of_change::return_strength::RETURN_STRENGTH,
    &relative_strength::rmi::RMI,
    &rate_of_change::roc::ROC,
    &rate_of_change::rocp::ROCP,
    &rate_of_change::rocr::ROCR,
    &rate_of_change::rocr100::ROCR100,
    &relative_strength::rsi::RSI,
    &relative_strength::rsx::RSX,
    &oscillators::rvgi::RVGI,
    &trend_strength::rwi::RWI,
    &price_action::session_gap::SESSION_GAP,
    &oscillators::si::SI,
    &stochastic::smi::SMI,
    &relative_strength::smi_ergodic::SMI_ERGODIC,
    &rate_of_change::special_k::SPECIAL_K,
    &oscillators::sqzmom::SQZMOM,
    &convergence::stc::STC,
    &stochastic::stoch::STOCH,
    &stochastic::stochf::STOCHF,
    &stochastic::stochrsi::STOCHRSI,
    &price_action::strat::STRAT,
    &price_action::structure::STRUCTURE,
    &exhaustion::td_rei::TD_REI,
    &exhaustion::td_sequential::TD_SEQUENTIAL,
    &exhaustion::td_setup::TD_SETUP,
    &relative_strength::tii::TII,
    &rate_of_change::trix::TRIX,
    &relative_strength::tsi::TSI,
    &oscillators::ttf::TTF,
    &trend_strength::ttm_trend::TTM_TREND,
    &oscillators::ultosc::ULTOSC,
    &trend_strength::vhf::VHF,
    &trend_strength::vortex::VORTEX,
    &convergence::vwmacd::VWMACD,
    &oscillators::wad::WAD,
    &oscillators::wavetrend::WAVETREND,
    &stochastic::willr::WILLR,
    &convergence::zlmacd::ZLMACD,
];
