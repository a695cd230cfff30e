//! Tables: Parquet and Arrow IPC, read and written.

mod cells;
mod ipc;
mod reader;
mod records;
mod values;
mod write;

pub(crate) use reader::Table;
pub(crate) use records::Records;
pub(crate) use write::{Shape, TableKind, Writer, is_whole};
