//! A file that grows, read as it grows.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::sleep;
use std::time::Duration;

use crate::cli::Error;
use crate::cli::files::{self, Choice, Reading};

/// How often a file is looked at while it does not grow.
const POLL: Duration = Duration::from_millis(100);

/// Opens a file, which may be yet to come.
pub(super) fn open(path: &Path, columns: &[Choice], stopped: Arc<AtomicBool>) -> Result<Reading, Error> {
    let failed = |error| Error::File { path: path.into(), error };
    let file = loop {
        match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !stopped.load(Relaxed) => sleep(POLL),
            opened => break opened.map_err(failed)?,
        }
    };
    let tail = Tail { file, path: path.into(), stopped };
    files::text(tail, columns, true).map_err(failed)?.map_err(|why| Error::NoBars { path: path.into(), why })
}

/// A file whose end is where it was replaced or cut, or where nobody wants more.
struct Tail {
    file: File,
    path: PathBuf,
    stopped: Arc<AtomicBool>,
}

impl Tail {
    /// There is another file of this name now, or this one begins anew. One that is only gone may come back.
    fn is_replaced(&mut self) -> io::Result<bool> {
        let own = self.file.metadata()?;
        let cut = own.len() < self.file.stream_position()?;
        Ok(cut || fs::metadata(&self.path).is_ok_and(|now| (now.dev(), now.ino()) != (own.dev(), own.ino())))
    }
}

impl Read for Tail {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            // Asked before the last look, so that what was written until then is read.
            let last = self.stopped.load(Relaxed) || self.is_replaced()?;
            let read = self.file.read(buffer)?;
            if read > 0 || last {
                return Ok(read);
            }
            sleep(POLL);
        }
    }
}
