//! Maintenance of the data folder in use: the profile of the ledger, advised indexes, and integrity checks.

use std::sync::Arc;

use tokio::sync::{Mutex, oneshot};
use tokio_util::sync::CancellationToken;

use crate::app::Error;
use crate::app::bars::catalog::Catalog;
use crate::app::workers::blocking::aside;
use crate::app::write::command::Command;
use crate::app::write::data_folder::DataFolder;
use crate::app::write::queue::WriteQueue;
use crate::ledger::{self, Advice, Change, SlowRun, StatementFacts};
use crate::prices;

/// The result of an integrity check.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Soundness {
    /// The problems, one sentence each; empty when there are none.
    pub problems: Vec<String>,
    /// The number of series checked.
    pub series: u64,
    /// The number of price files read completely.
    pub segments: u64,
    /// The orphaned price files in `orphans`.
    pub orphans: u64,
}

/// Maintains the data folder in use.
pub struct Maintenance {
    pub(crate) data_folder: Arc<DataFolder>,
    pub(super) queue: Arc<WriteQueue>,
    catalog: Arc<Catalog>,
    /// Locked by what reads the whole folder: one at a time, so that callers cannot take all threads.
    reading: Mutex<()>,
}

impl Maintenance {
    pub(crate) fn new(data_folder: DataFolder, queue: Arc<WriteQueue>, catalog: Arc<Catalog>) -> Self {
        Self { data_folder: Arc::new(data_folder), queue, catalog, reading: Mutex::default() }
    }

    /// Cancels backups and waits until they have ended.
    pub(crate) async fn stop(&self) {
        self.data_folder.backups.close().await;
    }

    /// The cost of each statement of the ledger since the start, most expensive first.
    pub fn statements(&self) -> Vec<StatementFacts> {
        self.data_folder.profile.statements()
    }

    /// The latest slow statements, newest first.
    pub fn slow_runs(&self) -> Vec<SlowRun> {
        self.data_folder.profile.slow_runs()
    }

    /// The indexes that statements lack; creates them if `apply` is set.
    pub async fn advise(&self, apply: bool) -> Result<Vec<Advice>, Error> {
        let data_folder = Arc::clone(&self.data_folder);
        let turn = self.reading.lock().await;
        let advice = aside(move || Ok(data_folder.reader()?.advise()?)).await?;
        drop(turn);
        if apply && !advice.is_empty() {
            let changes = advice.iter().map(|advice| Change::AddIndex { index: advice.index.clone() }).collect();
            let (reply, done) = oneshot::channel();
            self.queue.ask(Command::Change { changes, reply }, done).await?;
        }
        Ok(advice)
    }

    /// Reads everything stored and reports damage. One check runs at a time, and ends early if its caller leaves.
    pub async fn check(&self) -> Result<Soundness, Error> {
        let _turn = self.reading.lock().await;
        let (data_folder, catalog) = (Arc::clone(&self.data_folder), Arc::clone(&self.catalog));
        let left = CancellationToken::new();
        let _guard = left.clone().drop_guard();
        aside(move || check(&data_folder, &catalog, &left)).await
    }
}

fn check(data_folder: &DataFolder, catalog: &Catalog, left: &CancellationToken) -> Result<Soundness, Error> {
    let (folder, snapshots) = (data_folder.folder()?, catalog.snapshots());
    let orphans = folder.orphans()?.len() as u64;
    let mut found = Soundness { series: snapshots.len() as u64, orphans, ..Soundness::default() };
    match data_folder.reader()?.integrity() {
        Err(error @ ledger::Error::Damaged { .. }) => found.problems.push(error.to_string()),
        other => other?,
    }
    for (id, snapshot) in &snapshots {
        let lost = snapshot.missing.iter().map(|missing| format!("{id}: {}", prices::Error::lost(missing)));
        found.problems.extend(lost);
        for number in snapshot.facts().map(|facts| facts.number) {
            if left.is_cancelled() {
                return Err(Error::Late);
            }
            // Absent after a merge or deletion since then, as expected.
            let named = || catalog.get(id).is_some_and(|slot| slot.load().facts().any(|facts| facts.number == number));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::fixture::{SMALL, app_with, bars, ingest};

    #[tokio::test]
    async fn a_check_ends_when_its_caller_has_left() {
        let (_directory, app) = app_with(SMALL, |_| ());
        ingest(&app, 1, bars(0..5000, 1)).await;
        let left = CancellationToken::new();
        left.cancel();
        let maintenance = &app.maintenance;
        let ended = check(&maintenance.data_folder, &maintenance.catalog, &left);
        assert!(matches!(ended, Err(Error::Late)), "{ended:?}");
        // While one runs, others wait for their turn and hold no thread.
        let turn = maintenance.reading.lock().await;
        assert!(futures_util::FutureExt::now_or_never(maintenance.check()).is_none());
        drop(turn);
        assert!(maintenance.check().await.expect("checked").segments > 0);
    }
}
