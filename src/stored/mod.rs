//! Floor 3, storage: stored series, price files and tails as one, also read without a server.
//!
//! [`StoredBars`] are what the application computes over. [`StoredFolder`] reads them from a data folder that a server may be
//! writing to, in another process: it changes nothing and takes no lock.

mod bars;
mod folder;
mod spliced;
mod tail;

pub use bars::StoredBars;
pub use folder::{Error, StoredFolder, StoredSeries};
pub(crate) use spliced::Spliced;
pub use tail::Tail;
pub(crate) use tail::copy;
