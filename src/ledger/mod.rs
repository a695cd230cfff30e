//! Floor 3, storage: the ledger, an SQLite database that is the source of truth for what exists. It stores series,
//! epochs, sealed segments (by number), the bars of tails, batches by idempotency key, and saved results.
//!
//! One [`Writer`] changes it; [`Reader`]s read snapshots. Something exists exactly if it is committed here. Independent
//! of price files; merging and sealing are decided elsewhere.

mod advise;
mod anchor;
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
mod saved_results;
mod schema;
mod upkeep;
mod witness;
mod writer;

#[cfg(test)]
mod crash;
#[cfg(test)]
pub(crate) mod fixture;

pub use advise::Advice;
pub use batches::BatchRow;
pub use change::Change;
pub use error::Error;
pub use history::{Head, History, State};
pub use load::SeriesRow;
pub use metrics::{Metrics, Snapshot};
pub use pragmas::{Config, Durability};
pub use profile::{Profile, SlowRun, StatementFacts};
pub use reader::{Counts, Reader};
pub use saved_results::{Page, SavedResultRow, SavedResultTotals};
pub use witness::read as witness;
pub use writer::Writer;
