//! What became of a batch.

/// What became of the bars of one batch, which are durable now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Receipt {
    /// Bars that are new.
    pub accepted: u64,
    /// Bars that took the place of different ones at the same time.
    pub replaced: u64,
    /// Bars that changed nothing: they were there already, or another of their time was preferred.
    pub ignored: u64,
    /// The epoch of the series after the batch.
    pub epoch: u64,
}
