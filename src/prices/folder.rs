//! The data folder: locked by one server at a time, with the price files in it. The only module that builds file names;
//! a file is named by its number.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::series::{Origin, SegmentFacts, Source};

use super::{Error, Report, Segment, inspect, write};

/// Bytes copied between two checks for cancellation.
const COPY_BYTES: usize = 1 << 20;

/// How long to wait for a lock. A process that has just ended may still hold it briefly through a child between fork
/// and exec, which inherits its file descriptors.
const LOCK_WAIT: Duration = Duration::from_millis(500);

/// Where rows are sealed already: a segment, and the rows in it.
pub type Sealed<'a> = (&'a Segment, Range<usize>);

/// Finds the segment that holds all of these rows of a source, if one does. They must be verified.
pub type Find<'a> = dyn Fn(Range<usize>) -> Option<Sealed<'a>> + 'a;

/// Maps a price file of a data folder and checks its head. The folder need not be locked: a file that has its name never
/// changes, and one that is mapped can be read after it was removed.
pub fn open_segment(data: &Path, number: u64) -> Result<Segment, Error> {
    Segment::open(&file(&data.join("prices"), number), number)
}

/// A data folder, locked against other servers for the lifetime of this value.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    prices: PathBuf,
    orphans: PathBuf,
    /// Open only for their locks: the folder itself, so that removing and recreating it cannot go unnoticed, and
    /// `LOCK`, which older servers lock.
    _locks: [File; 2],
}

impl Folder {
    /// Creates the folder if it is missing (mode 0700), and locks it.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let (prices, is_new) = (path.join("prices"), !path.exists());
        DirBuilder::new().recursive(true).mode(0o700).create(&prices).map_err(Error::io("make folder", &prices))?;
        let locks = lock(path)?;
        sync(path)?;
        if is_new {
            sync(&path.join(".."))?;
        }
        Ok(Self { path: path.into(), prices, orphans: path.join("orphans"), _locks: locks })
    }

    /// The path of the data folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Seals the bars of `source` in a new file. On success the file is durable under its name; after an error the
    /// number must not be reused.
    pub fn write(&self, number: u64, origin: &Origin, source: &dyn Source) -> Result<SegmentFacts, Error> {
        let (facts, file) = self.write_reusing(number, origin, source, &|_| None)?;
        file.sync()?;
        self.sync_names()?;
        Ok(facts)
    }

    /// As `write`, of bars some of which are sealed already: blocks in segments that `find` finds are copied as they are,
    /// and not encoded again. The file has its name and can be read; it is durable once it is synced, and then `sync_names`
    /// is called. A crash before may leave a part of it under its name.
    pub fn write_reusing(
        &self,
        number: u64,
        origin: &Origin,
        source: &dyn Source,
        find: &Find<'_>,
    ) -> Result<(SegmentFacts, Unsynced), Error> {
        let block = |column, rows: &Range<usize>| {
            let (segment, rows) = find(rows.clone())?;
            segment.encoded(column, &rows)
        };
        self.publish(number, |file, path| write::write(file, path, (number, origin), source, &block))
    }

    /// Copies the price file with these facts from another folder, syncs the copy and verifies all of it. Reads the
    /// file instead of mapping it, so that a truncated file is an error and not SIGBUS; `open` is used if its name is
    /// already gone. Stops when `is_active` returns false. Call `sync` afterwards; after an error discard the folder.
    pub fn adopt(
        &self,
        from: &Self,
        facts: &SegmentFacts,
        open: Option<&Segment>,
        is_active: &dyn Fn() -> bool,
    ) -> Result<(), Error> {
        let (path, source) = (self.file(facts.number), from.file(facts.number));
        let mut read: Box<dyn Read> = match (File::open(&source), open) {
            (Err(error), Some(open)) if error.kind() == ErrorKind::NotFound => Box::new(open.file()),
            (Err(error), None) if error.kind() == ErrorKind::NotFound => return Err(Error::lost(facts)),
            (file, _) => Box::new(file.map_err(Error::io("open", &source))?),
        };
        let options = OpenOptions::new().write(true).create_new(true).mode(0o400).to_owned();
        let mut file = options.open(&path).map_err(Error::io("create", &path))?;
        let (mut left, mut room) = (facts.bytes, vec![0; COPY_BYTES]);
        while left > 0 {
            if !is_active() {
                return Err(Error::Stopped { path });
            }
            let room = &mut room[..left.min(COPY_BYTES as u64) as usize];
            read.read_exact(room).map_err(|error| match error.kind() {
                ErrorKind::UnexpectedEof => short(&source, facts.bytes),
                _ => Error::io("read", &source)(error),
            })?;
            file.write_all(room).map_err(Error::io("write", &path))?;
            left -= room.len() as u64;
        }
        file.sync_all().map_err(Error::io("sync", &path))?;
        whole(&path, facts).map_err(|error| match whole(&source, facts) {
            // If the name of the source is gone, its map was copied, and nothing more is known of it.
            Err(damage) if error.is_damage() && !damage.is_not_found() => damage,
            // Nothing is wrong with the source as far as it is known, so the disk of the copy changed what was written.
            _ if error.is_damage() => Error::io("copy", &path)(ErrorKind::InvalidData.into()),
            _ => error,
        })
    }

    /// Makes the names of price files durable (fsync of their folder).
    pub fn sync_names(&self) -> Result<(), Error> {
        sync(&self.prices)
    }

    /// Makes all names durable (fsync of the folders).
    pub fn sync(&self) -> Result<(), Error> {
        self.sync_names()?;
        sync(&self.path)
    }

    /// Creates the file of a number: fills a temporary file, then renames it.
    fn publish(
        &self,
        number: u64,
        fill: impl FnOnce(File, &Path) -> Result<(SegmentFacts, File), Error>,
    ) -> Result<(SegmentFacts, Unsynced), Error> {
        let (path, temporary) = (self.file(number), self.prices.join(format!("{number:016x}.tmp")));
        if path.try_exists().map_err(Error::io("find", &path))? {
            return Err(Error::Exists { path });
        }
        let options = OpenOptions::new().write(true).create_new(true).mode(0o400).to_owned();
        let file = options.open(&temporary).map_err(Error::io("create", &temporary))?;
        let rename = |filled| fs::rename(&temporary, &path).map(|()| filled).map_err(Error::io("publish", &path));
        let (facts, file) = fill(file, &temporary)
            .and_then(rename)
            // A leftover that cannot be removed now is removed at the next start.
            .inspect_err(|_| drop(fs::remove_file(&temporary)))?;
        Ok((facts, Unsynced { file, path }))
    }

    /// Maps a file and checks its head.
    pub fn segment(&self, number: u64) -> Result<Segment, Error> {
        Segment::open(&self.file(number), number)
    }

    /// Describes a file and verifies all of it.
    pub fn inspect(&self, number: u64) -> Result<Report, Error> {
        inspect(&self.file(number))
    }

    /// Removes a file; it may be gone already. Open segments stay readable.
    pub fn remove(&self, number: u64) -> Result<(), Error> {
        let path = self.file(number);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", &path)(error)),
            _ => Ok(()),
        }
    }

    /// Quarantines a damaged file under another name for inspection, and returns that name.
    pub fn quarantine(&self, number: u64) -> Result<PathBuf, Error> {
        let path = self.file(number);
        let aside = path.with_extension("atp.corrupt");
        fs::rename(&path, &aside).map_err(Error::io("set aside", &path))?;
        sync(&self.prices)?;
        tracing::warn!(path = %path.display(), aside = %aside.display(), "damaged price file quarantined");
        Ok(aside)
    }

    /// The numbers of all price files, ascending. Removes temporary files left by interrupted writes.
    pub fn numbers(&self) -> Result<Vec<u64>, Error> {
        for path in paths(&self.prices)? {
            if path.extension().is_some_and(|extension| extension == "tmp") {
                fs::remove_file(&path).map_err(Error::io("remove", &path))?;
            }
        }
        numbers(&self.prices)
    }

    /// Moves an unreferenced price file out of the way, where [`orphan`](Self::orphan) finds it.
    pub fn set_aside(&self, number: u64) -> Result<(), Error> {
        fs::create_dir_all(&self.orphans).map_err(Error::io("make folder", &self.orphans))?;
        self.rename(&self.prices, &self.orphans, number)
    }

    /// Moves an orphan back among the price files.
    pub fn take_back(&self, number: u64) -> Result<(), Error> {
        self.rename(&self.orphans, &self.prices, number)
    }

    /// The numbers of the orphaned price files, ascending.
    pub fn orphans(&self) -> Result<Vec<u64>, Error> {
        match self.orphans.try_exists().map_err(Error::io("find", &self.orphans))? {
            true => numbers(&self.orphans),
            false => Ok(Vec::new()),
        }
    }

    /// Maps an orphaned price file and checks its head.
    pub fn orphan(&self, number: u64) -> Result<Segment, Error> {
        Segment::open(&file(&self.orphans, number), number)
    }

    /// Deletes an orphaned price file for good and returns its size in bytes.
    pub fn purge(&self, number: u64) -> Result<u64, Error> {
        let path = file(&self.orphans, number);
        let bytes = fs::metadata(&path).map_err(Error::io("measure", &path))?.len();
        fs::remove_file(&path).map_err(Error::io("remove", &path))?;
        Ok(bytes)
    }

    fn rename(&self, from: &Path, to: &Path, number: u64) -> Result<(), Error> {
        let (from_path, to_path) = (file(from, number), file(to, number));
        let identity = |path: &Path| fs::metadata(path).map(|found| (found.dev(), found.ino())).ok();
        match (identity(&from_path), identity(&to_path)) {
            // A power cut left both names. To rename one to the other does nothing.
            (Some(from), Some(to)) if from == to => {
                fs::remove_file(&from_path).map_err(Error::io("remove", &from_path))?
            }
            (_, Some(_)) => return Err(Error::Exists { path: to_path }),
            _ => fs::rename(&from_path, &to_path).map_err(Error::io("move", &from_path))?,
        }
        // Link the new name first: after a power cut the file may have both names, but never none.
        sync(to).and_then(|()| sync(from))
    }

    fn file(&self, number: u64) -> PathBuf {
        file(&self.prices, number)
    }
}

/// A new price file that is not durable yet.
#[derive(Debug)]
#[must_use = "the file is not durable before it is synced"]
pub struct Unsynced {
    file: File,
    path: PathBuf,
}

impl Unsynced {
    /// Makes the bars durable.
    pub fn sync(&self) -> Result<(), Error> {
        self.file.sync_all().map_err(Error::io("sync", &self.path))
    }
}

fn file(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:016x}.atp"))
}

fn paths(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::io("list", folder))?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(Error::io("list", folder))).collect()
}

/// The numbers of the price files in a folder, ascending.
fn numbers(folder: &Path) -> Result<Vec<u64>, Error> {
    let named = |path: &PathBuf| number(path).filter(|&number| file(folder, number) == *path);
    let mut numbers: Vec<_> = paths(folder)?.iter().filter_map(named).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// The number in the name of a file.
pub(super) fn number(path: &Path) -> Option<u64> {
    u64::from_str_radix(path.file_stem()?.to_str()?, 16).ok()
}

/// Checks that the file has these facts and that every checksum and payload in it is right.
fn whole(path: &Path, facts: &SegmentFacts) -> Result<(), Error> {
    let segment = Segment::open(path, facts.number)?;
    if segment.facts() != *facts {
        return Err(Error::Head { path: path.into(), part: "it is not the file that the ledger names" });
    }
    segment.check_whole()
}

fn short(path: &Path, needed: u64) -> Error {
    let bytes = fs::metadata(path).map_or(0, |metadata| metadata.len());
    Error::Short { path: path.into(), bytes, needed }
}

fn lock(folder: &Path) -> Result<[File; 2], Error> {
    let path = folder.join("LOCK");
    let options = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).to_owned();
    let file = options.open(&path).map_err(Error::io("open", &path))?;
    let itself = File::open(folder).map_err(Error::io("open", folder))?;
    let until = Instant::now() + LOCK_WAIT;
    for file in [&itself, &file] {
        while let Err(error) = file.try_lock() {
            match error {
                TryLockError::WouldBlock if Instant::now() < until => thread::sleep(LOCK_WAIT / 50),
                TryLockError::WouldBlock => return Err(Error::Locked { path: folder.into() }),
                TryLockError::Error(error) => return Err(Error::io("lock", folder)(error)),
            }
        }
    }
    Ok([itself, file])
}

/// Makes the names in a folder durable (fsync).
fn sync(folder: &Path) -> Result<(), Error> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::io("sync", folder))
}
