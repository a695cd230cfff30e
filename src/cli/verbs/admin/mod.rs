//! What the one who runs a server does: backups, repair, tokens, load, a look inside.

pub(crate) mod backup;
pub(crate) mod bench;
pub(crate) mod clock;
pub(crate) mod db;
pub(crate) mod inspect;
pub(crate) mod status;
pub(crate) mod token;
