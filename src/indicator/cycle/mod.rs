//! Cycles that prices go through.

mod ht_dcperiod;
mod ht_dcphase;
mod ht_phasor;
mod ht_sine;
mod ht_trendmode;
pub(super) mod phase;
mod pole;
mod rotation;
mod swak_2php;
mod swak_bp;
mod swak_hp;
mod turn;

pub(super) use ht_dcperiod::HT_DCPERIOD;
pub(super) use ht_dcphase::HT_DCPHASE;
pub(super) use ht_phasor::HT_PHASOR;
pub(super) use ht_sine::HT_SINE;
pub(super) use ht_trendmode::HT_TRENDMODE;
pub(super) use pole::{Pole, before};
pub(super) use rotation::Rotation;
pub(super) use swak_2php::SWAK_2PHP;
pub(super) use swak_bp::SWAK_BP;
pub(super) use swak_hp::SWAK_HP;
