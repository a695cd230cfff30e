//! Lists of anything as CSV, Parquet or Arrow IPC: columns of texts, times, counts and numbers.
//!
//! A list is in memory as a whole. Bars and values, which may be many, are written batch by batch elsewhere.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampNanosecondArray, UInt64Array};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::sink::{TableKind, arrow, parquet};

/// The columns of a list. In Parquet and Arrow, times are nanoseconds in UTC, counts are uint64, numbers float64.
#[derive(Debug, Default)]
pub(crate) struct Records {
    fields: Vec<Field>,
    columns: Vec<ArrayRef>,
}

impl Records {
    fn with(mut self, name: &str, kind: DataType, nullable: bool, column: ArrayRef) -> Self {
        self.fields.push(Field::new(name, kind, nullable));
        self.columns.push(column);
        self
    }

    /// Adds a column of texts. Every column has as many values.
    pub(crate) fn texts<T: AsRef<str>>(self, name: &str, values: impl Iterator<Item = T>) -> Self {
        self.with(name, DataType::Utf8, false, Arc::new(StringArray::from_iter_values(values)))
    }

    /// Adds a column of times in nanoseconds since the Unix epoch; some may be missing.
    pub(crate) fn times(self, name: &str, values: impl Iterator<Item = Option<i64>>) -> Self {
        let column = TimestampNanosecondArray::from_iter(values).with_timezone_utc();
        self.with(name, DataType::Timestamp(TimeUnit::Nanosecond, Some("+00:00".into())), true, Arc::new(column))
    }

    /// Adds a column of counts; some may be missing.
    pub(crate) fn counts(self, name: &str, values: impl Iterator<Item = Option<u64>>) -> Self {
        self.with(name, DataType::UInt64, true, Arc::new(UInt64Array::from_iter(values)))
    }

    /// Adds a column of numbers; NaN means no value.
    pub(crate) fn numbers(self, name: &str, values: impl Iterator<Item = f64>) -> Self {
        self.with(name, DataType::Float64, false, Arc::new(Float64Array::from_iter_values(values)))
    }

    /// The list as a table of Arrow.
    pub(crate) fn batch(self) -> io::Result<RecordBatch> {
        RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.columns).map_err(arrow)
    }

    /// Writes the list as a file of Parquet or Arrow.
    pub(crate) fn write_table(self, kind: TableKind, output: Box<dyn Write + Send>) -> io::Result<()> {
        let batch = self.batch()?;
        if matches!(kind, TableKind::ArrowFile | TableKind::ArrowStream) {
            let mut writer = FileWriter::try_new(output, &batch.schema()).map_err(arrow)?;
            writer.write(&batch).map_err(arrow)?;
            return writer.into_inner().map_err(arrow)?.flush();
        }
        let compression = Compression::ZSTD(ZstdLevel::default());
        let properties = WriterProperties::builder().set_compression(compression).build();
        let mut writer = ArrowWriter::try_new(output, batch.schema(), Some(properties)).map_err(parquet)?;
        writer.write(&batch).map_err(parquet)?;
        writer.into_inner().map_err(parquet)?.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{TimestampNanosecondType, UInt64Type};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

    use super::*;

    #[test]
    fn lists_come_back_with_their_types() {
        let records = || {
            Records::default()
                .texts("symbol", ["A", "a \"b\", c"].into_iter())
                .times("first", [Some(1), None].into_iter())
                .counts("bars", [Some(u64::MAX), None].into_iter())
                .numbers("value", [f64::NAN, 0.1].into_iter())
        };
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let create = || Box::new(File::create(&path).expect("made"));
        let check = |batch: &RecordBatch| {
            assert_eq!(batch.column(0).as_string::<i32>().value(1), "a \"b\", c");
            let times = batch.column(1).as_primitive::<TimestampNanosecondType>();
            assert_eq!((times.value(0), times.is_null(1)), (1, true));
            assert_eq!(batch.column(2).as_primitive::<UInt64Type>().value(0), u64::MAX);
            let numbers = batch.column(3).as_primitive::<arrow_array::types::Float64Type>();
            assert!(numbers.value(0).is_nan() && numbers.value(1) == 0.1);
        };
        records().write_table(TableKind::ParquetZstd, create()).expect("written");
        let file = File::open(&path).expect("there");
        let mut batches = ParquetRecordBatchReader::try_new(file, 10).expect("Parquet");
        check(&batches.next().expect("a batch").expect("good"));
        records().write_table(TableKind::ArrowFile, create()).expect("written");
        let file = File::open(&path).expect("there");
        let mut batches = arrow_ipc::reader::FileReader::try_new(file, None).expect("Arrow");
        check(&batches.next().expect("a batch").expect("good"));
    }
}
