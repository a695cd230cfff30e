//! Price files whose loss is accepted, and those in `orphans`: none is given up that a ledger may name.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::fixture::{SMALL, app_with, bars, files, id, ingest, merged, open_with, read};
use crate::app::{App, Config, purge, repair};
use crate::ledger::fixture::{hasty, hold};
use crate::series::{Columns, Span};

/// A folder with one sealed price file, and all bars of its series.
async fn sealed() -> (TempDir, Columns) {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..100, 0)).await;
    merged(&app).await;
    let all = read(&app, 1, Span::ALL).await.expect("readable").0;
    app.close().await;
    (directory, all)
}

fn config(data: &Path) -> Config {
    Config { data: data.into(), threads: 2, ..Config::default() }
}

/// The path of a price file as an orphan.
fn orphan(data: &Path, file: &Path) -> PathBuf {
    data.join("orphans").join(file.file_name().expect("a name"))
}

/// Moves the first price file to `orphans`, as before a commit that a power failure reverts.
fn set_aside(data: &Path) -> [PathBuf; 2] {
    let file = files(data).remove(0);
    let orphan = orphan(data, &file);
    fs::create_dir_all(data.join("orphans")).expect("made");
    fs::rename(&file, &orphan).expect("moved");
    [file, orphan]
}

fn replace(file: &Path, bytes: &[u8]) {
    fs::remove_file(file).and_then(|()| fs::write(file, bytes)).expect("written");
}

/// Flips a bit in the middle of a file. Returns the bytes that it had.
fn damage(file: &Path) -> Vec<u8> {
    let bytes = fs::read(file).expect("readable");
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 1;
    replace(file, &damaged);
    bytes
}

async fn assert_whole(app: &Arc<App>, all: &Columns) {
    assert!(app.bars.get(&id(1)).expect("there").missing.is_empty());
    assert_eq!(&read(app, 1, Span::ALL).await.expect("readable").0, all);
}

#[tokio::test]
async fn a_file_that_the_ledger_names_is_taken_back() {
    let (directory, all) = sealed().await;
    let data = directory.path();
    let [file, orphan] = set_aside(data);
    assert_eq!(purge(&config(data)).expect("purged"), (0, 0), "the ledger names it");
    let app = open_with(data, SMALL, |_| ());
    assert_whole(&app, &all).await;
    assert!(file.exists() && !orphan.exists());
    app.close().await;
}

#[tokio::test]
async fn another_file_of_that_number_is_not_taken_back() {
    let (directory, _) = sealed().await;
    let data = directory.path();
    let [_, orphan] = set_aside(data);
    fs::write(orphan.with_extension("new"), b"another").expect("written");
    fs::rename(orphan.with_extension("new"), &orphan).expect("renamed");
    let app = open_with(data, SMALL, |_| ());
    assert_eq!(app.bars.get(&id(1)).expect("there").missing.len(), 1);
    assert!(orphan.exists());
    app.close().await;
}

#[tokio::test]
async fn a_repair_takes_back_what_the_ledger_names() {
    let (directory, all) = sealed().await;
    let data = directory.path();
    set_aside(data);
    let dry_run = repair(&config(data), true).expect("reported").taken;
    let report = repair(&config(data), false).expect("repaired");
    assert_eq!((report.taken.len(), &report.taken, report.missing), (1, &dry_run, 0), "{report:?}");
    assert!(report.left.is_empty(), "{report:?}");
    let app = open_with(data, SMALL, |_| ());
    assert_whole(&app, &all).await;
    app.close().await;
}

#[tokio::test]
async fn a_file_of_two_names_loses_the_older_one() {
    let (directory, all) = sealed().await;
    let data = directory.path();
    let named = files(data).remove(0);
    // Of no ledger, and found under both names after a power cut.
    let file = named.with_file_name("00000000000000ff.atp");
    fs::copy(&named, &file).expect("copied");
    fs::create_dir_all(data.join("orphans")).expect("made");
    fs::hard_link(&file, orphan(data, &file)).expect("linked");
    let app = open_with(data, SMALL, |_| ());
    assert_whole(&app, &all).await;
    assert!(!file.exists() && orphan(data, &file).exists());
    app.close().await;
}

#[tokio::test]
async fn a_loss_that_is_not_committed_moves_nothing() {
    let (directory, all) = sealed().await;
    let data = directory.path();
    let file = files(data).remove(0);
    let bytes = damage(&file);
    let app = open_with(data, SMALL, |config| config.ledger = hasty(2));
    read(&app, 1, Span::ALL).await.expect_err("damaged");
    let held = hold(&data.join("ledger.db"));
    app.write.accept_loss(id(1)).await.expect_err("the ledger is locked");
    drop(held);
    app.close().await;
    assert!(file.exists() && !orphan(data, &file).exists());
    replace(&file, &bytes);
    let app = open_with(data, SMALL, |_| ());
    assert_whole(&app, &all).await;
    app.close().await;
}

#[tokio::test]
async fn the_file_of_an_accepted_loss_is_kept() {
    let (directory, all) = sealed().await;
    let data = directory.path();
    let file = files(data).remove(0);
    let orphan = orphan(data, &file);
    damage(&file);
    let app = open_with(data, SMALL, |_| ());
    let left = app.write.accept_loss(id(1)).await.expect("accepted").rows;
    assert!(left < all.times.len() as u64);
    assert!(!file.exists() && orphan.exists());
    app.close().await;
    // Killed before it was moved.
    fs::rename(&orphan, &file).expect("moved");
    let app = open_with(data, SMALL, |_| ());
    assert!(!file.exists() && orphan.exists());
    assert_eq!(app.bars.get(&id(1)).expect("there").rows, left);
    app.close().await;
    assert_eq!(purge(&config(data)).expect("purged").0, 1);
}
