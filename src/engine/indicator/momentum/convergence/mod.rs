//! Convergence and divergence: differences of moving averages.

pub(crate) mod ac;
pub(crate) mod ao;
pub(crate) mod apo;
pub(crate) mod elder_impulse;
pub(crate) mod gator;
pub(crate) mod macd;
pub(crate) mod macdext;
pub(crate) mod macdfix;
pub(crate) mod madh;
pub(crate) mod ppo;
pub(crate) mod ravi;
pub(crate) mod stc;
pub(crate) mod stoch_macd;
pub(crate) mod super_passband;
pub(crate) mod vwmacd;
pub(crate) mod waddah_attar;
pub(crate) mod zlmacd;
