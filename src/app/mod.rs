//! Floor 4, doing: the use-cases, the pool they compute on, and the limits they keep.
//!
//! Never sees a protobuf type; what comes in is valid already. One thread, the keeper, changes what is on disk;
//! everyone else reads views that never change.

mod about;
mod admission;
mod answers;
mod archive;
mod backup;
mod backup_folder;
mod batch;
mod checkpoints;
mod checksum;
mod chunks;
mod compute;
mod correlate;
mod draft;
mod entries;
mod error;
mod figures;
mod files;
mod frames;
mod held;
mod ingest;
mod job;
mod joined;
mod keeper;
mod limits;
mod merge;
mod merger;
mod open;
mod packed;
mod pool;
mod question;
mod read;
mod recovery;
mod repair;
mod secret;
mod shelf;
mod task;
mod upkeep;
mod view;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::thread::JoinHandle;

use arc_swap::ArcSwapOption;
use tokio::sync::{Mutex, Semaphore, mpsc};

pub use about::About;
pub use answers::{AnswerInfo, Persist};
pub use backup_folder::BackupFacts;
pub use batch::{Batch, BatchKey, OnConflict};
pub use correlate::{Correlate, CorrelationMatrix, Method, correlations};
pub use error::{Error, Kind};
pub use figures::Figures;
pub use limits::Limits;
pub use open::Config;
pub use question::{Answer, From, Join, Question, Questions, expression, expressions};
pub use read::BarsChunk;
pub use repair::{RepairReport, purge, repair};
pub use secret::CacheSecret;
pub use shelf::SeriesFacts;
pub use upkeep::Soundness;

pub use crate::series::Receipt;

use self::admission::Admission;
use self::checkpoints::Checkpoints;
use self::frames::Derivations;
use self::job::Job;
use self::pool::Pool;
use self::shelf::Shelf;
use self::upkeep::Upkeep;
use crate::cache::Cache;
use crate::ledger;

/// The server behind its API.
pub struct App {
    limits: Limits,
    shelf: Arc<Shelf>,
    upkeep: Arc<Upkeep>,
    cache: Cache,
    pool: Pool,
    checkpoints: Arc<Checkpoints>,
    derivations: Arc<Derivations>,
    admission: Admission,
    /// The way to the keeper; gone once the server is stopping.
    jobs: ArcSwapOption<mpsc::Sender<Job>>,
    /// Room for bars that wait for the keeper.
    room: Arc<Semaphore>,
    /// Jobs that the keeper has not done yet.
    depth: Arc<AtomicUsize>,
    /// Who looks into the ledger.
    reader: Arc<std::sync::Mutex<ledger::Reader>>,
    /// Series that the merger has still to look at.
    merges: Arc<AtomicUsize>,
    keeper: Mutex<Option<JoinHandle<()>>>,
    writer: Arc<ledger::Figures>,
    /// Answers that were computed, not fetched.
    computed: AtomicU64,
}

impl App {
    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Refuses new work from now on, and waits until the keeper has done all that it took.
    pub async fn close(&self) {
        self.jobs.store(None);
        self.upkeep.backups.close().await;
        // Held until the end, so that a second caller waits as well.
        let mut keeper = self.keeper.lock().await;
        let Some(keeper) = keeper.take() else { return };
        if let Err(error) = tokio::task::spawn_blocking(|| keeper.join()).await {
            tracing::error!(%error, "the keeper was not waited for");
        }
    }

    /// The server is not stopping.
    fn awake(&self) -> Result<(), Error> {
        match &*self.jobs.load() {
            Some(_) => Ok(()),
            None => Err(Error::Stopping),
        }
    }
}
