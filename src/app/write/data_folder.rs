//! Handles for maintenance of the data folder in use; none of them keeps the folder locked.

use std::sync::{Arc, Weak};

use crate::app::Error;
use crate::app::maintenance::flights::Backups;
use crate::app::startup::recovery::ledger_path;
use crate::ledger::{self, Profile, Reader};
use crate::prices::Folder;

/// The handles for maintenance.
pub(crate) struct DataFolder {
    /// Owned by the writer thread, so that the lock is released once it ends.
    pub(crate) folder: Weak<Folder>,
    pub(crate) ledger: ledger::Config,
    pub(crate) profile: Arc<Profile>,
    pub(crate) backups: Backups,
}

impl DataFolder {
    pub(crate) fn reader(&self) -> Result<Reader, Error> {
        let path = ledger_path(&*self.folder()?);
        Ok(Reader::open(&path, &self.ledger, Arc::clone(&self.profile))?)
    }

    pub(crate) fn folder(&self) -> Result<Arc<Folder>, Error> {
        self.folder.upgrade().ok_or(Error::Stopping)
    }
}
