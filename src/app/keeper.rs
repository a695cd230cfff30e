//! The keeper: the one thread that changes what is on disk. It takes all batches that wait, makes them durable with one
//! commit, shows them to readers, and then answers each with its receipt.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::thread::JoinHandle;

use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::draft::Draft;
use super::files::{Files, Sizes};
use super::merger::{self, Merged, Merger};
use super::pool::told;
use super::shelf::Shelf;
use super::{Error, Receipt};
use crate::ledger::{self, Change, Durability, Writer};
use crate::prices::Folder;
use crate::series::{Bars, SeriesId, Source};

/// The most bars that one commit makes durable; the rest waits for the next.
const GROUP_ROWS_MAX: usize = 1 << 20;

/// What the keeper is asked to do.
pub(super) enum Job {
    Ingest {
        id: SeriesId,
        bars: Bars,
        reply: Reply<Receipt>,
        /// The room that the bars take up while they wait.
        room: OwnedSemaphorePermit,
    },
    Delete {
        id: SeriesId,
        reply: Reply<u64>,
    },
    /// The merger has looked at a series, and merged segments of it unless there was nothing to merge.
    Merged {
        id: SeriesId,
        merged: Option<Merged>,
    },
}

/// Where the outcome of a job is awaited. Who does not wait any more has what it asked for all the same.
pub(super) type Reply<T> = oneshot::Sender<Result<T, Arc<Error>>>;

/// A change of one group whose caller waits until it is durable.
enum Waiting {
    Receipt(Reply<Receipt>, Receipt),
    Rows(Reply<u64>, u64),
}

impl Waiting {
    fn answer(self, failed: Option<&Arc<Error>>) {
        fn send<T>(reply: Reply<T>, value: T, failed: Option<&Arc<Error>>) {
            let _ = reply.send(failed.map_or(Ok(value), |error| Err(Arc::clone(error))));
        }
        match self {
            Self::Receipt(reply, receipt) => send(reply, receipt, failed),
            Self::Rows(reply, rows) => send(reply, rows, failed),
        }
    }
}

pub(super) struct Keeper {
    pub(super) folder: Arc<Folder>,
    pub(super) writer: Writer,
    pub(super) shelf: Arc<Shelf>,
    pub(super) merger: Merger,
    pub(super) sizes: Sizes,
    pub(super) durability: Durability,
    /// The next number of a price file, never given before.
    pub(super) next_file: Arc<AtomicU64>,
    /// The next number of a series, never given before.
    pub(super) next_series: u64,
}

/// What one group of jobs comes to before it is durable.
#[derive(Default)]
struct Group {
    /// The coming state of each series that is touched; `None` when it is deleted.
    drafts: BTreeMap<SeriesId, Option<Draft>>,
    /// Deletions.
    changes: Vec<Change>,
    removed_files: Vec<u64>,
    written_files: Vec<u64>,
    waiting: Vec<Waiting>,
    /// The series that the merger has looked at.
    merged: Vec<SeriesId>,
}

impl Keeper {
    /// Starts the thread. It ends when all senders are gone and every job is done.
    pub(super) fn start(mut self, mut jobs: mpsc::Receiver<Job>, depth: Arc<AtomicUsize>) -> JoinHandle<()> {
        self.shelf.ids().iter().for_each(|id| self.ask_to_merge(id));
        let work = move || {
            while let Some(first) = jobs.blocking_recv() {
                let mut rows = size(&first);
                let mut group = vec![first];
                while rows < GROUP_ROWS_MAX
                    && let Ok(job) = jobs.try_recv()
                {
                    rows += size(&job);
                    group.push(job);
                }
                let len = group.len();
                self.work(group);
                depth.fetch_sub(len, Relaxed);
            }
            self.merger.join();
        };
        std::thread::Builder::new().name("keeper".into()).spawn(work).expect("the system can start one more thread")
    }

    fn work(&mut self, jobs: Vec<Job>) {
        let mut group = Group::default();
        let mut rooms = Vec::with_capacity(jobs.len());
        for job in jobs {
            match job {
                Job::Ingest { id, bars, reply, room } => {
                    rooms.push(room);
                    self.ingest(&mut group, id, &bars, reply);
                }
                Job::Delete { id, reply } => self.delete(&mut group, id, reply),
                Job::Merged { id, merged } => self.swap(&mut group, id, merged),
            }
        }
        let drafts = group.drafts.values().flatten();
        let changes: Vec<_> = group.changes.drain(..).chain(drafts.flat_map(Draft::changes)).collect();
        let committed = if changes.is_empty() { Ok(()) } else { self.writer.commit(&changes) };
        // Whoever hears of the outcome may send more at once, so the room is given back before.
        drop(rooms);
        match committed {
            Ok(()) => self.publish(group),
            Err(error) => self.give_up(group, error),
        }
    }

    fn ingest(&mut self, group: &mut Group, id: SeriesId, bars: &Bars, reply: Reply<Receipt>) {
        let before = group.drafts.remove(&id);
        let mut draft = match (&before, self.shelf.get(&id)) {
            (Some(Some(draft)), _) => draft.clone(),
            (None, Some(kept)) => Draft::of(id.clone(), &kept.load()),
            _ => {
                self.next_series += 1;
                Draft::new(id.clone(), self.next_series - 1)
            }
        };
        let mut files = Files { folder: &self.folder, sizes: self.sizes, next: &self.next_file, written: vec![] };
        let put = catch_unwind(AssertUnwindSafe(|| draft.put(bars, &mut files)))
            .unwrap_or_else(|panic| Err(Error::Panicked(told(&*panic))));
        group.written_files.append(&mut files.written);
        match put {
            Ok(receipt) => {
                group.waiting.push(Waiting::Receipt(reply, receipt));
                group.drafts.insert(id, Some(draft));
            }
            // The batch is refused whole, the others of the group go on without it.
            Err(error) => {
                tracing::error!(series = %id, %error, "a batch is refused");
                let _ = reply.send(Err(Arc::new(error)));
                group.drafts.extend(before.map(|before| (id, before)));
            }
        }
    }

    fn delete(&mut self, group: &mut Group, id: SeriesId, reply: Reply<u64>) {
        let kept = self.shelf.get(&id).map(|kept| kept.load_full());
        let rows = match (group.drafts.get(&id), &kept) {
            (Some(Some(draft)), _) => draft.view().rows(),
            (None, Some(kept)) => kept.rows(),
            _ => {
                let _ = reply.send(Err(Arc::new(Error::NoSeries(id))));
                return;
            }
        };
        // A draft of a new series stands in the place of one that this group has deleted already, or of none.
        let in_ledger = group.drafts.get(&id).and_then(Option::as_ref).is_none_or(|draft| !draft.new);
        if let Some(kept) = kept.filter(|_| in_ledger) {
            group.changes.push(Change::DeleteSeries { series: kept.series });
            group.removed_files.extend(kept.facts().map(|facts| facts.number));
        }
        group.drafts.insert(id, None);
        group.waiting.push(Waiting::Rows(reply, rows as u64));
    }

    fn swap(&self, group: &mut Group, id: SeriesId, merged: Option<Merged>) {
        group.merged.push(id.clone());
        let Some(merged) = merged else { return };
        group.written_files.extend(merged.outputs.iter().map(|segment| segment.facts().number));
        if !group.drafts.contains_key(&id)
            && let Some(kept) = self.shelf.get(&id)
        {
            group.drafts.insert(id.clone(), Some(Draft::of(id.clone(), &kept.load())));
        }
        if let Some(Some(draft)) = group.drafts.get_mut(&id) {
            draft.swap(merged);
        }
    }

    /// Asks the merger to look at a series that may have something to merge.
    fn ask_to_merge(&mut self, id: &SeriesId) {
        let Some(kept) = self.shelf.get(id) else { return };
        if merger::due(&kept.load(), self.sizes.segment_max, |_| true).is_some() {
            self.merger.ask(id);
        }
    }

    fn publish(&mut self, mut group: Group) {
        for (id, draft) in &group.drafts {
            let Some(draft) = draft else {
                self.shelf.remove(id);
                continue;
            };
            if draft.is_empty() {
                continue;
            }
            let view = draft.view();
            let kept: Vec<_> = view.facts().map(|facts| facts.number).collect();
            group.written_files.retain(|number| !kept.contains(number));
            group.removed_files.extend(draft.dropped());
            self.shelf.publish(id, view);
        }
        group.merged.iter().for_each(|id| self.merger.answered(id));
        let sealed = group.drafts.iter().filter(|(_, draft)| draft.as_ref().is_some_and(Draft::has_added));
        sealed.for_each(|(id, _)| self.ask_to_merge(id));
        group.waiting.into_iter().for_each(|waiting| waiting.answer(None));
        group.removed_files.append(&mut group.written_files);
        self.remove(&group.removed_files);
    }

    fn give_up(&mut self, mut group: Group, error: ledger::Error) {
        group.merged.iter().for_each(|id| self.merger.answered(id));
        tracing::error!(%error, jobs = group.waiting.len(), "a group of changes is lost");
        // Where the disk has failed, the commit may be on it all the same. Its files stay until the next start, when
        // the ledger tells whether it names them.
        if !matches!(error, ledger::Error::Unconfirmed { .. } | ledger::Error::Io { .. }) {
            self.remove(&group.written_files);
        }
        let error = Arc::new(error.into());
        group.waiting.drain(..).for_each(|waiting| waiting.answer(Some(&error)));
    }

    /// Removes price files that the ledger does not name. Views that still use them keep them readable.
    fn remove(&self, numbers: &[u64]) {
        if numbers.is_empty() {
            return;
        }
        // A power cut may take back a commit that was not waited for; the files it replaced are needed then.
        if self.durability == Durability::Normal
            && let Err(error) = self.writer.settle()
        {
            tracing::warn!(%error, "price files stay until the next start");
            return;
        }
        for &number in numbers {
            if let Err(error) = self.folder.remove(number) {
                tracing::warn!(%error, "a price file stays until the next start");
            }
        }
    }
}

fn size(job: &Job) -> usize {
    match job {
        Job::Ingest { bars, .. } => bars.len(),
        Job::Delete { .. } | Job::Merged { .. } => 0,
    }
}
