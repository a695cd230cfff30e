//! Which series exist, and their bars as they are kept.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;

use super::catalog::{self, Kept, SeriesFacts};
use super::source::Held;
use crate::app::compute::prepared::Times;
use crate::app::compute::question::chunk_rows;
use crate::app::pool::Wanted;
use crate::app::write::segment_writer::all_columns;
use crate::app::{App, Error};
use crate::series::{Column, ColumnName, Framing, SeriesId, Source, Span, Timeframe};

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
    /// The timeframe of the stored bars that these were made of; `None` when they are stored.
    pub derived_from: Option<Timeframe>,
}

impl App {
    /// The series whose symbol starts with `prefix`, in the order of names, after `after`, at most `limit`.
    pub fn list(
        &self,
        prefix: &str,
        timeframe: Option<Timeframe>,
        after: Option<&SeriesId>,
        limit: usize,
    ) -> Vec<SeriesFacts> {
        self.shelf.list(prefix, timeframe, after, limit)
    }

    /// What is known of a series that is stored.
    pub fn get(&self, id: &SeriesId) -> Result<SeriesFacts, Error> {
        Ok(catalog::facts(id, &self.kept(id)?.load()))
    }

    /// What is known of a series that is stored, or made of one that is.
    pub async fn describe(
        &self,
        id: &SeriesId,
        framing: &Framing,
        deadline: Option<Instant>,
    ) -> Result<SeriesFacts, Error> {
        let held = self.bars(id, framing, &Wanted::until(deadline)).await?;
        held.facts(id).ok_or_else(|| Error::NoSeries(id.clone()))
    }

    /// The bars of a series in chunks, all of one epoch; one empty chunk when the span holds none.
    pub async fn read_bars(
        self: &Arc<Self>,
        id: &SeriesId,
        framing: &Framing,
        span: Span,
        deadline: Option<Instant>,
    ) -> Result<impl Stream<Item = Result<BarsChunk, Error>> + Send + use<>, Error> {
        self.awake()?;
        let held = self.bars(id, framing, &Wanted::until(deadline)).await?;
        let rows = held.rows_of(&span)?;
        let size = chunk_rows(all_columns(&held).len(), self.limits().chunk_bytes_max);
        let (sender, receiver) = mpsc::channel(2);
        let app = Arc::clone(self);
        tokio::spawn(async move {
            let wanted = Wanted::until(None);
            for index in 0..rows.len().div_ceil(size).max(1) {
                let part = rows.start + index * size..rows.end.min(rows.start + (index + 1) * size);
                let held = held.clone();
                let chunk = app.pool.run(&wanted, move |_| chunk(&held, part)).await;
                let failed = chunk.is_err();
                if sender.send(chunk).await.is_err() || failed {
                    return;
                }
            }
        });
        Ok(ReceiverStream::new(receiver))
    }

    pub(crate) fn kept(&self, id: &SeriesId) -> Result<Arc<Kept>, Error> {
        self.shelf.get(id).ok_or_else(|| Error::NoSeries(id.clone()))
    }
}

fn chunk(held: &Held, rows: Range<usize>) -> Result<BarsChunk, Error> {
    held.verify(&rows, &all_columns(held), &rows)?;
    let mut times = Vec::with_capacity(rows.len());
    held.times(rows.clone(), &mut times);
    let mut scratch = vec![0.0; rows.len()];
    let mut bytes = |column| {
        let values = held.values(column, rows.clone(), &mut scratch);
        Bytes::copy_from_slice(bytemuck::cast_slice(values))
    };
    let columns = Column::ALL.map(&mut bytes);
    let extra = held.extras().into_iter().map(|name| (name, bytes(Column::Extra(name)))).collect();
    let (times, epoch, derived_from) = (Bytes::from_owner(Times(times)), held.epoch(), held.derived_from());
    Ok(BarsChunk { times, columns, extra, epoch, derived_from })
}
