//! A file that grows, read as it grows.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::sleep;
use std::time::Duration;

use crate::cli::Error;
use crate::cli::files::{self, Choice, Reading};

/// How often a file is looked at while it does not grow.
const POLL: Duration = Duration::from_millis(100);

/// How much of the start of a file tells it from another.
const START_BYTES: usize = 1024;

/// Opens a file, which may be yet to come.
pub(super) fn open(path: &Path, columns: &[Choice], stopped: Arc<AtomicBool>) -> Result<Reading, Error> {
    let failed = |error| Error::File { path: path.into(), error };
    let file = loop {
        match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !stopped.load(Relaxed) => sleep(POLL),
            opened => break opened.map_err(failed)?,
        }
    };
    let tail = Tail { file, path: path.into(), stopped, start: Vec::new(), read: 0 };
    files::text(tail, columns, true).map_err(|fault| fault.of(path))
}

/// A file whose end is where it was replaced or cut, or where nobody wants more.
struct Tail {
    file: File,
    path: PathBuf,
    stopped: Arc<AtomicBool>,
    /// The first bytes that were read, which change when the file is written anew.
    start: Vec<u8>,
    /// How many bytes were read.
    read: u64,
}

impl Tail {
    /// The file begins anew: it is shorter than what was read of it, or its start is another.
    fn is_cut(&self) -> io::Result<bool> {
        let mut start = [0; START_BYTES];
        let start = &mut start[..self.start.len()];
        Ok(self.file.metadata()?.len() < self.read || self.file.read_exact_at(start, 0).is_err() || start != self.start)
    }

    /// There is another file of this name now. One that is only gone may come back.
    fn is_replaced(&self) -> io::Result<bool> {
        let own = self.file.metadata()?;
        Ok(fs::metadata(&self.path).is_ok_and(|now| (now.dev(), now.ino()) != (own.dev(), own.ino())))
    }
}

impl Read for Tail {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            // Asked before the last look, so that what was written until then is read.
            let last = self.stopped.load(Relaxed) || self.is_replaced()?;
            if self.is_cut()? {
                return Ok(0);
            }
            let read = self.file.read(buffer)?;
            self.read += read as u64;
            let missing = START_BYTES - self.start.len();
            self.start.extend_from_slice(&buffer[..read.min(missing)]);
            if read > 0 || last {
                return Ok(read);
            }
            sleep(POLL);
        }
    }
}
