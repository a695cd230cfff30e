//! Opening a data folder: what the ledger names is mapped, what it does not name is removed, what is damaged is set
//! aside and named.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::hash::{BuildHasher, RandomState};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::time::{SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwapOption;
use tokio::sync::{Mutex, Semaphore, mpsc};

use super::admission::Admission;
use super::archive::Archive;
use super::checkpoints::Checkpoints;
use super::files::Sizes;
use super::frames::Derivations;
use super::ingest::room;
use super::keeper::Keeper;
use super::merger::{Merger, Worker};
use super::pool::Pool;
use super::shelf::{Kept, Shelf};
use super::upkeep::Upkeep;
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
    /// The folder that backups go to; without one nobody can ask for any.
    pub backups: Option<PathBuf>,
}

impl App {
    /// Opens the data folder, makes it if there is none, and starts the keeper.
    pub fn open(config: Config) -> Result<Arc<Self>, Error> {
        Self::open_sized(config, Sizes::default())
    }

    pub(super) fn open_sized(config: Config, sizes: Sizes) -> Result<Arc<Self>, Error> {
        let cache = Cache::open(config.cache)?;
        let folder = Arc::new(Folder::open(&config.data)?);
        let mut identity = identity(&config.data)?;
        if config.ledger.durability == ledger::Durability::Normal {
            // A power cut may take epochs back, so what a cache outside keeps must not be found again.
            identity.push_str(&random());
        }
        let ledger = folder.path().join("ledger.db");
        if !ledger.exists() && !folder.numbers()?.is_empty() {
            return Err(Error::NoLedger { path: config.data });
        }
        let mut writer = Writer::open(&ledger, &config.ledger)?;
        let found = find(&folder, &mut writer)?;
        let shelf = Arc::new(Shelf::new(found.series.into_iter()));
        let figures = writer.figures();
        let reader = writer.reader()?;
        let archive = Archive::open(&writer, &config.limits)?;
        let (jobs, queue) = mpsc::channel(config.limits.ingest_queue_max);
        let [depth, merges] = [0; 2].map(|none| Arc::new(AtomicUsize::new(none)));
        let (next_file, next_series) = (Arc::new(AtomicU64::new(found.next_file)), found.next_series);
        let worker = Worker {
            folder: Arc::clone(&folder),
            shelf: Arc::clone(&shelf),
            sizes,
            next_file: Arc::clone(&next_file),
            jobs: jobs.downgrade(),
            depth: Arc::clone(&depth),
        };
        let upkeep = Upkeep {
            folder: Arc::downgrade(&folder),
            ledger: config.ledger.clone(),
            profile: writer.profile(),
            backups: config.backups,
        };
        let keeper = Keeper {
            folder,
            writer,
            shelf: Arc::clone(&shelf),
            archive,
            merger: Merger::start(worker, Arc::clone(&merges)),
            sizes,
            durability: config.ledger.durability,
            next_file,
            next_series,
            extra_columns_max: config.limits.extra_columns_max,
            batch_keys_max: config.limits.idempotency_keys_max,
            batch_key_age: config.limits.idempotency_key_age,
        };
        let thread = keeper.start(queue, Arc::clone(&depth));
        Ok(Arc::new(Self {
            room: Arc::new(Semaphore::new(room(&config.limits))),
            identity,
            shelf,
            upkeep: Arc::new(upkeep),
            cache,
            pool: Pool::new(config.threads),
            checkpoints: Arc::new(Checkpoints::new(config.limits.checkpoint_bytes_max)),
            derivations: Arc::new(Derivations::new(config.limits.resampled_bytes_max)),
            limits: config.limits,
            admission: Admission::default(),
            jobs: ArcSwapOption::from_pointee(jobs),
            depth,
            reader: Arc::new(std::sync::Mutex::new(reader)),
            merges,
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
    // What was committed just before the end may not be on the disk yet, and the files that it replaced are needed then.
    writer.settle()?;
    for &orphan in files.iter().filter(|number| !named.contains(number)) {
        folder.remove(orphan)?;
    }
    let next_file = 1 + files.last().copied().max(named.last().copied()).unwrap_or(0);
    // The clock keeps the numbers of deleted series from being given again after a restart: nobody makes a series in
    // a nanosecond.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_nanos() as u64);
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
    let mut missing = None;
    for facts in &row.segments {
        match open(folder, facts.number) {
            Ok(segment) if segment.facts() == *facts => {
                segments.push(Arc::new(segment));
                continue;
            }
            Ok(_) => {
                tracing::error!(series = %row.name, number = facts.number, "price file is not the one in the ledger")
            }
            Err(error) => tracing::error!(series = %row.name, %error, "bars are missing until the file is back"),
        }
        missing = Some(*facts);
    }
    let epoch = row.epoch + u64::from(missing.is_some());
    if missing.is_some() {
        changes.push(Change::SetEpoch { series: row.series, epoch });
    }
    let view = View::new(row.series, epoch, segments, Arc::new(row.tail)).without(missing).retained(row.retention);
    (row.name, Kept::from_pointee(view))
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

/// What tells this data folder apart from all others: the same after a restart, never the same as another's. A copy of
/// a folder is another one, as both go on from the same epochs; it is known by the inode of the file.
fn identity(data: &Path) -> Result<String, Error> {
    let path = data.join("IDENTITY");
    let failed = |source| Error::Identity { path: path.clone(), source };
    let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).to_owned();
    let mut file = options.open(&path).map_err(failed)?;
    let inode = file.metadata().map_err(failed)?.ino();
    let mut text = Vec::new();
    file.read_to_end(&mut text).map_err(failed)?;
    if let Some((name, of)) = str::from_utf8(&text).ok().and_then(|text| text.trim_end().split_once(' '))
        && name.len() == 32
        && of.parse() == Ok(inode)
    {
        return Ok(name.into());
    }
    let name = random() + &random();
    file.rewind().and_then(|()| file.set_len(0)).map_err(failed)?;
    writeln!(file, "{name} {inode}").and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(name)
}

/// 16 hexadecimal digits that nobody has seen before; the standard library seeds its hashers from the system.
fn random() -> String {
    format!("{:016x}", RandomState::new().hash_one(SystemTime::now()))
}
