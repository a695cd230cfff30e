//! Maintenance of a data folder in use.

use std::time::Duration;

use super::fixture::{SMALL, app_with, bars, ingest, open_with, read};
use crate::app::{App, Config, repair};
use crate::series::Span;

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

#[tokio::test]
async fn a_damaged_bar_of_the_ledger_costs_that_bar_alone() {
    let (directory, app) = app_with(SMALL, |_| ());
    for series in 1..4 {
        ingest(&app, series, bars(0..40, series as u32)).await;
    }
    let before = read(&app, 2, Span::ALL).await.expect("readable").0;
    app.close().await;
    let ledger = directory.path().join("ledger.db");
    let mut bytes = std::fs::read(&ledger).expect("readable");
    let close = before.close[39];
    let place =
        bytes.windows(8).rposition(|bytes| bytes == close.to_be_bytes()).expect("a price that is not an integer");
    bytes[place + 6] ^= 1;
    std::fs::write(&ledger, bytes).expect("written");
    let config = Config { data: directory.path().into(), threads: 2, ..Config::default() };
    let refused = App::open(config.clone()).err().expect("refused").to_string();
    assert!(refused.contains("does not match its checksum") && refused.contains("atrad db repair"), "{refused}");
    for dry_run in [true, false] {
        let report = repair(&config, dry_run).expect("repaired");
        assert!(!report.made_anew && report.removed.len() == 1 && report.taken.is_empty(), "{report:?}");
    }
    let app = open_with(directory.path(), SMALL, |_| ());
    let mut left = 0;
    for series in 1..4 {
        left += read(&app, series, Span::ALL).await.expect("readable").0.times.len();
    }
    assert_eq!(left, 3 * 40 - 1);
    app.close().await;
}
