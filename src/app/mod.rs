//! Floor 4: the use cases, the threads that compute, and the limits.
//!
//! Never sees a protobuf type; its input is already valid. Only the writer thread changes what is on disk; everyone
//! else reads immutable snapshots.

mod bars;
mod compute;
mod error;
mod limits;
mod maintenance;
mod metrics;
mod saved;
mod shared;
mod startup;
mod watch;
mod workers;
mod write;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

pub use bars::adjust::Adjust;
pub use bars::adjust::factors::{Adjustment, AppliedAction};
pub use bars::catalog::SeriesFacts;
pub use bars::reader::{BarsChunk, BarsQuestion, BarsReader};
pub use bars::revisions::since::{Changes, Since};
pub use compute::compiled::CompiledQuery;
pub use compute::correlate::{Correlate, CorrelationMatrix, Method, correlations};
pub use compute::question::{Answer, BarsFrom, Join, Persist, Question, Questions};
pub use compute::search::folds::WalkForward;
pub use compute::search::question::{
    FoldSpan, Screen, ScreenQuery, ScreenTexts, Sweep, SweepColumns, SweepFold, SweepHeader, SweepOutOfSample,
    SweepPart, SweepQuery, SweepRows, SweepSummary, SweepTexts, SweptFacts,
};
pub use compute::search::screen::{Hit, ScreenPart, ScreenSummary};
pub use compute::search::selection::Selection;
pub use compute::service::Compute;
pub use compute::stream::downsample::{Buckets, Downsampled};
pub use error::{AdjustError, Error, Kind, SharingError};
pub use limits::{Limit, Limits};
pub use maintenance::backup_folder::BackupFacts;
pub use maintenance::service::{Maintenance, Soundness};
pub use metrics::Metrics;
pub use saved::description::ResultDescription;
pub use saved::service::{SavedResultInfo, SavedResults};
pub use shared::board::{Board, BoardEvent, BoardPost, PostContent};
pub use shared::delivery::{Delivered, SharedAnswer, SharedAnswers};
pub use shared::user_cache::UserCache;
pub use startup::config::{CacheSecret, Config};
pub use startup::repair::{RepairReport, purge, repair};
pub use watch::{Alert, AlertName, Alerts, FiringValues, StoredAlert, Webhook, WebhookConfig, WebhookUrl};
pub use watch::{WatchEvent, WatchQuestion, WatchRows, Watches};
pub use workers::byte_budget::{ByteBudget, BytesHeld, CallMemory, UNCOUNTED_BYTES_MAX};
pub use workers::call_context::{CallContext, Caller};
pub use workers::identity::clocks::Clocks;
pub use workers::identity::{Identity, Scope, Scopes};
pub use write::actions::CorporateActions;
pub use write::actions::edit::{PutOutcome, Which};
pub use write::batch::{Batch, BatchKey, OnConflict};
pub use write::queue::WriteQueue;

pub use crate::ledger::{ActionKind, CorporateAction, Delivery, FiringRow, NewFiring};
pub use crate::series::Receipt;

use self::workers::executor::Executor;
use crate::ledger;

/// The server behind its API: its use cases, by what they work on.
pub struct App {
    /// Computes expressions over bars.
    pub compute: Arc<Compute>,
    /// Lists series and reads their bars.
    pub bars: Arc<BarsReader>,
    /// Ingests bars, changes and deletes series.
    pub write: Arc<WriteQueue>,
    /// Stores and lists splits and dividends.
    pub actions: Arc<CorporateActions>,
    /// The clocks of tokens.
    pub clocks: Arc<Clocks>,
    /// Lists, reads and expires saved results.
    pub saved: Arc<SavedResults>,
    /// Entries that callers read and write.
    pub user_cache: Arc<UserCache>,
    /// Answers in shared memory.
    pub shared_answers: Arc<SharedAnswers>,
    /// Named values that agents share.
    pub board: Arc<Board>,
    /// Tells of new bars and their values as they come.
    pub watches: Arc<Watches>,
    /// Keeps alerts, and logs their firings.
    pub alerts: Arc<Alerts>,
    /// Checks, profiles and backs up the data folder.
    pub maintenance: Arc<Maintenance>,
    executor: Arc<Executor>,
    limits: Arc<Limits>,
    /// Series that wait for the compactor.
    compactions: Arc<AtomicUsize>,
    writer_metrics: Arc<ledger::Metrics>,
}

impl App {
    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Refuses new work and waits until the writer thread has drained its queue.
    pub async fn close(&self) {
        self.executor.stop();
        self.watches.stop();
        self.alerts.stop();
        self.write.stop();
        self.maintenance.stop().await;
        self.write.join().await;
        self.user_cache.flush().await;
    }
}
