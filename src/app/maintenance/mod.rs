//! Maintenance: profile, advice, checks, backups and repair of a data folder.
//!
//! Reads what the writer has committed; only repair writes, and only while no server runs.

pub(crate) mod backup;
pub(crate) mod backup_folder;
pub(crate) mod service;
