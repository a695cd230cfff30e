//! Which series exist, and their bars as they are kept.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::files::all_columns;
use super::pool::Wanted;
use super::question::chunk_rows;
use super::shelf::{self, Kept, SeriesFacts};
use super::task::Times;
use super::view::View;
use super::{App, Error};
use crate::series::{Column, ColumnName, SeriesId, Source, Span, Timeframe};

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

    /// What is known of a series.
    pub fn get(&self, id: &SeriesId) -> Result<SeriesFacts, Error> {
        Ok(shelf::facts(id, &self.kept(id)?.load()))
    }

    /// The bars of a series in chunks, all of one epoch; one empty chunk when the span holds none.
    pub fn read_bars(
        self: &Arc<Self>,
        id: &SeriesId,
        span: Span,
    ) -> Result<impl Stream<Item = Result<BarsChunk, Error>> + Send + use<>, Error> {
        self.awake()?;
        let view = self.kept(id)?.load_full();
        let rows = view.rows_of(&span)?;
        let size = chunk_rows(all_columns(&*view).len(), self.limits().chunk_bytes_max);
        let (sender, receiver) = mpsc::channel(2);
        let app = Arc::clone(self);
        tokio::spawn(async move {
            let wanted = Wanted::until(None);
            for index in 0..rows.len().div_ceil(size).max(1) {
                let part = rows.start + index * size..rows.end.min(rows.start + (index + 1) * size);
                let view = Arc::clone(&view);
                let chunk = app.pool.run(&wanted, move |_| chunk(&view, part)).await;
                let failed = chunk.is_err();
                if sender.send(chunk).await.is_err() || failed {
                    return;
                }
            }
        });
        Ok(ReceiverStream::new(receiver))
    }

    pub(super) fn kept(&self, id: &SeriesId) -> Result<Arc<Kept>, Error> {
        self.shelf.get(id).ok_or_else(|| Error::NoSeries(id.clone()))
    }
}

fn chunk(view: &View, rows: Range<usize>) -> Result<BarsChunk, Error> {
    view.verify(&rows, &all_columns(view))?;
    view.verify_times(&rows)?;
    let mut times = Vec::with_capacity(rows.len());
    view.times(rows.clone(), &mut times);
    let mut scratch = vec![0.0; rows.len()];
    let mut bytes = |column| {
        let values = view.values(column, rows.clone(), &mut scratch);
        Bytes::copy_from_slice(bytemuck::cast_slice(values))
    };
    let columns = Column::ALL.map(&mut bytes);
    let extra = view.extras().into_iter().map(|name| (name, bytes(Column::Extra(name)))).collect();
    Ok(BarsChunk { times: Bytes::from_owner(Times(times)), columns, extra, epoch: view.epoch })
}
