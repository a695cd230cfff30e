//! Floor 4, doing: the use-cases, the pool they compute on, and the limits they keep.
//!
//! Never sees a protobuf type; what comes in is valid already. One thread, the keeper, changes what is on disk;
//! everyone else reads views that never change.

mod admission;
mod bars;
mod compute;
mod error;
mod limits;
mod maintenance;
mod metrics;
mod pool;
mod saved;
mod startup;
mod user_cache;
mod write;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::thread::JoinHandle;

use arc_swap::ArcSwapOption;
use tokio::sync::{Mutex, Semaphore, mpsc};

pub use bars::catalog::SeriesFacts;
pub use bars::read::BarsChunk;
pub use compute::correlate::{Correlate, CorrelationMatrix, Method, correlations};
pub use compute::question::{Answer, From, Join, Persist, Question, Questions, expression, expressions};
pub use error::{Error, Kind};
pub use limits::Limits;
pub use maintenance::backup_folder::BackupFacts;
pub use maintenance::service::Soundness;
pub use metrics::Figures;
pub use saved::description::About;
pub use saved::service::AnswerInfo;
pub use startup::config::{CacheSecret, Config};
pub use startup::repair::{RepairReport, purge, repair};
pub use write::batch::{Batch, BatchKey, OnConflict};

pub use crate::series::Receipt;

use self::admission::Admission;
use self::bars::catalog::Shelf;
use self::bars::derived::Derivations;
use self::compute::checkpoint_store::Checkpoints;
use self::pool::Pool;
use self::write::command::Job;
use self::write::data_folder::Upkeep;
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
