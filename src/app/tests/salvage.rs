//! Repair of a ledger of which some pages are damaged: what is in the others is recovered.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use super::fixture::{MINUTE, app_with, bars, files, id, ingest, merged, open_with, read};
use crate::app::startup::repair::rebuild;
use crate::app::write::segment_writer::Sizes;
use crate::app::{App, CallContext, Config, purge, repair};
use crate::ledger::{ActionKind, CorporateAction};
use crate::prices::Folder;
use crate::series::{Columns, Retention, Span};
use crate::stored::StoredFolder;

/// Of series with a tail only, with sealed bars and a tail, and with a retention of 900.
const LENGTHS: [i64; 4] = [3000, 12_000, 700, 2000];
const RETAINED: (usize, Retention) = (3, Retention { rows_max: 900, age_max_ms: 0 });
const ACTION: CorporateAction = CorporateAction { ex_time: 5 * MINUTE, kind: ActionKind::Split, value: 4.0 };

/// A data folder, and the bars and the epoch of each series.
async fn folder() -> (TempDir, Vec<(Columns, u64)>) {
    let (directory, app) = app_with(Sizes::default(), |_| ());
    for (series, &len) in LENGTHS.iter().enumerate() {
        ingest(&app, series, bars(0..len, series as u32)).await;
    }
    app.write.set_retention(id(RETAINED.0), RETAINED.1).await.expect("set");
    app.actions.put(id(1).symbol, vec![ACTION], &CallContext::default()).await.expect("stored");
    merged(&app).await;
    let mut all = Vec::new();
    for series in 0..LENGTHS.len() {
        all.push(read(&app, series, Span::ALL).await.expect("readable"));
    }
    app.close().await;
    (directory, all)
}

fn config(data: &Path) -> Config {
    Config { data: data.into(), threads: 2, ..Config::default() }
}

/// A copy of the folder with these bytes as its ledger.
fn with_ledger(data: &Path, ledger: &[u8]) -> TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    fs::create_dir(copy.path().join("prices")).expect("made");
    for file in files(data) {
        fs::copy(&file, copy.path().join("prices").join(file.file_name().expect("a name"))).expect("copied");
    }
    fs::write(copy.path().join("ledger.db"), ledger).expect("written");
    copy
}

/// How many bars of all series are lost. Those that are there must be the ones that were.
async fn lost(app: &Arc<App>, all: &[(Columns, u64)], page: usize) -> usize {
    let mut lost = 0;
    for (series, (bars, epoch)) in all.iter().enumerate() {
        if app.bars.get(&id(series)).is_err() {
            lost += bars.times.len();
            continue;
        }
        let (found, after) = read(app, series, Span::ALL).await.expect("readable");
        assert!(after >= *epoch, "page {page}: epoch {after} of {series}");
        for (at, time) in found.times.iter().enumerate() {
            let was = bars.times.binary_search(time).unwrap_or_else(|_| panic!("page {page}: another bar of {series}"));
            assert_eq!((found.open[at], found.volume[at]), (bars.open[was], bars.volume[was]), "page {page}");
        }
        lost += bars.times.len() - found.times.len();
    }
    lost
}

#[tokio::test]
async fn a_damaged_page_costs_what_is_in_it() {
    let (directory, all) = folder().await;
    let data = directory.path();
    let ledger = fs::read(data.join("ledger.db")).expect("readable");
    let size = usize::from(u16::from_be_bytes([ledger[16], ledger[17]]));
    let pages = ledger.len() / size;
    let (mut looked_at, mut dear) = (0, Vec::new());
    for page in (1..pages).step_by(9) {
        let mut damaged = ledger.clone();
        damaged[page * size..(page + 1) * size].fill(0xa5);
        let copy = with_ledger(data, &damaged);
        let dry_run = repair(&config(copy.path()), true).expect("reported");
        let report = repair(&config(copy.path()), false).expect("repaired");
        assert_eq!((&dry_run.salvaged, dry_run.actions), (&report.salvaged, report.actions));
        let app = open_with(copy.path(), Sizes::default(), |_| ());
        let lost = lost(&app, &all, page).await;
        if lost > 100 {
            dear.push((page, lost));
        }
        looked_at += 1;
        app.close().await;
    }
    assert!(looked_at > 15, "{pages} pages");
    // Those that lead to many others: one or two for each hundred.
    assert!(dear.len() <= 1 + pages / 100, "{dear:?} of {pages}");
    assert!(dear.iter().all(|&(page, _)| page != 1), "the page of the series' names has them in its index, too");
}

#[tokio::test]
async fn what_is_readable_is_recovered_beside_the_bars() {
    let (directory, all) = folder().await;
    let data = directory.path();
    let mut ledger = fs::read(data.join("ledger.db")).expect("readable");
    // The last page is one of bars.
    let end = ledger.len();
    ledger[end - 4096..].fill(0xa5);
    let copy = with_ledger(data, &ledger);
    let report = repair(&config(copy.path()), false).expect("repaired");
    assert!(report.made_anew && report.actions == 1, "{report:?}");
    let app = open_with(copy.path(), Sizes::default(), |_| ());
    assert!(lost(&app, &all, 0).await < 100, "{report:?}");
    assert_eq!(app.bars.get(&id(RETAINED.0)).expect("there").retention, RETAINED.1);
    let (actions, _) = app.actions.list("", "", (9, 9), &CallContext::default());
    assert_eq!(actions, [(id(1).symbol, vec![ACTION])]);
    app.close().await;
}

#[tokio::test]
async fn an_interrupted_repair_begins_again_with_the_old_ledger() {
    let (directory, all) = folder().await;
    let data = directory.path();
    let mut ledger = fs::read(data.join("ledger.db")).expect("readable");
    let end = ledger.len();
    ledger[end - 4096..].fill(0xa5);
    let copy = with_ledger(data, &ledger);
    let at = |name: &str| copy.path().join(name);
    // Killed while the new ledger was filled.
    fs::rename(at("ledger.db"), at("ledger.repairing")).expect("moved");
    fs::write(at("ledger.db"), &fs::read(data.join("ledger.db")).expect("readable")[..8192]).expect("written");
    let opened = App::open_sized(config(copy.path()), Sizes::default());
    let error = opened.err().expect("refused");
    assert!(error.to_string().contains("was interrupted; run `atrad db repair` again"), "{error}");
    assert!(purge(&config(copy.path())).is_err() && StoredFolder::open(copy.path()).is_err());
    assert!(!repair(&config(copy.path()), true).expect("reported").salvaged.is_empty());
    let report = repair(&config(copy.path()), false).expect("repaired");
    assert_eq!(fs::read(report.old_ledger.expect("there")).expect("readable"), ledger);
    assert!(!at("ledger.repairing").exists());
    let app = open_with(copy.path(), Sizes::default(), |_| ());
    assert!(lost(&app, &all, 0).await < 100);
    app.close().await;
}

#[tokio::test]
async fn a_repair_removes_no_file_before_it_is_complete() {
    let (directory, app) = app_with(Sizes::default(), |_| ());
    let data = directory.path();
    ingest(&app, 0, bars(0..5000, 0)).await;
    merged(&app).await;
    let first = files(data).remove(0);
    let bytes = fs::read(&first).expect("readable");
    ingest(&app, 0, bars(5000..9200, 0)).await;
    merged(&app).await;
    let all = vec![read(&app, 0, Span::ALL).await.expect("readable")];
    app.close().await;
    // It was replaced, and is there as if the server had been killed before it was removed; both overlap.
    assert!(!first.exists());
    fs::write(&first, bytes).expect("written");
    let ledger = fs::read(data.join("ledger.db")).expect("readable");
    for garbage in [0..8192, 4096..ledger.len()] {
        let mut damaged = ledger.clone();
        damaged[garbage].fill(0xa5);
        let [whole, killed] = [(); 2].map(|()| with_ledger(data, &damaged));
        repair(&config(whole.path()), false).expect("repaired");
        let before = files(killed.path());
        let folder = Folder::open(killed.path()).expect("opens");
        rebuild(&folder, &config(killed.path()), false).expect("rebuilt");
        drop(folder);
        assert!(before.iter().all(|file| file.exists()));
        repair(&config(killed.path()), false).expect("repaired");
        let mut found = Vec::new();
        for copy in [&whole, &killed] {
            let app = open_with(copy.path(), Sizes::default(), |_| ());
            assert!(lost(&app, &all, 0).await < 4096, "what is sealed is there");
            found.push(read(&app, 0, Span::ALL).await.expect("readable").0);
            app.close().await;
        }
        assert!(found[0] == found[1], "{} and {} bars", found[0].times.len(), found[1].times.len());
    }
}

#[tokio::test]
async fn a_replaced_file_does_not_win_over_what_was_acknowledged() {
    let (directory, app) = app_with(Sizes::default(), |_| ());
    let data = directory.path();
    ingest(&app, 0, bars(0..9000, 0)).await;
    merged(&app).await;
    let replaced = files(data).remove(0);
    let bytes = fs::read(&replaced).expect("readable");
    ingest(&app, 0, bars(0..9000, 7)).await;
    merged(&app).await;
    let all = vec![read(&app, 0, Span::ALL).await.expect("readable")];
    app.close().await;
    assert!(!replaced.exists());
    fs::create_dir_all(data.join("orphans")).expect("made");
    fs::write(data.join("orphans").join(replaced.file_name().expect("a name")), bytes).expect("written");
    // The index of firings, of which there are none, is damaged, and nothing else.
    let mut ledger = fs::read(data.join("ledger.db")).expect("readable");
    let mut empty =
        (1..ledger.len() / 4096).filter(|&page| ledger[page * 4096] == 10 && ledger[page * 4096 + 3..][..2] == [0, 0]);
    let page = empty.next_back().expect("an empty index");
    ledger[page * 4096..][..4096].fill(0xa5);
    let copy = with_ledger(data, &ledger);
    fs::create_dir_all(copy.path().join("orphans")).expect("made");
    let name = replaced.file_name().expect("a name");
    fs::copy(data.join("orphans").join(name), copy.path().join("orphans").join(name)).expect("copied");
    let report = repair(&config(copy.path()), false).expect("repaired");
    assert!(report.made_anew, "{report:?}");
    let app = open_with(copy.path(), Sizes::default(), |_| ());
    assert_eq!(lost(&app, &all, page).await, 0, "{report:?}");
    app.close().await;
}

#[test]
fn a_folder_that_is_none_is_not_made() {
    let directory = tempfile::tempdir().expect("a folder");
    let typo = directory.path().join("typo");
    for error in [repair(&config(&typo), false).err(), repair(&config(&typo), true).err(), purge(&config(&typo)).err()]
    {
        assert!(error.expect("refused").to_string().contains("is not a data folder"));
    }
    assert!(!typo.exists());
}

#[tokio::test]
async fn a_ledger_of_a_newer_version_is_not_rebuilt() {
    let (directory, _) = folder().await;
    let data = directory.path();
    let mut ledger = fs::read(data.join("ledger.db")).expect("readable");
    // SQLite's user_version.
    ledger[60..64].copy_from_slice(&99_u32.to_be_bytes());
    let copy = with_ledger(data, &ledger);
    let error = repair(&config(copy.path()), false).expect_err("nothing is damaged");
    assert!(error.to_string().contains("newer than the supported"), "{error}");
    assert_eq!(fs::read(copy.path().join("ledger.db")).expect("there"), ledger);
}
