//! The writer thread: the only thread that changes what is on disk.
//!
//! It works by group commit: all queued commands, up to a size, share one transaction and one fsync, so throughput
//! rises with load instead of one fsync per batch. The order is fixed: price files are written and synced, the ledger
//! commits, snapshots are published, receipts are sent last. So readers never see bars that a crash could take back,
//! and a client with a receipt can read its bars at once. If the commit fails, every command of the group fails and
//! nothing is published.
//!
//! A single writer needs no locks between edits, and the order of the queue is the order of the epochs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::mpsc;

use super::command::{Command, Compacted, PinnedSnapshot, Reply, gather, refuse};
use super::compactor::{self, Compactor};
use super::group::{Group, once_durable};
use super::new_series::NewSeries;
use super::segment_writer::{Files, Sizes};
use super::series_edit::SeriesEdit;
use crate::app::bars::catalog::{Catalog, facts};
use crate::app::saved::store::ResultStore;
use crate::app::workers::executor::panic_message;
use crate::app::workers::threads::{Clock, Thread, block_on, point};
use crate::app::{Batch, Caller, Error, Limits, Receipt, SeriesFacts};
use crate::ledger::{self, BatchRow, Change, Durability, Head, Writer};
use crate::prices::Folder;
use crate::series::{Origin, Retention, SeriesId, Source};

/// The maximum number of bars in one group commit.
const GROUP_ROWS_MAX: usize = 1 << 20;

/// The idle time before the ledger is maintained.
const IDLE: Duration = Duration::from_secs(60);

pub(crate) struct WriterThread {
    pub(crate) folder: Arc<Folder>,
    pub(crate) writer: Writer,
    pub(crate) head: Head,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) results: ResultStore,
    pub(crate) compactor: Compactor,
    pub(crate) sizes: Sizes,
    pub(crate) durability: Durability,
    /// The next number of a price file, never reused.
    pub(crate) next_file: Arc<AtomicU64>,
    pub(crate) new_series: NewSeries,
    /// Replaced price files that were removed, to be deleted from the ledger.
    pub(crate) removed: Vec<u64>,
    pub(crate) limits: Arc<Limits>,
}

impl WriterThread {
    /// Starts the thread. It ends when all senders are dropped and the queue is empty.
    pub(crate) fn start(mut self, mut commands: mpsc::Receiver<Command>, depth: Arc<AtomicUsize>) -> Thread {
        let clock = Clock::new();
        self.catalog.ids().iter().for_each(|id| self.ask_to_merge(id));
        let work = move || {
            while let Some(first) = self.next(&mut commands, &clock) {
                let group = gather(first, || commands.try_recv().ok(), GROUP_ROWS_MAX);
                let len = group.len();
                self.work(group);
                point();
                depth.fetch_sub(len, Relaxed);
            }
            self.compactor.join();
            if let Err(error) = self.writer.close() {
                tracing::error!(%error, "closing the ledger failed");
            }
        };
        Thread::spawn("writer", work)
    }

    /// The next command. While idle, saves the results that wait, then removes expired results and maintains the ledger once.
    fn next(&mut self, commands: &mut mpsc::Receiver<Command>, clock: &Clock) -> Option<Command> {
        while self.results.has_work() {
            match commands.try_recv() {
                Ok(command) => return Some(command),
                Err(_) => self.results.work(&mut self.writer),
            }
        }
        let (mut sweep, mut tidy) = (self.results.pause(), Some(IDLE));
        while let Some(pause) = sweep.into_iter().chain(tidy).min() {
            match clock.block_on(pause, commands.recv()) {
                Some(command) => return command,
                None if tidy == Some(pause) => {
                    tidy = None;
                    self.tidy();
                }
                None => self.results.sweep(&mut self.writer),
            }
            sweep = self.results.pause();
        }
        block_on(commands.recv())
    }

    fn tidy(&mut self) {
        if let Err(error) = self.writer.tidy() {
            tracing::warn!(%error, "ledger maintenance failed");
        }
    }

    fn work(&mut self, commands: Vec<Command>) {
        let mut group = Group::default();
        let (mut rooms, mut holds) = (Vec::with_capacity(commands.len()), Vec::new());
        for command in commands {
            match command {
                Command::Ingest { id, batch, reply, room } => {
                    rooms.push(room);
                    self.ingest(&mut group, id, &batch, reply);
                }
                Command::Retain { id, retention, reply } => self.retain(&mut group, id, retention, reply),
                Command::Delete { id, reply } => self.delete(&mut group, id, reply),
                Command::AcceptLoss { id, reply } => self.accept_loss(&mut group, id, reply),
                Command::SavedResult { edit, reply, room } => self.results.push(edit, reply, room),
                Command::Change { changes, reply } => {
                    group.changes.extend(changes);
                    group.waiting.push(once_durable(reply, ()));
                }
                Command::PutActions { symbol, actions, reply } => {
                    let (tables, max) = (self.catalog.actions(), self.limits.corporate_actions_max);
                    match group.actions.put(tables, symbol, &actions, max) {
                        Ok(outcome) => group.waiting.push(once_durable(reply, outcome)),
                        Err(error) => drop(reply.send(Err(Arc::new(error)))),
                    }
                }
                Command::DeleteActions { symbol, which, reply } => {
                    let deleted = group.actions.delete(self.catalog.actions(), symbol, &which);
                    group.waiting.push(once_durable(reply, deleted));
                }
                Command::Pin { reply } => holds.push(reply),
                Command::Compacted { id, merged } => self.swap(&mut group, id, merged),
            }
        }
        let edits = group.edits.values().flatten();
        let mut changes: Vec<_> = group.changes.drain(..).chain(edits.flat_map(SeriesEdit::changes)).collect();
        changes.extend(group.remember(&self.limits));
        changes.extend(group.actions.changes());
        if !changes.is_empty() && !self.removed.is_empty() {
            changes.push(Change::ForgetRetired { numbers: std::mem::take(&mut self.removed) });
        }
        let committed = if changes.is_empty() { Ok(()) } else { self.commit(&mut group, &changes) };
        point();
        // A caller may send more as soon as it has its reply, so capacity is released first.
        drop(rooms);
        match committed {
            Ok(()) => self.publish(group),
            Err(error) => self.fail_group(group, error),
        }
        for reply in holds {
            let _ = reply.send(self.hold().map_err(|error| Arc::new(error.into())));
        }
        // Bars go first; results have a commit of their own, which is limited in size.
        self.results.work(&mut self.writer);
    }

    /// Waits until the price files of a group are durable, and commits its changes.
    fn commit(&mut self, group: &mut Group, changes: &[Change]) -> Result<(), Error> {
        std::mem::take(&mut group.syncs).finish(&self.folder)?;
        Ok(self.writer.commit(changes)?)
    }

    /// Pins what the ledger and the catalog hold between two groups, for a backup.
    fn hold(&self) -> Result<PinnedSnapshot, ledger::Error> {
        let reader = self.writer.reader()?;
        reader.hold()?;
        Ok(PinnedSnapshot { reader, snapshots: self.catalog.snapshots() })
    }

    fn ingest(&mut self, group: &mut Group, id: SeriesId, batch: &Batch, reply: Reply<Receipt>) {
        let receipt = match self.replay(group, &id, batch) {
            Ok(Some(receipt)) => Ok(receipt),
            Ok(None) => self.put(group, &id, batch),
            Err(error) => Err(error),
        };
        match receipt {
            Ok(receipt) => group.waiting.push(once_durable(reply, receipt)),
            Err(error) => refuse(&id, reply, error),
        }
    }

    /// The receipt of an earlier batch with the same idempotency key.
    fn replay(&self, group: &Group, id: &SeriesId, batch: &Batch) -> Result<Option<Receipt>, Error> {
        let Some(key) = &batch.key else { return Ok(None) };
        let before = match group.batches.get(key) {
            Some(row) => Some(row.clone()),
            None => self.writer.batch(key.client(), key.batch())?.filter(|row| !group.deletes(row)),
        };
        match before {
            Some(row) if row.digest != batch.digest(id) => {
                Err(Error::KeyTaken { client: row.client, batch: row.batch })
            }
            before => Ok(before.map(|row| row.receipt)),
        }
    }

    fn put(&mut self, group: &mut Group, id: &SeriesId, batch: &Batch) -> Result<Receipt, Error> {
        let before = self.edit(group, id);
        let is_new = before.is_none();
        let edit = match before {
            Some(edit) => edit,
            None => self.create(group, id, batch.caller)?,
        };
        let (max, number) = (self.limits.extra_columns_max, edit.number);
        let receipt = self.change(group, edit, |edit, files| {
            let receipt = edit.put(batch, files)?;
            match edit.snapshot().extras().len() {
                needed if needed > max => Err(too_many_columns(max, needed)),
                _ => Ok(receipt),
            }
        })?;
        if is_new {
            self.new_series.count(batch.caller);
        }
        if let Some(key) = &batch.key {
            let (client, name, digest) = (key.client().into(), key.batch().into(), batch.digest(id));
            group.batches.insert(key.clone(), BatchRow { client, batch: name, digest, series: Some(number), receipt });
        }
        Ok(receipt)
    }

    /// The edit of a series that a caller creates.
    fn create(&mut self, group: &Group, id: &SeriesId, caller: Caller) -> Result<SeriesEdit, Error> {
        self.new_series.admit(caller, group.series(&self.catalog), &self.limits)?;
        Ok(SeriesEdit::new(id.clone(), self.new_series.number(), self.head.commit().lineage))
    }

    fn retain(&mut self, group: &mut Group, id: SeriesId, retention: Retention, reply: Reply<SeriesFacts>) {
        let Some(edit) = self.edit(group, &id) else { return refuse(&id, reply, Error::NoSeries(id.clone())) };
        let retained = self.change(group, edit, |edit, files| {
            edit.retain(retention, files)?;
            Ok(facts(&edit.id, &edit.snapshot()))
        });
        match retained {
            Ok(facts) => group.waiting.push(once_durable(reply, facts)),
            Err(error) => refuse(&id, reply, error),
        }
    }

    /// Accepts the loss of unreadable bars.
    fn accept_loss(&mut self, group: &mut Group, id: SeriesId, reply: Reply<SeriesFacts>) {
        let Some(mut edit) = self.edit(group, &id) else { return refuse(&id, reply, Error::NoSeries(id.clone())) };
        edit.accept_loss();
        group.waiting.push(once_durable(reply, facts(&id, &edit.snapshot())));
        group.edits.insert(id, Some(edit));
    }

    /// The edit of a series within this group; `None` when there is no such series.
    fn edit(&self, group: &Group, id: &SeriesId) -> Option<SeriesEdit> {
        match group.edits.get(id) {
            Some(edit) => edit.clone(),
            None => Some(SeriesEdit::of(id.clone(), &self.catalog.get(id)?.load(), self.head.commit().lineage)),
        }
    }

    /// Applies one command to a series. If it fails, it is refused alone; the rest of the group proceeds.
    fn change<T>(
        &self,
        group: &mut Group,
        mut edit: SeriesEdit,
        change: impl FnOnce(&mut SeriesEdit, &mut Files<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let origin = Origin { id: edit.id.clone(), series: edit.number, commit: self.head.next() };
        let (folder, next) = (&*self.folder, &*self.next_file);
        let mut files = Files::new(folder, self.sizes, next, origin);
        let changed = catch_unwind(AssertUnwindSafe(|| change(&mut edit, &mut files)))
            .unwrap_or_else(|panic| Err(Error::Panicked(panic_message(&*panic))));
        group.written_files.append(&mut files.written);
        group.syncs.append(files.syncs);
        let value = changed?;
        // Corrections of one group may write a file many times over.
        for number in edit.take_discarded() {
            match self.folder.remove(number) {
                Ok(()) => group.written_files.retain(|&written| written != number),
                Err(error) => tracing::warn!(%error, "cannot remove a price file before the commit"),
            }
        }
        group.edits.insert(edit.id.clone(), Some(edit));
        Ok(value)
    }

    fn delete(&mut self, group: &mut Group, id: SeriesId, reply: Reply<u64>) {
        let slot = self.catalog.get(&id).map(|slot| slot.load_full());
        let rows = match (group.edits.get(&id), &slot) {
            (Some(Some(edit)), _) => edit.snapshot().rows(),
            (None, Some(slot)) => slot.rows(),
            _ => {
                return refuse(&id, reply, Error::NoSeries(id.clone()));
            }
        };
        // The edit of a new series follows its deletion within this group, or no series at all.
        let new = group.edits.get(&id).and_then(Option::as_ref).filter(|edit| edit.new).map(|edit| edit.number);
        let in_ledger = new.is_none();
        new.into_iter().for_each(|number| group.forget_batches(number));
        if let Some(slot) = slot.filter(|_| in_ledger) {
            group.forget_batches(slot.series);
            group.changes.push(Change::DeleteSeries { series: slot.series });
            group.removed_files.extend(slot.facts().map(|facts| facts.number));
        }
        group.edits.insert(id, None);
        group.waiting.push(once_durable(reply, rows as u64));
    }

    fn swap(&self, group: &mut Group, id: SeriesId, merged: Option<Compacted>) {
        group.merged.push(id.clone());
        let Some(merged) = merged else { return };
        group.written_files.extend(merged.outputs.iter().map(|segment| segment.facts().number));
        if let Some(mut edit) = self.edit(group, &id) {
            edit.swap(merged);
            group.edits.insert(id, Some(edit));
        }
    }

    /// Asks the compactor to examine a series that may need compaction.
    fn ask_to_merge(&mut self, id: &SeriesId) {
        let Some(slot) = self.catalog.get(id) else { return };
        if compactor::due(&slot.load(), self.sizes.segment_max, |_| true).is_some() {
            self.compactor.ask(id);
        }
    }

    fn publish(&mut self, mut group: Group) {
        for (id, edit) in &group.edits {
            point();
            let Some(edit) = edit else {
                self.catalog.remove(id);
                continue;
            };
            if edit.is_empty() {
                continue;
            }
            let snapshot = edit.snapshot();
            let named: Vec<_> = snapshot.facts().map(|facts| facts.number).collect();
            group.written_files.retain(|number| !named.contains(number));
            group.removed_files.extend(edit.dropped());
            edit.lost().iter().for_each(|&number| self.set_aside(id, number));
            self.catalog.publish(id, snapshot);
        }
        group.actions.publish(self.catalog.actions(), |symbol| self.catalog.changes().mark(symbol, false));
        point();
        group.merged.iter().for_each(|id| self.compactor.answered(id));
        let changed = group.edits.iter().filter(|(_, edit)| edit.as_ref().is_some_and(SeriesEdit::may_compact));
        changed.for_each(|(id, _)| self.ask_to_merge(id));
        self.compactor.count();
        group.waiting.into_iter().for_each(|answer| answer(None));
        group.removed_files.append(&mut group.written_files);
        self.remove(&group.removed_files);
    }

    fn fail_group(&mut self, mut group: Group, error: Error) {
        group.merged.iter().for_each(|id| self.compactor.answered(id));
        self.compactor.count();
        tracing::error!(%error, commands = group.waiting.len(), "group commit failed");
        // After a disk error the commit may be durable all the same. Its files stay until the next start, when the
        // ledger decides.
        if !matches!(error, Error::Ledger(ledger::Error::Unconfirmed { .. } | ledger::Error::Io { .. })) {
            self.remove(&group.written_files);
        }
        let error = Arc::new(error);
        group.waiting.drain(..).for_each(|answer| answer(Some(&error)));
    }

    /// Moves the price file of an accepted loss to `orphans`, for a later repair. The next start does so if it is not
    /// done, and takes the file back if a power failure reverts the commit.
    fn set_aside(&self, id: &SeriesId, number: u64) {
        tracing::warn!(series = %id, number, "loss of a price file accepted");
        match self.folder.set_aside(number) {
            Err(error) if !error.is_not_found() => tracing::warn!(%error, "cannot move a price file to `orphans`"),
            _ => {}
        }
    }

    /// Removes price files that the ledger does not name. Snapshots that still map them can read them.
    fn remove(&mut self, numbers: &[u64]) {
        if numbers.is_empty() {
            return;
        }
        // Without fsync, a power failure may revert the commit; the files it replaced would be needed again.
        if self.durability == Durability::Normal
            && let Err(error) = self.writer.settle()
        {
            tracing::warn!(%error, "cannot remove price files before the next start");
            return;
        }
        for &number in numbers {
            match self.folder.remove(number) {
                Ok(()) => self.removed.push(number),
                Err(error) => tracing::warn!(%error, "cannot remove a price file before the next start"),
            }
        }
    }
}

fn too_many_columns(max: usize, needed: usize) -> Error {
    Error::TooMuch { limit: "extra_columns_max", max: max as u64, needed: needed as u64, hint: None }
}
