//! The outcome of a batch.

/// The outcome of one batch, whose bars are durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Receipt {
    /// New bars.
    pub accepted: u64,
    /// Bars that replaced different ones at the same time.
    pub replaced: u64,
    /// Bars that changed nothing: already stored, or a preferred bar exists at their time.
    pub ignored: u64,
    /// The epoch of the series after the batch.
    pub epoch: u64,
}
