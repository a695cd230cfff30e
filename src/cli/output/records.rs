//! Lists in the formats of values that are not read by people: CSV, Arrow and Parquet.

use std::io::{self, Write};

use super::{Format, number};
use crate::cli::files::{self, TableKind};
use crate::cli::{Error, times};

/// The columns of a list, each of as many values.
#[derive(Debug, Default)]
pub(crate) struct Records(Vec<(String, Column)>);

#[derive(Debug)]
enum Column {
    Texts(Vec<String>),
    Times(Vec<Option<i64>>),
    Counts(Vec<Option<u64>>),
    Numbers(Vec<f64>),
}

impl Column {
    /// A value as text; empty if there is none.
    fn text(&self, row: usize) -> String {
        match self {
            Self::Texts(values) => values[row].clone(),
            Self::Times(values) => values[row].map(times::write).unwrap_or_default(),
            Self::Counts(values) => values[row].map(|count| count.to_string()).unwrap_or_default(),
            Self::Numbers(values) => number(values[row]),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Texts(values) => values.len(),
            Self::Times(values) => values.len(),
            Self::Counts(values) => values.len(),
            Self::Numbers(values) => values.len(),
        }
    }
}

impl Records {
    fn with(mut self, name: &str, column: Column) -> Self {
        self.0.push((name.to_owned(), column));
        self
    }

    /// Adds a column of texts.
    pub(crate) fn texts<T: Into<String>>(self, name: &str, values: impl IntoIterator<Item = T>) -> Self {
        self.with(name, Column::Texts(values.into_iter().map(Into::into).collect()))
    }

    /// Adds a column of times in nanoseconds since the Unix epoch; some may be missing.
    pub(crate) fn times(self, name: &str, values: impl IntoIterator<Item = Option<i64>>) -> Self {
        self.with(name, Column::Times(values.into_iter().collect()))
    }

    /// Adds a column of counts; some may be missing.
    pub(crate) fn counts(self, name: &str, values: impl IntoIterator<Item = Option<u64>>) -> Self {
        self.with(name, Column::Counts(values.into_iter().collect()))
    }

    /// Adds a column of numbers; NaN means no value.
    pub(crate) fn numbers(self, name: &str, values: impl IntoIterator<Item = f64>) -> Self {
        self.with(name, Column::Numbers(values.into_iter().collect()))
    }

    /// Writes the list as Parquet, Arrow, or else as CSV.
    pub(crate) fn write(self, format: Format, output: Box<dyn Write + Send>) -> Result<(), Error> {
        match format {
            Format::Arrow => Ok(self.table().write_table(TableKind::ArrowFile, output)?),
            Format::Parquet => Ok(self.table().write_table(TableKind::ParquetZstd, output)?),
            _ => self.csv(output),
        }
    }

    fn table(self) -> files::Records {
        self.0.into_iter().fold(files::Records::default(), |table, (name, column)| match column {
            Column::Texts(values) => table.texts(&name, values.into_iter()),
            Column::Times(values) => table.times(&name, values.into_iter()),
            Column::Counts(values) => table.counts(&name, values.into_iter()),
            Column::Numbers(values) => table.numbers(&name, values.into_iter()),
        })
    }

    fn csv(&self, output: Box<dyn Write + Send>) -> Result<(), Error> {
        let mut writer = csv::Writer::from_writer(output);
        writer.write_record(self.0.iter().map(|(name, _)| name))?;
        for row in 0..self.0.first().map_or(0, |(_, column)| column.len()) {
            writer.write_record(self.0.iter().map(|(_, column)| column.text(row)))?;
        }
        writer.flush().map_err(io::Error::into)
    }
}

#[cfg(test)]
mod tests {
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
}
