//! Imports one file: a reader thread, a stream of batches to the server, and its receipts.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use atrad::rpc::proto::ingest_stream_response::Outcome;
use atrad::rpc::proto::{IngestStreamRequest, IngestStreamResponse, OnConflict, PriceRange, Receipt};
use atrad::rpc::wire::{self, Packed};
use atrad::series::{ColumnName, Columns, SeriesId, Symbol, Timeframe};
use futures_util::{Stream, StreamExt, stream};
use indicatif::ProgressBar;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::batches::{Batch, Batches, Stop, Stored};
use super::report::{Read, Report};
use crate::cli::Error;
use crate::cli::connection::Connection;
use crate::cli::files::{Name, Reading, Remarks};
use crate::cli::verbs::series;

/// The maximum number of bars in flight (sent but not acknowledged), 48 bytes each.
const UNDER_WAY_ROWS_MAX: usize = 1 << 20;

/// The options of the caller for all rows.
#[derive(Clone)]
pub(super) struct All {
    /// Their series, where the file does not name it.
    pub(super) name: Name,
    /// How they are sent.
    pub(super) sending: Sending,
}

/// How batches are sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sending {
    /// The resolution of duplicate times.
    pub(super) on_conflict: OnConflict,
    /// The prices that are legal.
    pub(super) price_range: PriceRange,
}

/// Stores the bars of a file, batch by batch.
pub(super) async fn store(
    connection: &Connection,
    path: &Path,
    open: impl FnOnce() -> Result<Reading, Error> + Send + 'static,
    All { name, sending }: All,
    progress: ProgressBar,
) -> Result<Report, Error> {
    let started = Instant::now();
    let (sender, batches) = mpsc::channel(2);
    let (outcome, read) = oneshot::channel();
    let (from, shown) = (path.to_owned(), progress.clone());
    // The receiver is gone if the server refused a batch.
    let stored = stored(connection);
    let work = move || {
        let batches = Batches::new(name, stored);
        drop(outcome.send(open().and_then(|reading| pass(&from, reading, batches, &sender, &shown))));
    };
    std::thread::Builder::new().name("import".into()).spawn(work)?;
    let receipts = send(connection, path, batches, sending).await;
    progress.finish_and_clear();
    let receipts = receipts?;
    let gone = |_| Error::NoBars { path: path.into(), why: "is damaged: its reader failed".into() };
    let read = read.await.map_err(gone)??;
    Ok(Report { path: path.into(), read, receipts, seconds: started.elapsed().as_secs_f64() })
}

/// Looks up the stored series of a symbol, from the thread of the reader.
fn stored(connection: &Connection) -> Stored {
    let (client, runtime) = (connection.series(), tokio::runtime::Handle::current());
    Box::new(move |symbol: &Symbol| {
        let list = runtime.block_on(series::list(client.clone(), symbol.as_str())).unwrap_or_default();
        let ids = list.into_iter().filter_map(|info| info.id).filter(|id| id.symbol == symbol.as_str());
        ids.filter_map(|id| id.timeframe.parse::<Timeframe>().ok()).collect()
    })
}

/// Reads a whole file and sends its batches.
fn pass(
    path: &PathBuf,
    reading: Reading,
    mut batches: Batches,
    sender: &mpsc::Sender<Batch>,
    progress: &ProgressBar,
) -> Result<Read, Error> {
    let Reading { kind, layout, symbol, notes, first, rows: pieces, follows } = reading;
    let no_bars = |why| Error::NoBars { path: path.into(), why };
    batches.name_symbol(symbol.as_deref().map(str::parse).transpose()?);
    let [skipped, repaired, rounded] = Default::default();
    let mut read = Read { kind: kind.name(), layout, notes, skipped, repaired, rounded, batches };
    let (mut line, mut bars) = (first, 0_u64);
    let mut give = |batch| sender.blocking_send(batch).is_ok();
    let mut stopped = Ok(());
    for rows in pieces {
        let mut rows = rows.map_err(|fault| fault.of(path))?;
        let (lines, is_first) = (rows.lines, bars == 0);
        bars += rows.columns.times.len() as u64;
        read.skipped.append(std::mem::take(&mut rows.skipped), line);
        read.repaired.append(std::mem::take(&mut rows.repaired), line);
        read.rounded.append(std::mem::take(&mut rows.rounded), line);
        read.batches.skipped = read.skipped.count;
        line += lines;
        progress.set_message(format!("{bars} bars"));
        if is_first && !follows {
            check_start(&read.skipped, rows.contradictory, bars).map_err(no_bars)?;
        }
        stopped = read.batches.add(rows, &mut give);
        if follows && stopped.is_ok() {
            stopped = read.batches.give_all(&mut give);
        }
        if stopped.is_err() {
            break;
        }
    }
    match stopped.and_then(|()| read.batches.give_all(&mut give)) {
        // The side that dropped the receiver reports why.
        Ok(()) | Err(Stop::Unwanted) => {}
        // A row that was skipped may be why there are too few.
        Err(Stop::Unknown(why)) => {
            return Err(no_bars(match read.skipped.examples.first() {
                Some((line, skipped)) => {
                    format!("{why}; {} rows were skipped, the first in line {line}: {skipped}", read.skipped.count)
                }
                None => why,
            }));
        }
    }
    if bars == read.batches.others && !follows {
        return Err(no_bars(read.batches.nothing(bars)));
    }
    Ok(read)
}

/// Refuses a file whose first rows are no bars, or contradict the order of its columns more often than not.
fn check_start(skipped: &Remarks, contradictory: u64, bars: u64) -> Result<(), String> {
    let rows = skipped.count + bars;
    match skipped.examples.first() {
        Some((line, why)) if bars == 0 => Err(format!("none of the first {rows} rows is a bar; line {line}: {why}")),
        Some((line, why)) if contradictory > bars => Err(format!(
            "{contradictory} of the first {rows} rows contradict the order of the columns, so nothing is stored; say which \
             is which with --columns; line {line}: {why}"
        )),
        _ => Ok(()),
    }
}

/// Sends batches under backpressure, and sums the receipts per series.
async fn send(
    connection: &Connection,
    path: &Path,
    batches: mpsc::Receiver<Batch>,
    sending: Sending,
) -> Result<Vec<Receipt>, Error> {
    let room = Arc::new(Semaphore::new(UNDER_WAY_ROWS_MAX));
    // The series of the batches in flight; receipts arrive in this order.
    let under_way = Arc::new(Mutex::new(VecDeque::new()));
    let batches = held_back(batches, Arc::clone(&room), Arc::clone(&under_way));
    let requests = batches.map(move |batch| request(&batch, sending));
    let mut responses = connection.ingest().ingest_stream(requests).await?.into_inner();
    let mut receipts: Vec<Receipt> = Vec::new();
    while let Some(IngestStreamResponse { batch, outcome }) = responses.message().await? {
        let place = batch as usize;
        let series: Option<SeriesId> = under_way.lock().ok().and_then(|mut under_way| under_way.pop_front());
        let refused = |why| {
            let series = series.map(|series| series.to_string()).unwrap_or_default();
            Error::Refused { path: path.into(), series, why }
        };
        let receipt = match outcome {
            Some(Outcome::Receipt(receipt)) => receipt,
            Some(Outcome::Failure(failure)) => return Err(refused(failure.message)),
            None => return Err(refused("no receipt".into())),
        };
        let rows = receipt.accepted + receipt.replaced + receipt.ignored;
        room.add_permits(rows as usize);
        receipts.resize(receipts.len().max(place + 1), Receipt::default());
        let total = &mut receipts[place];
        total.accepted += receipt.accepted;
        total.replaced += receipt.replaced;
        total.ignored += receipt.ignored;
        total.epoch = receipt.epoch;
    }
    Ok(receipts)
}

/// The stream of batches, each sent once a permit is available.
fn held_back(
    batches: mpsc::Receiver<Batch>,
    room: Arc<Semaphore>,
    under_way: Arc<Mutex<VecDeque<SeriesId>>>,
) -> impl Stream<Item = Batch> {
    stream::unfold((batches, room, under_way), |(mut batches, room, under_way)| async {
        let batch = batches.recv().await?;
        let rows = batch.columns.times.len().min(UNDER_WAY_ROWS_MAX) as u32;
        // The permit is released with the receipt.
        room.acquire_many(rows).await.ok()?.forget();
        under_way.lock().ok()?.push_back(batch.id.clone());
        Some((batch, (batches, room, under_way)))
    })
}

fn request(Batch { place, id, columns }: &Batch, sending: Sending) -> IngestStreamRequest {
    let Columns { times, open, high, low, close, volume, extra } = columns;
    let named =
        |(name, values): &(ColumnName, Vec<f64>)| wire::Column::new(name.to_string(), Packed::of(values));
    let bars = wire::Bars {
        times: Packed::of(times),
        open: Packed::of(open),
        high: Packed::of(high),
        low: Packed::of(low),
        close: Packed::of(close),
        volume: Packed::of(volume),
        extra: extra.iter().map(named).collect(),
    };
    IngestStreamRequest {
        batch: *place as u64,
        series: Some(id.into()),
        bars: Some(bars),
        on_conflict: sending.on_conflict.into(),
        price_range: sending.price_range.into(),
        // Sending a batch again is safe without a key.
        idempotency_key: None,
    }
}
