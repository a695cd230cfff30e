//! Idempotency keys: each batch is applied once, however often it is sent, and distinguished from others.

use std::time::Duration;

use super::fixture::{SMALL, app_with, bars, id, ingest, open_with, read};
use crate::app::{App, Batch, BatchKey, Config, Error, Kind, OnConflict, Receipt};
use crate::series::{Bars, Span};

fn keyed(bars: Bars, batch: &str) -> Batch {
    Batch::from(bars).keyed(Some(BatchKey::new("feed", batch).expect("valid")))
}

async fn send(app: &App, series: usize, batch: Batch) -> Result<Receipt, Error> {
    app.write.ingest(id(series), batch).await
}

#[tokio::test]
async fn a_batch_under_a_key_counts_once_also_after_a_restart() {
    let (directory, app) = app_with(SMALL, |_| ());
    let first = send(&app, 1, keyed(bars(0..100, 0), "a")).await.expect("stored");
    assert_eq!((first.accepted, first.epoch), (100, 1));
    ingest(&app, 1, bars(0..50, 1)).await;
    let source = read(&app, 1, Span::ALL).await.expect("readable");
    for round in 0..3 {
        let again = send(&app, 1, keyed(bars(0..100, 0), "a")).await.expect("replayed");
        assert_eq!(again, first, "the first receipt, in round {round}");
    }
    app.close().await;
    let app = open_with(directory.path(), SMALL, |_| ());
    assert_eq!(send(&app, 1, keyed(bars(0..100, 0), "a")).await.expect("replayed"), first);
    assert_eq!(read(&app, 1, Span::ALL).await.expect("readable"), source, "corrections since then stay");
    let error = send(&app, 1, keyed(bars(0..100, 1), "a")).await.expect_err("refused");
    assert_eq!((error.kind(), error.field().as_deref()), (Kind::Invalid, Some("idempotency_key")));
    assert!(error.to_string().contains("batch \"a\" of client \"feed\""), "{error}");
    assert_eq!(send(&app, 2, keyed(bars(0..100, 0), "a")).await.expect_err("another series").kind(), Kind::Invalid);
    assert!(app.bars.get(&id(2)).is_err());
    app.close().await;
}

#[tokio::test]
async fn the_keys_of_a_deleted_series_are_forgotten() {
    let (directory, app) = app_with(SMALL, |_| ());
    let stored = Receipt { accepted: 100, replaced: 0, ignored: 0, epoch: 1 };
    let keyed = || keyed(bars(0..100, 0), "a");
    assert_eq!(send(&app, 1, keyed()).await.expect("stored"), stored);
    app.write.delete(id(1)).await.expect("there");
    // In a group of its own, then together with the deletion.
    assert_eq!(send(&app, 1, keyed()).await.expect("stored again"), stored);
    assert_eq!(app.bars.get(&id(1)).expect("there").rows, 100);
    let (deleted, sent, again) = tokio::join!(app.write.delete(id(1)), send(&app, 1, keyed()), send(&app, 1, keyed()));
    assert_eq!((deleted.expect("there"), sent.expect("stored"), again.expect("replayed")), (100, stored, stored));
    assert_eq!(app.bars.get(&id(1)).expect("there").rows, 100);
    // A series that is new in the group.
    let (sent, deleted, again) = tokio::join!(
        app.write.ingest(id(2), Batch::from(bars(0..5, 0)).keyed(Some(BatchKey::new("feed", "b").expect("valid")))),
        app.write.delete(id(2)),
        app.write.ingest(id(3), Batch::from(bars(0..6, 0)).keyed(Some(BatchKey::new("feed", "b").expect("valid")))),
    );
    let rows = [sent.expect("stored").accepted, deleted.expect("there"), again.expect("stored").accepted];
    assert_eq!(rows, [5, 5, 6], "the key of a series that is gone is free");
    app.close().await;
    let app = open_with(directory.path(), SMALL, |_| ());
    assert_eq!(send(&app, 1, keyed()).await.expect("replayed"), stored);
    assert_eq!((app.bars.get(&id(1)).expect("there").epoch, app.bars.get(&id(3)).expect("there").rows), (1, 6));
    app.close().await;
}

#[tokio::test]
async fn equal_batches_of_one_group_count_once() {
    let (_directory, app) = app_with(SMALL, |_| ());
    let sent = futures_util::future::join_all((0..20).map(|_| send(&app, 1, keyed(bars(0..10, 0), "a")))).await;
    for receipt in sent {
        assert_eq!(receipt.expect("stored"), Receipt { accepted: 10, replaced: 0, ignored: 0, epoch: 1 });
    }
    app.close().await;
}

#[tokio::test]
async fn a_batch_that_was_refused_leaves_no_key() {
    let (_directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..10, 0)).await;
    let strict = |variant| {
        let batch = Batch::new(bars(5..15, variant).into_columns(), OnConflict::Error).expect("valid");
        batch.keyed(Some(BatchKey::new("feed", "a").expect("valid")))
    };
    let error = send(&app, 1, strict(1)).await.expect_err("refused");
    assert_eq!((error.kind(), error.field().as_deref()), (Kind::Invalid, Some("bars.times[0]")));
    assert!(error.to_string().contains("on_conflict is error"), "{error}");
    let receipt = send(&app, 1, strict(0)).await.expect("equal bars do not conflict");
    assert_eq!((receipt.accepted, receipt.ignored), (5, 5));
    app.close().await;
}

#[tokio::test]
async fn old_keys_are_forgotten() {
    let few = |config: &mut Config| config.limits.idempotency_keys_max = 2;
    let (directory, app) = app_with(SMALL, few);
    for (minute, batch) in (0..).zip(["a", "b", "c"]) {
        send(&app, 1, keyed(bars(minute..minute + 1, 0), batch)).await.expect("stored");
    }
    let again = async |app: &App, minute, batch| {
        send(app, 1, keyed(bars(minute..minute + 1, 0), batch)).await.expect("taken").accepted
    };
    assert_eq!((again(&app, 1, "b").await, again(&app, 2, "c").await), (1, 1), "the first receipts");
    assert_eq!(again(&app, 0, "a").await, 0, "nobody knows it, but its bar is there");
    app.close().await;
    let app = open_with(directory.path(), SMALL, |config| config.limits.idempotency_key_age_s = 0);
    tokio::time::sleep(Duration::from_millis(5)).await;
    send(&app, 1, keyed(bars(9..10, 0), "d")).await.expect("stored");
    assert_eq!(again(&app, 2, "c").await, 0, "it was there for too long");
    app.close().await;
}

#[test]
fn names_of_keys_are_checked() {
    for (client, batch, field) in
        [("", "b", "idempotency_key.client"), ("c", "", "idempotency_key.batch"), ("c", "a b", "idempotency_key.batch")]
    {
        assert_eq!(BatchKey::new(client, batch).expect_err("refused").field().as_deref(), Some(field));
    }
}
