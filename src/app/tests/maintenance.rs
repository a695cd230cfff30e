//! Maintenance of a data folder in use.

use std::time::Duration;

use super::fixture::{SMALL, app_with, bars, ingest};

#[tokio::test]
async fn damage_is_named() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..5000, 1)).await;
    let sound = app.maintenance.check().await.expect("checked");
    assert_eq!((sound.problems.len(), sound.series), (0, 1));
    assert!(sound.segments > 0);
    let snapshot = &app.bars.catalog.snapshots()[0].1;
    let number = snapshot.segments[0].facts().number;
    let path = directory.path().join(format!("prices/{number:016x}.atp"));
    let mut bytes = std::fs::read(&path).expect("readable");
    let at = bytes.len() - 100;
    bytes[at] ^= 1;
    // A new file under the name, as disk damage would look: the mapped one is unchanged.
    std::fs::remove_file(&path).and_then(|()| std::fs::write(&path, bytes)).expect("written");
    let found = app.maintenance.check().await.expect("checked").problems;
    assert!(found.len() == 1 && found[0].contains("damaged in block"), "{found:?}");
    std::fs::remove_file(&path).expect("removed");
    let found = app.maintenance.check().await.expect("checked").problems;
    assert!(found.len() == 1 && found[0].contains("No such file"), "{found:?}");
}

#[tokio::test]
async fn statements_are_profiled_and_advice_is_taken() {
    let (directory, app) = app_with(SMALL, |config| config.ledger.slow_after = Duration::ZERO);
    for series in 1..4 {
        ingest(&app, series, bars(0..100, 1)).await;
    }
    let statements = app.maintenance.statements();
    let commit = statements.iter().find(|facts| facts.sql == "COMMIT").expect("commits are counted");
    assert!(commit.runs > 0 && commit.min <= commit.p95 && commit.p95 <= commit.max);
    assert!(app.maintenance.slow_runs().iter().any(|run| run.sql.contains("tail") && !run.sql.is_empty()));
    assert_eq!(app.maintenance.advise(true).await.expect("advised"), []);
    // A scan that no statement of the server makes.
    let ledger = directory.path().join("ledger.db");
    crate::ledger::fixture::scan(
        &ledger,
        &app.maintenance.data_folder.profile,
        "SELECT id FROM series WHERE epoch = 77",
    );
    let advice = app.maintenance.advise(false).await.expect("advised");
    assert_eq!(advice[0].index, "CREATE INDEX IF NOT EXISTS series_epoch ON series (epoch)");
    assert_eq!(app.maintenance.advise(true).await.expect("advised").len(), 1);
    assert_eq!(app.maintenance.advise(true).await.expect("advised"), [], "it is there now");
}
