//! Tables: Parquet and Arrow IPC, read and written.

mod cells;
mod ipc;
mod reader;
mod results;
mod sink;
mod values;
mod write;

pub(crate) use reader::Table;
pub(crate) use results::{ResultColumn, ResultWriter};
pub(crate) use sink::TableKind;
pub(crate) use write::{Shape, Writer, is_whole};
