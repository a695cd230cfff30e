//! Resampling: time grids, and the fold of bars into longer ones.

pub(super) mod fold;
pub(super) mod grid;
pub(super) mod options;
