//! The keeper: the one thread that changes what is on disk. It takes all batches that wait, makes them durable with one
//! commit, shows them to readers, and then answers each with its receipt.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use super::draft::{Draft, Files};
use super::shelf::Shelf;
use super::{Error, Receipt};
use crate::ledger::{Change, Writer};
use crate::prices::Folder;
use crate::series::{Bars, SeriesId, Source};

/// The most bars that one commit makes durable; the rest waits for the next.
const GROUP_ROWS_MAX: usize = 1 << 20;

/// What the keeper is asked to do.
pub(super) enum Job {
    Ingest { id: SeriesId, bars: Bars, reply: oneshot::Sender<Result<Receipt, Arc<Error>>> },
    Delete { id: SeriesId, reply: oneshot::Sender<Result<u64, Arc<Error>>> },
}

/// A change of one group whose caller waits until it is durable.
enum Waiting {
    Receipt(oneshot::Sender<Result<Receipt, Arc<Error>>>, Receipt),
    Rows(oneshot::Sender<Result<u64, Arc<Error>>>, u64),
}

pub(super) struct Keeper {
    pub(super) folder: Folder,
    pub(super) writer: Writer,
    pub(super) shelf: Arc<Shelf>,
    /// The next number of a price file, never given before.
    pub(super) next_file: u64,
    /// The next number of a series, never given before.
    pub(super) next_series: u64,
}

/// What one group of jobs comes to before it is durable.
#[derive(Default)]
struct Group {
    /// The coming state of each series that is touched; `None` when it is deleted.
    drafts: BTreeMap<SeriesId, Option<Draft>>,
    /// Deletions, and what was put into a series before it was deleted.
    changes: Vec<Change>,
    removed_files: Vec<u64>,
    written_files: Vec<u64>,
    waiting: Vec<Waiting>,
}

impl Keeper {
    /// Starts the thread. It ends when all senders are gone and every job is done.
    pub(super) fn start(mut self, mut jobs: mpsc::Receiver<Job>, depth: Arc<AtomicUsize>) -> JoinHandle<()> {
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
        };
        std::thread::Builder::new().name("keeper".into()).spawn(work).expect("the system can start one more thread")
    }

    fn work(&mut self, jobs: Vec<Job>) {
        let mut group = Group::default();
        for job in jobs {
            match job {
                Job::Ingest { id, bars, reply } => self.ingest(&mut group, id, &bars, reply),
                Job::Delete { id, reply } => self.delete(&mut group, id, reply),
            }
        }
        let drafts = group.drafts.values().flatten();
        let changes: Vec<_> = group.changes.drain(..).chain(drafts.flat_map(Draft::changes)).collect();
        let committed = if changes.is_empty() { Ok(()) } else { self.writer.commit(&changes) };
        match committed {
            Ok(()) => self.publish(group),
            Err(error) => self.give_up(group, error.into()),
        }
    }

    fn ingest(
        &mut self,
        group: &mut Group,
        id: SeriesId,
        bars: &Bars,
        reply: oneshot::Sender<Result<Receipt, Arc<Error>>>,
    ) {
        let mut draft = match group.drafts.remove(&id) {
            Some(Some(draft)) => draft,
            Some(None) => self.new_draft(&id),
            None => match self.shelf.get(&id) {
                Some(kept) => Draft::new(id.clone(), kept.number, Some(&kept.view.load())),
                None => self.new_draft(&id),
            },
        };
        let before = draft.clone();
        let mut files = Files { folder: &self.folder, next: &mut self.next_file, written: vec![] };
        let put = draft.put(bars, &mut files);
        group.written_files.append(&mut files.written);
        match put {
            Ok(receipt) => {
                group.waiting.push(Waiting::Receipt(reply, receipt));
                group.drafts.insert(id, Some(draft));
            }
            // The batch is refused whole, the others of the group go on without it.
            Err(error) => {
                let _ = reply.send(Err(Arc::new(error.into())));
                if !before.is_empty() {
                    group.drafts.insert(id, Some(before));
                }
            }
        }
    }

    fn new_draft(&mut self, id: &SeriesId) -> Draft {
        self.next_series += 1;
        Draft::new(id.clone(), self.next_series - 1, None)
    }

    fn delete(&mut self, group: &mut Group, id: SeriesId, reply: oneshot::Sender<Result<u64, Arc<Error>>>) {
        let kept = self.shelf.get(&id);
        let draft = group.drafts.remove(&id);
        let rows = match (&draft, &kept) {
            (Some(Some(draft)), _) => Some(draft.view().rows()),
            (None, Some(kept)) => Some(kept.view.load().rows()),
            _ => None,
        };
        let Some(rows) = rows else {
            let _ = reply.send(Err(Arc::new(Error::NoSeries(id))));
            return;
        };
        if let Some(kept) = kept {
            group.changes.push(Change::DeleteSeries { series: kept.number });
            group.removed_files.extend(kept.view.load().facts().map(|facts| facts.number));
        }
        group.drafts.insert(id, None);
        group.waiting.push(Waiting::Rows(reply, rows as u64));
    }

    fn publish(&self, mut group: Group) {
        for (id, draft) in &group.drafts {
            let Some(draft) = draft else {
                self.shelf.remove(id);
                continue;
            };
            let view = draft.view();
            let kept: Vec<_> = view.facts().map(|facts| facts.number).collect();
            group.written_files.retain(|number| !kept.contains(number));
            group.removed_files.extend(draft.dropped());
            self.shelf.publish(id, draft.number, view);
        }
        for waiting in group.waiting {
            // Who does not wait any more has what it asked for all the same.
            match waiting {
                Waiting::Receipt(reply, receipt) => drop(reply.send(Ok(receipt))),
                Waiting::Rows(reply, rows) => drop(reply.send(Ok(rows))),
            }
        }
        self.remove(group.removed_files.iter().chain(&group.written_files));
    }

    fn give_up(&self, group: Group, error: Error) {
        tracing::error!(%error, jobs = group.waiting.len(), "a group of changes is lost");
        let error = Arc::new(error);
        for waiting in group.waiting {
            match waiting {
                Waiting::Receipt(reply, _) => drop(reply.send(Err(Arc::clone(&error)))),
                Waiting::Rows(reply, _) => drop(reply.send(Err(Arc::clone(&error)))),
            }
        }
        self.remove(group.written_files.iter());
    }

    /// Removes price files that no ledger names. Views that still use them keep them readable.
    fn remove<'a>(&self, numbers: impl Iterator<Item = &'a u64>) {
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
        Job::Delete { .. } => 0,
    }
}
