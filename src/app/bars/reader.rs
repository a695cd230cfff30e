//! Listing series and reading their bars.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::adjust::Adjust;
use super::adjust::factors::Adjustment;
use super::catalog::{self, Catalog, SeriesFacts, SeriesSlot};
use super::column_bytes::Times;
use super::derived::ResampledCache;
use super::resample::find::{Resolver, facts_as_of};
use super::revisions::since::{Basis, Changes, Since};
use super::snapshot::Snapshot;
use super::source::BarsSource;
use super::visible::View;
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
    /// How the bars differ from what the caller has, if it told, in the first chunk only.
    pub changes: Option<Changes>,
    /// How the bars are adjusted, in the first chunk only.
    pub adjustment: Option<Arc<Adjustment>>,
}

/// Which bars to read.
#[derive(Debug, Clone)]
pub struct BarsQuestion {
    /// The series.
    pub series: SeriesId,
    /// How to resample it if it is not stored.
    pub resampling: Resampling,
    /// The bars.
    pub span: Span,
    /// Only bars that are new or revised since an earlier answer.
    pub since: Option<Since>,
    /// Which corporate actions adjust them.
    pub adjust: Adjust,
}

/// The cost of a row of a chunk, in nanoseconds.
const CHUNK_ROW_COST: u64 = 5;

/// The cost of the facts of a series at a fixed time, in nanoseconds: of reading three blocks of times.
const FACTS_COST: u64 = 10_000;

/// The bars of stored and resampled series, for reading.
pub struct BarsReader {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) executor: Arc<Executor>,
    pub(super) resolver: Resolver,
    limits: Arc<Limits>,
}

impl BarsReader {
    pub(crate) fn new(catalog: Arc<Catalog>, executor: Arc<Executor>, limits: Arc<Limits>) -> Self {
        let resolver = Resolver {
            catalog: Arc::clone(&catalog),
            resampled_cache: Arc::new(ResampledCache::new(limits.resampled_bytes_max)),
            adjustments: Arc::default(),
            limits: Arc::clone(&limits),
        };
        Self { catalog, executor, resolver, limits }
    }

    /// Lists series by symbol prefix in name order, after `after`, at most `limit`, as far as the caller may reach them. A caller
    /// with a fixed time sees what was there then.
    pub async fn list(
        &self,
        prefix: &str,
        timeframe: Option<Timeframe>,
        after: Option<&SeriesId>,
        limit: usize,
        context: &CallContext,
    ) -> Result<Vec<SeriesFacts>, Error> {
        let view = View::of(context, None);
        let shown = |id: &SeriesId, snapshot: &Snapshot| {
            id.symbol.as_str().starts_with(prefix)
                && timeframe.is_none_or(|timeframe| id.timeframe == timeframe)
                && context.shows(&id.symbol)
                && view.knows(snapshot, id.timeframe)
        };
        let series = self.catalog.list(shown, after, limit);
        let Some(fixed) = view.fixed else {
            return Ok(series.iter().map(|(id, snapshot)| catalog::facts(id, snapshot)).collect());
        };
        let cost = series.len() as u64 * FACTS_COST;
        self.executor.read(context, cost, move |cancellation| facts_as_of(series, fixed, cancellation)).await
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
        let (bars, _) = self.bars(id, resampling, View::of(&context, as_of), &context).await?;
        let facts = bars.source.facts(id).ok_or_else(|| Error::NoSeries(id.clone()))?;
        match as_of {
            Some(as_of) => bars.describe(facts, as_of),
            None => Ok(facts),
        }
    }

    /// The bars of a series in chunks, all of one epoch; one empty chunk for an empty span.
    pub async fn read(
        &self,
        question: BarsQuestion,
        context: &CallContext,
    ) -> Result<impl Stream<Item = Result<BarsChunk, Error>> + Send + use<>, Error> {
        let context = context.clone();
        self.executor.ensure_running()?;
        let BarsQuestion { series, resampling, span, since, adjust } = question;
        let as_of = context.as_of(span.as_of_time());
        let view = View { adjust, since: since.as_ref(), ..View::of(&context, as_of) };
        let (bars, changed) = self.bars(&series, &resampling, view, &context).await?;
        let mut rows = bars.rows_of(&span)?;
        let source = bars.source;
        let (mut changes, mut adjustment) = (None, source.adjustment().cloned());
        if since.is_some() {
            rows = source.rows_from(rows, changed)?;
            changes = Some(Basis::of(as_of, source.stamp().into_iter()).changes(changed));
        }
        let columns = 1 + all_columns(&source).len();
        let size = chunk_rows(columns - 1, self.limits.chunk_bytes_max);
        let (sender, receiver) = mpsc::channel(1);
        let executor = Arc::clone(&self.executor);
        let memory = Arc::clone(&context.memory);
        tokio::spawn(async move {
            for index in 0..rows.len().div_ceil(size).max(1) {
                let part = rows.start + index * size..rows.end.min(rows.start + (index + 1) * size);
                let (source, cost) = (source.clone(), part.len() as u64 * CHUNK_ROW_COST);
                let notices = (changes.take(), adjustment.take());
                let chunk = async {
                    let held = context.reserve(8 * part.len() * columns).await?;
                    Ok((executor.read(&context, cost, move |_| chunk(&source, part, as_of, notices)).await?, held))
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

fn chunk(
    source: &BarsSource,
    rows: Range<usize>,
    as_of: Option<i64>,
    (changes, adjustment): (Option<Changes>, Option<Arc<Adjustment>>),
) -> Result<BarsChunk, Error> {
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
    let (times, epoch, derived_from) = (Bytes::from_owner(Times(times)), source.visible_epoch(), source.derived_from());
    Ok(BarsChunk { times, columns, extra, epoch, derived_from, as_of, changes, adjustment })
}
