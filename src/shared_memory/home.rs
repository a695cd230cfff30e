//! The private folder of a server: how it is made, and what is left of servers that were killed.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Error;
use super::map::{self, Use};

/// A folder of this prefix without a lock is that of a server that was killed while it made it.
const UNFINISHED: &str = ".atrad-new-";

/// The folder of what has not been given to a client, or not any more.
const PRIVATE: &str = "private";

/// A folder that takes longer to be made than this is left over.
const UNFINISHED_AGE: Duration = Duration::from_secs(60);

/// The private folder of a server, removed on drop.
///
/// Its name is `atrad-USER-RANDOM`, its mode 0700: no other user finds the files in it. A server of the superuser gives files to
/// the users of its clients, so its folder can be passed through (0711) but not listed, and the names of files are random.
/// The lock on the folder (`flock`) ends with the process, however it ends. What is not given to a client, or not any more, lies
/// in a folder in it that nobody else can pass through.
#[derive(Debug)]
pub struct Home {
    path: PathBuf,
    user: u32,
    tells_sole_use: bool,
    _lock: File,
}

impl Home {
    /// Makes a folder in `root`, as in `/dev/shm`, after those that killed servers of this user have left there are removed.
    pub fn open(root: &Path) -> Result<Self, Error> {
        let failed = |error: io::Error| Error::io(root, 0, error);
        let unfinished = root.join(format!("{UNFINISHED}{}", random_name()?));
        DirBuilder::new().mode(0o700).create(&unfinished).map_err(failed)?;
        let lock = File::open(&unfinished).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let user = lock.metadata().map_err(failed)?.uid();
        clear(root, user);
        DirBuilder::new().mode(0o700).create(unfinished.join(PRIVATE)).map_err(failed)?;
        if user == 0 {
            fs::set_permissions(&unfinished, fs::Permissions::from_mode(0o711)).map_err(failed)?;
        }
        // Only now can another server take it for one that is left over, and its lock is held.
        let path = root.join(format!("atrad-{user}-{}", random_name()?));
        fs::rename(&unfinished, &path).map_err(failed)?;
        let mut home = Self { path, user, tells_sole_use: false, _lock: lock };
        home.tells_sole_use = home.sole_use_of_two_names()?;
        Ok(home)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The user of this process.
    pub fn user(&self) -> u32 {
        self.user
    }

    /// Whether the kernel tells who has a file open when it has two names. Linux does since 5.3.
    pub(super) fn tells_sole_use(&self) -> bool {
        self.tells_sole_use
    }

    fn sole_use_of_two_names(&self) -> Result<bool, Error> {
        let [path, second] = [self.private_path()?, self.private_path()?];
        let file = Self::file(&path, 0o400, 0)?;
        let is_linked = fs::hard_link(&path, &second).is_ok();
        let usage = map::usage(&file);
        for name in [Some(path), is_linked.then_some(second)].into_iter().flatten() {
            fs::remove_file(&name).map_err(|error| Error::io(&name, 0, error))?;
        }
        Ok(usage == (Use::Sole { names: 2 }))
    }

    /// A new path that cannot be guessed.
    pub(super) fn new_path(&self) -> Result<PathBuf, Error> {
        Ok(self.path.join(random_name()?))
    }

    /// A new path that nobody else finds.
    pub(super) fn private_path(&self) -> Result<PathBuf, Error> {
        Ok(self.path.join(PRIVATE).join(random_name()?))
    }

    /// A new file of `length` bytes without memory behind them.
    pub(super) fn file(path: &Path, mode: u32, length: u64) -> Result<File, Error> {
        let failed = |error: io::Error| Error::io(path, length, error);
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(mode).open(path).map_err(failed)?;
        file.set_len(length).map_err(failed)?;
        Ok(file)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "cannot remove the folder of shared memory");
        }
    }
}

/// 128 random bits as text.
fn random_name() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::io(Path::new("random numbers"), 0, io::Error::other(error)))?;
    Ok(format!("{:032x}", u128::from_le_bytes(bytes)))
}

/// Allocates the memory of a part of a file. Without it, a write to a full file system would be SIGBUS, the end of the process.
pub(super) fn allocate(file: &File, path: &Path, start: u64, length: u64) -> Result<(), Error> {
    let flags = rustix::fs::FallocateFlags::empty();
    rustix::fs::fallocate(file, flags, start, length).map_err(|error| Error::io(path, length, error))
}

/// Removes what killed servers of this user have left. What cannot be removed is logged: it costs memory, nothing else.
fn clear(root: &Path, user: u32) {
    let Ok(entries) = fs::read_dir(root) else { return };
    let own = format!("atrad-{user}-");
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_unfinished = name.starts_with(UNFINISHED);
        if !is_unfinished && !name.starts_with(&own) {
            continue;
        }
        // No link, as it could lead elsewhere.
        let Ok(found) = fs::symlink_metadata(entry.path()) else { continue };
        let is_old = || found.modified().is_ok_and(|at| at.elapsed().is_ok_and(|age| age > UNFINISHED_AGE));
        if !found.is_dir() || found.uid() != user || (is_unfinished && !is_old()) {
            continue;
        }
        let is_free = File::open(entry.path()).is_ok_and(|folder| folder.try_lock().is_ok());
        if is_free {
            match fs::remove_dir_all(entry.path()) {
                Ok(()) => {
                    tracing::info!(path = %entry.path().display(), "removed shared memory that a server left behind")
                }
                Err(error) => {
                    tracing::warn!(path = %entry.path().display(), %error, "cannot remove shared memory that a server left behind")
                }
            }
        }
    }
}
