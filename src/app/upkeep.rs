//! Looking after the data folder while it is in use: what the ledger's statements cost, which indexes they miss, whether
//! everything kept is sound, and copies of it all.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

use super::job::Job;
use super::shelf::Shelf;
use super::view::View;
use super::{App, Error};
use crate::ledger::{self, Advice, Profile, Reader, SlowRun, StatementFacts};
use crate::prices::Folder;
use crate::series::SeriesId;

/// The most bytes of the name of a backup.
const NAME_BYTES_MAX: usize = 64;

/// What looks after the data folder.
pub(super) struct Upkeep {
    /// Held by the keeper, so that the folder is free for another server once it is closed.
    pub(super) folder: Weak<Folder>,
    pub(super) ledger: ledger::Config,
    pub(super) profile: Arc<Profile>,
    /// Where backups go; `None` when nobody may ask for one.
    pub(super) backups: Option<PathBuf>,
}

/// The bars of every series at one moment, and a reader that sees the ledger as it was then.
pub(super) struct Moment {
    pub(super) reader: Reader,
    pub(super) views: Vec<(SeriesId, Arc<View>)>,
}

/// Whether everything that is kept is sound.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Soundness {
    /// What is wrong, one sentence each; empty when nothing is.
    pub problems: Vec<String>,
    /// The series that were looked at.
    pub series: u64,
    /// The price files that were read from end to end.
    pub segments: u64,
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupFacts {
    /// Where it is: a data folder like any other.
    pub path: PathBuf,
    /// Its series.
    pub series: u64,
    /// Its price files.
    pub segments: u64,
    /// The bytes of its price files.
    pub bytes: u64,
}

impl Upkeep {
    pub(super) fn reader(&self) -> Result<Reader, Error> {
        let path = self.folder()?.path().join("ledger.db");
        Ok(Reader::open(&path, &self.ledger, Arc::clone(&self.profile))?)
    }

    fn folder(&self) -> Result<Arc<Folder>, Error> {
        self.folder.upgrade().ok_or(Error::Stopping)
    }
}

impl App {
    /// What each statement of the ledger has cost since the start, the dearest first.
    pub fn statements(&self) -> Vec<StatementFacts> {
        self.upkeep.profile.statements()
    }

    /// The newest slow runs of statements, the newest first.
    pub fn slow_runs(&self) -> Vec<SlowRun> {
        self.upkeep.profile.slow_runs()
    }

    /// The indexes that statements have missed, made as well when `apply` says so.
    pub async fn advise(&self, apply: bool) -> Result<Vec<Advice>, Error> {
        let upkeep = Arc::clone(&self.upkeep);
        let advice = aside(move || Ok(upkeep.reader()?.advise()?)).await?;
        if apply && !advice.is_empty() {
            let indexes = advice.iter().map(|advice| advice.index.clone()).collect();
            let (reply, done) = oneshot::channel();
            self.ask(Job::Index { indexes, reply }, done).await?;
        }
        Ok(advice)
    }

    /// Reads everything that is kept and tells what is damaged.
    pub async fn check(&self) -> Result<Soundness, Error> {
        let (upkeep, shelf) = (Arc::clone(&self.upkeep), Arc::clone(&self.shelf));
        aside(move || check(&upkeep, &shelf)).await
    }

    /// Copies everything, as it is at one moment, to a folder of this name under that for backups. Bars come in and are
    /// read meanwhile.
    pub async fn backup(&self, name: &str) -> Result<BackupFacts, Error> {
        let path = self.backup_path(name)?;
        let (reply, moment) = oneshot::channel();
        let moment = self.ask(Job::Hold { reply }, moment).await?;
        aside(move || {
            let partial = path.with_extension("partial");
            let copied = copy(&moment, &partial).and_then(|(segments, bytes)| {
                std::fs::rename(&partial, &path).map_err(|source| Error::Backup { path: path.clone(), source })?;
                Ok(BackupFacts { path, series: moment.views.len() as u64, segments, bytes })
            });
            copied.inspect_err(|_| drop(std::fs::remove_dir_all(&partial)))
        })
        .await
    }

    fn backup_path(&self, name: &str) -> Result<PathBuf, Error> {
        let wrong = |expected: String| Error::Field { field: "name", expected, given: name.into() };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(plain) {
            return Err(wrong(format!("1 to {NAME_BYTES_MAX} of A-Z a-z 0-9 _ -")));
        }
        let Some(backups) = &self.upkeep.backups else {
            return Err(wrong("unset: the server has no backup folder".into()));
        };
        let path = backups.join(name);
        if path.exists() { Err(wrong("new: a backup of that name exists".into())) } else { Ok(path) }
    }
}

fn check(upkeep: &Upkeep, shelf: &Shelf) -> Result<Soundness, Error> {
    let (folder, views) = (upkeep.folder()?, shelf.views());
    let mut found = Soundness { series: views.len() as u64, ..Soundness::default() };
    match upkeep.reader()?.integrity() {
        Err(error @ ledger::Error::Damaged { .. }) => found.problems.push(error.to_string()),
        other => other?,
    }
    for (id, view) in &views {
        if let Some(missing) = view.missing {
            found.problems.push(format!("price file {:016x}.atp of {id} is missing", missing.number));
        }
        for number in view.facts().map(|facts| facts.number) {
            // What was merged or deleted since is gone, as it should be.
            let named = || shelf.get(id).is_some_and(|kept| kept.load().facts().any(|facts| facts.number == number));
            found.segments += 1;
            match folder.inspect(number) {
                Ok(report) if report.is_sound() => {}
                Ok(report) => {
                    found.problems.push(format!("{} of {id} is damaged in {}", report.path.display(), report.damage()));
                }
                Err(error) if named() => found.problems.push(format!("{id}: {error}")),
                Err(_) => {}
            }
        }
    }
    Ok(found)
}

/// Makes a data folder of a moment and tells its price files and their bytes.
fn copy(moment: &Moment, path: &Path) -> Result<(u64, u64), Error> {
    let failed = |source| Error::Backup { path: path.into(), source };
    if path.exists() {
        // Left by a server that was stopped while it made it.
        std::fs::remove_dir_all(path).map_err(failed)?;
    }
    let folder = Folder::open(path)?;
    let (mut segments, mut bytes) = (0, 0);
    for segment in moment.views.iter().flat_map(|(_, view)| &view.segments) {
        folder.adopt(segment)?;
        segments += 1;
        bytes += segment.bytes();
    }
    moment.reader.copy_to(&path.join("ledger.db"))?;
    Ok((segments, bytes))
}

/// Work that waits for the disk, on a thread of its own.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    spawn_blocking(work).await.unwrap_or_else(|error| Err(Error::Panicked(error.to_string())))
}
