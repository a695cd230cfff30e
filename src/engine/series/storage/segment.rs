//! Facts about a sealed segment, stored both in its price file and in the ledger.

use std::fmt;
use std::str::FromStr;

use crate::series::SeriesId;

/// The facts of one sealed segment. The file and the ledger must agree on all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SegmentFacts {
    /// The number that names the price file; never reused.
    pub number: u64,
    /// The opening time of the first bar: nanoseconds since the Unix epoch, UTC.
    pub first_time: i64,
    /// The opening time of the last bar: nanoseconds since the Unix epoch, UTC.
    pub last_time: i64,
    /// The number of bars, 1 or more.
    pub rows: u64,
    /// The length of the price file.
    pub bytes: u64,
}

/// One line of a ledger's history: a random number, drawn at each opening for writing. Two histories that fork, as
/// after a restore, share the lineages before the fork and none after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Lineage(pub u128);

impl fmt::Display for Lineage {
    /// 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for Lineage {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(text, 16).map(Self)
    }
}

/// One commit of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CommitId {
    /// The lineage that made the commit.
    pub lineage: Lineage,
    /// Its number: each commit of a ledger raises the generation by 1, across lineages.
    pub generation: u64,
}

/// The origin of a segment. The price file carries it, so that the ledger entry can be rebuilt from the file alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The series.
    pub id: SeriesId,
    /// The number of the series in the ledger.
    pub series: u64,
    /// The first commit that could reference the file: the one after the newest at the time of writing.
    pub commit: CommitId,
}
