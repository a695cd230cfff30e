//! Opening a data folder: maps the price files named in the ledger, removes replaced ones, moves orphaned ones to
//! `orphans`, and reports damaged ones as missing.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::mpsc;

use super::cache_secret;
use super::config::Config;
use crate::app::bars::adjust::ActionTables;
use crate::app::bars::catalog::{Catalog, SeriesSlot};
use crate::app::bars::reader::BarsReader;
use crate::app::bars::revisions::Revisions;
use crate::app::bars::snapshot::Snapshot;
use crate::app::compute::service::Compute;
use crate::app::maintenance::flights::Backups;
use crate::app::maintenance::service::Maintenance;
use crate::app::saved::service::SavedResults;
use crate::app::saved::store::ResultStore;
use crate::app::startup::recovery;
use crate::app::workers::blocking::LedgerReader;
use crate::app::workers::executor::Executor;
use crate::app::write::compactor::{Compactor, Worker};
use crate::app::write::data_folder::DataFolder;
use crate::app::write::new_series::NewSeries;
use crate::app::write::queue::WriteQueue;
use crate::app::write::segment_writer::Sizes;
use crate::app::write::writer::WriterThread;
use crate::app::{Alerts, App, Board, Clocks, CorporateActions, Error, SharedAnswers, UserCache, Watches};
use crate::ledger::{SeriesRow, Writer};
use crate::prices::{self, Folder, Segment};
use crate::series::{SegmentFacts, SeriesId};
use crate::shared_memory::Home;

impl App {
    /// Opens the data folder, creates it if absent, and starts the writer thread.
    pub fn open(config: Config) -> Result<Arc<Self>, Error> {
        Self::open_sized(config, Sizes::default())
    }

    pub(crate) fn open_sized(config: Config, sizes: Sizes) -> Result<Arc<Self>, Error> {
        let folder = Arc::new(Folder::open(&config.data)?);
        let cache = cache_secret::cache(&config)?;
        recovery::examine(&folder, &config.ledger)?;
        let mut writer = Writer::open(&recovery::ledger_path(&folder), &config.ledger)?;
        let found = find(&folder, &mut writer)?;
        let actions = ActionTables::new(writer.actions()?);
        let catalog = Arc::new(Catalog::new(found.series.into_iter()).with_actions(actions));
        let (reader, clocks, metrics) = (writer.reader()?, writer.clocks()?, writer.metrics());
        let limits = Arc::new(config.limits);
        let results = ResultStore::open(&writer, &limits)?;
        let (commands, queue) = mpsc::channel(limits.ingest_queue_max);
        let [depth, compactions] = [0; 2].map(|none| Arc::new(AtomicUsize::new(none)));
        let next_file = Arc::new(AtomicU64::new(found.next_file));
        let worker = Worker {
            folder: Arc::clone(&folder),
            catalog: Arc::clone(&catalog),
            sizes,
            next_file: Arc::clone(&next_file),
            head: writer.head(),
            commands: commands.downgrade(),
            depth: Arc::clone(&depth),
        };
        let (profile, backups) = (writer.profile(), Backups::open(config.backups, &limits));
        let data_folder =
            DataFolder { folder: Arc::downgrade(&folder), ledger: config.ledger.clone(), profile, backups };
        let writer_thread = WriterThread {
            folder,
            head: writer.head(),
            writer,
            removed: found.removed,
            catalog: Arc::clone(&catalog),
            results,
            compactor: Compactor::start(worker, Arc::clone(&compactions)),
            sizes,
            durability: config.ledger.durability,
            next_file,
            new_series: NewSeries::from(found.next_series),
            limits: Arc::clone(&limits),
        };
        let thread = writer_thread.start(queue, Arc::clone(&depth));
        let write = Arc::new(WriteQueue::new(commands, depth, Arc::clone(&limits), thread));
        let executor = Arc::new(Executor::new(config.threads, &limits));
        let bars = Arc::new(BarsReader::new(Arc::clone(&catalog), Arc::clone(&executor), Arc::clone(&limits)));
        let reader = Arc::new(LedgerReader::new(reader, &executor));
        let saved = Arc::new(SavedResults::new(Arc::clone(&write), Arc::clone(&reader), Arc::clone(&limits)));
        let cache = Arc::new(cache);
        let compute = Arc::new(Compute::new(&bars, &executor, &saved, &cache, &limits));
        let watches = Arc::new(Watches::new(&compute, &limits));
        let alerts = Alerts::new(&watches, &write, &reader, config.webhooks, &limits);
        let home = config.shared_memory.as_deref().and_then(shared_home);
        Ok(Arc::new(Self {
            shared_answers: Arc::new(SharedAnswers::new(&compute, home.as_ref(), &limits)),
            board: Arc::new(Board::new(home, Arc::clone(&limits))),
            actions: Arc::new(CorporateActions::new(&write, &catalog, &limits)),
            clocks: Arc::new(Clocks::new(clocks, &write)),
            alerts: Arc::new(alerts),
            watches,
            compute,
            user_cache: Arc::new(UserCache::new(cache, Arc::clone(&limits))),
            maintenance: Arc::new(Maintenance::new(data_folder, Arc::clone(&write), catalog)),
            bars,
            saved,
            write,
            executor,
            limits,
            compactions,
            writer_metrics: metrics,
        }))
    }
}

/// The folder of shared memory. Without it the server does all else.
fn shared_home(root: &Path) -> Option<Arc<Home>> {
    match Home::open(root) {
        Ok(home) => Some(Arc::new(home)),
        Err(error) => {
            tracing::warn!(%error, "no memory is shared");
            None
        }
    }
}

struct Found {
    series: Vec<(SeriesId, SeriesSlot)>,
    next_file: u64,
    next_series: u64,
    /// Replaced price files that were removed.
    removed: Vec<u64>,
}

fn find(folder: &Folder, writer: &mut Writer) -> Result<Found, Error> {
    let rows = writer.load()?;
    let files = folder.numbers()?;
    let named: BTreeSet<u64> = rows.iter().flat_map(|row| row.segments.iter().map(|facts| facts.number)).collect();
    let removed = tidy(folder, writer, files.iter().copied().filter(|number| !named.contains(number)))?;
    let orphans = folder.orphans()?;
    let newest = files.last().max(named.last()).max(orphans.last()).copied();
    // Seeding from the clock keeps the numbers of deleted series unused after a restart: no series is created within a
    // nanosecond.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_nanos() as u64);
    let next_series = now.max(1 + rows.iter().map(|row| row.series).max().unwrap_or(0));
    let series = rows.into_iter().map(|row| open_series(folder, row)).collect();
    Ok(Found { series, next_file: 1 + newest.unwrap_or(0), next_series, removed })
}

/// Removes the price files that the ledger has replaced and moves orphaned price files aside: they may stem from a
/// batch that was never acknowledged. Returns the removed ones.
fn tidy(folder: &Folder, writer: &Writer, unnamed: impl Iterator<Item = u64>) -> Result<Vec<u64>, Error> {
    let retired = writer.retired()?;
    // The last commit may not be durable yet; the files it replaced would be needed again.
    writer.settle()?;
    for number in unnamed {
        if retired.binary_search(&number).is_ok() {
            folder.remove(number)?;
        } else {
            folder.set_aside(number)?;
            tracing::warn!(number, "orphaned price file moved to `orphans`");
        }
    }
    Ok(retired)
}

/// A snapshot of a series without its damaged or missing segments.
pub(crate) fn open_series(folder: &Folder, row: SeriesRow) -> (SeriesId, SeriesSlot) {
    let mut segments = Vec::with_capacity(row.segments.len());
    let mut missing = Vec::new();
    for facts in &row.segments {
        match open(folder, facts) {
            Ok(segment) if segment.facts() == *facts => {
                segments.push(Arc::new(segment));
                continue;
            }
            Ok(_) => {
                tracing::error!(series = %row.name, number = facts.number, "price file does not match the ledger")
            }
            Err(error) => tracing::error!(series = %row.name, %error, "price file unreadable, its bars are missing"),
        }
        missing.push(*facts);
    }
    let revisions = Arc::new(Revisions::at(row.epoch, row.lineage));
    let snapshot = Snapshot::new(row.series, row.epoch, segments, row.tail.into())
        .of(row.lineage)
        .revised(revisions)
        .without(missing.into())
        .retained(row.retention);
    (row.name, SeriesSlot::from_pointee(snapshot))
}

fn open(folder: &Folder, facts: &SegmentFacts) -> Result<Segment, prices::Error> {
    match folder.segment(facts.number) {
        // A commit that no longer named it was reverted by a power failure, or is not in a ledger that was restored.
        Err(error) if error.is_not_found() && is_orphan(folder, facts) => {
            folder.take_back(facts.number)?;
            tracing::warn!(number = facts.number, "price file taken back from `orphans`");
            folder.segment(facts.number)
        }
        Err(error) if error.is_damage() => {
            if let Err(error) = folder.quarantine(facts.number) {
                tracing::error!(%error, "cannot move a damaged price file aside");
            }
            Err(error)
        }
        opened => opened,
    }
}

fn is_orphan(folder: &Folder, facts: &SegmentFacts) -> bool {
    folder.orphan(facts.number).is_ok_and(|orphan| orphan.facts() == *facts)
}
