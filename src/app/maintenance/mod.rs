//! Maintenance of a data folder in use: profile, advice, checks and backups.
//!
//! Reads what the writer has committed, and changes none of it.

pub(crate) mod backup;
pub(crate) mod backup_folder;
pub(crate) mod flights;
pub(crate) mod service;
