//! Damage and failure: faults are reported, the rest is served, and no stored bar is lost.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::fixture::{MINUTE, SMALL, app_with, bars, files, id, ingest, last, open_with, question, read};
use crate::app::write::segment_writer::Sizes;
use crate::app::{Config, Kind};
use crate::ledger::fixture::{hasty, hold};
use crate::series::Span;

const SIZES: Sizes = Sizes { tail_max: 4096, tail_keep: 1024, segment_max: 1 << 20 };

/// Flips one bit of a file.
fn damage(path: &Path, at: usize) {
    fs::set_permissions(path, Permissions::from_mode(0o600)).expect("ours");
    let mut bytes = fs::read(path).expect("readable");
    bytes[at] ^= 0x40;
    fs::write(path, bytes).expect("written");
}

#[tokio::test]
async fn a_damaged_block_is_named_and_the_rest_is_served() {
    let (directory, app) = app_with(SIZES, |_| ());
    ingest(&app, 1, bars(0..20_000, 0)).await;
    app.close().await;
    let file = files(directory.path()).remove(0);
    // Somewhere in the prices: times come first, volumes last.
    damage(&file, fs::metadata(&file).expect("there").len() as usize * 3 / 4);
    let app = open_with(directory.path(), SIZES, |_| ());
    let error = read(&app, 1, Span::ALL).await.expect_err("damaged");
    let (said, kind) = (error.to_string(), error.kind());
    let (block, column) = said
        .split_once(" is damaged in block ")
        .and_then(|(_, place)| place.split_once(" of column "))
        .unwrap_or_else(|| panic!("{said}"));
    let block: i64 = block.parse().expect("a number");
    let sma = format!("sma({column}, 3)");
    let refused = app.compute.unary(question(1, Span::ALL, &[&sma]), None).await.expect_err("damaged");
    assert_eq!((refused.to_string(), refused.kind(), kind), (said.clone(), Kind::Lost, Kind::Lost));
    // Other columns and rows are served, and so is the tail.
    app.compute.unary(question(1, Span::ALL, &["sma(volume, 3)"]), None).await.expect("sound");
    let (early, late) = (block * 1024 * MINUTE, ((block + 1) * 1024 + 2) * MINUTE);
    for span in [Span::new(None, Some(early), None), Span::new(Some(late), None, None)] {
        let span = span.expect("valid");
        app.compute.unary(question(1, span, &[&sma]), None).await.expect("sound");
        assert!(!read(&app, 1, span).await.expect("sound").0.times.is_empty());
    }
    // Corrections of the damaged block are refused; new bars are accepted and sealed beside it.
    assert!(app.write.ingest(id(1), bars(100..101, 1)).await.expect_err("refused").to_string().contains(&said));
    for start in (20_000..60_000).step_by(2000) {
        assert_eq!(ingest(&app, 1, bars(start..start + 2000, 0)).await.accepted, 2000);
    }
    assert!(app.bars.get(&id(1)).expect("there").segments >= 2);
    assert_eq!(read(&app, 1, last(40_000)).await.expect("sound").0.times.len(), 40_000);
    app.close().await;
}

#[tokio::test]
async fn a_file_that_comes_back_fits_again() {
    let (directory, app) = app_with(SMALL, |_| ());
    for start in [0, 2000, 2200, 2230] {
        ingest(&app, 1, bars(start..start + if start == 0 { 2000 } else { 30 }, 0)).await;
    }
    let (all, epoch) = read(&app, 1, Span::ALL).await.expect("readable");
    let segments = app.bars.get(&id(1)).expect("there").segments;
    assert!(segments >= 3, "{segments}");
    app.close().await;
    let path = files(directory.path()).remove(1);
    let aside = directory.path().join("aside");
    fs::rename(&path, &aside).expect("moved");
    let app = open_with(directory.path(), SMALL, |_| ());
    let lost = read(&app, 1, Span::ALL).await.expect_err("lost");
    assert_eq!(lost.kind(), Kind::Lost, "{lost}");
    let facts = app.bars.get(&id(1)).expect("there");
    assert_eq!((facts.rows, facts.epoch, facts.missing.len()), (all.times.len() as u64, epoch, 1));
    let refused = app.write.ingest(id(1), bars(0..3000, 1)).await.expect_err("refused").to_string();
    assert!(refused.contains("takes only bars after") && refused.contains("put the file back"), "{refused}");
    for start in (3000..3400).step_by(10) {
        ingest(&app, 1, bars(start..start + 10, 0)).await;
    }
    app.close().await;
    fs::rename(&aside, &path).expect("moved back");
    let app = open_with(directory.path(), SMALL, |_| ());
    let whole = read(&app, 1, Span::ALL).await.expect("readable").0;
    assert_eq!((whole.times.len(), whole.times.is_sorted()), (all.times.len() + 400, true));
    assert_eq!(whole.times[..all.times.len()], all.times);
    ingest(&app, 1, bars(0..3000, 1)).await;
    app.close().await;
    fs::remove_file(files(directory.path()).remove(0)).expect("removed");
    let app = open_with(directory.path(), SMALL, |_| ());
    app.write.delete(id(1)).await.expect("the way out");
    ingest(&app, 1, bars(0..3000, 1)).await;
    app.close().await;
}

#[tokio::test]
async fn a_commit_that_fails_changes_nothing() {
    let hurry = |config: &mut Config| config.ledger = hasty(2);
    let (directory, app) = app_with(SMALL, hurry);
    ingest(&app, 1, bars(0..100, 0)).await;
    let (before, named) = (read(&app, 1, Span::ALL).await.expect("readable"), files(directory.path()));
    let busy = hold(&directory.path().join("ledger.db"));
    let (one, two) = tokio::join!(app.write.ingest(id(1), bars(50..200, 1)), app.write.ingest(id(2), bars(0..100, 0)));
    for error in [one.expect_err("busy"), two.expect_err("busy")] {
        assert!(error.kind() == Kind::Unavailable && error.retry_after().is_some(), "{error}");
        assert!(!error.to_string().contains("database is locked"), "{error}");
    }
    assert!(app.write.delete(id(1)).await.is_err());
    assert_eq!(read(&app, 1, Span::ALL).await.expect("readable"), before, "readers see what is durable");
    assert!(app.bars.get(&id(2)).is_err());
    assert_eq!(files(directory.path()), named, "files of what is not durable are gone");
    drop(busy);
    let receipt = ingest(&app, 1, bars(50..200, 1)).await;
    assert_eq!((receipt.accepted, receipt.replaced, receipt.epoch), (100, 50, 2));
    ingest(&app, 2, bars(0..100, 0)).await;
    app.close().await;
    let app = open_with(directory.path(), SMALL, hurry);
    assert_eq!(app.bars.get(&id(1)).expect("there").rows, 200);
    app.close().await;
}

#[tokio::test]
async fn a_segment_that_cannot_be_written_fails_its_batch_only() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..10, 0)).await;
    let (prices, aside) = (directory.path().join("prices"), directory.path().join("aside"));
    fs::rename(&prices, &aside).expect("moved");
    let (long, short, fresh) = tokio::join!(
        app.write.ingest(id(1), bars(10..100, 0)),
        app.write.ingest(id(1), bars(10..12, 0)),
        app.write.ingest(id(3), bars(10..100, 0)),
    );
    assert!(long.is_err() && fresh.is_err());
    assert_eq!(short.expect("stored").epoch, 2);
    assert!(app.bars.get(&id(3)).is_err());
    fs::rename(&aside, &prices).expect("moved back");
    assert_eq!(ingest(&app, 1, bars(10..100, 0)).await.accepted, 88);
    ingest(&app, 3, bars(10..100, 0)).await;
    app.close().await;
    let app = open_with(directory.path(), SMALL, |_| ());
    assert_eq!((app.bars.get(&id(1)).expect("there").rows, app.bars.get(&id(3)).expect("there").rows), (100, 90));
    app.close().await;
}
