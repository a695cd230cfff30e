//! Looking after a data folder while it is in use.

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use super::fixture::{SMALL, app_with, bars, id, ingest, open_with, read};
use crate::app::{App, Error};
use crate::series::{Source, Span};

fn with_backups() -> (TempDir, TempDir, Arc<App>) {
    let backups = tempfile::tempdir().expect("a folder");
    let (directory, app) = app_with(SMALL, |config| config.backups = Some(backups.path().into()));
    (directory, backups, app)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_of_one_moment_while_bars_come_in() {
    let (_directory, backups, app) = with_backups();
    const SERIES: usize = 4;
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
        made.push(app.backup(&format!("b{}", made.len())).await.expect("made"));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    writer.await.expect("written");
    made.push(app.backup("last").await.expect("made"));
    for facts in &made {
        let copy = open_with(&facts.path, SMALL, |_| ());
        let views: Vec<_> = copy.shelf.views();
        assert_eq!(views.len() as u64, facts.series);
        // The series grow in turn, so at any moment each has as many bars as the next, or one more.
        let rows: Vec<_> = (0..SERIES).map(|series| views.iter().find(|(name, _)| *name == id(series))).collect();
        let rows: Vec<_> = rows.iter().map(|found| found.map_or(0, |(_, view)| view.rows())).collect();
        assert!(rows.is_sorted_by(|one, two| one >= two) && rows[0] - rows[SERIES - 1] <= 1, "{rows:?}");
        for series in (0..SERIES).filter(|&series| rows[series] > 0) {
            let (columns, _) = read(&copy, series, Span::default()).await.expect("sound");
            let whole = bars(0..rows[series] as i64, 1).into_columns();
            assert_eq!(columns, whole);
        }
        assert_eq!(copy.check().await.expect("checked").problems, Vec::<String>::new());
        copy.close().await;
    }
    assert!(made.last().expect("one at least").segments > 0);
    let names = std::fs::read_dir(backups.path()).expect("listed").count();
    assert_eq!(names, made.len(), "nothing half made is left");
}

#[tokio::test]
async fn names_of_backups_cannot_lead_elsewhere() {
    let (_directory, _backups, app) = with_backups();
    ingest(&app, 1, bars(0..5, 1)).await;
    app.backup("one").await.expect("made");
    let long = "x".repeat(65);
    for name in ["", "one", "../two", "a/b", ".", "..", "a.b", "a\0b", &long] {
        let error = app.backup(name).await.expect_err("refused");
        assert!(matches!(error, Error::Field { field: "name", .. }), "{name:?}: {error}");
    }
    let (_directory, app) = app_with(SMALL, |_| ());
    let error = app.backup("one").await.expect_err("refused");
    assert!(error.to_string().contains("the server has no backup folder"), "{error}");
}

#[tokio::test]
async fn damage_is_named() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..5000, 1)).await;
    let sound = app.check().await.expect("checked");
    assert_eq!((sound.problems.len(), sound.series), (0, 1));
    assert!(sound.segments > 0);
    let view = &app.shelf.views()[0].1;
    let number = view.segments[0].facts().number;
    let path = directory.path().join(format!("prices/{number:016x}.atp"));
    let mut bytes = std::fs::read(&path).expect("readable");
    let at = bytes.len() - 100;
    bytes[at] ^= 1;
    // A new file under the name, as a disk would damage one: what is mapped stays as it was.
    std::fs::remove_file(&path).and_then(|()| std::fs::write(&path, bytes)).expect("written");
    let found = app.check().await.expect("checked").problems;
    assert!(found.len() == 1 && found[0].contains("damaged in block"), "{found:?}");
    std::fs::remove_file(&path).expect("removed");
    let found = app.check().await.expect("checked").problems;
    assert!(found.len() == 1 && found[0].contains("No such file"), "{found:?}");
}

#[tokio::test]
async fn statements_are_profiled_and_advice_is_taken() {
    let (directory, app) = app_with(SMALL, |config| config.ledger.slow_after = Duration::ZERO);
    for series in 1..4 {
        ingest(&app, series, bars(0..100, 1)).await;
    }
    let statements = app.statements();
    let commit = statements.iter().find(|facts| facts.sql == "COMMIT").expect("commits are counted");
    assert!(commit.runs > 0 && commit.min <= commit.p95 && commit.p95 <= commit.max);
    assert!(app.slow_runs().iter().any(|run| run.sql.contains("tail") && !run.sql.is_empty()));
    assert_eq!(app.advise(true).await.expect("advised"), []);
    // A scan that no statement of ours makes.
    let ledger = directory.path().join("ledger.db");
    crate::ledger::fixture::scan(&ledger, &app.upkeep.profile, "SELECT id FROM series WHERE epoch = 77");
    let advice = app.advise(false).await.expect("advised");
    assert_eq!(advice[0].index, "CREATE INDEX IF NOT EXISTS series_epoch ON series (epoch)");
    assert_eq!(app.advise(true).await.expect("advised").len(), 1);
    assert_eq!(app.advise(true).await.expect("advised"), [], "it is there now");
}
