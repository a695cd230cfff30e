//! Retention: retained bars are never removed, expired ones are in the end, and answers match the remaining bars.

use super::fixture::{MINUTE, SMALL, app_with, bars, files, id, ingest, inline, merged, open_with, question, read};
use crate::app::write::segment_writer::Sizes;
use crate::app::{App, Error, Kind};
use crate::series::{Bars, Retention, Span};

fn rows(rows_max: u64) -> Retention {
    Retention { rows_max, age_max_ms: 0 }
}

fn minutes(minutes: u64) -> Retention {
    Retention { rows_max: 0, age_max_ms: minutes * 60_000 }
}

/// The first minute of a series, after a check that answers match its bars.
async fn first_minute(app: &std::sync::Arc<App>) -> i64 {
    let (source, _) = read(app, 1, Span::ALL).await.expect("readable");
    let question = question(1, Span::ALL, &["ema(9)", "sma(5)"]);
    let stored = app.compute.unary(question.clone(), None).await.expect("computed");
    let first = source.times[0] / MINUTE;
    let inline = inline(&Bars::new(source).expect("valid"), &question);
    let inline = app.compute.unary(inline, None).await.expect("computed");
    assert_eq!((stored.times, stored.columns), (inline.times, inline.columns));
    first
}

#[tokio::test]
async fn a_rule_is_applied_at_once_and_to_the_bar() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..1000, 0)).await;
    ingest(&app, 1, bars(1000..1500, 0)).await;
    merged(&app).await;
    let mut epoch = 2;
    for (rule, first) in [(rows(2000), 0), (rows(1400), 100), (minutes(1000), 499), (rows(30), 1470), (rows(2), 1498)] {
        let facts = app.write.set_retention(id(1), rule).await.expect("set");
        epoch += u64::from(first > 0);
        let expected = (1500 - first as u64, Some(first * MINUTE), epoch, rule);
        assert_eq!((facts.rows, facts.first_time, facts.epoch, facts.retention), expected);
        assert_eq!(first_minute(&app).await, first);
        assert_eq!(app.bars.get(&id(1)).expect("there"), facts);
    }
    app.close().await;
    let app = open_with(directory.path(), SMALL, |_| ());
    let facts = app.bars.get(&id(1)).expect("there");
    assert_eq!((facts.rows, facts.epoch, facts.retention, files(directory.path()).len()), (2, epoch, rows(2), 0));
    let refused = app.write.set_retention(id(2), rows(1)).await.expect_err("none");
    assert!(refused.kind() == Kind::NotFound && matches!(refused, Error::Shared(_)));
    app.close().await;
}

#[tokio::test]
async fn old_bars_go_as_new_ones_come() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..10, 0)).await;
    app.write.set_retention(id(1), rows(200)).await.expect("set");
    for start in (10..3000).step_by(10) {
        ingest(&app, 1, bars(start..start + 10, 0)).await;
        let source = app.bars.get(&id(1)).expect("there").rows;
        assert!(source >= 200.min(start as u64 + 10), "{source} are left after {start}");
    }
    merged(&app).await;
    let facts = app.bars.get(&id(1)).expect("there");
    let most = 200 * 4 / 3 + 2 * SMALL.tail_max as u64;
    assert!((200..=most).contains(&facts.rows), "{facts:?}");
    assert_eq!(first_minute(&app).await, 3000 - facts.rows as i64);
    // The newest batch alone exceeds the retention.
    ingest(&app, 1, bars(5000..9000, 0)).await;
    merged(&app).await;
    let facts = app.bars.get(&id(1)).expect("there");
    assert!(facts.rows >= 200 && facts.rows < 300, "{facts:?}");
    app.close().await;
    assert_eq!(files(directory.path()).len(), facts.segments as usize);
    let app = open_with(directory.path(), SMALL, |_| ());
    assert_eq!(app.bars.get(&id(1)).expect("there"), facts);
    app.close().await;
}

#[tokio::test]
async fn bars_that_are_never_sealed_expire_too() {
    let (directory, app) = app_with(Sizes::default(), |_| ());
    ingest(&app, 1, bars(0..10, 0)).await;
    app.write.set_retention(id(1), rows(250)).await.expect("set");
    let mut most = 0;
    for start in (10..2000).step_by(3) {
        ingest(&app, 1, bars(start..start + 3, 0)).await;
        let facts = app.bars.get(&id(1)).expect("there");
        assert!(facts.segments == 0 && facts.rows >= 250.min(start as u64 + 3), "{facts:?}");
        most = most.max(facts.rows);
    }
    assert!((300..=250 * 4 / 3 + 3).contains(&most), "a quarter is left at most: {most}");
    let first = first_minute(&app).await;
    let facts = app.bars.get(&id(1)).expect("there");
    app.close().await;
    let app = open_with(directory.path(), Sizes::default(), |_| ());
    assert_eq!((first_minute(&app).await, app.bars.get(&id(1)).expect("there")), (first, facts));
    app.close().await;
}

#[tokio::test]
async fn segments_of_a_slow_series_expire_by_age() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..100, 0)).await;
    app.write.set_retention(id(1), minutes(150)).await.expect("set");
    assert!(!files(directory.path()).is_empty());
    // A few bars, which are never sealed.
    for minute in [150, 200, 260] {
        ingest(&app, 1, bars(minute..minute + 1, 0)).await;
        merged(&app).await;
    }
    let facts = app.bars.get(&id(1)).expect("there");
    assert_eq!((facts.rows, facts.segments, first_minute(&app).await), (3, 0, 150), "{facts:?}");
    app.close().await;
}
