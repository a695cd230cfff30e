//! Backups of a folder in use: complete or absent, whoever calls, leaves or retries.

use std::cell::Cell;
use std::fs::{self, Permissions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::sync::oneshot;

use super::fixture::{SMALL, app_with, bars, id, ingest, open_with, read};
use crate::app::maintenance::backup_folder::BackupFolder;
use crate::app::write::command::{Command, PinnedSnapshot};
use crate::app::{App, BackupFacts, Config, Error, Kind, Limits};
use crate::series::{Source, Span};

const SERIES: usize = 4;

fn with_backups() -> (TempDir, TempDir, Arc<App>) {
    with_backups_and(|_| ())
}

fn with_backups_and(change: impl FnOnce(&mut Config)) -> (TempDir, TempDir, Arc<App>) {
    let backups = tempfile::tempdir().expect("a folder");
    let (directory, app) = app_with(SMALL, |config| {
        config.backups = Some(backups.path().into());
        change(config);
    });
    (directory, backups, app)
}

/// Enough bars to slow a backup down: several price files of more than one chunk each.
async fn fill(app: &App) {
    for series in 0..SERIES {
        ingest(app, series, bars(0..40_000, 1)).await;
    }
}

fn names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("readable").file_name().into_string().expect("text");
    let mut names: Vec<_> = fs::read_dir(folder).expect("listed").map(name).collect();
    names.sort();
    names
}

async fn moment(app: &App) -> PinnedSnapshot {
    let (reply, moment) = oneshot::channel();
    app.write.ask_waiting(Command::Pin { reply }, moment).await.expect("pinned")
}

/// The backup opens as a sound data folder with these series and price files.
async fn assert_whole(facts: &BackupFacts) {
    assert_eq!(names(&facts.path.join("prices")).len() as u64, facts.segments);
    let copy = open_with(&facts.path, SMALL, |_| ());
    let found = copy.maintenance.check().await.expect("checked");
    assert_eq!((found.problems, found.series, found.segments), (Vec::new(), facts.series, facts.segments));
    copy.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_of_one_moment_while_bars_come_in() {
    let (_directory, backups, app) = with_backups();
    let writer = tokio::spawn({
        let app = Arc::clone(&app);
        async move {
            for minute in 0..400 {
                for series in 0..SERIES {
                    ingest(&app, series, bars(minute..minute + 1, 1)).await;
                }
            }
        }
    });
    let mut made = Vec::new();
    while !writer.is_finished() {
        made.push(app.maintenance.backup(&format!("b{}", made.len())).await.expect("made"));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    writer.await.expect("written");
    made.push(app.maintenance.backup("last").await.expect("made"));
    for facts in &made {
        let copy = open_with(&facts.path, SMALL, |_| ());
        let snapshots: Vec<_> = copy.bars.catalog.snapshots();
        assert_eq!(snapshots.len() as u64, facts.series);
        // The series grow in turn, so at any moment each has as many bars as the next, or one more.
        let rows: Vec<_> = (0..SERIES).map(|series| snapshots.iter().find(|(name, _)| *name == id(series))).collect();
        let rows: Vec<_> = rows.iter().map(|found| found.map_or(0, |(_, snapshot)| snapshot.rows())).collect();
        assert!(rows.is_sorted_by(|one, two| one >= two) && rows[0] - rows[SERIES - 1] <= 1, "{rows:?}");
        for series in (0..SERIES).filter(|&series| rows[series] > 0) {
            let (columns, _) = read(&copy, series, Span::default()).await.expect("sound");
            let whole = bars(0..rows[series] as i64, 1).into_columns();
            assert_eq!(columns, whole);
        }
        assert_eq!(copy.maintenance.check().await.expect("checked").problems, Vec::<String>::new());
        copy.close().await;
    }
    assert!(made.last().expect("one at least").segments > 0);
    assert_eq!(names(backups.path()).len(), made.len(), "nothing half made is left");
}

#[tokio::test]
async fn names_of_backups_cannot_lead_elsewhere() {
    let (_directory, backups, app) = with_backups();
    ingest(&app, 1, bars(0..5, 1)).await;
    // The name is taken by something that is not a complete backup.
    fs::create_dir(backups.path().join("other")).expect("made");
    fs::write(backups.path().join("file"), "text").expect("written");
    let long = "x".repeat(65);
    for name in ["", "other", "file", "../two", "a/b", ".", "..", "a.b", "a\0b", &long] {
        let error = app.maintenance.backup(name).await.expect_err("refused");
        assert!(matches!(&error, Error::Shared(_) | Error::Field { .. }) && error.kind() == Kind::Invalid, "{error}");
        assert_eq!(error.field().as_deref(), Some("name"), "{name:?}: {error}");
    }
    assert_eq!(names(backups.path()), ["file", "other"]);
    let (_directory, app) = app_with(SMALL, |_| ());
    let error = app.maintenance.backup("one").await.expect_err("refused");
    assert!(error.to_string().contains("without a folder for backups"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_name_is_the_same_backup_at_any_time() {
    let (_directory, backups, app) = with_backups();
    fill(&app).await;
    let start = Instant::now();
    let whole = app.maintenance.backup("whole").await.expect("made");
    let (took, rounds) = (start.elapsed(), 12);
    for round in 0..rounds {
        let name = format!("r{round}");
        let ask = || {
            let (app, name) = (Arc::clone(&app), name.clone());
            tokio::spawn(async move { app.maintenance.backup(&name).await })
        };
        let first = ask();
        // From immediately to after its end.
        tokio::time::sleep(took * 3 / 2 * round / rounds).await;
        let (second, third) = (ask(), ask());
        for call in [first, second, third] {
            let facts = call.await.expect("no panic").expect("made once for all");
            assert_eq!((facts.segments, facts.bytes), (whole.segments, whole.bytes));
            assert_eq!(facts.path, backups.path().join(&name));
        }
        let again = app.maintenance.backup(&name).await.expect("it is there");
        assert!(again.already_existed);
        assert_whole(&again).await;
        assert_eq!(names(backups.path()).len(), round as usize + 2, "nothing half made is left");
    }
    fs::remove_file(fs::read_dir(whole.path.join("prices")).expect("listed").next().expect("one").expect("one").path())
        .expect("removed");
    let error = app.maintenance.backup("whole").await.expect_err("no longer whole");
    assert!(error.to_string().contains("is missing or short"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_at_once_are_made_in_turn() {
    let (_directory, backups, app) = with_backups();
    fill(&app).await;
    let calls: Vec<_> = (0..6)
        .map(|number| {
            let app = Arc::clone(&app);
            tokio::spawn(async move { app.maintenance.backup(&format!("n{number}")).await })
        })
        .collect();
    for call in calls {
        let facts = call.await.expect("no panic").expect("made");
        assert!(!facts.already_existed);
        assert_whole(&facts).await;
    }
    assert_eq!(names(backups.path()).len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_stopped_anywhere_leaves_nothing() {
    let (_directory, backups, app) = with_backups();
    fill(&app).await;
    let folder = BackupFolder::open(backups.path().into(), &Limits::default());
    let data = app.maintenance.data_folder.folder().expect("open");
    let mut stops = 0;
    loop {
        let asked = Cell::new(0);
        let cancellation = || asked.replace(asked.get() + 1) < stops;
        match folder.make("one", moment(&app).await, &data, &cancellation) {
            Ok(facts) => break assert_whole(&facts).await,
            Err(error) => assert!(error.to_string().contains("was stopped"), "{error}"),
        }
        assert_eq!(asked.get(), stops + 1, "it stops at once");
        assert_eq!(names(backups.path()), Vec::<String>::new());
        stops += 1;
    }
    assert!(stops > SERIES, "it is asked within the ledger, within files and before the end: {stops}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_goes_on_while_anybody_waits_for_it() {
    let (_directory, backups, app) = with_backups();
    fill(&app).await;
    let ask = |name: &'static str| {
        let app = Arc::clone(&app);
        tokio::spawn(async move { app.maintenance.backup(name).await })
    };
    // While another one runs, all of these wait.
    let turn = app.maintenance.data_folder.backups.turn().await;
    let (one, other, left) = (ask("one"), ask("one"), ask("left"));
    tokio::time::sleep(Duration::from_millis(50)).await;
    one.abort();
    left.abort();
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(turn);
    other.await.expect("no panic").expect("made, as one caller still waits");
    assert_eq!(names(backups.path()), ["one"]);
    // Cancelling during a copy leaves nothing or a complete backup.
    for wait in 0..20 {
        let call = ask("late");
        tokio::time::sleep(Duration::from_millis(wait)).await;
        call.abort();
        drop(app.maintenance.data_folder.backups.turn().await);
        assert!(names(backups.path()).iter().all(|name| ["one", "late"].contains(&&**name)), "{wait}");
    }
    let facts = app.maintenance.backup("late").await.expect("made or there");
    assert_whole(&facts).await;
    // Closing cancels the running backup.
    let call = ask("closed");
    tokio::time::sleep(Duration::from_millis(2)).await;
    app.close().await;
    let kept = names(backups.path());
    match call.await.expect("no panic") {
        Ok(facts) => assert_whole(&facts).await,
        Err(error) => assert_eq!((error.kind(), kept), (Kind::Unavailable, vec!["late".into(), "one".into()])),
    }
}

#[tokio::test]
async fn quotas_are_kept_before_anything_is_copied() {
    let (_directory, backups, app) = with_backups_and(|config| config.limits.backups_max = 2);
    ingest(&app, 1, bars(0..5000, 1)).await;
    fs::create_dir(backups.path().join("no-backup")).expect("made");
    let one = app.maintenance.backup("one").await.expect("made");
    app.maintenance.backup("two").await.expect("made");
    let error = app.maintenance.backup("three").await.expect_err("refused");
    assert_eq!(error.kind(), Kind::Exhausted);
    assert!(error.to_string().contains("backups_max allows at most 2, the request needs 3"), "{error}");
    assert!(app.maintenance.backup("one").await.expect("it is there").already_existed);
    fs::remove_dir_all(one.path).expect("removed");
    app.maintenance.backup("three").await.expect("there is space again");

    let (_directory, backups, app) = with_backups_and(|config| config.limits.backup_bytes_max = 600_000);
    ingest(&app, 1, bars(0..5000, 1)).await;
    let mut made = 0;
    let error = loop {
        match app.maintenance.backup(&format!("b{made}")).await {
            Ok(_) => made += 1,
            Err(error) => break error,
        }
    };
    assert!(made > 0, "{error}");
    assert_eq!((error.kind(), names(backups.path()).len()), (Kind::Exhausted, made));
    assert!(error.to_string().contains("backup_bytes_max allows at most 600000, the request needs"), "{error}");
}

#[tokio::test]
async fn a_damaged_price_file_is_named_and_not_backed_up() {
    let damages: [fn(&Path); 3] = [
        |path| {
            let file = fs::OpenOptions::new().write(true).open(path).expect("opens");
            file.write_all_at(&[0x5a; 4], file.metadata().expect("there").len() - 100).expect("written");
        },
        |path| fs::OpenOptions::new().write(true).open(path).and_then(|file| file.set_len(5000)).expect("cut"),
        |path| {
            let other = fs::read_dir(path.parent().expect("a folder")).expect("listed");
            let other = other.map(|entry| entry.expect("readable").path()).find(|other| other != path).expect("two");
            fs::remove_file(path).and_then(|()| fs::copy(other, path)).expect("replaced");
        },
    ];
    for damage in damages {
        let (directory, backups, app) = with_backups();
        ingest(&app, 1, bars(0..5000, 1)).await;
        ingest(&app, 2, bars(0..6000, 1)).await;
        let number = app.bars.catalog.snapshots()[0].1.segments[0].facts().number;
        let path = directory.path().join(format!("prices/{number:016x}.atp"));
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("set");
        damage(&path);
        let error = app.maintenance.backup("one").await.expect_err("damaged").to_string();
        assert!(error.contains(&format!("{number:016x}.atp")), "{error}");
        assert!(!error.contains("partial"), "the source is named, not the copy: {error}");
        assert_eq!(names(backups.path()), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_missing_price_file_is_named_and_not_backed_up() {
    let (directory, backups, app) = with_backups();
    ingest(&app, 1, bars(0..5000, 1)).await;
    let number = app.bars.catalog.snapshots()[0].1.segments[0].facts().number;
    app.close().await;
    let path = directory.path().join(format!("prices/{number:016x}.atp"));
    fs::remove_file(&path).expect("removed");
    let app = open_with(directory.path(), SMALL, |config| config.backups = Some(backups.path().into()));
    let error = app.maintenance.backup("one").await.expect_err("missing").to_string();
    assert!(error.contains(&format!("{number:016x}.atp")), "{error}");
    assert_eq!(names(backups.path()), Vec::<String>::new());
}
