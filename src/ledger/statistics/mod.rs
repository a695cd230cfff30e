//! What the ledger does and how long it takes: metrics of the writer, a profile of the statements, and advice on indexes.

pub(in crate::ledger) mod advise;
pub(in crate::ledger) mod metrics;
pub(in crate::ledger) mod profile;
pub(in crate::ledger) mod recent;
