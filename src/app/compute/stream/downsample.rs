//! Downsample: the answer to a query as buckets of bars, for drawing.
//!
//! M4 (Jugel, Jerzak, Hackenbroich and Markl, "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014): a line
//! that is drawn from the first, smallest, largest and last value of each pixel column covers the same pixels as the line
//! through all values. So an extreme is never lost, which averages and samples do lose. LTTB (Steinarsson 2013) picks one
//! value per bucket, which drops the smaller of two extremes.
//!
//! The rows of a bucket are a power of two, and buckets begin at multiples of it from the first bar of the series. So the
//! buckets of two overlapping ranges are the same, and a chart does not flicker while it is panned.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use crate::app::Error;
use crate::app::bars::adjust::factors::Adjustment;
use crate::app::compute::prepared::PreparedQuery;
use crate::app::compute::question::{Answer, Question, chunk_rows};
use crate::app::compute::service::Compute;
use crate::app::workers::call_context::CallContext;
use crate::indicator::Facts;
use crate::series::Timeframe;

/// The values of expressions in buckets of bars.
#[derive(Debug, Clone)]
pub struct Downsampled {
    /// The bars of a bucket, a power of two; the first and the last bucket may have fewer.
    pub bucket_rows: usize,
    /// The bars of the answer, counted from the first bar of the series.
    pub rows: Range<usize>,
    /// When the first bar of each bucket opens, in nanoseconds since the Unix epoch.
    pub times: Vec<i64>,
    /// The buckets of each column.
    pub columns: Vec<Buckets>,
    /// Per expression, facts beside the values.
    pub facts: Arc<[Facts]>,
    /// The epoch of the series; 0 for inline bars.
    pub epoch: u64,
    /// The stored timeframe the bars were resampled from; `None` for stored or inline bars.
    pub derived_from: Option<Timeframe>,
    /// The time at which the bars were closed, nanoseconds since the Unix epoch; `None` is now.
    pub as_of: Option<i64>,
    /// How the bars are adjusted, of each series with corporate actions that count.
    pub adjustments: Vec<Arc<Adjustment>>,
}

/// One column: per bucket, aggregates of the values that are not NaN; NaN if none is.
#[derive(Debug, Clone, Default)]
pub struct Buckets {
    /// The first value.
    pub first: Vec<f64>,
    /// The smallest value.
    pub min: Vec<f64>,
    /// The largest value.
    pub max: Vec<f64>,
    /// The last value.
    pub last: Vec<f64>,
    /// The sum of the values, from oldest to newest.
    pub sum: Vec<f64>,
}

impl Buckets {
    fn open(&mut self) {
        for column in [&mut self.first, &mut self.min, &mut self.max, &mut self.last, &mut self.sum] {
            column.push(f64::NAN);
        }
    }

    /// Adds a value to the newest bucket.
    fn add(&mut self, value: f64) {
        let Some(at) = self.last.len().checked_sub(1).filter(|_| !value.is_nan()) else { return };
        if self.last[at].is_nan() {
            (self.first[at], self.min[at], self.max[at], self.sum[at]) = (value, value, value, value);
        } else {
            self.min[at] = self.min[at].min(value);
            self.max[at] = self.max[at].max(value);
            self.sum[at] += value;
        }
        self.last[at] = value;
    }
}

/// The number of buckets of `size` rows that a range touches.
fn touched(rows: &Range<usize>, size: usize) -> usize {
    if rows.is_empty() { 0 } else { (rows.end - 1) / size - rows.start / size + 1 }
}

/// The rows of a bucket: the smallest power of two with which the buckets that these rows touch are at most `buckets_max`.
fn bucket_rows(rows: &Range<usize>, buckets_max: usize) -> usize {
    let mut size = 1;
    while touched(rows, size) > buckets_max {
        size *= 2;
    }
    size
}

/// The size of an answer in bytes: a time per bucket, and first, smallest, largest and last of each column, or the value alone if
/// buckets have one. `bar` columns are merged to bars, of one value each and another time.
fn answer_bytes(rows: &Range<usize>, size: usize, columns: usize, bar: usize) -> usize {
    let (values, bar_times) = (if size == 1 { 1 } else { 4 }, usize::from(bar > 0));
    8 * touched(rows, size) * (1 + values * (columns - bar) + bar_times + bar)
}

impl Downsampled {
    fn new(query: &PreparedQuery, buckets_max: usize) -> Self {
        Self {
            bucket_rows: bucket_rows(&query.rows, buckets_max),
            rows: query.rows.clone(),
            times: Vec::new(),
            columns: vec![Buckets::default(); query.columns()],
            facts: Arc::clone(&query.compiled.facts),
            epoch: query.source.visible_epoch(),
            derived_from: query.source.derived_from(),
            as_of: query.as_of,
            adjustments: query.adjustments(),
        }
    }

    /// Adds the next rows, of which the first is `row`.
    fn add(&mut self, row: usize, chunk: &Answer) {
        let (size, start, rows) = (self.bucket_rows, self.rows.start, chunk.rows());
        let opens = |row: usize| row == start || row.is_multiple_of(size);
        let times = chunk.times.as_chunks::<8>().0.iter().map(|bytes| i64::from_le_bytes(*bytes));
        self.times.extend((row..row + rows).zip(times).filter(|(row, _)| opens(*row)).map(|(_, time)| time));
        for (buckets, bytes) in self.columns.iter_mut().zip(&chunk.columns) {
            for (row, bytes) in (row..row + rows).zip(bytes.as_chunks::<8>().0) {
                if opens(row) {
                    buckets.open();
                }
                buckets.add(f64::from_le_bytes(*bytes));
            }
        }
    }
}

impl Compute {
    /// The answer to a query in at most `buckets_max` buckets, at least 2. Its memory is that of the buckets and of one chunk,
    /// however long the series is. The last `bar` columns are told as bars.
    pub async fn downsample(
        &self,
        question: Question,
        buckets_max: usize,
        bar: usize,
        context: impl Into<CallContext>,
    ) -> Result<Downsampled, Error> {
        let context = context.into();
        self.executor.ensure_running()?;
        let query = self.prepare(&question, &context).await?;
        let (columns, compiled) = (query.columns(), Arc::clone(&query.compiled));
        let (mut row, mut downsampled) = (query.rows.start, Downsampled::new(&query, buckets_max.max(2)));
        let size = downsampled.bucket_rows;
        let needed = answer_bytes(&query.rows, size, columns, bar.min(columns)) as u64;
        let max = self.limits.answer_bytes_max as u64;
        if needed > max {
            let hint = Some("ask for fewer buckets or fewer expressions");
            return Err(Error::TooMuch { limit: "answer_bytes_max", max, needed, hint });
        }
        self.computed.fetch_add(1, Relaxed);
        let chunk = chunk_rows(columns, self.limits.chunk_bytes_max);
        // All five aggregates of a column are held. At once with the chunk: who waits for memory holds none.
        let buckets = 8 * touched(&query.rows, size) * (1 + 5 * columns);
        let held = context.reserve(buckets + 8 * chunk.min(query.rows.len()) * (1 + columns)).await?;
        let (begin_cost, mut before) = (query.begin_cost(), query.cost_before());
        let mut cursor = self.executor.run(&context, begin_cost, move |cancellation| query.begin(cancellation)).await?;
        while cursor.left() > 0 {
            let rows = chunk.min(cursor.left());
            let cost = std::mem::take(&mut before) + compiled.cost(rows);
            let (answer, rest) = self.executor.run_steps(&context, cost, cursor.next(rows).steps()).await?;
            downsampled.add(row, &answer);
            (row, cursor) = (row + rows, rest);
        }
        context.memory.attach(held);
        Ok(downsampled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_as_small_as_they_may_be() {
        for (rows, max, size) in
            [(0..0, 2, 1), (0..100, 100, 1), (0..100, 99, 2), (0..1_000_000, 2000, 512), (7..9, 2, 1)]
        {
            assert_eq!(bucket_rows(&rows, max), size, "{rows:?} {max}");
        }
        // Rows 1023 and 1024 lie on both sides of every boundary up to 1024.
        assert_eq!(bucket_rows(&(1000..1100), 2), 128);
    }

    #[test]
    fn an_answer_is_as_large_as_what_is_told() {
        // 1000 rows in 125 buckets of 8: a time, and four values of each of three columns; with bars of six more.
        assert_eq!(answer_bytes(&(0..1000), 8, 3, 0), 8 * 125 * 13);
        assert_eq!(answer_bytes(&(0..1000), 8, 8, 5), 8 * 125 * (13 + 6));
        assert_eq!(answer_bytes(&(0..1000), 1, 8, 5), 8 * 1000 * (4 + 6));
        assert_eq!(answer_bytes(&(5..5), 1, 3, 0), 0);
    }

    #[test]
    fn a_bucket_ignores_nan_unless_there_is_nothing_else() {
        let mut buckets = Buckets::default();
        for bucket in [&[f64::NAN, 2.0, -1.0, f64::NAN][..], &[f64::NAN], &[5.0]] {
            buckets.open();
            bucket.iter().for_each(|value| buckets.add(*value));
        }
        let Buckets { first, min, max, last, sum } = buckets;
        for (column, expected) in
            [(first, [2.0, 5.0]), (min, [-1.0, 5.0]), (max, [2.0, 5.0]), (last, [-1.0, 5.0]), (sum, [1.0, 5.0])]
        {
            assert_eq!([column[0], column[2]], expected);
            assert!(column[1].is_nan());
        }
    }
}
