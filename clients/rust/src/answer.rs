//! What the server answers: columns of values by label.

use bytes::Bytes;

use crate::api;
use crate::columns::{Column, ComputeResponse, ReadBarsResponse};
use crate::error::Error;

const ROWS_GUESSED: usize = 1 << 17;
const ROWS_TRUSTED: usize = 1 << 18;

/// Columns of values, one value per bar; NaN where there is none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// When each bar opens: nanoseconds since the Unix epoch, UTC.
    pub times: Vec<i64>,
    /// The names of the columns: the label of an expression, or else its text.
    pub labels: Vec<String>,
    /// The values, in the order of the labels; none of an answer of float32.
    pub columns: Vec<Vec<f64>>,
    /// The values of an answer of float32; none of any other.
    pub columns32: Vec<Vec<f32>>,
    /// What the server says besides.
    pub facts: Facts,
    /// The number of newest rows that were asked for; 0 is all.
    pub(crate) last: usize,
    /// Whether the columns are those of a series, which may get more of them.
    pub(crate) of_bars: bool,
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
    /// How the bars of each series were adjusted: the actions that count, and their factors.
    pub adjustments: Vec<api::SeriesAdjustment>,
    /// In an answer since a version: rows of earlier answers that open at this time or later are void, in nanoseconds.
    /// `i64::MIN` voids all, `None` none.
    pub changed_from: Option<i64>,
    /// In an answer since a version: names the bars behind it.
    pub since_token: Bytes,
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

    /// The values of a label; `None` if there is none, or if the answer is one of float32.
    #[must_use]
    pub fn column(&self, label: &str) -> Option<&[f64]> {
        self.columns.get(self.place(label)?).map(Vec::as_slice)
    }

    /// The values of a label of an answer of float32; `None` if there is none, or if the answer is another one.
    #[must_use]
    pub fn column32(&self, label: &str) -> Option<&[f32]> {
        self.columns32.get(self.place(label)?).map(Vec::as_slice)
    }

    fn place(&self, label: &str) -> Option<usize> {
        self.labels.iter().position(|each| each == label)
    }

    /// When each bar opens, and its values in the order of the labels.
    pub fn rows(&self) -> impl Iterator<Item = (i64, Vec<f64>)> {
        let values = |row: usize| {
            let floats = self.columns32.iter().map(move |column| f64::from(column[row]));
            self.columns.iter().map(move |column| column[row]).chain(floats).collect()
        };
        self.times.iter().enumerate().map(move |(row, &time)| (time, values(row)))
    }
}

/// What was asked of an answer.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Form {
    pub(crate) is_float32: bool,
    /// The number of newest rows; 0 is all.
    pub(crate) last: usize,
}

/// Columns of some bars, as the bytes that came.
pub(crate) struct Chunk {
    times: Bytes,
    columns: Vec<(String, Bytes)>,
    facts: Facts,
    form: Form,
    of_bars: bool,
}

impl Chunk {
    pub(crate) fn new(response: ComputeResponse, form: Form) -> Self {
        let values = |column: Column| if form.is_float32 { column.float32_values } else { column.values };
        let columns = response.columns.into_iter();
        Self {
            form,
            of_bars: false,
            times: response.times,
            columns: columns.map(|mut column| (std::mem::take(&mut column.label), values(column))).collect(),
            facts: Facts {
                epoch: response.epoch,
                resampled_from: response.resampled_from,
                infos: response.infos,
                joins: response.joins,
                saved_key: response.saved_result_key,
                as_of: response.as_of,
                adjustments: response.adjustments,
                changed_from: response.changed_from,
                since_token: response.since_token,
            },
        }
    }

    pub(crate) fn of_bars(response: ReadBarsResponse, last: usize) -> Self {
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
            form: Form { last, is_float32: false },
            of_bars: true,
            times: bars.times,
            columns: prices.map(|(name, values)| (name.to_owned(), values)).into_iter().chain(extra).collect(),
            facts: Facts {
                epoch: response.epoch,
                resampled_from: response.resampled_from,
                as_of: response.as_of,
                adjustments: response.adjustments,
                changed_from: response.changed_from,
                since_token: response.since_token,
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
        let (is_float32, bars) = (chunk.form.is_float32, chunk.times.len() / 8);
        let width = if is_float32 { 4 } else { 8 };
        for (label, values) in &chunk.columns {
            if values.len() != bars * width || !chunk.times.len().is_multiple_of(8) {
                let values = values.len() / width;
                return Err(Error::broken(format!("column {label} has {values} values for {bars} bars")));
            }
        }
        let Chunk { times, columns, facts, form, of_bars } = chunk;
        let (labels, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        let whole = self.answer.get_or_insert_with(|| {
            let count = labels.len();
            let (columns, columns32) = if is_float32 { (0, count) } else { (count, 0) };
            let (columns, columns32) = (vec![Vec::new(); columns], vec![Vec::new(); columns32]);
            let labels = labels.clone();
            Answer { times: Vec::new(), labels, columns, columns32, facts, last: form.last, of_bars }
        });
        if whole.labels.len() != labels.len() {
            return Err(Error::broken(format!("{} columns after {}", labels.len(), whole.labels.len())));
        }
        let rows = self.rows;
        extend(&mut whole.times, &times, rows, i64::from_le_bytes);
        whole.columns.iter_mut().zip(&values).for_each(|(to, bytes)| extend(to, bytes, rows, f64::from_le_bytes));
        whole.columns32.iter_mut().zip(&values).for_each(|(to, bytes)| extend(to, bytes, rows, f32::from_le_bytes));
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

fn extend<T, const WIDTH: usize>(column: &mut Vec<T>, bytes: &[u8], rows: usize, read: impl Fn([u8; WIDTH]) -> T) {
    let (values, _) = bytes.as_chunks::<WIDTH>();
    let needed = column.len() + values.len();
    if needed > column.capacity() {
        // All rows that may come, if that is not far more than have come: there may be fewer.
        let is_known = needed <= rows && rows / 4 <= needed.max(ROWS_TRUSTED);
        let capacity = match column.is_empty() {
            _ if is_known => rows,
            true => needed,
            false => needed.max(2 * column.capacity()).max(ROWS_GUESSED),
        };
        column.reserve_exact(capacity - column.len());
    }
    column.extend(values.iter().map(|each| read(*each)));
}
