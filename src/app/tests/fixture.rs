//! A server without a network in a temporary folder, and helpers to query it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use tempfile::TempDir;

use crate::app::write::segment_writer::Sizes;
use crate::app::{
    Adjust, Answer, App, BarsChunk, BarsFrom, BarsQuestion, CallContext, CompiledQuery, Config, Error, Question,
};
use crate::series::{Bar, Bars, Columns, Resampling, SeriesId, Span};

/// A minute in nanoseconds: the step between bars.
pub(crate) const MINUTE: i64 = 60_000_000_000;

/// Small sizes, so that a few bars fill several segments.
pub(crate) const SMALL: Sizes = Sizes { tail_max: 16, tail_keep: 4, segment_max: 1 << 20 };

/// A server on a new data folder.
pub(crate) fn app() -> (TempDir, Arc<App>) {
    app_with(Sizes::default(), |_| ())
}

/// As `app`, with a changed configuration.
pub(crate) fn app_with(sizes: Sizes, change: impl FnOnce(&mut Config)) -> (TempDir, Arc<App>) {
    let directory = tempfile::tempdir().expect("a folder");
    let app = open_with(directory.path(), sizes, change);
    (directory, app)
}

/// The server on a folder.
pub(crate) fn open_with(data: &Path, sizes: Sizes, change: impl FnOnce(&mut Config)) -> Arc<App> {
    let mut config = Config { data: data.into(), threads: 2, ..Config::default() };
    change(&mut config);
    App::open_sized(config, sizes).expect("opens")
}

/// The series of this number.
pub(crate) fn id(number: usize) -> SeriesId {
    SeriesId::parse(&format!("S{number}"), "1m").expect("valid")
}

/// The bar at a minute; its price encodes the minute and the variant.
pub(crate) fn bar(minute: i64, variant: u32) -> Bar {
    let price = 100.0 + (minute as f64 * 0.7).sin() * 10.0 + f64::from(variant);
    let (high, low, close) = (price + 1.25, price - 0.5, price + 0.3);
    Bar { time: minute * MINUTE, open: price, high, low, close, volume: minute.unsigned_abs() as f64 }
}

/// Bars at these minutes.
pub(crate) fn bars(minutes: impl Iterator<Item = i64>, variant: u32) -> Bars {
    let mut columns = Columns::default();
    minutes.for_each(|minute| columns.push(bar(minute, variant)));
    Bars::new(columns).expect("valid")
}

/// Ingests a batch that must succeed.
pub(crate) async fn ingest(app: &App, series: usize, bars: Bars) -> crate::app::Receipt {
    app.write.ingest(id(series), bars).await.expect("stored")
}

/// A query over a series.
pub(crate) fn question(series: usize, span: Span, texts: &[&str]) -> Question {
    let compiled = Arc::new(CompiledQuery::parse(texts, &crate::app::Limits::default()).expect("valid"));
    Question {
        from: BarsFrom::Series(id(series)),
        resampling: Resampling::default(),
        span,
        compiled,
        persist: None,
        since: None,
        adjust: Adjust::None,
    }
}

/// The newest bars.
pub(crate) fn last(rows: u64) -> Span {
    Span::new(None, None, Some(rows)).expect("valid")
}

/// The same query over inline bars.
pub(crate) fn inline(bars: &Bars, like: &Question) -> Question {
    Question { from: BarsFrom::Bars(Arc::new(bars.clone())), ..like.clone() }
}

/// The bars of a span, to be read.
pub(crate) fn reading(series: SeriesId, span: Span) -> BarsQuestion {
    BarsQuestion { series, resampling: Resampling::default(), span, since: None, adjust: Adjust::None }
}

/// All bars of a span, chunk by chunk, and their epoch.
pub(crate) async fn read(app: &Arc<App>, series: usize, span: Span) -> Result<(Columns, u64), Error> {
    let mut chunks = app.bars.read(reading(id(series), span), &CallContext::default()).await?;
    let (mut columns, mut epochs) = (Columns::default(), Vec::new());
    while let Some(chunk) = chunks.next().await {
        let BarsChunk { times, columns: values, extra, epoch, .. } = chunk?;
        let size = 8 * 6 * times.len() / 8;
        assert!(size <= app.limits().chunk_bytes_max.max(48), "a chunk of {size} bytes");
        columns.times.extend(times.as_chunks().0.iter().map(|&bytes| i64::from_le_bytes(bytes)));
        let Columns { open, high, low, close, volume, .. } = &mut columns;
        for (to, from) in [open, high, low, close, volume].into_iter().zip(&values) {
            assert_eq!(from.len(), times.len());
            to.extend(numbers(from));
        }
        columns.extra.resize_with(extra.len(), || (extra[0].0, vec![]));
        for ((to_name, to), (name, from)) in columns.extra.iter_mut().zip(&extra) {
            *to_name = *name;
            to.extend(numbers(from));
        }
        epochs.push(epoch);
    }
    assert!(epochs.windows(2).all(|pair| pair[0] == pair[1]), "a read is of one epoch");
    Ok((columns, epochs[0]))
}

/// Bytes as values.
pub(crate) fn numbers(bytes: &[u8]) -> impl Iterator<Item = f64> {
    bytes.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes))
}

/// Concatenates chunks; all must be of one epoch.
pub(crate) async fn whole(mut chunks: impl Stream<Item = Result<Answer, Error>> + Unpin) -> Result<Answer, Error> {
    let mut whole: Option<Answer> = None;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        let Some(before) = whole.as_mut() else {
            whole = Some(chunk);
            continue;
        };
        assert_eq!((before.epoch, &before.facts), (chunk.epoch, &chunk.facts));
        before.times = [&before.times[..], &chunk.times[..]].concat().into();
        for (to, from) in before.columns.iter_mut().zip(&chunk.columns) {
            *to = [&to[..], &from[..]].concat().into();
        }
    }
    Ok(whole.expect("at least one chunk"))
}

/// Waits until the compactor is idle.
pub(crate) async fn merged(app: &App) {
    while app.metrics().merges_pending > 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The price files in a folder.
pub(crate) fn files(data: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(data.join("prices")).expect("a folder");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}
