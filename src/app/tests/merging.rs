//! Compaction during ingest: segments stay few, and concurrent changes survive.

use super::fixture::{SMALL, app_with, bars, files, id, ingest, merged, open_with, read};
use crate::app::write::command::{Command, Compacted};
use crate::app::write::segment_writer::Sizes;
use crate::ledger::Writer;
use crate::series::Span;

#[tokio::test]
async fn backfill_page_by_page_does_not_write_all_anew() {
    let (_directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(100_000..100_100, 0)).await;
    for page in (0..200).rev() {
        let receipt = ingest(&app, 1, bars(page * 20..page * 20 + 20, 0)).await;
        assert_eq!((receipt.accepted, receipt.replaced, receipt.ignored), (20, 0, 0));
    }
    merged(&app).await;
    let facts = app.bars.get(&id(1)).expect("there");
    assert!(facts.rows == 4100 && facts.segments <= 14, "{facts:?}");
    app.close().await;
}

#[tokio::test]
async fn merging_changes_no_bar_and_no_epoch() {
    let sizes = Sizes { segment_max: 1000, ..SMALL };
    let (directory, app) = app_with(sizes, |_| ());
    for start in (0..5000).step_by(25) {
        ingest(&app, 1, bars(start..start + 25, 0)).await;
    }
    merged(&app).await;
    let (source, epoch) = read(&app, 1, Span::ALL).await.expect("readable");
    let segments = app.bars.get(&id(1)).expect("there").segments;
    assert!(
        source.times == bars(0..5000, 0).times() && epoch == 200 && segments < 16,
        "{segments} segments at {epoch}"
    );
    app.close().await;
    assert_eq!(files(directory.path()).len(), segments as usize, "what was merged is removed");
    let app = open_with(directory.path(), sizes, |_| ());
    assert_eq!(read(&app, 1, Span::ALL).await.expect("readable"), (source, epoch));
    app.close().await;
}

#[tokio::test]
async fn a_merge_of_segments_that_are_gone_is_dropped() {
    let (_directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..1000, 0)).await;
    ingest(&app, 1, bars(1000..1100, 0)).await;
    merged(&app).await;
    let inputs = app.bars.slot(&id(1)).expect("there").load().segments.clone();
    assert_eq!(inputs.len(), 2);
    ingest(&app, 1, bars(10..11, 1)).await;
    let before = read(&app, 1, Span::ALL).await.expect("readable");
    // No outputs: if the input segments were still present, their bars would be lost.
    let stale = |inputs| Command::Compacted { id: id(1), merged: Some(Compacted { inputs, outputs: vec![] }) };
    let send = async |command| {
        app.write.send(command).await.expect("taken");
        ingest(&app, 2, bars(0..1, 0)).await;
    };
    send(stale(inputs.clone())).await;
    assert_eq!(read(&app, 1, Span::ALL).await.expect("readable"), before);
    send(stale(inputs[1..].to_vec())).await;
    assert_eq!(read(&app, 1, Span::ALL).await.expect("readable").0.times.len(), 1000, "this one is is_active there");
    app.close().await;
}

#[tokio::test]
async fn removed_files_are_forgotten_with_a_later_commit() {
    let (directory, app) = app_with(SMALL, |_| ());
    for start in (0..1000).step_by(25) {
        ingest(&app, 1, bars(start..start + 25, 0)).await;
    }
    merged(&app).await;
    ingest(&app, 2, bars(0..1, 0)).await;
    app.close().await;
    let writer = Writer::open(&directory.path().join("ledger.db"), &crate::ledger::Config::default()).expect("opens");
    assert_eq!(writer.retired().expect("listed"), Vec::<u64>::new());
}
