//! Looking after the data folder while it is in use: what the ledger's statements cost, which indexes they miss, and
//! whether everything kept is sound.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::app::bars::catalog::Catalog;
use crate::app::bars::snapshot::lost;
use crate::app::pool::aside;
use crate::app::write::command::Command;
use crate::app::write::data_folder::Maintenance;
use crate::app::{App, Error};
use crate::ledger::{self, Advice, SlowRun, StatementFacts};

/// Whether everything that is kept is sound.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Soundness {
    /// What is wrong, one sentence each; empty when nothing is.
    pub problems: Vec<String>,
    /// The series that were looked at.
    pub series: u64,
    /// The price files that were read from end to end.
    pub segments: u64,
    /// The price files in `orphans`, which no series refers to.
    pub orphans: u64,
}

impl App {
    /// What each statement of the ledger has cost since the start, the dearest first.
    pub fn statements(&self) -> Vec<StatementFacts> {
        self.maintenance.profile.statements()
    }

    /// The newest slow runs of statements, the newest first.
    pub fn slow_runs(&self) -> Vec<SlowRun> {
        self.maintenance.profile.slow_runs()
    }

    /// The indexes that statements have missed, made as well when `apply` says so.
    pub async fn advise(&self, apply: bool) -> Result<Vec<Advice>, Error> {
        let maintenance = Arc::clone(&self.maintenance);
        let advice = aside(move || Ok(maintenance.reader()?.advise()?)).await?;
        if apply && !advice.is_empty() {
            let indexes = advice.iter().map(|advice| advice.index.clone()).collect();
            let (reply, done) = oneshot::channel();
            self.ask(Command::Index { indexes, reply }, done).await?;
        }
        Ok(advice)
    }

    /// Reads everything that is kept and tells what is damaged.
    pub async fn check(&self) -> Result<Soundness, Error> {
        let (maintenance, catalog) = (Arc::clone(&self.maintenance), Arc::clone(&self.catalog));
        aside(move || check(&maintenance, &catalog)).await
    }
}

fn check(maintenance: &Maintenance, catalog: &Catalog) -> Result<Soundness, Error> {
    let (folder, snapshots) = (maintenance.folder()?, catalog.snapshots());
    let orphans = folder.orphans()?.len() as u64;
    let mut found = Soundness { series: snapshots.len() as u64, orphans, ..Soundness::default() };
    match maintenance.reader()?.integrity() {
        Err(error @ ledger::Error::Damaged { .. }) => found.problems.push(error.to_string()),
        other => other?,
    }
    for (id, snapshot) in &snapshots {
        let lost = snapshot.missing.iter().map(|missing| format!("{id}: {}", lost(missing)));
        found.problems.extend(lost);
        for number in snapshot.facts().map(|facts| facts.number) {
            // What was merged or deleted since is gone, as it should be.
            let named = || catalog.get(id).is_some_and(|kept| kept.load().facts().any(|facts| facts.number == number));
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
