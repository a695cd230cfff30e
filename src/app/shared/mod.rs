//! What agents share through the server: cache entries, answers in shared memory, and the board.

pub(crate) mod board;
pub(crate) mod delivery;
pub(crate) mod user_cache;
