//! The data folder while it is in use: the handles that maintenance needs, none of which keeps the folder locked.

use std::sync::{Arc, Weak};

use crate::app::Error;
use crate::app::maintenance::flights::Backups;
use crate::ledger::{self, Profile, Reader};
use crate::prices::Folder;

/// What looks after the data folder.
pub(crate) struct Maintenance {
    /// BarsSource by the writer thread, so that the folder is free for another server once it is closed.
    pub(crate) folder: Weak<Folder>,
    pub(crate) ledger: ledger::Config,
    pub(crate) profile: Arc<Profile>,
    pub(crate) backups: Backups,
}

impl Maintenance {
    pub(crate) fn reader(&self) -> Result<Reader, Error> {
        let path = self.folder()?.path().join("ledger.db");
        Ok(Reader::open(&path, &self.ledger, Arc::clone(&self.profile))?)
    }

    pub(crate) fn folder(&self) -> Result<Arc<Folder>, Error> {
        self.folder.upgrade().ok_or(Error::Stopping)
    }
}
