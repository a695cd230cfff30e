//! Checkpoints save reading and never change a bit: after new bars, corrections, and a new series of the same name.

use std::sync::Arc;

use super::fixture::{app, bars, id, ingest, inline, last, question};
use crate::app::{App, CallContext};
use crate::series::{Bars, Columns};

const TEXTS: [&str; 2] = ["rsi(14)", "ema(obv, 9)"];
const ROWS: i64 = 40_000;

/// The newest values, compared with those of the same bars sent inline.
async fn check(app: &Arc<App>, all: &Bars) {
    for rows in [1, 10, 500, 30_000] {
        let question = question(1, last(rows), &TEXTS);
        let kept = app.compute.unary(question.clone(), None).await.expect("computed");
        let sent = app.compute.unary(inline(all, &question), None).await.expect("computed");
        assert_eq!((kept.times, kept.columns), (sent.times, sent.columns), "newest {rows}");
    }
}

/// Bars with some replaced by those of the same minutes.
fn with(all: &Bars, minutes: std::ops::Range<i64>) -> Bars {
    let mut columns = Columns::default();
    let other = bars(minutes.clone(), 3);
    let start = minutes.start as usize;
    for row in 0..all.len().max(minutes.end as usize) {
        let inside = minutes.contains(&(row as i64));
        columns.push(if inside { other.bar(row - start) } else { all.bar(row) });
    }
    Bars::new(columns).expect("valid")
}

#[tokio::test]
async fn answers_are_the_same_with_checkpoints() {
    let (_directory, app) = app();
    let mut all = bars(0..ROWS, 0);
    ingest(&app, 1, all.clone()).await;
    check(&app, &all).await;
    // New bars, corrections in the tail, and corrections of sealed bars.
    for minutes in [ROWS..ROWS + 1, ROWS - 3..ROWS, 7..9, ROWS..ROWS + 5000, 20_000..20_001] {
        ingest(&app, 1, bars(minutes.clone(), 3)).await;
        all = with(&all, minutes);
        check(&app, &all).await;
    }
    app.write.delete(id(1)).await.expect("deleted");
    let all = bars(0..ROWS, 2);
    ingest(&app, 1, all.clone()).await;
    check(&app, &all).await;
}

#[tokio::test]
async fn a_checkpoint_saves_reading() {
    let (_directory, app) = app();
    ingest(&app, 1, bars(0..ROWS, 0)).await;
    let question = question(1, last(10), &TEXTS);
    let first = app.compute.prepare(&question, &CallContext::default()).await.expect("good");
    app.compute.unary(question.clone(), None).await.expect("computed");
    ingest(&app, 1, bars(ROWS..ROWS + 1, 0)).await;
    let next = app.compute.prepare(&question, &CallContext::default()).await.expect("good");
    assert!(next.cost() * 10 < first.cost(), "{} after {}", next.cost(), first.cost());
}
