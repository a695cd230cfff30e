//! Tables: Parquet and Arrow IPC, read and written.

mod cells;
mod ipc;
mod reader;
mod values;
mod write;

pub(crate) use reader::Table;
pub(crate) use write::{Shape, TableKind, Writer, is_whole};
