//! Listing series and reading their bars.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::catalog::{self, Catalog, SeriesFacts, SeriesSlot};
use super::column_bytes::Times;
use super::derived::ResampledCache;
use super::source::BarsSource;
use super::visible::{Pending, Resolved, VisibleBars};
use crate::app::compute::question::chunk_rows;
use crate::app::workers::call_context::CallContext;
use crate::app::workers::executor::Executor;
use crate::app::write::segment_writer::all_columns;
use crate::app::{Error, Limits};
use crate::series::{Column, ColumnName, Resampling, SeriesId, Source, Span, Timeframe};

/// A chunk of bars. Columns are the bytes of little-endian numbers, 8 per row.
#[derive(Debug, Clone, PartialEq)]
pub struct BarsChunk {
    /// When each bar opens, int64 nanoseconds since the Unix epoch.
    pub times: Bytes,
    /// Open, high, low, close and volume, float64.
    pub columns: [Bytes; 5],
    /// The extra columns of the series, float64, NaN where a bar has no value.
    pub extra: Vec<(ColumnName, Bytes)>,
    /// The epoch of the series.
    pub epoch: u64,
    /// The stored timeframe these were resampled from; `None` when they are stored.
    pub derived_from: Option<Timeframe>,
    /// The time at which the bars were closed, nanoseconds since the Unix epoch; `None` is now.
    pub as_of: Option<i64>,
}

/// The cost of a row of a chunk, in nanoseconds.
const CHUNK_ROW_COST: u64 = 5;

/// The bars of stored and resampled series, for reading.
pub struct BarsReader {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) executor: Arc<Executor>,
    pub(super) resampled_cache: Arc<ResampledCache>,
    pub(super) limits: Arc<Limits>,
}

impl BarsReader {
    pub(crate) fn new(catalog: Arc<Catalog>, executor: Arc<Executor>, limits: Arc<Limits>) -> Self {
        let resampled_cache = Arc::new(ResampledCache::new(limits.resampled_bytes_max));
        Self { catalog, executor, resampled_cache, limits }
    }

    /// Lists series by symbol prefix in name order, after `after`, at most `limit`, as far as the caller may reach them.
    pub fn list(
        &self,
        prefix: &str,
        timeframe: Option<Timeframe>,
        after: Option<&SeriesId>,
        limit: usize,
        context: &CallContext,
    ) -> Vec<SeriesFacts> {
        let shown = |id: &SeriesId| {
            id.symbol.as_str().starts_with(prefix)
                && timeframe.is_none_or(|timeframe| id.timeframe == timeframe)
                && context.shows(&id.symbol)
        };
        let series = self.catalog.list(shown, after, limit);
        let Some(as_of) = context.as_of(None) else { return series };
        series.into_iter().map(|facts| self.stored_as_of(facts, as_of)).collect()
    }

    /// The facts of a stored series at an earlier time. Where they cannot be known, as of a missing price file, it has no bars.
    fn stored_as_of(&self, facts: SeriesFacts, as_of: i64) -> SeriesFacts {
        let none = SeriesFacts { rows: 0, first_time: None, last_time: None, as_of: Some(as_of), ..facts.clone() };
        match self.resolve(&facts.id, &Resampling::default(), Some(as_of)) {
            Ok(Resolved { pending: Pending::Ready(source), until }) => {
                let bars = VisibleBars { source, until };
                bars.describe(facts, as_of).unwrap_or(none)
            }
            _ => none,
        }
    }

    /// The facts of a stored series.
    pub fn get(&self, id: &SeriesId) -> Result<SeriesFacts, Error> {
        Ok(catalog::facts(id, &self.slot(id)?.load()))
    }

    /// The facts of a stored or resampled series. With `as_of`, its rows and times are those of the bars that were closed
    /// then.
    pub async fn describe(
        &self,
        id: &SeriesId,
        resampling: &Resampling,
        as_of: Option<i64>,
        context: impl Into<CallContext>,
    ) -> Result<SeriesFacts, Error> {
        let context = context.into();
        let as_of = context.as_of(as_of);
        let bars = self.bars(id, resampling, as_of, &context).await?;
        let facts = bars.source.facts(id).ok_or_else(|| Error::NoSeries(id.clone()))?;
        match as_of {
            Some(as_of) => bars.describe(facts, as_of),
            None => Ok(facts),
        }
    }

    /// The bars of a series in chunks, all of one epoch; one empty chunk for an empty span.
    pub async fn read(
        &self,
        id: &SeriesId,
        resampling: &Resampling,
        span: Span,
        context: &CallContext,
    ) -> Result<impl Stream<Item = Result<BarsChunk, Error>> + Send + use<>, Error> {
        let context = context.clone();
        self.executor.ensure_running()?;
        let as_of = context.as_of(span.as_of_time());
        let bars = self.bars(id, resampling, as_of, &context).await?;
        let (rows, source) = (bars.rows_of(&span)?, bars.source);
        let columns = 1 + all_columns(&source).len();
        let size = chunk_rows(columns - 1, self.limits.chunk_bytes_max);
        let (sender, receiver) = mpsc::channel(1);
        let executor = Arc::clone(&self.executor);
        let memory = Arc::clone(&context.memory);
        tokio::spawn(async move {
            for index in 0..rows.len().div_ceil(size).max(1) {
                let part = rows.start + index * size..rows.end.min(rows.start + (index + 1) * size);
                let (source, cost) = (source.clone(), part.len() as u64 * CHUNK_ROW_COST);
                let chunk = async {
                    let held = context.reserve(8 * part.len() * columns).await?;
                    Ok((executor.read(&context, cost, move |_| chunk(&source, part, as_of)).await?, held))
                };
                let chunk = tokio::select! {
                    chunk = chunk => chunk,
                    () = sender.closed() => return,
                };
                let failed = chunk.is_err();
                if sender.send(chunk).await.is_err() || failed {
                    return;
                }
            }
        });
        Ok(ReceiverStream::new(receiver).map_ok(move |(chunk, held)| {
            memory.attach(held);
            chunk
        }))
    }

    pub(crate) fn slot(&self, id: &SeriesId) -> Result<Arc<SeriesSlot>, Error> {
        self.catalog.get(id).ok_or_else(|| Error::NoSeries(id.clone()))
    }
}

fn chunk(source: &BarsSource, rows: Range<usize>, as_of: Option<i64>) -> Result<BarsChunk, Error> {
    source.verify(&rows, &all_columns(source), &rows)?;
    let mut times = Vec::with_capacity(rows.len());
    source.times(rows.clone(), &mut times);
    let mut scratch = vec![0.0; rows.len()];
    let mut bytes = |column| {
        let values = source.values(column, rows.clone(), &mut scratch);
        Bytes::copy_from_slice(bytemuck::cast_slice(values))
    };
    let columns = Column::ALL.map(&mut bytes);
    let extra = source.extras().into_iter().map(|name| (name, bytes(Column::Extra(name)))).collect();
    let (times, epoch, derived_from) = (Bytes::from_owner(Times(times)), source.epoch(), source.derived_from());
    Ok(BarsChunk { times, columns, extra, epoch, derived_from, as_of })
}
