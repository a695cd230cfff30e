//! Floor 4: the use cases, the compute pool and the limits.
//!
//! Never sees a protobuf type; its input is already valid. Only the writer thread changes what is on disk; everyone
//! else reads immutable snapshots.

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
use self::write::data_folder::DataFolder;
use crate::cache::Cache;
use crate::ledger;

/// The server behind its API.
pub struct App {
    limits: Limits,
    catalog: Arc<Catalog>,
    data_folder: Arc<DataFolder>,
    cache: Cache,
    pool: Pool,
    checkpoints: Arc<Checkpoints>,
    resampled_cache: Arc<ResampledCache>,
    admission: Admission,
    /// The queue of the writer thread; `None` once the server is stopping.
    commands: ArcSwapOption<mpsc::Sender<Command>>,
    /// Queue capacity for bars that wait for the writer thread.
    room: Arc<Semaphore>,
    /// Commands that the writer thread has not done yet.
    depth: Arc<AtomicUsize>,
    /// The reader of the ledger.
    reader: Arc<std::sync::Mutex<ledger::Reader>>,
    /// Series that wait for the compactor.
    compactions: Arc<AtomicUsize>,
    writer_thread: Mutex<Option<JoinHandle<()>>>,
    writer: Arc<ledger::Metrics>,
    /// Answers that were computed, not cached.
    computed: AtomicU64,
}

impl App {
    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Refuses new work and waits until the writer thread has drained its queue.
    pub async fn close(&self) {
        self.commands.store(None);
        self.data_folder.backups.close().await;
        // Locked until the end, so that a second caller waits as well.
        let mut writer_thread = self.writer_thread.lock().await;
        let Some(writer_thread) = writer_thread.take() else { return };
        if let Err(error) = tokio::task::spawn_blocking(|| writer_thread.join()).await {
            tracing::error!(%error, "waiting for the writer thread failed");
        }
    }

    /// An error if the server is stopping.
    fn ensure_running(&self) -> Result<(), Error> {
        match &*self.commands.load() {
            Some(_) => Ok(()),
            None => Err(Error::Stopping),
        }
    }
}
