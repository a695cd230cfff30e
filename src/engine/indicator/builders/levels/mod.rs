//! Price levels: pivots of earlier bars, swing points, and stops that trail an average.

pub(super) mod pivots;
pub(super) mod trailing;
