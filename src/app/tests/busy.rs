//! Eight writers and thirty-two readers at once: nothing fails, and each read is of one epoch.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::fixture::{MINUTE, app_with, bar, id, last, merged, numbers, question, read};
use crate::app::write::segment_writer::Sizes;
use crate::app::{App, Metrics};
use crate::ledger::{self, Reader};
use crate::series::{Bars, Columns, Span};

const SIZES: Sizes = Sizes { tail_max: 64, tail_keep: 16, segment_max: 1 << 20 };
const READERS: usize = 32;
/// Series that grow by batches of so many bars, one writer each.
const GROWING: [usize; 4] = [1, 3, 20, 300];
/// Series whose every batch replaces all bars, two writers each.
const REPLACED: usize = 2;
const REPLACED_ROWS: usize = 200;

/// Bars whose volume is always `number`.
fn batch(start: usize, rows: usize, number: u64) -> Bars {
    let mut columns = Columns::default();
    (start..start + rows).for_each(|minute| columns.push(bar(minute as i64, 0)));
    columns.volume.fill(number as f64);
    Bars::new(columns).expect("valid")
}

async fn grow(app: Arc<App>, series: usize, rows: usize, end: Instant) -> u64 {
    let mut number = 1;
    while Instant::now() < end {
        let receipt = app.write.ingest(id(series), batch(number as usize * rows, rows, number)).await.expect("stored");
        number += 1;
        assert_eq!((receipt.accepted, receipt.epoch), (rows as u64, number));
    }
    number
}

/// Numbers are unique, so no batch equals the stored bars.
async fn replace(app: Arc<App>, series: usize, numbers: Arc<AtomicU64>, end: Instant) -> u64 {
    let mut sent = 0;
    while Instant::now() < end {
        let number = numbers.fetch_add(1, Relaxed);
        let receipt = app.write.ingest(id(series), batch(0, REPLACED_ROWS, number)).await.expect("stored");
        assert_eq!(receipt.accepted + receipt.replaced, REPLACED_ROWS as u64);
        sent += 1;
    }
    sent
}

/// Reads one series after the other and checks that each read matches its epoch.
async fn look(app: Arc<App>, from: usize, end: Instant) -> u64 {
    let mut reads = 0;
    for series in (0..GROWING.len() + REPLACED).cycle().skip(from) {
        if Instant::now() >= end {
            return reads;
        }
        reads += 1;
        match GROWING.get(series) {
            Some(&rows) => check_growing(&app, series, rows).await,
            None => {
                let (source, _) = read(&app, series, Span::ALL).await.expect("readable");
                assert_eq!(source.times.len(), REPLACED_ROWS);
                assert!(source.volume.iter().all(|&number| number == source.volume[0]), "bars of two batches");
            }
        }
    }
    reads
}

async fn check_growing(app: &Arc<App>, series: usize, rows: usize) {
    let (source, epoch) = read(app, series, last(1000)).await.expect("readable");
    let all = epoch as usize * rows;
    let expected = all.saturating_sub(1000)..all;
    assert!(source.times.iter().copied().eq(expected.clone().map(|minute| minute as i64 * MINUTE)));
    assert!(source.volume.iter().copied().eq(expected.map(|minute| (minute / rows) as f64)));
    let answer = app.compute.unary(question(series, last(1000), &["volume"]), None).await.expect("computed");
    let newest = numbers(&answer.columns[0]).last().expect("there");
    assert_eq!(newest, answer.epoch as f64 - 1.0, "the answer is of the epoch that it says");
}

/// Reads the ledger like another process, until the end.
fn count(ledger: &Path, end: Instant) -> u64 {
    let reader = Reader::open(ledger, &ledger::Config::default(), Arc::default()).expect("opens");
    let mut looks = 0;
    while Instant::now() < end {
        assert_eq!(reader.counts().expect("readable").series as usize, GROWING.len() + REPLACED);
        looks += 1;
        std::thread::sleep(Duration::from_millis(1));
    }
    looks
}

async fn busy(time: Duration) {
    let (directory, app) = app_with(SIZES, |config| config.limits.chunk_bytes_max = 4000);
    for (series, rows) in (0..).zip(GROWING.into_iter().chain([REPLACED_ROWS; REPLACED])) {
        // The first batch of each, so that there is something to read.
        app.write.ingest(id(series), batch(0, rows, 0)).await.expect("stored");
    }
    let end = Instant::now() + time;
    let ledger = directory.path().join("ledger.db");
    let counting = std::thread::spawn(move || count(&ledger, end));
    let mut writers = Vec::new();
    for (series, &rows) in GROWING.iter().enumerate() {
        writers.push(tokio::spawn(grow(Arc::clone(&app), series, rows, end)));
    }
    for series in GROWING.len()..GROWING.len() + REPLACED {
        let numbers = Arc::new(AtomicU64::new(1));
        for _ in 0..2 {
            writers.push(tokio::spawn(replace(Arc::clone(&app), series, Arc::clone(&numbers), end)));
        }
    }
    let readers: Vec<_> = (0..READERS).map(|from| tokio::spawn(look(Arc::clone(&app), from, end))).collect();
    let total = async |queries| {
        join_all(queries).await.into_iter().map(|query: Result<u64, _>| query.expect("no failure")).sum::<u64>()
    };
    let (batches, reads) = (total(writers).await, total(readers).await);
    let looks = counting.join().expect("no failure");
    merged(&app).await;
    let Metrics { writer, .. } = app.metrics();
    println!("{batches} batches, {reads} reads, {looks} looks at the ledger; {writer:?}");
    assert!(batches > 8 && reads > 32 && looks > 0);
    assert_eq!((writer.failures, writer.retries), (0, 0));
    app.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_and_readers_do_not_meet() {
    busy(Duration::from_secs(3)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes a minute"]
async fn writers_and_readers_do_not_meet_for_a_minute() {
    busy(Duration::from_secs(60)).await;
}
