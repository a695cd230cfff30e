//! The SQLite database itself: its configuration, its schema and migrations, retries, and maintenance.

mod memory;
pub(in crate::ledger) mod pragmas;
pub(in crate::ledger) mod retry;
pub(in crate::ledger) mod schema;
pub(in crate::ledger) mod upkeep;
