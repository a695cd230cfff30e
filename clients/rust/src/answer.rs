//! What the server answers: columns of values by label.

use bytes::Bytes;

use crate::api;
use crate::columns::{ComputeResponse, ReadBarsResponse};
use crate::error::Error;

const ROWS_GUESSED: usize = 1 << 17;

/// Columns of values, one value per bar; NaN where there is none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// When each bar opens: nanoseconds since the Unix epoch, UTC.
    pub times: Vec<i64>,
    /// The names of the columns: the label of an expression, or else its text.
    pub labels: Vec<String>,
    /// The values, in the order of the labels.
    pub columns: Vec<Vec<f64>>,
    /// What the server says besides.
    pub facts: Facts,
}

/// What the server says about an answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// The version of the series; 0 for bars sent along.
    pub epoch: u64,
    /// The stored timeframe that the bars are made of; empty if they are stored.
    pub resampled_from: String,
    /// What holds of each column: canonical expression, lookback, shift on charts.
    pub infos: Vec<api::ColumnInfo>,
    /// The other series that the expressions name.
    pub joins: Vec<api::Join>,
    /// The key of the saved result; empty if it was not saved.
    pub saved_key: String,
    /// The time as of which the values are, in nanoseconds; `None` means now.
    pub as_of: Option<i64>,
}

impl Answer {
    /// The number of bars.
    #[must_use]
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there are no bars.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The values of a label.
    #[must_use]
    pub fn column(&self, label: &str) -> Option<&[f64]> {
        let at = self.labels.iter().position(|each| each == label)?;
        Some(&self.columns[at])
    }

    /// When each bar opens, and its values in the order of the labels.
    pub fn rows(&self) -> impl Iterator<Item = (i64, Vec<f64>)> {
        let values = |row: usize| self.columns.iter().map(move |column| column[row]).collect();
        self.times.iter().enumerate().map(move |(row, &time)| (time, values(row)))
    }
}

/// Columns of some bars, as the bytes that came.
pub(crate) struct Chunk {
    times: Bytes,
    columns: Vec<(String, Bytes)>,
    facts: Facts,
}

impl From<ComputeResponse> for Chunk {
    fn from(response: ComputeResponse) -> Self {
        Self {
            times: response.times,
            columns: response.columns.into_iter().map(|column| (column.label, column.values)).collect(),
            facts: Facts {
                epoch: response.epoch,
                resampled_from: response.resampled_from,
                infos: response.infos,
                joins: response.joins,
                saved_key: response.saved_result_key,
                as_of: response.as_of,
            },
        }
    }
}

impl From<ReadBarsResponse> for Chunk {
    fn from(response: ReadBarsResponse) -> Self {
        let bars = response.bars.unwrap_or_default();
        let prices = [
            ("open", bars.open),
            ("high", bars.high),
            ("low", bars.low),
            ("close", bars.close),
            ("volume", bars.volume),
        ];
        let extra = bars.extra.into_iter().map(|column| (column.name, column.values));
        Self {
            times: bars.times,
            columns: prices.map(|(name, values)| (name.to_owned(), values)).into_iter().chain(extra).collect(),
            facts: Facts {
                epoch: response.epoch,
                resampled_from: response.resampled_from,
                as_of: response.as_of,
                ..Facts::default()
            },
        }
    }
}

/// Joins chunks, with one allocation per column where the number of rows is known.
pub(crate) struct Assembler {
    rows: usize,
    answer: Option<Answer>,
}

impl Assembler {
    pub(crate) fn new(rows: usize) -> Self {
        Self { rows, answer: None }
    }

    pub(crate) fn add(&mut self, chunk: Chunk) -> Result<(), Error> {
        for (label, values) in &chunk.columns {
            if values.len() != chunk.times.len() || values.len() % 8 != 0 {
                let (values, bars) = (values.len() / 8, chunk.times.len() / 8);
                return Err(Error::broken(format!("column {label} has {values} values for {bars} bars")));
            }
        }
        let rows = self.rows;
        match &mut self.answer {
            None => {
                let (labels, values): (Vec<_>, Vec<_>) = chunk.columns.into_iter().unzip();
                let columns = values.iter().map(|values| floats(values)).collect();
                self.answer = Some(Answer { times: integers(&chunk.times), labels, columns, facts: chunk.facts });
            }
            Some(whole) if whole.columns.len() != chunk.columns.len() => {
                let (after, columns) = (whole.columns.len(), chunk.columns.len());
                return Err(Error::broken(format!("{columns} columns after {after}")));
            }
            Some(whole) => {
                extend(&mut whole.times, &chunk.times, rows, i64::from_le_bytes);
                for (column, (_, values)) in whole.columns.iter_mut().zip(&chunk.columns) {
                    extend(column, values, rows, f64::from_le_bytes);
                }
            }
        }
        Ok(())
    }

    pub(crate) fn answer(self) -> Answer {
        self.answer.unwrap_or_default()
    }
}

/// The answer of one chunk.
pub(crate) fn answer_of(chunk: Chunk) -> Result<Answer, Error> {
    let mut made = Assembler::new(0);
    made.add(chunk)?;
    Ok(made.answer())
}

/// A column that came: its little-endian bytes.
pub(crate) fn floats(bytes: &[u8]) -> Vec<f64> {
    let mut made = Vec::with_capacity(bytes.len() / 8);
    extend(&mut made, bytes, 0, f64::from_le_bytes);
    made
}

/// Times that came.
pub(crate) fn integers(bytes: &[u8]) -> Vec<i64> {
    let mut made = Vec::with_capacity(bytes.len() / 8);
    extend(&mut made, bytes, 0, i64::from_le_bytes);
    made
}

fn extend<T>(column: &mut Vec<T>, bytes: &[u8], rows: usize, read: impl Fn([u8; 8]) -> T) {
    let (values, _) = bytes.as_chunks::<8>();
    let needed = column.len() + values.len();
    if needed > column.capacity() {
        let capacity = if needed > rows { needed.max(2 * column.capacity()).max(ROWS_GUESSED) } else { rows };
        column.reserve_exact(capacity - column.len());
    }
    column.extend(values.iter().map(|each| read(*each)));
}
