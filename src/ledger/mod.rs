//! Floor 3, keeping: the ledger, an SQLite file that says what exists. Series, their epochs, their sealed segments by
//! number, the bars of their tails, the batches that came under a key, and answers that are kept.
//!
//! One [`Writer`] changes it; [`Reader`]s look. What is committed here exists, and nothing else does. Knows no price file
//! and does not merge, seal or decide: it keeps what it is told.

mod advise;
mod anchor;
mod answers;
mod batches;
mod change;
mod error;
mod history;
mod load;
mod metrics;
mod pragmas;
mod profile;
mod reader;
mod recent;
mod retry;
mod schema;
mod upkeep;
mod witness;
mod writer;

#[cfg(test)]
mod crash;
#[cfg(test)]
pub(crate) mod fixture;

pub use advise::Advice;
pub use answers::{AnswerFacts, AnswerTotals, Page};
pub use batches::BatchRow;
pub use change::Change;
pub use error::Error;
pub use history::{Head, History, State};
pub use load::SeriesRow;
pub use metrics::{Metrics, Snapshot};
pub use pragmas::{Config, Durability};
pub use profile::{Profile, SlowRun, StatementFacts};
pub use reader::{Counts, Reader};
pub use witness::read as witness;
pub use writer::Writer;
