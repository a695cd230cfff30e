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
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::sink::{Sink, TableKind, arrow};

/// Integers up to this are exact in `f64`.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

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
    output: Sink,
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
        let output = Sink::new(kind, &schema, output)?;
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
        self.output.write(&RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(arrow)?)
    }

    /// Ends the table.
    pub(crate) fn end(self) -> io::Result<()> {
        self.output.end()
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
