//! A damaged, lost or outdated ledger: nothing that remains may be lost, and no wrong answer given.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::fixture::{SMALL, app_with, bars, files, id, ingest, last, merged, open_with, question, read};
use crate::app::{App, Config, Error, Kind, purge, repair};
use crate::ledger;
use crate::prices;
use crate::series::{Columns, Span};

const SERIES: std::ops::Range<usize> = 1..4;

/// A copy of a data folder as after a kill, with a write-ahead log, and the sealed bars of each series.
async fn killed() -> (TempDir, Vec<Columns>) {
    let (directory, app) = app_with(SMALL, |_| ());
    for round in 0..4 {
        for series in SERIES {
            ingest(&app, series, bars(round * 50..(round + 1) * 50, series as u32)).await;
        }
    }
    merged(&app).await;
    let copy = copy(directory.path());
    let mut all = Vec::new();
    for series in SERIES {
        all.push(read(&app, series, Span::ALL).await.expect("readable").0);
    }
    app.close().await;
    (copy, all)
}

fn copy(data: &Path) -> TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    copy_into(data, copy.path());
    copy
}

fn copy_into(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).expect("an entry");
        if path.is_dir() {
            fs::create_dir_all(to.join(&name)).expect("made");
            copy_into(&path, &to.join(&name));
        } else if path.extension().is_none_or(|extension| extension != "db-shm") {
            fs::copy(&path, to.join(&name)).expect("copied");
        }
    }
}

fn config(data: &Path) -> Config {
    Config { data: data.into(), threads: 2, ..Config::default() }
}

/// The bytes of all price files, wherever they are.
fn contents(data: &Path) -> Vec<Vec<u8>> {
    let orphans = fs::read_dir(data.join("orphans")).into_iter().flatten().map(|entry| entry.expect("an entry").path());
    let paths = files(data).into_iter().chain(orphans);
    let mut all: Vec<_> = paths.map(|path| fs::read(path).expect("readable")).collect();
    all.sort();
    all
}

fn log(data: &Path) -> PathBuf {
    data.join("ledger.db-wal")
}

fn flip(path: &Path, at: usize, bit: u8) {
    let mut bytes = fs::read(path).expect("readable");
    let at = at % bytes.len();
    bytes[at] ^= 1 << bit;
    fs::write(path, bytes).expect("written");
}

fn cut(path: &Path, part: usize) {
    let bytes = fs::metadata(path).expect("there").len();
    fs::OpenOptions::new().write(true).open(path).expect("opens").set_len(bytes * part as u64 / 8).expect("cut");
}

type Damage = (&'static str, Box<dyn Fn(&Path)>);

fn damages() -> Vec<Damage> {
    let gone = |path: PathBuf| fs::remove_file(path).expect("removed");
    let mut all: Vec<Damage> = vec![
        ("ledger of 0 bytes, no log", Box::new(move |data| (gone(log(data)), cut(&data.join("ledger.db"), 0)).1)),
        ("ledger of 0 bytes", Box::new(|data| cut(&data.join("ledger.db"), 0))),
        ("no ledger", Box::new(move |data| gone(data.join("ledger.db")))),
        ("neither", Box::new(move |data| (gone(log(data)), gone(data.join("ledger.db"))).1)),
        ("no log", Box::new(move |data| gone(log(data)))),
        ("garbage", Box::new(|data| fs::write(data.join("ledger.db"), [b'x'; 8192]).expect("written"))),
    ];
    for part in 0..8 {
        all.push(("a log cut short", Box::new(move |data| cut(&log(data), part))));
    }
    for at in 0..16 {
        all.push(("a bit of the log", Box::new(move |data| flip(&log(data), 60 + at * 9973, at as u8 % 8))));
    }
    all
}

#[tokio::test]
async fn no_damage_of_the_ledger_costs_a_price_file() {
    let (folder, all) = killed().await;
    let before = contents(folder.path());
    assert!(before.len() >= SERIES.len());
    let mut refused = 0;
    for (what, damage) in damages() {
        let copy = copy(folder.path());
        damage(copy.path());
        match App::open_sized(config(copy.path()), SMALL) {
            Ok(app) => {
                for series in SERIES {
                    let (found, _) = read(&app, series, Span::ALL).await.expect("readable");
                    assert_eq!(found, all[series - SERIES.start], "{what}");
                }
                app.close().await;
                continue;
            }
            Err(Error::NoLedger { .. } | Error::LedgerBehind { .. } | Error::Ledger(_)) => refused += 1,
            Err(error) => panic!("{what}: {error}"),
        }
        assert_eq!(contents(copy.path()), before, "{what}: a refused start changes nothing");
        let report = repair(&config(copy.path()), true).expect("reported");
        assert_eq!(contents(copy.path()), before, "{what}: {report:?}");
        let report = repair(&config(copy.path()), false).expect("repaired");
        assert_eq!(report.missing, 0, "{what}: {report:?}");
        let app = open_with(copy.path(), SMALL, |_| ());
        for series in SERIES {
            let (found, epoch) = read(&app, series, Span::ALL).await.expect("readable");
            let whole = &all[series - SERIES.start];
            assert!(found.times.len() >= 196, "{what}: {} bars of {series}", found.times.len());
            assert_eq!(found.times[..], whole.times[..found.times.len()], "{what}");
            assert_eq!(found.close[..], whole.close[..found.times.len()], "{what}");
            assert!(epoch > 4, "{what}: an epoch that nobody has seen");
        }
        app.close().await;
    }
    assert!(refused > 20, "{refused} starts were refused");
}

#[tokio::test]
async fn a_second_repair_keeps_what_was_corrected_since() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..100, 0)).await;
    merged(&app).await;
    app.close().await;
    let old = copy(directory.path());
    let app = open_with(directory.path(), SMALL, |_| ());
    ingest(&app, 1, bars(0..100, 1)).await;
    merged(&app).await;
    app.close().await;
    // An older ledger beside newer price files, whose bars overlap with those that it names.
    copy_into(&directory.path().join("prices"), &old.path().join("prices"));
    assert!(matches!(App::open_sized(config(old.path()), SMALL), Err(Error::LedgerBehind { .. })));
    let report = repair(&config(old.path()), false).expect("repaired");
    assert!(!report.taken.is_empty(), "{report:?}");
    let app = open_with(old.path(), SMALL, |_| ());
    assert_eq!(read(&app, 1, Span::ALL).await.expect("readable").0.close[..90], bars(0..90, 1).columns().close);
    ingest(&app, 1, bars(10..20, 2)).await;
    merged(&app).await;
    let corrected = read(&app, 1, Span::ALL).await.expect("readable").0;
    app.close().await;
    repair(&config(old.path()), false).expect("repaired");
    let app = open_with(old.path(), SMALL, |_| ());
    assert_eq!(read(&app, 1, Span::ALL).await.expect("readable").0, corrected);
    app.close().await;
}

#[tokio::test]
async fn a_closed_ledger_is_whole_in_one_file() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..100, 0)).await;
    app.close().await;
    let copy = copy(directory.path());
    let _ = fs::remove_file(log(copy.path()));
    let app = open_with(copy.path(), SMALL, |_| ());
    assert_eq!(read(&app, 1, Span::ALL).await.expect("readable").0.times.len(), 100);
    app.close().await;
}

#[tokio::test]
async fn what_the_ledger_replaced_is_removed_and_nothing_else() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..100, 0)).await;
    let replaced = files(directory.path());
    ingest(&app, 1, bars(10..11, 7)).await;
    merged(&app).await;
    let killed = copy(directory.path());
    app.close().await;
    // Killed before replaced files were removed; another file was written and never committed.
    let (gone, other) = (replaced[0].file_name().expect("a name"), "00000000000000ff.atp");
    let old = fixture();
    fs::copy(old.path().join("prices/0000000000000001.atp"), killed.path().join("prices").join(other)).expect("copied");
    let mut bytes = fs::read(killed.path().join("prices").join(other)).expect("readable");
    bytes[16] = 0xff;
    let crc = crc32fast::hash(&bytes[..124]);
    bytes[124..128].copy_from_slice(&crc.to_le_bytes());
    let path = killed.path().join("prices").join(other);
    fs::remove_file(&path).and_then(|()| fs::write(&path, bytes)).expect("written");
    fs::write(killed.path().join("prices").join(gone), b"what was replaced").expect("written");
    let app = open_with(killed.path(), SMALL, |_| ());
    assert!(!killed.path().join("prices").join(gone).exists());
    assert!(killed.path().join("orphans").join(other).exists());
    assert_eq!(app.maintenance.check().await.expect("checked").orphans, 1);
    assert_eq!(read(&app, 1, Span::ALL).await.expect("readable").0.times.len(), 100);
    app.close().await;
    assert_eq!(purge(&config(killed.path())).expect("purged").0, 1);
    assert!(!killed.path().join("orphans").join(other).exists());
}

/// A copy of a data folder written by version 0.1.0.
fn fixture() -> TempDir {
    copy(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/folder-0.1.0")))
}

#[tokio::test]
async fn a_folder_of_version_0_1_0_goes_on() {
    let folder = fixture();
    for round in 0..2 {
        let app = App::open(config(folder.path())).expect("opens");
        let facts =
            app.bars.list("OLD", None, None, 1, &crate::app::CallContext::default()).await.expect("listed").remove(0);
        assert_eq!(
            (facts.rows, facts.epoch, facts.segments, facts.tail_rows),
            (4200 + round, 1 + round, 1, 1024 + round)
        );
        let next = bars(std::iter::once(1_600_000_000 / 60 + 4200 + round as i64), 0);
        app.write.ingest(facts.id, next).await.expect("stored");
        app.close().await;
    }
    fs::remove_file(folder.path().join("ledger.db")).expect("removed");
    assert!(matches!(App::open(config(folder.path())), Err(Error::NoLedger { .. })));
    let report = repair(&config(folder.path()), false).expect("repaired");
    assert!(report.left[0].1.contains("version 1"), "{report:?}");
}

#[tokio::test]
async fn a_restored_copy_goes_another_way() {
    let (directory, app) = app_with(SMALL, |config| config.backups = Some(config.data.join("backups")));
    ingest(&app, 1, bars(0..100, 0)).await;
    app.maintenance.backup("one").await.expect("copied");
    ingest(&app, 1, bars(50..100, 1)).await;
    let one = app.bars.slot(&id(1)).expect("there").load().name();
    app.close().await;
    let data = directory.path();
    for file in ["ledger.db", "ledger.db-wal"] {
        let _ = fs::remove_file(data.join(file));
    }
    fs::remove_dir_all(data.join("prices")).expect("removed");
    copy_into(&data.join("backups/one"), data);
    let app = open_with(data, SMALL, |_| ());
    assert_eq!(read(&app, 1, Span::ALL).await.expect("readable").0.close, bars(0..100, 0).columns().close);
    ingest(&app, 1, bars(50..100, 2)).await;
    let other = app.bars.slot(&id(1)).expect("there").load();
    assert!(one.contains(":2:") && other.name().contains(":2:"), "the same epoch");
    assert_ne!(one, other.name(), "of another lineage");
    let name = other.name();
    app.close().await;
    let app = open_with(data, SMALL, |_| ());
    assert_eq!(app.bars.slot(&id(1)).expect("there").load().name(), name, "a restart changes no name");
    app.close().await;
}

#[tokio::test]
async fn a_folder_that_is_removed_stops_the_receipts() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..10, 0)).await;
    fs::remove_dir_all(directory.path()).expect("removed");
    for minute in 10..12 {
        let error = app.write.ingest(id(1), bars(minute..minute + 1, 0)).await.expect_err("not stored");
        let Error::Shared(error) = &error else { panic!("{error}") };
        assert!(matches!(&**error, Error::Ledger(ledger::Error::Removed { .. })), "{error}");
        assert_eq!(error.kind(), Kind::Unavailable);
    }
    assert_eq!(read(&app, 1, Span::ALL).await.expect("readable").0.times.len(), 10, "what is mapped is read");
    app.close().await;
}

/// A folder with 140 bars in three price files and a tail; one file is damaged.
async fn holed(file: usize) -> (TempDir, std::sync::Arc<App>) {
    let sizes = crate::app::write::segment_writer::Sizes { tail_max: 40, tail_keep: 20, segment_max: 40 };
    let (directory, app) = app_with(sizes, |_| ());
    for part in 0..4 {
        ingest(&app, 1, bars(part * 40..(part + 1) * 40 - if part == 3 { 20 } else { 0 }, 0)).await;
    }
    merged(&app).await;
    let facts = app.bars.get(&id(1)).expect("there");
    assert_eq!((facts.rows, facts.segments), (140, 3));
    app.close().await;
    let path = app_files(directory.path()).remove(file);
    let bytes = fs::read(&path).expect("readable");
    fs::remove_file(&path).and_then(|()| fs::write(&path, &bytes[..bytes.len() / 2])).expect("cut");
    let app = open_with(directory.path(), sizes, |_| ());
    (directory, app)
}

/// The price files in the order of their bars.
fn app_files(data: &Path) -> Vec<PathBuf> {
    let mut all = files(data);
    all.sort_by_key(|path| prices::inspect(path).expect("sound").facts.first_time);
    all
}

#[tokio::test]
async fn what_needs_missing_bars_is_an_error_and_the_rest_is_right() {
    let (whole_directory, whole) = app_with(SMALL, |_| ());
    ingest(&whole, 1, bars(0..140, 0)).await;
    for file in 0..3 {
        let (_directory, app) = holed(file).await;
        let facts = app.bars.get(&id(1)).expect("there");
        assert_eq!((facts.rows, facts.missing.len(), app.metrics().missing_files), (140, 1, 1));
        let (from, to) = (facts.missing[0].first_time, facts.missing[0].last_time);
        let minute = super::fixture::MINUTE;
        let spans =
            (0..140_i64).step_by(7).flat_map(|start| [1, 13, 60].map(|length| (start, (start + length).min(140))));
        let spans = spans.map(|(start, end)| Span::new(Some(start * minute), Some(end * minute), None).expect("valid"));
        let (mut right, mut lost) = (0, 0);
        for span in spans.chain([1, 20, 21, 100, 140].map(last)).chain([Span::ALL]) {
            for text in ["close", "sma(10)", "ema(5)", "shift(close, 3)"] {
                let asked = question(1, span, &[text]);
                let expected = whole.compute.unary(asked.clone(), None).await.expect("answered");
                match app.compute.unary(asked, None).await {
                    Ok(answer) => {
                        assert_eq!(
                            (&answer.times, &answer.columns),
                            (&expected.times, &expected.columns),
                            "{text} {span:?}"
                        );
                        right += 1;
                    }
                    Err(error) => {
                        assert_eq!(error.kind(), Kind::Lost, "{error}");
                        assert!(error.to_string().contains(&format!("bars from {from} to {to}")), "{error}");
                        lost += 1;
                    }
                }
            }
            let found = read(&app, 1, span).await;
            let expected = read(&whole, 1, span).await.expect("readable");
            let needs = expected.0.times.iter().any(|time| (from..=to).contains(time));
            assert_eq!(found.is_err(), needs, "file {file}, {span:?}");
            assert!(found.is_err() || found.is_ok_and(|found| found.0 == expected.0));
        }
        assert!(right > 40 && lost > 40, "{right} right, {lost} lost");
        let early = app.write.ingest(id(1), bars(0..1, 5)).await.expect_err("nothing takes their place");
        assert_eq!(early.kind(), Kind::Lost, "{early}");
        let accepted = app.write.accept_loss(id(1)).await.expect("accepted");
        let left = 140 - facts.missing[0].rows;
        assert_eq!((accepted.rows, accepted.missing.len()), (left, 0));
        assert!(accepted.epoch > facts.epoch);
        assert_eq!(read(&app, 1, Span::ALL).await.expect("readable").0.times.len() as u64, left);
        app.close().await;
    }
    whole.close().await;
    drop(whole_directory);
}

#[tokio::test]
async fn a_file_that_comes_back_fills_its_place() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..100, 0)).await;
    merged(&app).await;
    app.close().await;
    let path = files(directory.path()).remove(0);
    let aside = directory.path().join("aside");
    fs::rename(&path, &aside).expect("moved");
    let app = open_with(directory.path(), SMALL, |_| ());
    assert_eq!(
        app.compute.unary(question(1, Span::ALL, &["ema(5)"]), None).await.expect_err("lost").kind(),
        Kind::Lost
    );
    let epoch = app.bars.get(&id(1)).expect("there").epoch;
    app.close().await;
    fs::rename(&aside, &path).expect("moved back");
    let app = open_with(directory.path(), SMALL, |_| ());
    let facts = app.bars.get(&id(1)).expect("there");
    assert_eq!((facts.rows, facts.epoch, facts.missing.len()), (100, epoch, 0), "as if nothing had happened");
    app.close().await;
}
