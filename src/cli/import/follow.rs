//! Follows a growing file.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::sleep;
use std::time::Duration;

use crate::cli::Error;
use crate::cli::files::{self, Options, Reading};

/// The polling interval at the end of the file.
const POLL: Duration = Duration::from_millis(100);

/// The length of the prefix that identifies a file.
const START_BYTES: usize = 1024;

/// Opens a file, waiting until it exists.
pub(super) fn open(path: &Path, options: &Options, stopped: Arc<AtomicBool>) -> Result<Reading, Error> {
    let failed = |error| Error::File { path: path.into(), error };
    let file = loop {
        match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !stopped.load(Relaxed) => sleep(POLL),
            opened => break opened.map_err(failed)?,
        }
    };
    let tail = Tail { file, path: path.into(), stopped, start: Vec::new(), read: 0 };
    files::text(tail, options, true).map_err(|fault| fault.of(path))
}

/// A file that ends when it is replaced or truncated, or on a stop request.
struct Tail {
    file: File,
    path: PathBuf,
    stopped: Arc<AtomicBool>,
    /// The first bytes read, which change if the file is rewritten.
    start: Vec<u8>,
    /// The number of bytes read.
    read: u64,
}

impl Tail {
    /// Whether the file was rewritten: it is shorter than the bytes read, or its prefix differs.
    fn is_cut(&self) -> io::Result<bool> {
        let mut start = [0; START_BYTES];
        let start = &mut start[..self.start.len()];
        Ok(self.file.metadata()?.len() < self.read || self.file.read_exact_at(start, 0).is_err() || start != self.start)
    }

    /// Whether another file has this name now. A missing file may reappear.
    fn is_replaced(&self) -> io::Result<bool> {
        let own = self.file.metadata()?;
        Ok(fs::metadata(&self.path).is_ok_and(|now| (now.dev(), now.ino()) != (own.dev(), own.ino())))
    }
}

impl Read for Tail {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            // Check before the last read, so that everything written until then is read.
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
