//! The configuration of the server.

use std::path::PathBuf;

use crate::app::{Limits, WebhookConfig};
use crate::cache::Key;
use crate::{cache, ledger};

/// The configuration of the server.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// The limits.
    pub limits: Limits,
    /// The cache settings; its key comes from `cache_secret`, its sizes of entries and namespaces from `limits`.
    pub cache: cache::Config,
    /// The source of the secret that the key of `cache` is derived from.
    pub cache_secret: CacheSecret,
    /// The ledger settings.
    pub ledger: ledger::Config,
    /// The number of compute threads; 0 means one per core.
    pub threads: usize,
    /// How the webhooks of alerts are called.
    pub webhooks: WebhookConfig,
    /// The folder for shared memory, as in `/dev/shm`; without one, none is shared.
    pub shared_memory: Option<PathBuf>,
    /// The backup folder; without one, backups are refused.
    pub backups: Option<PathBuf>,
}

/// The source of the secret. Servers that share Redis and the secret read each other's values.
#[derive(Debug, Clone, Default)]
pub enum CacheSecret {
    /// The file `SECRET` of the data folder, created at the first start with Redis, mode 0600.
    #[default]
    Folder,
    /// This file, of 16 to 4096 bytes without its line end.
    File(PathBuf),
    /// A secret whose key is already derived.
    Derived(Key),
}
