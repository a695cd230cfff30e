//! Floor 3, keeping: the ledger, an SQLite file that says what exists. Series, their epochs, their sealed segments by
//! number, the bars of their tails, and the batches that came under a key.
//!
//! One [`Writer`] changes it; [`Reader`]s look. What is committed here exists, and nothing else does. Knows no price file
//! and does not merge, seal or decide: it keeps what it is told.

mod batches;
mod change;
mod error;
mod figures;
mod load;
mod pragmas;
mod reader;
mod retry;
mod schema;
mod writer;

#[cfg(test)]
mod crash;
#[cfg(test)]
pub(crate) mod fixture;

pub use batches::BatchRow;
pub use change::Change;
pub use error::Error;
pub use figures::{Figures, Snapshot};
pub use load::SeriesRow;
pub use pragmas::{Config, Durability};
pub use reader::{Counts, Reader};
pub use writer::Writer;
