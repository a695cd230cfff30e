//! Floor 4, doing: the use-cases, the pool they compute on, and the limits they keep.
//!
//! Never sees a protobuf type; what comes in is valid already. One thread, the writer thread, changes what is on disk;
//! everyone else reads snapshots that never change.

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
pub use compute::question::{Answer, BarsFrom, Join, Persist, Question, Questions, expression, expressions};
pub use error::{Error, Kind};
pub use limits::Limits;
pub use maintenance::backup_folder::BackupFacts;
pub use maintenance::service::Soundness;
pub use metrics::Metrics;
pub use saved::description::ResultDescription;
pub use saved::service::SavedResultInfo;
pub use startup::config::{CacheSecret, Config};
pub use startup::repair::{RepairReport, purge, repair};
pub use write::batch::{Batch, BatchKey, OnConflict};

pub use crate::series::Receipt;

use self::admission::Admission;
use self::bars::catalog::Catalog;
use self::bars::derived::ResampledCache;
use self::compute::checkpoint_store::Checkpoints;
use self::pool::Pool;
use self::write::command::Command;
use self::write::data_folder::Maintenance;
use crate::cache::Cache;
use crate::ledger;

/// The server behind its API.
pub struct App {
    limits: Limits,
    catalog: Arc<Catalog>,
    maintenance: Arc<Maintenance>,
    cache: Cache,
    pool: Pool,
    checkpoints: Arc<Checkpoints>,
    resampled_cache: Arc<ResampledCache>,
    admission: Admission,
    /// The way to the writer thread; gone once the server is stopping.
    commands: ArcSwapOption<mpsc::Sender<Command>>,
    /// Room for bars that wait for the writer thread.
    room: Arc<Semaphore>,
    /// Commands that the writer thread has not done yet.
    depth: Arc<AtomicUsize>,
    /// Who looks into the ledger.
    reader: Arc<std::sync::Mutex<ledger::Reader>>,
    /// Series that the compactor has is_active to look at.
    compactions: Arc<AtomicUsize>,
    writer_thread: Mutex<Option<JoinHandle<()>>>,
    writer: Arc<ledger::Metrics>,
    /// Answers that were computed, not fetched.
    computed: AtomicU64,
}

impl App {
    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Refuses new work from now on, and waits until the writer thread has done all that it took.
    pub async fn close(&self) {
        self.commands.store(None);
        self.maintenance.backups.close().await;
        // BarsSource until the end, so that a second caller waits as well.
        let mut writer_thread = self.writer_thread.lock().await;
        let Some(writer_thread) = writer_thread.take() else { return };
        if let Err(error) = tokio::task::spawn_blocking(|| writer_thread.join()).await {
            tracing::error!(%error, "the writer thread was not waited for");
        }
    }

    /// The server is not stopping.
    fn ensure_running(&self) -> Result<(), Error> {
        match &*self.commands.load() {
            Some(_) => Ok(()),
            None => Err(Error::Stopping),
        }
    }
}
