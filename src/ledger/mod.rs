//! Floor 3, storage: the ledger, an SQLite database that is the source of truth for what exists. It stores series,
//! epochs, sealed segments (by number), the bars of tails, batches by idempotency key, saved results, alerts with
//! their firings, and corporate actions.
//!
//! One [`Writer`] changes it; [`Reader`]s read snapshots. Something exists exactly if it is committed here. Independent
//! of price files; merging and sealing are decided elsewhere.

mod database;
mod error;
mod history;
mod reader;
mod statistics;
mod tables;
mod writer;

#[cfg(test)]
mod crash;
#[cfg(test)]
pub(crate) mod fixture;

pub use database::pragmas::{Config, Durability};
pub use error::Error;
pub use history::witness::read as witness;
pub use history::{Head, History, State};
pub use reader::{Counts, Reader};
pub use statistics::advise::Advice;
pub use statistics::metrics::{Metrics, Snapshot};
pub use statistics::profile::{Profile, SlowRun, StatementFacts};
pub use tables::actions::{ActionKind, CorporateAction};
pub use tables::alerts::{AlertPosition, AlertRow, Delivery, FiringPage, FiringRow, NewFiring};
pub use tables::batches::BatchRow;
pub use tables::change::Change;
pub use tables::load::{SeriesExtent, SeriesRow};
pub use tables::salvage::{Salvage, SalvagedSeries, repairing, salvage};
pub use tables::saved_results::{Page, SavedResultRow, SavedResultTotals};
pub use writer::Writer;
