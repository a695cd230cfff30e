//! What is made of files, and made anew when they change.
//!
//! Files are looked at once a second instead of watched: a look costs a microsecond, and sees edits in place, renames, and
//! the swapped symbolic links of Kubernetes alike. What cannot be loaded changes nothing.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};
use rustix::fs::OFlags;

use super::DoorError;

/// The most bytes of a file.
const BYTES_MAX: u64 = 16 << 20;

/// A file as far as a change of it shows: device, number, size and times of change; `None` if it cannot be looked at.
type Stamp = Option<(u64, u64, u64, [i64; 4])>;

/// How to make the value of the files.
type Load<T> = Box<dyn Fn() -> Result<T, DoorError> + Send + Sync>;

/// A value made of files.
pub(in crate::rpc) struct Reloading<T> {
    /// What it is, for the log.
    what: &'static str,
    paths: Vec<PathBuf>,
    load: Load<T>,
    current: ArcSwap<T>,
    tried: Mutex<Tried>,
}

/// The last attempt.
struct Tried {
    stamps: Vec<Stamp>,
    /// Its error, if it failed; it is tried again, and told once.
    error: Option<String>,
}

impl<T> Reloading<T> {
    /// Loads it for the first time, when an error is an error.
    pub(in crate::rpc) fn new(what: &'static str, paths: Vec<PathBuf>, load: Load<T>) -> Result<Self, DoorError> {
        // Before they are read: a change in between is seen at the next look.
        let stamps = stamps(&paths);
        let current = ArcSwap::from_pointee(load()?);
        Ok(Self { what, paths, load, current, tried: Mutex::new(Tried { stamps, error: None }) })
    }

    /// The value in force.
    pub(in crate::rpc) fn get(&self) -> Guard<Arc<T>> {
        self.current.load()
    }

    /// Whether there are no files, and so nothing to look at.
    pub(in crate::rpc) fn is_fixed(&self) -> bool {
        self.paths.is_empty()
    }

    /// As [`refresh`](Self::refresh), where a file system that hangs holds up nobody else.
    pub(in crate::rpc) async fn refresh_aside(self: &Arc<Self>) -> bool
    where
        T: Send + Sync + 'static,
    {
        let this = Arc::clone(self);
        tokio::task::spawn_blocking(move || this.refresh()).await.unwrap_or(false)
    }

    /// Loads it again if its files have changed. Whether there is a new value.
    pub(in crate::rpc) fn refresh(&self) -> bool {
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        let stamps = stamps(&self.paths);
        if tried.stamps == stamps && tried.error.is_none() {
            return false;
        }
        tried.stamps = stamps;
        match (self.load)() {
            Ok(value) => {
                self.current.store(Arc::new(value));
                tried.error = None;
                tracing::info!("{} reloaded", self.what);
                true
            }
            Err(error) => {
                let error = error.to_string();
                if tried.error.as_ref() != Some(&error) {
                    tracing::error!("{} not reloaded, those in force stay: {error}", self.what);
                }
                tried.error = Some(error);
                false
            }
        }
    }
}

/// Reads a regular file of bounded size. Anything else in its place, as a named pipe, might block for ever or have no end.
pub(in crate::rpc) fn read_file(what: &'static str, path: &Path) -> Result<Vec<u8>, DoorError> {
    let failed = |error| DoorError::File { what, path: path.into(), error };
    let file =
        File::options().read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed()).open(path).map_err(failed)?;
    let found = file.metadata().map_err(failed)?;
    if !found.is_file() {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")));
    }
    let mut text = Vec::new();
    file.take(BYTES_MAX + 1).read_to_end(&mut text).map_err(failed)?;
    if text.len() as u64 > BYTES_MAX {
        return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, format!("more than {BYTES_MAX} bytes"))));
    }
    Ok(text)
}

fn stamps(paths: &[PathBuf]) -> Vec<Stamp> {
    let stamp = |path: &PathBuf| {
        let found = fs::metadata(path).ok()?;
        let times = [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()];
        Some((found.dev(), found.ino(), found.size(), times))
    };
    paths.iter().map(stamp).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn number(path: &Path) -> Reloading<u32> {
        let from = path.to_owned();
        let load = move || {
            let text = String::from_utf8(read_file("n", &from)?).expect("text");
            let why = format!("{text:?} is not a number");
            text.trim().parse().map_err(|_| DoorError::Content { what: "n", path: from.clone(), why })
        };
        Reloading::new("numbers", vec![path.into()], Box::new(load)).expect("loaded")
    }

    #[test]
    fn a_change_is_loaded_and_a_mistake_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("n");
        fs::write(&path, "1").expect("written");
        let value = number(&path);
        assert!(!value.refresh() && **value.get() == 1);
        fs::write(&path, "12").expect("written");
        assert!(value.refresh() && **value.get() == 12);
        fs::write(&path, "twelve").expect("written");
        assert!(!value.refresh() && **value.get() == 12);
        fs::remove_file(&path).expect("there");
        assert!(!value.refresh() && **value.get() == 12);
        // Opening a named pipe waits for a writer.
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0)
            .expect("made");
        assert!(!value.refresh() && **value.get() == 12);
        let message = read_file("n", &path).expect_err("refused").to_string();
        assert!(message.contains("not a regular file"), "{message}");
        fs::remove_file(&path).expect("there");
        fs::write(&path, "13").expect("written");
        assert!(value.refresh() && **value.get() == 13);
    }

    #[test]
    fn a_swapped_link_is_a_change() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, at(name)).expect("made");
        for (version, text) in [("v1", "1"), ("v2", "2")] {
            fs::create_dir(at(version)).expect("made");
            fs::write(at(version).join("n"), text).expect("written");
        }
        // As Kubernetes mounts a Secret.
        link("v1", "..data");
        link("..data/n", "n");
        let value = number(&at("n"));
        link("v2", "..data_tmp");
        fs::rename(at("..data_tmp"), at("..data")).expect("swapped");
        assert!(value.refresh() && **value.get() == 2);
        assert!(!value.refresh());
    }
}
