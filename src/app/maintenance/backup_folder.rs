//! The backup folder: finished backups under their names, running ones under temporary names.
//!
//! A backup is published by one rename after everything was verified and synced, so a named backup is complete. Each
//! attempt has its own temporary folder, locked like a data folder; an unlocked one stems from a killed server.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, File};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rustix::fs::{CWD, RenameFlags, renameat_with, statvfs};
use rustix::io::Errno;

use crate::app::write::command::PinnedSnapshot;
use crate::app::{Error, Limits};
use crate::ledger::{self, Reader};
use crate::prices::{self, Folder};
use crate::series::SegmentFacts;

/// The maximum length of a backup name, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// The suffix of a temporary folder: `monday.0123456789abcdef.partial`. Backup names have no dots.
const PARTIAL: &str = "partial";

const LEDGER: &str = "ledger.db";

/// The facts of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupFacts {
    /// Its path: an ordinary data folder.
    pub path: PathBuf,
    /// Its series.
    pub series: u64,
    /// Its price files.
    pub segments: u64,
    /// The bytes of its price files.
    pub bytes: u64,
    /// It existed before the request; nothing was copied.
    pub already_existed: bool,
}

/// The backup folder.
#[derive(Debug)]
pub(crate) struct BackupFolder {
    path: PathBuf,
    backups_max: u64,
    bytes_max: u64,
}

/// The folder of one attempt, removed on drop unless published.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        match fs::remove_dir_all(&self.0) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::warn!(path = %self.0.display(), %error, "cannot remove an unfinished backup yet");
            }
            _ => {}
        }
    }
}

/// Whether the name is valid for a backup: no path, no temporary name.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(plain)
}

/// An invalid backup name.
pub(crate) fn wrong_name(name: &str) -> Error {
    name_error(name, format!("1 to {NAME_BYTES_MAX} of A-Z a-z 0-9 _ -"))
}

pub(crate) fn name_error(name: &str, expected: String) -> Error {
    Error::Field { field: "name", expected, given: name.into() }
}

impl BackupFolder {
    /// Removes what killed servers have left. The folder need not exist yet.
    pub(crate) fn open(path: PathBuf, limits: &Limits) -> Self {
        let folder = Self { path, backups_max: limits.backups_max, bytes_max: limits.backup_bytes_max };
        if let Err(error) = folder.remove_leftovers() {
            tracing::warn!(path = %folder.path.display(), %error, "cleaning up the backup folder failed");
        }
        folder
    }

    fn remove_leftovers(&self) -> io::Result<()> {
        for (name, path) in folders(&self.path)? {
            if !is_temporary(&name) {
                continue;
            }
            // Another server that shares the backup folder may be using it; then it is locked.
            match Folder::open(&path) {
                Err(prices::Error::Locked { .. }) => {}
                _ => {
                    tracing::info!(path = %path.display(), "unfinished backup removed");
                    drop(Temporary(path));
                }
            }
        }
        Ok(())
    }

    /// The finished backup of a name; `None` if the name is free.
    pub(crate) fn finished(&self, name: &str) -> Result<Option<BackupFacts>, Error> {
        let path = self.path.join(name);
        match path.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            found => found.map_err(failed(&path))?,
        };
        let not_whole = |why: String| {
            name_error(name, format!("free, or that of a whole backup, which {} is not: {why}", path.display()))
        };
        let (facts, segments) = read(&path).map_err(|error| not_whole(error.to_string()))?;
        for SegmentFacts { number, bytes, .. } in segments {
            let file = path.join(format!("prices/{number:016x}.atp"));
            if !fs::metadata(&file).is_ok_and(|metadata| metadata.len() >= bytes) {
                return Err(not_whole(format!("price file {} is missing or short", file.display())));
            }
        }
        // The rename may not be durable if the call that made it failed; sync again.
        sync(&self.path).map_err(failed(&path))?;
        Ok(Some(BackupFacts { already_existed: true, ..facts }))
    }

    /// Makes a backup of a pinned snapshot: copies, verifies, syncs and publishes it. Removes everything after an error
    /// or cancellation.
    pub(crate) fn make(
        &self,
        name: &str,
        PinnedSnapshot { reader, snapshots }: PinnedSnapshot,
        data: &Folder,
        is_active: &dyn Fn() -> bool,
    ) -> Result<BackupFacts, Error> {
        let open: HashMap<_, _> = snapshots
            .iter()
            .flat_map(|(_, snapshot)| &snapshot.segments)
            .map(|open| (open.facts().number, open))
            .collect();
        self.admit(reader.bytes()? + reader.counts()?.sealed_bytes)?;
        let temporary = self.temporary(name)?;
        let folder = Folder::open(&temporary.0)?;
        let ledger = temporary.0.join(LEDGER);
        reader.copy_to(&ledger, is_active)?;
        let copy = Reader::open(&ledger, &ledger::Config::default(), Arc::default())?;
        // Report damage of the ledger itself first.
        copy.integrity().map_err(|error| reader.integrity().err().unwrap_or(error))?;
        drop((copy, reader));
        let (facts, segments) = read(&temporary.0)?;
        for facts in &segments {
            folder.adopt(data, facts, open.get(&facts.number).map(|open| &***open), is_active)?;
        }
        let numbers: Vec<_> = segments.iter().map(|facts| facts.number).collect();
        if folder.numbers()? != numbers {
            return Err(failed(&temporary.0)(io::Error::other(
                "it does not hold the price files that its ledger names",
            )));
        }
        File::open(&ledger).and_then(|file| file.sync_all()).map_err(failed(&ledger))?;
        folder.sync()?;
        if !is_active() {
            return Err(prices::Error::Stopped { path: temporary.0.clone() }.into());
        }
        let path = self.publish(name, &temporary.0)?;
        Ok(BackupFacts { path, ..facts })
    }

    /// Checks the limits and disk space for one more backup of `needed` bytes.
    fn admit(&self, needed: u64) -> Result<(), Error> {
        self.create().map_err(failed(&self.path))?;
        let (count, bytes) = self.usage().map_err(failed(&self.path))?;
        let disk = statvfs(&self.path).map_err(|error| failed(&self.path)(error.into()))?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        for (limit, max, needed) in [
            ("backups_max", if self.backups_max == 0 { u64::MAX } else { self.backups_max }, count + 1),
            ("backup_bytes_max", if self.bytes_max == 0 { u64::MAX } else { self.bytes_max }, bytes + needed),
            ("free bytes on the disk of backups", free, needed),
        ] {
            if needed > max {
                return Err(Error::TooMuch { limit, max, needed, hint: Some("remove old backups") });
            }
        }
        Ok(())
    }

    fn create(&self) -> io::Result<()> {
        if self.path.is_dir() {
            return Ok(());
        }
        DirBuilder::new().recursive(true).mode(0o700).create(&self.path)?;
        sync(&self.path.join(".."))
    }

    /// The number of finished backups, and their bytes if there is a limit.
    fn usage(&self) -> io::Result<(u64, u64)> {
        let backups = folders(&self.path)?;
        let backups: Vec<_> =
            backups.into_iter().filter(|(name, path)| is_name(name) && path.join(LEDGER).is_file()).collect();
        let bytes = if self.bytes_max == 0 {
            0
        } else {
            backups.iter().map(|(_, path)| bytes_below(path)).sum::<io::Result<u64>>()?
        };
        Ok((backups.len() as u64, bytes))
    }

    fn temporary(&self, name: &str) -> Result<Temporary, Error> {
        let random = RandomState::new().hash_one((name, SystemTime::now(), std::process::id()));
        let path = self.path.join(format!("{name}.{random:016x}.{PARTIAL}"));
        // Fails if it exists, so no two attempts share one.
        DirBuilder::new().mode(0o700).create(&path).map_err(failed(&path))?;
        Ok(Temporary(path))
    }

    /// Publishes a complete backup under a name that must be free.
    fn publish(&self, name: &str, temporary: &Path) -> Result<PathBuf, Error> {
        let path = self.path.join(name);
        let renamed = match renameat_with(CWD, temporary, CWD, &path, RenameFlags::NOREPLACE) {
            // Not every file system supports this. A plain rename still replaces nothing but an empty folder.
            Err(Errno::INVAL | Errno::NOSYS) => fs::rename(temporary, &path),
            renamed => renamed.map_err(io::Error::from),
        };
        renamed.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists | ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory => {
                name_error(name, "free; another process has just taken it".into())
            }
            _ => failed(&path)(error),
        })?;
        sync(&self.path).map_err(failed(&path))?;
        Ok(path)
    }
}

/// The facts in the ledger of a backup, and its price files in order of number.
fn read(path: &Path) -> Result<(BackupFacts, Vec<SegmentFacts>), ledger::Error> {
    let reader = Reader::open(&path.join(LEDGER), &ledger::Config::default(), Arc::default())?;
    let (counts, segments) = (reader.counts()?, reader.segments()?);
    let facts = BackupFacts {
        path: path.into(),
        series: counts.series,
        segments: counts.segments,
        bytes: counts.sealed_bytes,
        already_existed: false,
    };
    Ok((facts, segments))
}

/// Whether the name is that of a temporary folder.
fn is_temporary(name: &str) -> bool {
    let parts: Vec<_> = name.split('.').collect();
    let [name, random, PARTIAL] = parts[..] else { return false };
    let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    is_name(name) && random.len() == 16 && random.bytes().all(hexadecimal)
}

/// The subfolders of a folder, without links; empty if it does not exist.
fn folders(path: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir()
            && let Ok(name) = entry.file_name().into_string()
        {
            found.push((name, entry.path()));
        }
    }
    Ok(found)
}

/// The size of all files of a folder, recursively.
fn bytes_below(path: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        // A file removed meanwhile counts as zero.
        bytes += match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes_below(&entry.path())?,
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        };
    }
    Ok(bytes)
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Backup { path: path.into(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_our_own_are_temporary() {
        assert!(is_temporary("monday.0123456789abcdef.partial"));
        for name in [
            "monday",
            "monday.partial",
            ".partial",
            "monday.0123456789abcdeF.partial",
            "monday.0123.partial",
            "a.b.0123456789abcdef.partial",
            ".0123456789abcdef.partial",
            "monday.0123456789abcdef.partial.old",
        ] {
            assert!(!is_temporary(name), "{name}");
        }
    }

    #[test]
    fn nothing_is_replaced() {
        let directory = tempfile::tempdir().expect("a folder");
        let folder = BackupFolder::open(directory.path().into(), &Limits::default());
        for taken in ["file", "empty", "full"] {
            let temporary = folder.temporary(taken).expect("made");
            fs::write(temporary.0.join("new"), "new").expect("written");
            let path = directory.path().join(taken);
            match taken {
                "file" => fs::write(&path, "old").expect("written"),
                "empty" => fs::create_dir(&path).expect("made"),
                _ => fs::create_dir(&path).and_then(|()| fs::write(path.join("old"), "old")).expect("made"),
            }
            let error = folder.publish(taken, &temporary.0).expect_err("taken");
            assert!(matches!(error, Error::Field { field: "name", .. }), "{error}");
            assert!(temporary.0.join("new").exists() && !path.join("new").exists());
        }
    }

    #[test]
    fn what_a_killed_server_left_is_removed_and_nothing_else() {
        let directory = tempfile::tempdir().expect("a folder");
        let at = |name: &str| directory.path().join(name);
        let (left, used) = (at("one.00000000000000aa.partial"), at("two.00000000000000bb.partial"));
        let others = [at("one"), at("one.partial"), at("other.0.partial")];
        for path in others.iter().chain([&left]) {
            fs::create_dir_all(path.join("prices")).expect("made");
            fs::write(path.join("prices/0000000000000001.atp"), "some").expect("written");
        }
        let file = at("three.00000000000000cc.partial");
        fs::write(&file, "no folder").expect("written");
        let _at_work = Folder::open(&used).expect("locked");
        BackupFolder::open(directory.path().into(), &Limits::default());
        assert!(!left.exists() && used.exists() && file.exists());
        assert!(others.iter().all(|path| path.join("prices/0000000000000001.atp").exists()));
    }
}
