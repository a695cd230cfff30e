//! Checkpoints save reading and never change a bit: after new bars, corrections, and a new series of the same name.

use std::sync::Arc;

use super::fixture::{app, bars, id, ingest, inline, last, question};
use crate::app::compute::prepared::PreparedQuery;
use crate::app::compute::question::Answer;
use crate::app::workers::cancellation::Cancellation;
use crate::app::workers::executor::{Progress, STEP_COST};
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

/// The answer in steps, and how many.
fn in_steps(query: PreparedQuery) -> (Answer, usize) {
    let (mut step, mut left, mut count) = (query.steps(), u64::MAX, 1);
    loop {
        match step(&Cancellation::until(None)).expect("computed") {
            Progress::Done(answer) => return (answer, count),
            Progress::More(rest) => {
                assert!(0 < rest && rest < left, "{rest} after {left}");
                (left, count) = (rest, count + 1);
            }
        }
    }
}

#[tokio::test]
async fn answers_in_steps_are_the_same_and_leave_the_same_checkpoint() {
    let texts = ["cointegration(close, open, 300, 5)", "ema(obv, 9)"];
    for rows in [1, 700, 20_000] {
        let (_directory, app) = app();
        ingest(&app, 1, bars(0..20_000, 0)).await;
        let question = question(1, last(rows), &texts);
        let prepare = async || app.compute.prepare(&question, &CallContext::default()).await.expect("good");
        let (query, inline) = (prepare().await, inline(&bars(0..20_000, 0), &question));
        let (answer, steps) = in_steps(query.clone());
        assert!(steps as u64 >= query.cost() / STEP_COST / 2 && steps > 3, "{steps} steps of {} ns", query.cost());
        let whole = app.compute.prepare(&inline, &CallContext::default()).await.expect("good");
        let whole = whole.answer(&Cancellation::until(None)).expect("computed");
        assert_eq!((&answer.times, &answer.columns), (&whole.times, &whole.columns), "newest {rows}");
        // Resumed from the checkpoint, if there is one.
        let again = prepare().await;
        assert_eq!(again.cost() < query.cost(), rows < 1000);
        let (again, _) = in_steps(again);
        assert_eq!((again.times, again.columns), (answer.times, answer.columns), "newest {rows} from a checkpoint");
    }
}
