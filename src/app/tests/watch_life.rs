//! The life of a watch: series that come and go, breaks, restarts, limits.

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};

use super::as_of::{EXCHANGE_FRAMES, MONDAY};
use super::fixture::{MINUTE, SMALL, app, app_with, bars, id, ingest, open_with};
use super::since::OUTSIDE;
use super::watch::{View, bars_at, computed, this_minute, watch_of};
use crate::app::{Error, Kind, WatchQuestion};
use crate::series::{Fill, Resampling, SeriesId};

#[tokio::test]
async fn series_are_waited_for_join_and_leave() {
    let (_folder, app) = app();
    let unknown = watch_of(vec![id(1)], &["close"], 5);
    let refused = |question: &WatchQuestion| app.watches.watch(question.clone(), None).map(drop).expect_err("refused");
    assert_eq!(refused(&unknown).kind(), Kind::NotFound);
    let minutes = "1m".parse().expect("valid");
    let glob = WatchQuestion { series: vec![], glob: Some(("S*".parse().expect("valid"), minutes)), ..unknown.clone() };
    let error = refused(&glob);
    assert_eq!((error.kind(), error.to_string()), (Kind::NotFound, "no series matches S* at timeframe 1m".into()));
    let mut named = View::new(&app, &WatchQuestion { wait_for_series: true, ..unknown.clone() });
    let mut all = View::new(&app, &WatchQuestion { wait_for_series: true, ..glob });
    assert!(named.events.next().now_or_never().is_none() && all.events.next().now_or_never().is_none());
    ingest(&app, 1, bars(0..3, 0)).await;
    named.take().await;
    all.take().await;
    assert_eq!((named.rows.len(), all.rows.len()), (3, 3));
    ingest(&app, 2, bars(3..9, 0)).await;
    let event = all.next().await.expect("reported").expect("no error");
    assert_eq!((event.series, event.outcome.expect("rows").answer.rows()), (id(2), 5));
    // Without waiting, the end of the series is the end of the watch.
    let mut plain = View::new(&app, &unknown);
    plain.take().await;
    app.write.delete(id(1)).await.expect("deleted");
    let failure = plain.next().await.expect("reported").expect("not the end").outcome.expect_err("gone");
    assert_eq!(failure.kind(), Kind::NotFound);
    assert!(plain.next().await.is_none());
    assert!(named.next().await.expect("reported").expect("not the end").outcome.is_err());
    ingest(&app, 1, bars(1..4, 7)).await;
    named.take().await;
    assert_eq!(named.rows, computed(&app, &unknown, 1).await, "what was told of the deleted bars is void");
}

#[tokio::test]
async fn a_watch_resumes_where_it_was() {
    let (folder, app) = app();
    ingest(&app, 1, bars(0..50, 0)).await;
    let question = watch_of(vec![id(1)], &["rsi(14)"], 50);
    let mut view = View::new(&app, &question);
    view.take().await;
    let resumed = |view: &View| WatchQuestion { resume: vec![view.token.clone()], ..question.clone() };
    // Nothing missed, then new bars, then a correction.
    let mut again = View::new(&app, &resumed(&view));
    assert!(again.events.next().now_or_never().is_none());
    ingest(&app, 1, bars(50..60, 0)).await;
    let rows = View::new(&app, &resumed(&view)).rows().await;
    assert_eq!((rows.revised_from, rows.answer.rows(), rows.skipped), (None, 10, 0));
    // A new state begins with the correction; one that lives may tell it a moment later.
    drop(again);
    view.events = Box::pin(stream::empty());
    ingest(&app, 1, bars(45..46, 5)).await;
    let mut missed = View::new(&app, &resumed(&view));
    let rows = missed.rows().await;
    assert_eq!((rows.revised_from, rows.answer.rows()), (Some(45 * MINUTE), 15));
    view.apply(&rows);
    view.token = missed.token.clone();
    drop(missed);
    assert_eq!(view.rows, computed(&app, &question, 1).await);
    // Over a restart: nothing was missed, so nothing is told.
    app.close().await;
    drop(app);
    let app = open_with(folder.path(), Default::default(), |_| ());
    let mut again = View::new(&app, &resumed(&view));
    assert!(again.events.next().now_or_never().is_none());
    ingest(&app, 1, bars(60..61, 0)).await;
    let rows = again.rows().await;
    assert_eq!((rows.revised_from, rows.answer.rows()), (None, 1));
    // What came between the token and a restart may be a correction: all has to be asked for again.
    app.close().await;
    drop((again, app));
    let app = open_with(folder.path(), Default::default(), |_| ());
    let rows = View::new(&app, &resumed(&view)).rows().await;
    assert_eq!((rows.revised_from, rows.answer.rows()), (Some(i64::MIN), 61));
    view.apply(&rows);
    assert_eq!(view.rows, computed(&app, &question, 1).await);
}

#[tokio::test]
async fn tokens_of_others_are_refused() {
    let (_folder, app) = app();
    ingest(&app, 1, bars(0..50, 0)).await;
    let question = watch_of(vec![id(1)], &["rsi(14)"], 5);
    let mut view = View::new(&app, &question);
    view.take().await;
    for (texts, token) in [(["rsi(15)"], view.token.clone()), (["rsi(14)"], Bytes::from_static(b"other"))] {
        let other = WatchQuestion { resume: vec![token], ..watch_of(vec![id(1)], &texts, 5) };
        let error = app.watches.watch(other, None).map(drop).expect_err("refused");
        assert_eq!(error.field().as_deref(), Some("resume_tokens"));
    }
}

#[tokio::test]
async fn limits_are_named() {
    let (_folder, app) = app_with(SMALL, |config| {
        let limits = &mut config.limits;
        (limits.watches_max, limits.watch_series_max, limits.watch_rows_max) = (2, 3, 300);
        limits.watch_states_max = 2;
    });
    for series in 1..=4 {
        ingest(&app, series, bars(0..10, 0)).await;
    }
    let refused = |question: WatchQuestion| app.watches.watch(question, None).map(drop).expect_err("refused");
    let error = refused(watch_of(vec![id(1)], &["close"], 301));
    assert!(matches!(error, Error::TooMuch { limit: "watch_rows_max", needed: 301, .. }), "{error}");
    assert_eq!(refused(watch_of((1..=4).map(id).collect(), &["close"], 1)).field().as_deref(), Some("series"));
    assert_eq!(refused(watch_of(vec![], &["close"], 1)).field().as_deref(), Some("series"));
    let minutes = "1m".parse().expect("valid");
    let glob = WatchQuestion { glob: Some(("*".parse().expect("valid"), minutes)), ..watch_of(vec![], &["close"], 1) };
    let error = refused(glob);
    assert!(matches!(error, Error::TooMuch { limit: "watch_series_max", .. }), "{error}");
    let mut one = View::new(&app, &watch_of((1..=3).map(id).collect(), &["close"], 1));
    for _ in 0..2 {
        one.rows().await;
    }
    let failed = one.next().await.expect("reported").expect("goes on").outcome.expect_err("no place");
    assert!(matches!(*failed, Error::Full { limit: "watch_states_max", .. }), "{failed}");
    let _two = View::new(&app, &watch_of(vec![id(1)], &["close"], 1));
    let error = refused(watch_of(vec![id(1)], &["close"], 1));
    assert!(matches!(error, Error::Full { limit: "watches_max", max: 2, .. }), "{error}");
    app.close().await;
    assert!(matches!(one.next().await, Some(Err(Error::Stopping))));
}

#[tokio::test]
async fn bars_that_are_the_same_again_are_not_told() {
    let (_folder, app) = app();
    ingest(&app, 1, bars(0..50, 0)).await;
    let mut view = View::new(&app, &watch_of(vec![id(1)], &["close"], 5));
    view.take().await;
    ingest(&app, 1, bars(40..50, 0)).await;
    assert!(view.events.next().now_or_never().is_none());
}

#[tokio::test]
async fn what_is_too_much_at_once_is_counted() {
    let (_folder, app) = app_with(SMALL, |config| config.limits.watch_rows_max = 256);
    ingest(&app, 1, bars(0..50, 0)).await;
    let mut view = View::new(&app, &watch_of(vec![id(1)], &["close"], 1));
    view.take().await;
    ingest(&app, 1, bars(50..1050, 0)).await;
    let rows = view.rows().await;
    assert_eq!((rows.answer.rows() as u64 + rows.skipped, rows.revised_from), (1000, None));
    assert_eq!(rows.answer.rows(), 256);
}

#[tokio::test]
async fn a_provisional_row_that_holds_no_more_is_taken_back() {
    let (_folder, app) = app();
    let now = this_minute() + 1000 * MINUTE;
    ingest(&app, 1, bars_at(now - 3 * MINUTE, 3, 1.0)).await;
    let mut question = watch_of(vec![id(1)], &["close", "close > 50"], 1);
    question.conditional = true;
    question.resampling = Resampling::new(0, Fill::None, true).expect("valid");
    let mut view = View::new(&app, &question);
    ingest(&app, 1, bars_at(now, 1, 99.0)).await;
    let rows = view.rows().await;
    assert_eq!((rows.provisional, rows.answer.rows()), (true, 1));
    ingest(&app, 1, bars_at(now, 1, 2.0)).await;
    let rows = view.rows().await;
    assert_eq!(rows.answer.rows(), 0);
    ingest(&app, 1, bars_at(now, 1, 3.0)).await;
    assert!(view.events.next().now_or_never().is_none(), "nothing to take back");
}

#[tokio::test]
async fn a_series_without_a_place_is_begun_later() {
    let (_folder, app) = app_with(SMALL, |config| config.limits.watch_states_max = 1);
    for series in 1..=2 {
        ingest(&app, series, bars(0..10, 0)).await;
    }
    let mut other = View::new(&app, &watch_of(vec![id(1)], &["high"], 1));
    other.rows().await;
    let mut view = View::new(&app, &watch_of(vec![id(1), id(2)], &["close"], 1));
    for _ in 0..2 {
        view.next().await.expect("reported").expect("goes on").outcome.expect_err("no place");
    }
    drop(other);
    assert_eq!(view.rows().await.answer.rows(), 1);
}

#[tokio::test]
async fn a_gap_that_is_filled_is_told_behind_bars_outside_of_sessions() {
    for (timeframe, offset, fill, calendar) in EXCHANGE_FRAMES {
        for forming in [false, true] {
            let (_folder, app) = app();
            let resampling = Resampling::new(offset, fill, forming).and_then(|plain| plain.by_name(calendar));
            let series = vec![SeriesId::parse("S1", timeframe).expect("valid")];
            let texts = ["close", "volume@S2", "cumsum(volume@S2)"];
            let question = WatchQuestion { resampling: resampling.expect("valid"), ..watch_of(series, &texts, 1000) };
            let mut views = Vec::new();
            for (at, (minute, series)) in OUTSIDE.into_iter().enumerate() {
                ingest(&app, series, bars(MONDAY + minute..MONDAY + minute + 1, 0)).await;
                if at == 3 {
                    views.push(View::new(&app, &question));
                }
                for view in &mut views {
                    view.until(&computed(&app, &question, 1).await).await;
                }
            }
            app.close().await;
        }
    }
}
