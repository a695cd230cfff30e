//! The life cycle of a server and its folder: queue, shutdown and restart.

use futures_util::FutureExt;
use futures_util::future::join_all;

use super::fixture::{SMALL, app, app_with, bars, id, ingest, last, open_with, question, read, reading};
use crate::app::{App, Batch, CallContext, Caller, Config, Error, Kind};
use crate::prices;
use crate::series::{Bars, Span};

#[tokio::test]
async fn the_end_waits_for_what_was_taken() {
    let (directory, app) = app_with(SMALL, |_| ());
    let mut receipts = Vec::new();
    for start in 0..100 {
        receipts.push(app.write.ingest_waiting(id(1), bars(start * 5..start * 5 + 5, 0)).await.expect("taken"));
    }
    let last_one = app.write.ingest(id(2), bars(0..10, 0)).shared_pending();
    tokio::join!(app.close(), app.close());
    assert!(last_one.await.is_ok());
    for (epoch, receipt) in (1..).zip(join_all(receipts).await) {
        let receipt = receipt.expect("stored");
        assert_eq!((receipt.accepted, receipt.epoch), (5, epoch), "in the order they were sent");
    }
    let stopping = |error: Error| matches!(error, Error::Stopping) && error.kind() == Kind::Unavailable;
    assert!(stopping(app.write.ingest(id(1), bars(0..1, 0)).await.expect_err("stopping")));
    assert!(stopping(app.write.ingest_waiting(id(1), bars(0..1, 0)).await.err().expect("stopping")));
    assert!(stopping(app.write.delete(id(1)).await.expect_err("stopping")));
    assert!(stopping(app.compute.unary(question(1, last(1), &["close"]), None).await.expect_err("stopping")));
    assert!(stopping(app.bars.read(reading(id(1), Span::ALL), &CallContext::default()).await.err().expect("stopping")));
    assert_eq!(app.metrics().queue_depth, 0);
    // The folder is free although the old server is still alive.
    let again = open_with(directory.path(), SMALL, |_| ());
    assert_eq!((again.bars.get(&id(1)).expect("there").rows, again.bars.get(&id(2)).expect("there").rows), (500, 10));
    again.close().await;
}

trait SharedPending: Future + Sized {
    /// The future after its first poll, which sends a command.
    fn shared_pending(self) -> std::pin::Pin<Box<Self>> {
        let mut boxed = Box::pin(self);
        assert!(boxed.as_mut().now_or_never().is_none(), "it waits for the disk");
        boxed
    }
}

impl<F: Future> SharedPending for F {}

#[tokio::test]
async fn a_full_queue_is_an_error_or_a_wait() {
    let (_directory, app) = app_with(SMALL, |config| config.limits.ingest_queue_rows_max = 1000);
    let first = app.write.ingest_waiting(id(1), bars(0..1000, 0)).await.expect("capacity");
    let mut refused = 0;
    // The writer thread may be done with some in between, but not with all.
    for series in 2..200 {
        let sent = app.write.ingest(id(series), bars(0..900, 0)).now_or_never();
        refused += u64::from(matches!(sent, Some(Err(Error::Full { limit: "ingest_queue_rows_max", max: 1000, .. }))));
    }
    assert!(refused > 0);
    for series in 200..220 {
        let source = app.write.ingest_waiting(id(series), bars(0..2000, 0)).await.expect("waited for capacity");
        assert_eq!(source.await.expect("stored").accepted, 2000, "larger than the queue, one at a time");
    }
    assert_eq!(first.await.expect("stored").accepted, 1000);
    // A caller that leaves while waiting for queue capacity leaves nothing behind.
    let _one = app.write.ingest_waiting(id(1), bars(0..1000, 1)).await.expect("capacity");
    let _ = app.write.ingest_waiting(id(1), bars(0..1000, 0)).now_or_never();
    app.close().await;
    assert_eq!((app.metrics().queue_depth, app.write.room.available_permits()), (0, 1000));
}

#[tokio::test]
async fn batches_that_cannot_be_are_refused() {
    let (_directory, app) = app_with(SMALL, |config| config.limits.ingest_rows_max = 10);
    let refused = app.write.ingest(id(1), bars(0..11, 0)).await.expect_err("refused");
    assert_eq!(refused.to_string(), "ingest_rows_max allows at most 10, the request needs 11; send smaller batches");
    assert_eq!(app.write.ingest(id(1), Bars::default()).await.expect_err("refused").kind(), Kind::Invalid);
    assert!(app.bars.get(&id(1)).is_err());
    assert_eq!(ingest(&app, 1, bars(0..10, 0)).await.accepted, 10);
    app.close().await;
}

#[tokio::test]
async fn deletions_of_one_group_do_not_meet() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..100, 0)).await;
    // The writer thread is busy with the first, so the others share a group commit.
    let busy = app.write.ingest(id(9), bars(0..50_000, 0)).shared_pending();
    let (one, two, three, four, five, six) = tokio::join!(
        app.write.delete(id(1)),
        app.write.delete(id(1)),
        app.write.ingest(id(1), bars(0..30, 0)),
        app.write.delete(id(1)),
        app.write.delete(id(1)),
        app.write.ingest(id(1), bars(0..40, 1)),
    );
    busy.await.expect("stored");
    assert_eq!((one.expect("there"), four.expect("there")), (100, 30));
    assert!([two, five].into_iter().all(|gone| gone.is_err_and(|error| error.kind() == Kind::NotFound)));
    assert_eq!((three.expect("stored").epoch, six.expect("stored").epoch), (1, 1));
    assert_eq!(read(&app, 1, Span::ALL).await.expect("readable").0.times.len(), 40);
    app.close().await;
    let app = open_with(directory.path(), SMALL, |_| ());
    assert_eq!(app.bars.get(&id(1)).expect("there").rows, 40);
    app.close().await;
}

#[tokio::test]
async fn a_folder_serves_one_server() {
    let (directory, app) = app();
    let config = || Config { data: directory.path().into(), ..Config::default() };
    assert!(matches!(App::open(config()), Err(Error::Prices(prices::Error::Locked { .. }))));
    app.close().await;
    App::open(config()).expect("free").close().await;
}

#[tokio::test]
async fn price_files_without_a_ledger_are_not_removed() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..100, 0)).await;
    app.close().await;
    let (ledger, aside) = (directory.path().join("ledger.db"), directory.path().join("aside.db"));
    std::fs::rename(&ledger, &aside).expect("moved");
    let config = Config { data: directory.path().into(), ..Config::default() };
    assert!(matches!(App::open(config), Err(Error::NoLedger { .. })));
    std::fs::rename(&aside, &ledger).expect("moved back");
    let app = open_with(directory.path(), SMALL, |_| ());
    assert_eq!(read(&app, 1, Span::ALL).await.expect("readable").0.times.len(), 100);
    app.close().await;
}

#[tokio::test]
async fn a_number_of_a_series_is_never_used_again() {
    let (directory, app) = app_with(SMALL, |_| ());
    let number = |app: &App, series| app.bars.slot(&id(series)).expect("there").load().series;
    let mut used = Vec::new();
    for series in 0..5 {
        ingest(&app, series, bars(0..3, 0)).await;
        used.push(number(&app, series));
    }
    app.write.delete(id(4)).await.expect("there");
    ingest(&app, 4, bars(0..3, 0)).await;
    used.push(number(&app, 4));
    app.close().await;
    let app = open_with(directory.path(), SMALL, |_| ());
    assert_eq!([0, 1, 2, 3].map(|series| number(&app, series)), used[..4]);
    for series in 5..10 {
        ingest(&app, series, bars(0..3, 0)).await;
        used.push(number(&app, series));
    }
    app.close().await;
    assert!(used.windows(2).all(|pair| pair[0] < pair[1]), "{used:?}");
}

#[tokio::test]
async fn a_server_has_so_many_series_and_those_go_on() {
    let (_directory, app) = app_with(SMALL, |config| config.limits.series_max = 2);
    for series in [0, 1] {
        ingest(&app, series, bars(0..3, 0)).await;
    }
    let full = |error: Error| error.to_string().starts_with("series_max allows at most 2, the request needs 3");
    assert!(full(app.write.ingest(id(2), bars(0..3, 0)).await.expect_err("refused")));
    let receipt = app.write.ingest_waiting(id(2), bars(0..3, 0)).await.expect("queued");
    assert!(full(receipt.await.expect_err("refused")));
    ingest(&app, 1, bars(3..6, 0)).await;
    app.write.delete(id(0)).await.expect("there");
    ingest(&app, 2, bars(0..3, 0)).await;
    app.write.delete(id(2)).await.expect("there");
    // Of many at once, which share a commit, one finds a place.
    let created = join_all((10..40).map(|series| app.write.ingest(id(series), bars(0..3, 0)))).await;
    assert_eq!(created.into_iter().filter(|receipt| receipt.is_ok()).count(), 1);
    app.close().await;
}

#[tokio::test]
async fn batches_of_one_new_series_count_as_one() {
    let (_directory, app) = app_with(SMALL, |config| config.limits.new_series_per_minute_max = 2);
    let caller = Caller { group: 1, connection: 1, share: 1 };
    let context = CallContext { caller, ..CallContext::default() };
    let batch = |minute: i64| Batch::from(bars(minute..minute + 1, 0)).from_caller(&context);
    for series in [0, 1] {
        let receipts = join_all((0..30).map(|minute| app.write.ingest(id(series), batch(minute)))).await;
        assert!(receipts.iter().all(Result::is_ok), "{receipts:?}");
    }
    let refused = app.write.ingest(id(2), batch(0)).await.expect_err("the third of a minute");
    assert!(refused.to_string().starts_with("new_series_per_minute_max of 2 is exhausted"), "{refused}");
    assert!(refused.retry_after().is_some());
    app.close().await;
}
