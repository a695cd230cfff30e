//! Trend strength and direction.

pub(crate) mod adx;
pub(crate) mod adxr;
pub(crate) mod amat;
pub(crate) mod aroon;
pub(crate) mod aroonosc;
pub(crate) mod chop;
pub(crate) mod chop_zone;
pub(crate) mod choptr;
pub(crate) mod cti;
pub(crate) mod dmh;
pub(crate) mod dx;
pub(crate) mod er;
pub(crate) mod minus_di;
pub(crate) mod minus_dm;
pub(crate) mod pfe;
pub(crate) mod plus_di;
pub(crate) mod plus_dm;
pub(crate) mod rwi;
pub(crate) mod stiffness;
pub(crate) mod trend_detection;
pub(crate) mod trendscore;
pub(crate) mod ttm_trend;
pub(crate) mod vhf;
pub(crate) mod vortex;
