//! The witness: a small file beside the ledger with the high-water mark of commits. A ledger behind it has lost
//! commits, for instance because its write-ahead log (WAL) was removed or damaged.
//!
//! SQLite cannot detect this itself: a database without its WAL is a valid older database. The witness is written after
//! each commit and not synced, because a second fsync per commit would double the latency. So it may lag, which only
//! weakens the check, but it is never ahead of the commits and never raises a false alarm.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::series::CommitId;

/// The file: 32 hex digits of lineage, 20 digits of generation; fixed width, overwritten in place with one write.
#[derive(Debug)]
pub(in crate::ledger) struct Witness(File);

impl Witness {
    /// Opens or creates the witness of the ledger at `path`.
    pub(in crate::ledger) fn open(path: &Path) -> io::Result<Self> {
        let options = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).to_owned();
        options.open(of(path)).map(Self)
    }

    /// Records a commit.
    pub(in crate::ledger) fn write(&self, commit: CommitId) -> io::Result<()> {
        let text = format!("{} {:020}\n", commit.lineage, commit.generation);
        self.0.write_all_at(text.as_bytes(), 0)
    }

    /// Syncs the file.
    pub(in crate::ledger) fn sync(&self) -> io::Result<()> {
        self.0.sync_all()
    }
}

/// Reads the witness of the ledger at `path`; `None` if it is missing or unreadable.
pub fn read(path: &Path) -> Option<CommitId> {
    let text = std::fs::read_to_string(of(path)).ok()?;
    let (lineage, generation) = text.trim_end().split_once(' ')?;
    Some(CommitId { lineage: lineage.parse().ok()?, generation: generation.parse().ok()? })
}

fn of(path: &Path) -> PathBuf {
    path.with_file_name("GENERATION")
}
