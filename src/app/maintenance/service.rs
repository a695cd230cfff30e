//! Looking after the data folder while it is in use: what the ledger's statements cost, which indexes they miss, and
//! whether everything kept is sound.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::app::bars::catalog::Shelf;
use crate::app::bars::snapshot::lost;
use crate::app::pool::aside;
use crate::app::write::command::Job;
use crate::app::write::data_folder::Upkeep;
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
}

fn check(upkeep: &Upkeep, shelf: &Shelf) -> Result<Soundness, Error> {
    let (folder, views) = (upkeep.folder()?, shelf.views());
    let orphans = folder.orphans()?.len() as u64;
    let mut found = Soundness { series: views.len() as u64, orphans, ..Soundness::default() };
    match upkeep.reader()?.integrity() {
        Err(error @ ledger::Error::Damaged { .. }) => found.problems.push(error.to_string()),
        other => other?,
    }
    for (id, view) in &views {
        let lost = view.missing.iter().map(|missing| format!("{id}: {}", lost(missing)));
        found.problems.extend(lost);
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
