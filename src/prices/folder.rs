//! The data folder: owned by one server at a time, with the price files in it. The only place that names files, and it
//! names them by number.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::series::{Origin, SegmentFacts, Source};

use super::{Error, Report, Segment, inspect, write};

/// How much is copied before it is asked again whether anybody still wants the copy.
const COPY_BYTES: usize = 1 << 20;

/// How long a lock is waited for. A process that has just ended may hold it for a moment through a child that it was about
/// to start, which has its files until it runs another program.
const LOCK_WAIT: Duration = Duration::from_millis(500);

/// A data folder, locked against other servers for as long as this lives.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    prices: PathBuf,
    orphans: PathBuf,
    /// Held for their locks only: the folder itself, which nobody can remove and make anew under us unseen, and `LOCK`,
    /// which keeps out servers that know no other lock.
    _locks: [File; 2],
}

impl Folder {
    /// Makes the folder if there is none (for its owner alone), and locks it.
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

    /// Seals the bars of `source` in a new file. On return the file is on the disk under its name; after an error the
    /// number is spent.
    pub fn write(&self, number: u64, origin: &Origin, source: &dyn Source) -> Result<SegmentFacts, Error> {
        self.publish(number, |file, path| write::write(file, path, number, origin, source))
    }

    /// Copies the price file of these facts from another folder, syncs the copy and checks all of it. Reads the file
    /// and not a map, so that a file that was cut short is an error; `open` serves when its name is gone already. Stops
    /// when `wanted` says no. To be followed by `sync`; after an error the folder is to be thrown away.
    pub fn adopt(
        &self,
        from: &Self,
        facts: &SegmentFacts,
        open: Option<&Segment>,
        wanted: &dyn Fn() -> bool,
    ) -> Result<(), Error> {
        let (path, source) = (self.file(facts.number), from.file(facts.number));
        let mut read: Box<dyn Read> = match (File::open(&source), open) {
            (Err(error), Some(open)) if error.kind() == ErrorKind::NotFound => Box::new(open.file()),
            (file, _) => Box::new(file.map_err(Error::io("open", &source))?),
        };
        let options = OpenOptions::new().write(true).create_new(true).mode(0o400).to_owned();
        let mut file = options.open(&path).map_err(Error::io("create", &path))?;
        let (mut left, mut room) = (facts.bytes, vec![0; COPY_BYTES]);
        while left > 0 {
            if !wanted() {
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
            Err(damage) if error.is_damage() => damage,
            // The source is sound, so the other disk did not keep what it was given.
            _ if error.is_damage() => Error::io("copy", &path)(ErrorKind::InvalidData.into()),
            _ => error,
        })
    }

    /// Waits until the disk has the names of all files.
    pub fn sync(&self) -> Result<(), Error> {
        sync(&self.prices)?;
        sync(&self.path)
    }

    /// Makes the file of a number by filling and syncing a temporary one.
    fn publish<T>(&self, number: u64, fill: impl FnOnce(File, &Path) -> Result<T, Error>) -> Result<T, Error> {
        let (path, temporary) = (self.file(number), self.prices.join(format!("{number:016x}.tmp")));
        if path.try_exists().map_err(Error::io("find", &path))? {
            return Err(Error::Exists { path });
        }
        let options = OpenOptions::new().write(true).create_new(true).mode(0o400).to_owned();
        let file = options.open(&temporary).map_err(Error::io("create", &temporary))?;
        let rename = |filled| fs::rename(&temporary, &path).map(|()| filled).map_err(Error::io("publish", &path));
        let filled = fill(file, &temporary)
            .and_then(rename)
            // What cannot be removed now is removed at the next start.
            .inspect_err(|_| drop(fs::remove_file(&temporary)))?;
        sync(&self.prices)?;
        Ok(filled)
    }

    /// Maps a file and checks its head.
    pub fn segment(&self, number: u64) -> Result<Segment, Error> {
        Segment::open(&self.file(number), number)
    }

    /// Explains a file and checks all of it.
    pub fn inspect(&self, number: u64) -> Result<Report, Error> {
        inspect(&self.file(number))
    }

    /// Removes a file; it may be gone already. Segments that are open stay readable.
    pub fn remove(&self, number: u64) -> Result<(), Error> {
        let path = self.file(number);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", &path)(error)),
            _ => Ok(()),
        }
    }

    /// Sets a damaged file aside under another name, for a person to look at, and tells that name.
    pub fn quarantine(&self, number: u64) -> Result<PathBuf, Error> {
        let path = self.file(number);
        let aside = path.with_extension("atp.corrupt");
        fs::rename(&path, &aside).map_err(Error::io("set aside", &path))?;
        sync(&self.prices)?;
        tracing::warn!(path = %path.display(), aside = %aside.display(), "damaged price file set aside");
        Ok(aside)
    }

    /// The numbers of all price files, in order. Removes what interrupted writes have left.
    pub fn numbers(&self) -> Result<Vec<u64>, Error> {
        for path in paths(&self.prices)? {
            if path.extension().is_some_and(|extension| extension == "tmp") {
                fs::remove_file(&path).map_err(Error::io("remove", &path))?;
            }
        }
        numbers(&self.prices)
    }

    /// Moves a price file that nothing refers to out of the way, where [`orphan`](Self::orphan) finds it.
    pub fn set_aside(&self, number: u64) -> Result<(), Error> {
        fs::create_dir_all(&self.orphans).map_err(Error::io("make folder", &self.orphans))?;
        self.rename(&self.prices, &self.orphans, number)
    }

    /// Moves an orphan back among the price files.
    pub fn take_back(&self, number: u64) -> Result<(), Error> {
        self.rename(&self.orphans, &self.prices, number)
    }

    /// The numbers of the price files that were set aside, in order.
    pub fn orphans(&self) -> Result<Vec<u64>, Error> {
        match self.orphans.try_exists().map_err(Error::io("find", &self.orphans))? {
            true => numbers(&self.orphans),
            false => Ok(Vec::new()),
        }
    }

    /// Maps a price file that was set aside and checks its head.
    pub fn orphan(&self, number: u64) -> Result<Segment, Error> {
        Segment::open(&file(&self.orphans, number), number)
    }

    /// Removes a price file that was set aside, for good, and tells its bytes.
    pub fn purge(&self, number: u64) -> Result<u64, Error> {
        let path = file(&self.orphans, number);
        let bytes = fs::metadata(&path).map_err(Error::io("measure", &path))?.len();
        fs::remove_file(&path).map_err(Error::io("remove", &path))?;
        Ok(bytes)
    }

    fn rename(&self, from: &Path, to: &Path, number: u64) -> Result<(), Error> {
        let (from_path, to_path) = (file(from, number), file(to, number));
        if to_path.try_exists().map_err(Error::io("find", &to_path))? {
            return Err(Error::Exists { path: to_path });
        }
        fs::rename(&from_path, &to_path).map_err(Error::io("move", &from_path))?;
        // The new name first: a power cut may leave the file under both, never under none.
        sync(to).and_then(|()| sync(from))
    }

    fn file(&self, number: u64) -> PathBuf {
        file(&self.prices, number)
    }
}

fn file(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:016x}.atp"))
}

fn paths(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::io("list", folder))?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(Error::io("list", folder))).collect()
}

/// The numbers of the price files in a folder, in order.
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

/// The file is the one of these facts, and every checksum and payload in it is right.
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

/// Waits until the disk has the names in a folder.
fn sync(folder: &Path) -> Result<(), Error> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::io("sync", folder))
}
