//! A group of commands that share one commit.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::actions::edit::ActionEdits;
use super::command::Reply;
use super::segment_writer::Syncs;
use super::series_edit::SeriesEdit;
use crate::app::bars::catalog::Catalog;
use crate::app::{BatchKey, Error, Limits};
use crate::ledger::{BatchRow, Change};
use crate::series::SeriesId;

/// Replies to a caller after the commit, or with its error.
pub(super) type Waiting = Box<dyn FnOnce(Option<&Arc<Error>>)>;

pub(super) fn once_durable<T: 'static>(reply: Reply<T>, value: T) -> Waiting {
    Box::new(move |failed| drop(reply.send(failed.map_or(Ok(value), |error| Err(Arc::clone(error))))))
}

/// The effects of one group of commands before the commit.
#[derive(Default)]
pub(super) struct Group {
    /// The edit of each changed series; `None` when it is deleted.
    pub(super) edits: BTreeMap<SeriesId, Option<SeriesEdit>>,
    /// Deletions.
    pub(super) changes: Vec<Change>,
    /// Corporate actions that are stored and deleted.
    pub(super) actions: ActionEdits,
    /// Batches with an idempotency key.
    pub(super) batches: BTreeMap<BatchKey, BatchRow>,
    pub(super) removed_files: Vec<u64>,
    pub(super) written_files: Vec<u64>,
    pub(super) syncs: Syncs,
    pub(super) waiting: Vec<Waiting>,
    /// The series that the compactor has examined.
    pub(super) merged: Vec<SeriesId>,
}

impl Group {
    /// Whether the series of a batch is deleted: what comes under its key again is stored again.
    pub(super) fn deletes(&self, batch: &BatchRow) -> bool {
        let is_own =
            |change: &Change| matches!(change, Change::DeleteSeries { series } if batch.series == Some(*series));
        self.changes.iter().any(is_own)
    }

    /// The changes that store new idempotency keys and evict old ones.
    pub(super) fn remember(&self, limits: &Limits) -> Vec<Change> {
        let milliseconds = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        let received_ms = milliseconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
        let mut changes: Vec<_> =
            self.batches.values().map(|row| Change::AddBatch { row: row.clone(), received_ms }).collect();
        if !changes.is_empty() {
            let before_ms = received_ms.saturating_sub(milliseconds(limits.idempotency_key_age()));
            changes.push(Change::ExpireBatches { rows_max: limits.idempotency_keys_max, before_ms });
        }
        changes
    }

    /// The number of series after the commit.
    pub(super) fn series(&self, catalog: &Catalog) -> usize {
        let is_new = |edit: &&Option<SeriesEdit>| edit.as_ref().is_some_and(|edit| edit.new);
        let created = self.edits.values().filter(is_new).count();
        let deleted = self.changes.iter().filter(|change| matches!(change, Change::DeleteSeries { .. })).count();
        catalog.len() + created - deleted
    }

    /// Forgets the batches of a series that is deleted.
    pub(super) fn forget_batches(&mut self, series: u64) {
        self.batches.retain(|_, batch| batch.series != Some(series));
    }
}
