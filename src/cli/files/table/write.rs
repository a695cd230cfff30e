//! Writes tables as Parquet or Arrow IPC, batch by batch: times, optional symbols, and columns of numbers.
//!
//! Types are compact and lossless: times are nanoseconds, UTC; symbols are dictionary-encoded; columns that the caller
//! declares as integers are int64; all others are float64, bit for bit.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray, TimestampNanosecondArray,
};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

/// The rows per Parquet row group, which is buffered until full: 25 MB of bars.
const GROUP_ROWS: usize = 1 << 19;

/// Integers up to this are exact in `f64`.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// The kind of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TableKind {
    ParquetZstd,
    ParquetSnappy,
    ArrowFile,
    ArrowStream,
}

/// The columns of a table besides its times.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    /// The symbols of the table; none when its rows are all of one that nobody needs to name.
    pub(crate) symbols: Vec<String>,
    /// The columns of numbers: their names, and whether all are whole.
    pub(crate) columns: Vec<(String, bool)>,
}

/// A table writer.
pub(crate) struct Writer {
    schema: SchemaRef,
    symbols: Option<ArrayRef>,
    output: Output,
}

enum Output {
    Parquet(Box<ArrowWriter<Box<dyn Write + Send>>>),
    File(Box<FileWriter<Box<dyn Write + Send>>>),
    Stream(Box<StreamWriter<Box<dyn Write + Send>>>),
}

/// Whether the number round-trips through an integer, bit for bit.
pub(crate) fn is_whole(value: f64) -> bool {
    value.abs() <= WHOLE_MAX && (value as i64 as f64).to_bits() == value.to_bits()
}

impl Writer {
    /// Begins a table.
    pub(crate) fn new(kind: TableKind, shape: Shape, output: Box<dyn Write + Send>) -> io::Result<Self> {
        let schema = schema(&shape);
        let Shape { symbols, .. } = shape;
        let symbols = (!symbols.is_empty()).then(|| Arc::new(StringArray::from(symbols)) as ArrayRef);
        let output = match kind {
            TableKind::ArrowFile => Output::File(Box::new(FileWriter::try_new(output, &schema).map_err(arrow)?)),
            TableKind::ArrowStream => Output::Stream(Box::new(StreamWriter::try_new(output, &schema).map_err(arrow)?)),
            TableKind::ParquetZstd | TableKind::ParquetSnappy => {
                let properties = Some(properties(kind, &schema));
                let writer = ArrowWriter::try_new(output, Arc::clone(&schema), properties).map_err(parquet)?;
                Output::Parquet(Box::new(writer))
            }
        };
        Ok(Self { schema, symbols, output })
    }

    /// Adds rows, all of one symbol, by its place among those of the table.
    pub(crate) fn add(&mut self, symbol: usize, times: Vec<i64>, columns: Vec<Vec<f64>>) -> io::Result<()> {
        let rows = times.len();
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(columns.len() + 2);
        if let Some(symbols) = &self.symbols {
            let keys = Int32Array::from(vec![symbol as i32; rows]);
            let array = DictionaryArray::<Int32Type>::try_new(keys, Arc::clone(symbols)).map_err(arrow)?;
            arrays.push(Arc::new(array));
        }
        arrays.push(Arc::new(TimestampNanosecondArray::from(times).with_timezone_utc()));
        for column in columns {
            let field = self.schema.field(arrays.len());
            arrays.push(match field.data_type() {
                DataType::Int64 if column.iter().all(|&value| is_whole(value)) => {
                    Arc::new(column.iter().map(|&value| value as i64).collect::<Int64Array>())
                }
                DataType::Int64 => {
                    let why = format!(
                        "{} has changed while it was written, and is not whole any more; try again",
                        field.name()
                    );
                    return Err(io::Error::other(why));
                }
                _ => Arc::new(Float64Array::from(column)),
            });
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(arrow)?;
        match &mut self.output {
            Output::Parquet(writer) => writer.write(&batch).map_err(parquet),
            Output::File(writer) => writer.write(&batch).map_err(arrow),
            Output::Stream(writer) => writer.write(&batch).map_err(arrow),
        }
    }

    /// Ends the table.
    pub(crate) fn end(self) -> io::Result<()> {
        match self.output {
            Output::Parquet(writer) => writer.into_inner().map_err(parquet)?.flush(),
            Output::File(writer) => writer.into_inner().map_err(arrow)?.flush(),
            Output::Stream(writer) => writer.into_inner().map_err(arrow)?.flush(),
        }
    }
}

fn schema(shape: &Shape) -> SchemaRef {
    let mut fields = Vec::new();
    if !shape.symbols.is_empty() {
        let kind = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        fields.push(Field::new("symbol", kind, false));
    }
    fields.push(Field::new("time", DataType::Timestamp(TimeUnit::Nanosecond, Some("+00:00".into())), false));
    let kind = |whole| if whole { DataType::Int64 } else { DataType::Float64 };
    fields.extend(shape.columns.iter().map(|(name, whole)| Field::new(name, kind(*whole), false)));
    Arc::new(Schema::new(fields))
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
            DataType::Dictionary(..) => continue,
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

pub(super) fn parquet(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_comes_back_is_whole() {
        for value in [0.0, 1.0, -5.0, WHOLE_MAX, -WHOLE_MAX] {
            assert!(is_whole(value) && (value as i64) as f64 == value, "{value}");
        }
        for value in [-0.0, 0.5, f64::NAN, f64::INFINITY, WHOLE_MAX * 2.0, 1e300] {
            assert!(!is_whole(value), "{value}");
        }
    }
}
