//! The tables: every statement that changes one, and those that read a table as a whole or by key.

pub(in crate::ledger) mod actions;
pub(in crate::ledger) mod alerts;
pub(in crate::ledger) mod batches;
pub(in crate::ledger) mod change;
pub(in crate::ledger) mod clocks;
pub(in crate::ledger) mod load;
pub(in crate::ledger) mod salvage;
pub(in crate::ledger) mod saved_results;
pub(in crate::ledger) mod tail;
