//! Interleavings of callers, the writer and the compactor, explored by shuttle: the threads, the queue, the ledger and the
//! price files of a server, under a scheduler that chooses at each step who goes on.
//!
//! `cargo test --lib interleavings -- --ignored` explores for longer.

use std::path::Path;
use std::sync::Arc;

use shuttle::rand::Rng;
use shuttle::thread;
use tempfile::TempDir;

use super::fixture::{MINUTE, SMALL, app_with, bars, files, id, open_with};
use crate::app::bars::snapshot::Snapshot;
use crate::app::workers::threads::{block_on, model};
use crate::app::{App, Batch, Kind, Receipt};
use crate::series::{Column, Source};

/// Runs of each model.
const RUNS: usize = 100;

#[test]
#[ignore = "takes minutes"]
fn every_model_for_long() {
    [receipts, merging, readers].into_iter().for_each(|model| model::explore(3000, 11, model));
}

/// A server with small price files and a short queue.
fn server() -> (TempDir, Arc<App>) {
    app_with(SMALL, |config| {
        config.threads = 1;
        config.limits.ingest_queue_max = 3;
    })
}

fn snapshot(app: &App, series: usize) -> Option<Arc<Snapshot>> {
    app.bars.catalog.get(&id(series)).map(|slot| slot.load_full())
}

/// The minutes of the bars of a snapshot, with their variants.
fn contents(snapshot: &Snapshot) -> Vec<(i64, u32)> {
    let rows = 0..snapshot.rows();
    snapshot.verify_times(&rows).expect("sound");
    snapshot.verify(&rows, &[Column::Open]).expect("sound");
    let (mut times, mut scratch) = (Vec::new(), vec![0.0; rows.len()]);
    snapshot.times(rows.clone(), &mut times);
    let mut opens = Vec::new();
    for row in rows {
        opens.push(snapshot.values(Column::Open, row..row + 1, &mut scratch)[0]);
    }
    let minutes = times.iter().map(|time| time / MINUTE);
    minutes
        .zip(opens)
        .map(|(minute, open)| (minute, (open - super::fixture::bar(minute, 0).open).round() as u32))
        .collect()
}

/// Ingests bars of these minutes; `None` if the queue was full or the server is stopping.
fn ingest(app: &App, series: usize, minutes: std::ops::Range<i64>, variant: u32) -> Option<Receipt> {
    match block_on(app.write.ingest(id(series), Batch::from(bars(minutes, variant)))) {
        Ok(receipt) => Some(receipt),
        Err(error) => {
            assert!(matches!(error.kind(), Kind::Exhausted | Kind::Unavailable), "{error}");
            None
        }
    }
}

/// Waits until the compactor has nothing to do.
fn merged(app: &App) {
    while app.metrics().merges_pending > 0 {
        thread::yield_now();
    }
}

fn close(app: &App) {
    app.write.stop();
    block_on(app.write.join());
}

/// Closes a server and opens its folder again: everything is as it was, and no price file is too many or missing.
fn reopen(folder: &Path, app: Arc<App>, series: &[usize]) {
    close(&app);
    assert_eq!(app.write.depth(), 0, "every command was done");
    let rows_max = app.limits().ingest_queue_rows_max;
    assert_eq!(app.write.room.available_permits(), rows_max, "every batch has given back its place");
    let read = |app: &App| series.iter().map(|&series| Some(contents(&*snapshot(app, series)?))).collect::<Vec<_>>();
    let before = read(&app);
    drop(app);
    let app = open_with(folder, SMALL, |config| config.threads = 1);
    assert_eq!(read(&app), before, "what was stored is there");
    // Merging began anew; now it is over.
    close(&app);
    let named: usize = app.bars.catalog.snapshots().iter().map(|(_, snapshot)| snapshot.facts().count()).sum();
    assert_eq!((files(folder).len(), app.metrics().missing_files), (named, 0));
    assert!(!folder.join("orphans").exists(), "a price file was left behind");
}

#[test]
fn a_receipt_is_for_bars_that_are_stored_and_seen() {
    model::explore(RUNS, 7, receipts);
}

fn receipts() {
    let (folder, app) = server();
    let client = |client: i64| {
        let (app, series) = (Arc::clone(&app), 1 + client as usize % 2);
        thread::spawn(move || {
            let mut stored = 0;
            for start in [client * 100, client * 100 + 12] {
                let Some(receipt) = ingest(&app, series, start..start + 12, 0) else { continue };
                let seen = snapshot(&app, series).expect("published before the receipt");
                assert!(seen.epoch >= receipt.epoch && receipt.accepted == 12);
                let found = contents(&seen).into_iter().filter(|&(minute, _)| (start..start + 12).contains(&minute));
                assert_eq!(found.count(), 12, "a caller reads what it has a receipt for");
                stored += 12;
            }
            (series, stored)
        })
    };
    let clients: Vec<_> = (0..3).map(client).collect();
    let closer = {
        let app = Arc::clone(&app);
        thread::spawn(move || {
            for _ in 0..shuttle::rand::thread_rng().gen_range(0..100) {
                assert!(app.write.depth() <= 8, "{} commands wait", app.write.depth());
                thread::yield_now();
            }
            close(&app);
        })
    };
    let mut stored = [0; 3];
    for client in clients {
        let (series, rows) = client.join().expect("no panic");
        stored[series] += rows;
    }
    closer.join().expect("no panic");
    for series in [1, 2] {
        let rows = snapshot(&app, series).map_or(0, |snapshot| snapshot.rows());
        assert_eq!(rows, stored[series], "no more and no less than there are receipts for");
    }
    reopen(folder.path(), app, &[1, 2]);
}

#[test]
fn merging_loses_no_change() {
    model::explore(RUNS, 7, merging);
}

fn merging() {
    let (folder, app) = server();
    let appends = {
        let app = Arc::clone(&app);
        thread::spawn(move || {
            (0..5_i64).filter(|batch| ingest(&app, 1, batch * 12..batch * 12 + 12, 0).is_some()).count()
        })
    };
    // Corrects sealed bars while their files are merged.
    let corrections = {
        let app = Arc::clone(&app);
        thread::spawn(move || {
            let mut last = None;
            for variant in 1..=4 {
                last = ingest(&app, 1, 3..5, variant).map(|_| variant).or(last);
            }
            last
        })
    };
    let (appended, corrected) = (appends.join().expect("no panic"), corrections.join().expect("no panic"));
    merged(&app);
    let found = contents(&snapshot(&app, 1).expect("there"));
    let corrections = found.iter().filter(|(minute, _)| (3..5).contains(minute));
    assert!(found.len() >= appended * 12, "{found:?}");
    // The first batch may have come after a correction.
    let variants: Vec<_> = corrections.map(|&(_, variant)| variant).collect();
    assert!(variants[0] == variants[1] && (variants[0] == 0 || Some(variants[0]) == corrected), "{variants:?}");
    reopen(folder.path(), app, &[1]);
}

#[test]
fn readers_see_one_epoch_and_never_an_older_one() {
    model::explore(RUNS, 7, readers);
}

fn readers() {
    let (folder, app) = server();
    let writer = {
        let app = Arc::clone(&app);
        thread::spawn(move || {
            // Several price files, which are being merged when the series goes.
            for start in (0..60).step_by(12) {
                ingest(&app, 1, start..start + 12, 1);
            }
            block_on(app.write.delete(id(1))).expect("the queue has room");
            for variant in 2..=4 {
                ingest(&app, 1, 0..60, variant);
            }
        })
    };
    let reader = || {
        let app = Arc::clone(&app);
        thread::spawn(move || {
            let mut before = (0, 0);
            for _ in 0..10 {
                if let Some(seen) = snapshot(&app, 1) {
                    let found = contents(&seen);
                    assert!(
                        found.len().is_multiple_of(12) && found.iter().all(|&(_, variant)| variant == found[0].1),
                        "{found:?}"
                    );
                    assert!((seen.series, seen.epoch) >= before, "{:?} after {before:?}", (seen.series, seen.epoch));
                    before = (seen.series, seen.epoch);
                }
                thread::yield_now();
            }
        })
    };
    let readers = [reader(), reader()];
    for thread in readers.into_iter().chain([writer]) {
        thread.join().expect("no panic");
    }
    merged(&app);
    reopen(folder.path(), app, &[1]);
}
