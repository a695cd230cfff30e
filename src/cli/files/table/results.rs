//! Writes tables of results as Parquet or Arrow IPC: numbers are float64, NaN where a value is missing; counts are uint64,
//! times nanoseconds in UTC, and texts UTF-8, null where one is missing.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampNanosecondArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::sink::{Sink, TableKind, arrow};

/// The values of a column of results.
#[derive(Debug, Clone)]
pub(crate) enum ResultColumn {
    Numbers(Vec<f64>),
    Counts(Vec<Option<u64>>),
    Times(Vec<Option<i64>>),
    Texts(Vec<Option<String>>),
}

impl ResultColumn {
    fn kind(&self) -> DataType {
        match self {
            Self::Numbers(_) => DataType::Float64,
            Self::Counts(_) => DataType::UInt64,
            Self::Times(_) => DataType::Timestamp(TimeUnit::Nanosecond, Some("+00:00".into())),
            Self::Texts(_) => DataType::Utf8,
        }
    }

    /// The values as an array; the column is empty afterwards.
    fn take(&mut self) -> ArrayRef {
        match self {
            Self::Numbers(values) => Arc::new(Float64Array::from(std::mem::take(values))),
            Self::Counts(values) => Arc::new(UInt64Array::from(std::mem::take(values))),
            Self::Times(values) => Arc::new(TimestampNanosecondArray::from(std::mem::take(values)).with_timezone_utc()),
            Self::Texts(values) => Arc::new(StringArray::from(std::mem::take(values))),
        }
    }
}

/// A writer of results.
pub(crate) struct ResultWriter {
    schema: SchemaRef,
    sink: Sink,
}

impl ResultWriter {
    /// Begins a table of columns of these names and kinds.
    pub(crate) fn new(
        kind: TableKind,
        names: &[String],
        columns: &[ResultColumn],
        output: Box<dyn Write + Send>,
    ) -> io::Result<Self> {
        let field = |(name, column): (&String, &ResultColumn)| {
            Field::new(name, column.kind(), !matches!(column, ResultColumn::Numbers(_)))
        };
        let schema = Arc::new(Schema::new(names.iter().zip(columns).map(field).collect::<Vec<_>>()));
        Ok(Self { sink: Sink::new(kind, &schema, output)?, schema })
    }

    /// Writes the rows of columns of equal length, which are empty afterwards.
    pub(crate) fn add(&mut self, columns: &mut [ResultColumn]) -> io::Result<()> {
        let arrays = columns.iter_mut().map(ResultColumn::take).collect();
        self.sink.write(&RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(arrow)?)
    }

    /// Ends the table.
    pub(crate) fn end(self) -> io::Result<()> {
        self.sink.end()
    }
}
