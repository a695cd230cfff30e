//! Exhaustion: counts of bars after which a trend tends to end (DeMark).

pub(crate) mod counts;
pub(crate) mod demarker;
pub(crate) mod td_rei;
pub(crate) mod td_sequential;
pub(crate) mod td_setup;
