//! What is said of a sealed piece of a series, in its price file and in the ledger alike.

/// The facts of one sealed segment. The file and the ledger must agree on all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SegmentFacts {
    /// The number that names the price file; never given twice.
    pub number: u64,
    /// When the first bar opens: nanoseconds since the Unix epoch, UTC.
    pub first_time: i64,
    /// When the last bar opens: nanoseconds since the Unix epoch, UTC.
    pub last_time: i64,
    /// The number of bars, 1 or more.
    pub rows: u64,
    /// The length of the price file.
    pub bytes: u64,
}
