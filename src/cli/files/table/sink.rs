//! Where batches of a table go: Parquet or Arrow IPC.

use std::io::{self, Write};

use arrow_array::RecordBatch;
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{ArrowError, DataType, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

/// The rows per Parquet row group, which is buffered until full: 25 MB of bars.
const GROUP_ROWS: usize = 1 << 19;

/// The kind of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TableKind {
    ParquetZstd,
    ParquetSnappy,
    ArrowFile,
    ArrowStream,
}

/// The writer of one kind.
pub(super) enum Sink {
    Parquet(Box<ArrowWriter<Box<dyn Write + Send>>>),
    File(Box<FileWriter<Box<dyn Write + Send>>>),
    Stream(Box<StreamWriter<Box<dyn Write + Send>>>),
}

impl Sink {
    /// Begins a table.
    pub(super) fn new(kind: TableKind, schema: &SchemaRef, output: Box<dyn Write + Send>) -> io::Result<Self> {
        Ok(match kind {
            TableKind::ArrowFile => Self::File(Box::new(FileWriter::try_new(output, schema).map_err(arrow)?)),
            TableKind::ArrowStream => Self::Stream(Box::new(StreamWriter::try_new(output, schema).map_err(arrow)?)),
            TableKind::ParquetZstd | TableKind::ParquetSnappy => {
                let properties = Some(properties(kind, schema));
                let writer = ArrowWriter::try_new(output, SchemaRef::clone(schema), properties).map_err(parquet)?;
                Self::Parquet(Box::new(writer))
            }
        })
    }

    /// Writes a batch.
    pub(super) fn write(&mut self, batch: &RecordBatch) -> io::Result<()> {
        match self {
            Self::Parquet(writer) => writer.write(batch).map_err(parquet),
            Self::File(writer) => writer.write(batch).map_err(arrow),
            Self::Stream(writer) => writer.write(batch).map_err(arrow),
        }
    }

    /// Ends the table.
    pub(super) fn end(self) -> io::Result<()> {
        match self {
            Self::Parquet(writer) => writer.into_inner().map_err(parquet)?.flush(),
            Self::File(writer) => writer.into_inner().map_err(arrow)?.flush(),
            Self::Stream(writer) => writer.into_inner().map_err(arrow)?.flush(),
        }
    }
}

/// Integers and times are delta-encoded, floats byte-stream-split, which halves real prices; both are lossless.
fn properties(kind: TableKind, schema: &Schema) -> WriterProperties {
    let compression = match kind {
        TableKind::ParquetSnappy => Compression::SNAPPY,
        _ => Compression::ZSTD(ZstdLevel::default()),
    };
    let mut properties =
        WriterProperties::builder().set_compression(compression).set_max_row_group_row_count(Some(GROUP_ROWS));
    for field in schema.fields() {
        let encoding = match field.data_type() {
            DataType::Dictionary(..) | DataType::Utf8 => continue,
            DataType::Float64 => Encoding::BYTE_STREAM_SPLIT,
            _ => Encoding::DELTA_BINARY_PACKED,
        };
        let path = ColumnPath::new(vec![field.name().clone()]);
        properties = properties.set_column_dictionary_enabled(path.clone(), false).set_column_encoding(path, encoding);
    }
    properties.build()
}

/// Preserves a broken pipe as such.
pub(super) fn arrow(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, error) => error,
        other => io::Error::other(other),
    }
}

fn parquet(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
