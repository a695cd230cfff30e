//! Opening a data folder: what the ledger names is mapped, what it does not name is removed, what is damaged is set
//! aside and named.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::time::{SystemTime, UNIX_EPOCH};

use arc_swap::{ArcSwap, ArcSwapOption};
use tokio::sync::{Mutex, mpsc};

use super::admission::Admission;
use super::keeper::Keeper;
use super::pool::Pool;
use super::shelf::{Kept, Shelf};
use super::view::View;
use super::{App, Error, Limits};
use crate::cache::{self, Cache};
use crate::ledger::{self, Change, SeriesRow, Writer};
use crate::prices::{self, Folder, Segment};
use crate::series::SeriesId;

/// How the server is set up.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// Every limit.
    pub limits: Limits,
    /// How the cache is kept.
    pub cache: cache::Config,
    /// How the ledger is kept.
    pub ledger: ledger::Config,
    /// Threads that compute; 0 means as many as the machine has cores.
    pub threads: usize,
}

impl App {
    /// Opens the data folder, makes it if there is none, and starts the keeper.
    pub fn open(config: Config) -> Result<Arc<Self>, Error> {
        let cache = Cache::open(config.cache)?;
        let folder = Folder::open(&config.data)?;
        let mut identity = identity(&config.data)?;
        if config.ledger.durability == ledger::Durability::Normal {
            // A power cut may take epochs back, so what a cache outside keeps must not be found again.
            identity.push_str(&random());
        }
        let mut writer = Writer::open(&folder.path().join("ledger.db"), &config.ledger)?;
        let found = find(&folder, &mut writer)?;
        let shelf = Arc::new(Shelf::new(found.series.into_iter()));
        let figures = writer.figures();
        let (jobs, queue) = mpsc::channel(config.limits.ingest_queue_max);
        let depth = Arc::new(AtomicUsize::new(0));
        let (next_file, next_series) = (found.next_file, found.next_series);
        let keeper = Keeper { folder, writer, shelf: Arc::clone(&shelf), next_file, next_series };
        let thread = keeper.start(queue, Arc::clone(&depth));
        Ok(Arc::new(Self {
            limits: config.limits,
            identity,
            shelf,
            cache,
            pool: Pool::new(config.threads),
            admission: Admission::default(),
            jobs: ArcSwapOption::from_pointee(jobs),
            depth,
            keeper: Mutex::new(Some(thread)),
            writer: figures,
            computed: AtomicU64::new(0),
        }))
    }
}

struct Found {
    series: Vec<(SeriesId, Kept)>,
    next_file: u64,
    next_series: u64,
}

fn find(folder: &Folder, writer: &mut Writer) -> Result<Found, Error> {
    let rows = writer.load()?;
    let files = folder.numbers()?;
    let named: BTreeSet<u64> = rows.iter().flat_map(|row| row.segments.iter().map(|facts| facts.number)).collect();
    for &orphan in files.iter().filter(|number| !named.contains(number)) {
        folder.remove(orphan)?;
    }
    let next_file = 1 + files.last().copied().max(named.last().copied()).unwrap_or(0);
    // Milliseconds keep the numbers of deleted series from being given again after a restart.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_millis() as u64);
    let next_series = now.max(1 + rows.iter().map(|row| row.series).max().unwrap_or(0));
    let mut changes = Vec::new();
    let series = rows.into_iter().map(|row| kept(folder, row, &mut changes)).collect();
    if !changes.is_empty() {
        writer.commit(&changes)?;
    }
    Ok(Found { series, next_file, next_series })
}

/// A series as it can be read: without the segments that are damaged or gone, at a new epoch when there are such.
fn kept(folder: &Folder, row: SeriesRow, changes: &mut Vec<Change>) -> (SeriesId, Kept) {
    let mut segments = Vec::with_capacity(row.segments.len());
    for facts in &row.segments {
        match open(folder, facts.number) {
            Ok(segment) if segment.facts() == *facts => segments.push(Arc::new(segment)),
            Ok(_) => {
                tracing::error!(series = %row.name, number = facts.number, "price file is not the one in the ledger")
            }
            Err(error) => tracing::error!(series = %row.name, %error, "bars are missing until the file is back"),
        }
    }
    let whole = segments.len() == row.segments.len();
    let epoch = row.epoch + u64::from(!whole);
    if !whole {
        changes.push(Change::SetEpoch { series: row.series, epoch });
    }
    let view = View::new(epoch, segments, Arc::new(row.tail));
    (row.name, Kept { number: row.series, view: ArcSwap::from_pointee(view) })
}

fn open(folder: &Folder, number: u64) -> Result<Segment, prices::Error> {
    folder.segment(number).inspect_err(|error| {
        if error.is_damage()
            && let Err(error) = folder.quarantine(number)
        {
            tracing::error!(%error, "a damaged price file stays where it is");
        }
    })
}

/// What tells this data folder apart from all others: the same after a restart, never the same as another's.
fn identity(data: &Path) -> Result<String, Error> {
    let path = data.join("IDENTITY");
    let failed = |source| Error::Identity { path: path.clone(), source };
    match std::fs::read_to_string(&path) {
        Ok(text) if text.len() == 32 => return Ok(text),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let text = random() + &random();
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(text)
}

/// 16 hexadecimal digits that nobody has seen before; the standard library seeds its hashers from the system.
fn random() -> String {
    format!("{:016x}", RandomState::new().hash_one(SystemTime::now()))
}
