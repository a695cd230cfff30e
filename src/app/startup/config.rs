//! How a server is set up.

use std::path::PathBuf;

use crate::app::Limits;
use crate::cache::Key;
use crate::{cache, ledger};

/// How the server is set up.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// Every limit.
    pub limits: Limits,
    /// How the cache is kept; its key comes from `cache_secret`, and the size of its entries from `limits`.
    pub cache: cache::Config,
    /// Where the secret comes from that the key of `cache` is derived from.
    pub cache_secret: CacheSecret,
    /// How the ledger is kept.
    pub ledger: ledger::Config,
    /// Threads that compute; 0 means as many as the machine has cores.
    pub threads: usize,
    /// The folder that backups go to; without one nobody can ask for any.
    pub backups: Option<PathBuf>,
}

/// Where the secret comes from. Servers that share a Redis read each other's values when they have the same.
#[derive(Debug, Clone, Default)]
pub enum CacheSecret {
    /// The file `SECRET` of the data folder. Made at the first start with Redis, readable by its owner alone.
    #[default]
    Folder,
    /// This file, of 16 to 4096 bytes without its line end.
    File(PathBuf),
    /// A secret whose key has been derived.
    Derived(Key),
}
