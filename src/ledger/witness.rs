//! The witness: a small file beside the ledger that says how far the ledger had got. It is written after each commit and
//! never waited for, so it is never ahead of what was committed. A ledger that is behind it has lost commits, as when its
//! write-ahead log was removed or damaged.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::series::CommitId;

/// The file as it is written: 32 digits of the lineage, 20 of the generation, all in one place each time.
#[derive(Debug)]
pub(super) struct Witness(File);

impl Witness {
    /// Opens the witness of the ledger at `path`, or makes it.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let options = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).to_owned();
        options.open(of(path)).map(Self)
    }

    /// Says that this commit is done.
    pub(super) fn write(&self, commit: CommitId) -> io::Result<()> {
        let text = format!("{} {:020}\n", commit.lineage, commit.generation);
        self.0.write_all_at(text.as_bytes(), 0)
    }

    /// Waits until the disk has it.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.0.sync_all()
    }
}

/// What the witness of the ledger at `path` says, if there is one and it can be read.
pub fn read(path: &Path) -> Option<CommitId> {
    let text = std::fs::read_to_string(of(path)).ok()?;
    let (lineage, generation) = text.trim_end().split_once(' ')?;
    Some(CommitId { lineage: lineage.parse().ok()?, generation: generation.parse().ok()? })
}

fn of(path: &Path) -> PathBuf {
    path.with_file_name("GENERATION")
}
