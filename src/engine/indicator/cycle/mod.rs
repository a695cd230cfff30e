//! Cycles that prices go through.

mod correlation_cycle;
mod cyber_cycle;
mod decycler_oscillator;
mod ebsw;
mod emd;
mod flex;
mod ht_dcperiod;
mod ht_dcphase;
mod ht_phasor;
mod ht_sine;
mod ht_trendmode;
mod msw;
mod precision_trend;
mod reflex;
mod roofing;
mod stoch_cyber_cycle;
mod swak_2php;
mod swak_bp;
mod swak_hp;
mod trendflex;
mod universal_oscillator;
mod voss;

use super::Indicator;

/// The indicators of the group, sorted by name.
pub(super) static ALL: &[&Indicator] = &[
    &correlation_cycle::CORRELATION_CYCLE,
    &cyber_cycle::CYBER_CYCLE,
    &decycler_oscillator::DECYCLER_OSCILLATOR,
    &ebsw::EBSW,
    &emd::EMD,
    &ht_dcperiod::HT_DCPERIOD,
    &ht_dcphase::HT_DCPHASE,
    &ht_phasor::HT_PHASOR,
    &ht_sine::HT_SINE,
    &ht_trendmode::HT_TRENDMODE,
    &msw::MSW,
    &precision_trend::PRECISION_TREND,
    &reflex::REFLEX,
    &roofing::ROOFING,
    &stoch_cyber_cycle::STOCH_CYBER_CYCLE,
    &swak_2php::SWAK_2PHP,
    &swak_bp::SWAK_BP,
    &swak_hp::SWAK_HP,
    &trendflex::TRENDFLEX,
    &universal_oscillator::UNIVERSAL_OSCILLATOR,
    &voss::VOSS,
];
