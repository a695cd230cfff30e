//! The file of a segment, and files that wait for the next one.
//!
//! The memory of a new file costs more than an answer: the kernel clears each page and maps it at the first write (48 MB: 20 ms,
//! to compute five columns of a million bars takes 15 ms). So what a client gave back is written again for the same client.
//! A file keeps a private name for that; the name a client gets is another one, and is gone before the file is written again.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::os::unix::fs::fchown;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use memmap2::MmapMut;

use super::home::{Home, allocate};
use super::{Error, map};

/// How long a file waits for the next segment.
const WAIT: Duration = Duration::from_secs(2);

/// Whom a segment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The user of the process that asks.
    pub user: u32,
    /// The caller, whose segments count together.
    pub caller: u64,
    /// The connection, which the lease ends with.
    pub connection: u64,
}

/// A file with a private name, which is removed on drop.
#[derive(Debug)]
pub(super) struct SegmentFile {
    file: File,
    private: PathBuf,
    bytes: u64,
    keeps_name: bool,
}

impl SegmentFile {
    /// A new file that its owner may read and nobody may write, so that what is mapped stays as it is.
    pub(super) fn new(home: &Home, bytes: u64, user: u32) -> Result<Self, Error> {
        let private = home.private_path()?;
        let new = Self { file: Home::file(&private, 0o400, bytes)?, private, bytes, keeps_name: home.tells_sole_use() };
        if user != 0 && user != home.user() {
            fchown(&new.file, Some(user), None).map_err(|error| Error::io(&new.private, bytes, error))?;
        }
        new.allocate()?;
        Ok(new)
    }

    /// The same memory with another length.
    fn resized(mut self, bytes: u64) -> Result<Self, Error> {
        self.file.set_len(bytes).map_err(|error| Error::io(&self.private, bytes, error))?;
        self.bytes = bytes;
        self.allocate()?;
        Ok(self)
    }

    fn allocate(&self) -> Result<(), Error> {
        if self.bytes > 0 { allocate(&self.file, &self.private, 0, self.bytes) } else { Ok(()) }
    }

    /// Maps it for writing; `None` if it is empty.
    pub(super) fn map(&self) -> Result<Option<MmapMut>, Error> {
        let mapped = (self.bytes > 0).then(|| map::own(&self.file)).transpose();
        mapped.map_err(|error| Error::io(&self.private, self.bytes, error))
    }

    /// Gives it the name by which a client opens it.
    pub(super) fn publish(&self, path: &Path) -> Result<(), Error> {
        let named = if self.keeps_name { fs::hard_link(&self.private, path) } else { fs::rename(&self.private, path) };
        named.map_err(|error| Error::io(path, self.bytes, error))
    }

    /// Whether the name for the client is gone.
    pub(super) fn is_private(&self) -> bool {
        use std::os::unix::fs::MetadataExt;
        self.file.metadata().is_ok_and(|found| found.nlink() <= u64::from(self.keeps_name))
    }

    /// Who has it open.
    pub(super) fn usage(&self) -> map::Use {
        map::usage(&self.file)
    }
}

impl Drop for SegmentFile {
    fn drop(&mut self) {
        remove(&self.private);
    }
}

/// Removes a name that may be gone already.
pub(super) fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(path = %path.display(), %error, "cannot remove a segment of shared memory");
    }
}

/// Files that nobody can open, each for the caller it was of.
#[derive(Debug, Default)]
pub(super) struct SpareFiles {
    /// From the oldest on.
    files: VecDeque<Spare>,
    charge: u64,
}

#[derive(Debug)]
struct Spare {
    file: SegmentFile,
    owner: Owner,
    charge: u64,
    expires: Instant,
}

impl SpareFiles {
    /// What they count as.
    pub(super) fn charge(&self) -> u64 {
        self.charge
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Adds a file that has no other name than its private one, and that nobody has open.
    pub(super) fn add(&mut self, file: SegmentFile, charge: u64, owner: Owner) {
        self.charge += charge;
        self.files.push_back(Spare { file, owner, charge, expires: Instant::now() + WAIT });
    }

    /// A file that a caller has had, of not more than twice these bytes or less than half of them, and with these.
    pub(super) fn take(&mut self, bytes: u64, owner: Owner) -> Option<SegmentFile> {
        let fits = |spare: &Spare| {
            (spare.owner.user, spare.owner.caller) == (owner.user, owner.caller)
                && (bytes / 2..=bytes.saturating_mul(2)).contains(&spare.file.bytes)
        };
        let index = self.files.iter().rposition(fits)?;
        let spare = self.files.remove(index)?;
        self.charge -= spare.charge;
        spare.file.resized(bytes).ok()
    }

    /// Gives the oldest back to the system; whether there was one.
    pub(super) fn drop_oldest(&mut self) -> bool {
        let oldest = self.files.pop_front();
        self.charge -= oldest.as_ref().map_or(0, |spare| spare.charge);
        oldest.is_some()
    }

    /// Gives all back to the system; whether there were any.
    pub(super) fn drop_all(&mut self) -> bool {
        let any = !self.is_empty();
        *self = Self::default();
        any
    }

    /// Gives those back that have waited long enough.
    pub(super) fn drop_expired(&mut self, now: Instant) {
        while self.files.front().is_some_and(|spare| spare.expires <= now) {
            self.drop_oldest();
        }
    }
}
