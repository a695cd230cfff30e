//! Lists in every format but JSON, whose objects are not the rows of a table.

use std::io::{self, Write};

use super::{Format, number};
use crate::cli::files::{ResultColumn, ResultWriter, TableKind};
use crate::cli::table::Table;
use crate::cli::{Error, times};

/// The columns of a list, each of as many values.
#[derive(Debug, Default)]
pub(crate) struct Records {
    names: Vec<String>,
    columns: Vec<ResultColumn>,
}

/// A value as text; empty if it is missing.
fn text(column: &ResultColumn, row: usize) -> String {
    match column {
        ResultColumn::Texts(values) => values[row].clone().unwrap_or_default(),
        ResultColumn::Times(values) => values[row].map(times::write).unwrap_or_default(),
        ResultColumn::Counts(values) => values[row].map(|count| count.to_string()).unwrap_or_default(),
        ResultColumn::Numbers(values) => number(values[row]),
    }
}

fn len(column: &ResultColumn) -> usize {
    match column {
        ResultColumn::Texts(values) => values.len(),
        ResultColumn::Times(values) => values.len(),
        ResultColumn::Counts(values) => values.len(),
        ResultColumn::Numbers(values) => values.len(),
    }
}

impl Records {
    fn with(mut self, name: &str, column: ResultColumn) -> Self {
        self.names.push(name.to_owned());
        self.columns.push(column);
        self
    }

    /// Adds a column of texts.
    pub(crate) fn texts<T: Into<String>>(self, name: &str, values: impl IntoIterator<Item = T>) -> Self {
        self.with(name, ResultColumn::Texts(values.into_iter().map(|text| Some(text.into())).collect()))
    }

    /// Adds a column of times in nanoseconds since the Unix epoch; some may be missing.
    pub(crate) fn times(self, name: &str, values: impl IntoIterator<Item = Option<i64>>) -> Self {
        self.with(name, ResultColumn::Times(values.into_iter().collect()))
    }

    /// Adds a column of counts; some may be missing.
    pub(crate) fn counts(self, name: &str, values: impl IntoIterator<Item = Option<u64>>) -> Self {
        self.with(name, ResultColumn::Counts(values.into_iter().collect()))
    }

    /// Adds a column of numbers; NaN means that one is missing.
    pub(crate) fn numbers(self, name: &str, values: impl IntoIterator<Item = f64>) -> Self {
        self.with(name, ResultColumn::Numbers(values.into_iter().collect()))
    }

    /// Writes the list; as CSV where JSON is asked for.
    pub(crate) fn write(self, format: Format, output: Box<dyn Write + Send>) -> Result<(), Error> {
        match format {
            Format::Arrow => Ok(self.arrays(TableKind::ArrowFile, output)?),
            Format::Parquet => Ok(self.arrays(TableKind::ParquetZstd, output)?),
            Format::Table => self.table(output),
            Format::Csv | Format::Json => self.csv(output),
        }
    }

    fn arrays(mut self, kind: TableKind, output: Box<dyn Write + Send>) -> io::Result<()> {
        let mut writer = ResultWriter::new(kind, &self.names, &self.columns, output)?;
        writer.add(&mut self.columns)?;
        writer.end()
    }

    fn table(&self, mut output: Box<dyn Write + Send>) -> Result<(), Error> {
        let mut table = Table::new(&self.names);
        self.rows().for_each(|row| table.row(row));
        table.write(&mut output)?;
        Ok(output.flush()?)
    }

    fn csv(&self, output: Box<dyn Write + Send>) -> Result<(), Error> {
        let mut writer = csv::Writer::from_writer(output);
        writer.write_record(&self.names)?;
        self.rows().try_for_each(|row| writer.write_record(row))?;
        writer.flush().map_err(io::Error::into)
    }

    fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        let row = |row| self.columns.iter().map(|column| text(column, row)).collect();
        (0..self.columns.first().map_or(0, len)).map(row)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use arrow_array::cast::AsArray;
    use arrow_array::types::{TimestampNanosecondType, UInt64Type};
    use arrow_array::{Array, RecordBatch};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

    use super::*;

    #[test]
    fn a_list_is_csv_with_empty_cells_for_missing_values() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        let records = Records::default()
            .texts("symbol", ["A", "b, c"])
            .times("first", [Some(0), None])
            .counts("bars", [None, Some(7)])
            .numbers("value", [f64::NAN, 0.1]);
        records.write(Format::Csv, Box::new(std::fs::File::create(&path).expect("made"))).expect("written");
        let text = std::fs::read_to_string(&path).expect("text");
        assert_eq!(text, "symbol,first,bars,value\nA,1970-01-01T00:00:00Z,,\n\"b, c\",,7,0.1\n");
    }

    #[test]
    fn lists_come_back_with_their_types() {
        let records = || {
            Records::default()
                .texts("symbol", ["A", "a \"b\", c"])
                .times("first", [Some(1), None])
                .counts("bars", [Some(u64::MAX), None])
                .numbers("value", [f64::NAN, 0.1])
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
        records().write(Format::Parquet, create()).expect("written");
        let file = File::open(&path).expect("there");
        let mut batches = ParquetRecordBatchReader::try_new(file, 10).expect("Parquet");
        check(&batches.next().expect("a batch").expect("good"));
        records().write(Format::Arrow, create()).expect("written");
        let file = File::open(&path).expect("there");
        let mut batches = arrow_ipc::reader::FileReader::try_new(file, None).expect("Arrow");
        check(&batches.next().expect("a batch").expect("good"));
    }
}
