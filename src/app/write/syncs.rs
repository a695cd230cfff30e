//! Syncs of new price files, which go on while more are written: a group of commands waits for all of them at once, before
//! its commit.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crate::prices::{Error, Folder, Unsynced};

/// The most that go on at once; a disk gains nothing from more.
const RUNNING_MAX: usize = 4;

/// Syncs that were begun.
#[derive(Default)]
pub(crate) struct Syncs {
    running: VecDeque<(Arc<Unsynced>, JoinHandle<Result<(), Error>>)>,
    /// The first error of those that have ended.
    failed: Option<Error>,
    /// Whether there are new names in the folder.
    has_files: bool,
}

impl Syncs {
    /// Begins to sync a file.
    pub(super) fn begin(&mut self, file: Unsynced) {
        self.has_files = true;
        self.wait_for(RUNNING_MAX - 1);
        let file = Arc::new(file);
        let work = Arc::clone(&file);
        match thread::Builder::new().name("sync".into()).spawn(move || work.sync()) {
            Ok(running) => self.running.push_back((file, running)),
            // There are too many threads.
            Err(_) => self.ended(file.sync()),
        }
    }

    /// Adds those of a command to those of its group.
    pub(super) fn append(&mut self, others: Self) {
        self.has_files |= others.has_files;
        others.failed.into_iter().for_each(|error| self.ended(Err(error)));
        self.running.extend(others.running);
    }

    /// Waits until all files are durable under their names.
    pub(crate) fn finish(mut self, folder: &Folder) -> Result<(), Error> {
        self.wait_for(0);
        match self.failed {
            Some(error) => Err(error),
            None if self.has_files => folder.sync_names(),
            None => Ok(()),
        }
    }

    /// Waits until no more than so many run.
    fn wait_for(&mut self, most: usize) {
        while self.running.len() > most
            && let Some((file, running)) = self.running.pop_front()
        {
            // A thread that panicked has synced nothing.
            self.ended(running.join().unwrap_or_else(|_| file.sync()));
        }
    }

    fn ended(&mut self, outcome: Result<(), Error>) {
        self.failed = self.failed.take().or(outcome.err());
    }
}
