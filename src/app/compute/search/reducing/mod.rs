//! From the values of variants to statistics: what is fed to which accumulators, over which rows.

pub(super) mod blocks;
pub(super) mod deflation;
pub(super) mod feeds;
pub(super) mod windows;
