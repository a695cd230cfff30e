//! Deadlines, cancelled leaders, stalled readers and released permits.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use tokio::time::Instant;

use super::fixture::{MINUTE, app_with, bars, id, ingest, last, open_with, question};
use crate::app::workers::executor::INLINE_COST_MAX;
use crate::app::write::segment_writer::Sizes;
use crate::app::{
    ActionKind, Adjust, App, BarsFrom, CallContext, CompiledQuery, CorporateAction, Error, Kind, Question, Questions,
};
use crate::series::{Column, Resampling, SeriesId, Span};

const ROWS: i64 = 200_000;

/// A server with one compute thread, and long series.
async fn busy_app() -> (tempfile::TempDir, Arc<App>) {
    let (directory, app) = app_with(Sizes::default(), |config| config.threads = 1);
    for series in 0..4 {
        ingest(&app, series, bars(0..ROWS, 0)).await;
    }
    (directory, app)
}

/// A query over the whole series.
fn batch(span: Span, compiled: Arc<CompiledQuery>) -> Questions {
    Questions {
        series: (0..4).map(id).collect(),
        resampling: Resampling::default(),
        span,
        compiled,
        adjust: Adjust::None,
    }
}

/// Blocks the thread of each lane until the sender is dropped.
async fn occupy(app: &Arc<App>) -> (Arc<std::sync::mpsc::Sender<()>>, tokio::task::JoinHandle<()>) {
    let (free, occupied) = std::sync::mpsc::channel::<()>();
    let occupied = Arc::new(std::sync::Mutex::new(occupied));
    let (kept, app) = (app, Arc::clone(app));
    let query = tokio::spawn(async move {
        let context = CallContext::default();
        let hold = |cost| {
            let occupied = Arc::clone(&occupied);
            app.executor.run(&context, cost, move |_| {
                let _ = occupied.lock().expect("nobody panics with it").recv();
                Ok(())
            })
        };
        let (quick, compute) = tokio::join!(hold(INLINE_COST_MAX + 1), hold(1_000_000_000));
        quick.and(compute).expect("ran");
    });
    until("occupied threads", || kept.metrics().pool_running == 2).await;
    (Arc::new(free), query)
}

async fn until(what: &str, done: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < end, "{what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn closes_before_dividends_are_read_once_that_is_admitted() {
    const COLUMNS: [Column; 1] = [Column::Close];
    let sizes = Sizes { tail_max: 64, tail_keep: 16, ..Sizes::default() };
    let (directory, app) = app_with(sizes, |config| config.threads = 1);
    ingest(&app, 1, bars(0..40_000, 0)).await;
    let symbol = id(1).symbol;
    let dividends =
        (1..30).map(|time| CorporateAction { ex_time: time * 1_200 * MINUTE, kind: ActionKind::Dividend, value: 0.5 });
    app.actions.put(symbol, dividends.collect(), &CallContext::default()).await.expect("stored");
    app.close().await;
    let app = open_with(directory.path(), sizes, |config| config.threads = 1);
    let snapshot = app.bars.slot(&id(1)).expect("there").load_full();
    let unread = || snapshot.unverified(&(0..40_000), &COLUMNS, &(0..0));
    let before = unread();
    assert!(before > 30, "{before}");
    let (free, query) = occupy(&app).await;
    let ask = |timeframe: &str| {
        let series = SeriesId { timeframe: timeframe.parse().expect("valid"), ..id(1) };
        let question = Question { adjust: Adjust::Total, ..question(1, last(3), &["close"]) };
        app.compute.unary(Question { from: BarsFrom::Series(series), ..question }, None)
    };
    // On stored bars, and on those that are resampled from them.
    let (mut own, mut made) = (std::pin::pin!(ask("1m")), std::pin::pin!(ask("1h")));
    assert!(own.as_mut().now_or_never().is_none() && made.as_mut().now_or_never().is_none());
    assert_eq!(unread(), before, "nothing is read before");
    drop(free);
    query.await.expect("ended");
    assert_eq!((own.await.expect("computed").rows(), made.await.expect("computed").rows()), (3, 3));
    assert!(unread() < before);
    // What is known is at hand.
    let (free, query) = occupy(&app).await;
    let again = ask("1m").now_or_never().expect("not delayed").expect("computed");
    assert_eq!(again.adjustments[0].actions.len(), 29);
    drop(free);
    query.await.expect("ended");
    app.close().await;
}

#[tokio::test]
async fn equal_questions_are_computed_once() {
    let (_directory, app) = busy_app().await;
    let before = app.metrics().computed;
    let ask = || app.compute.unary(question(1, last(100_000), &["sma(50)"]), None);
    let (one, two, three) = tokio::join!(ask(), ask(), ask());
    assert_eq!(one.expect("computed"), two.expect("computed"));
    assert_eq!((three.expect("computed").rows(), app.metrics().computed), (100_000, before + 1));
    app.close().await;
}

#[tokio::test]
async fn a_leader_that_leaves_does_not_fail_those_who_follow() {
    let (_directory, app) = busy_app().await;
    let (free, holding) = occupy(&app).await;
    let ask = |deadline| {
        let app = Arc::clone(&app);
        async move { app.compute.unary(question(1, last(100_000), &["sma(50)"]), deadline).await }
    };
    let leader = tokio::spawn(ask(None));
    until("a leader", || app.metrics().pool_pending >= 1).await;
    let hurried = tokio::spawn(ask(Some(Instant::now() + Duration::from_millis(50))));
    let follower = tokio::spawn(ask(None));
    assert!(matches!(hurried.await.expect("no panic"), Err(Error::Late)), "a follower has its own deadline");
    leader.abort();
    drop(free);
    assert_eq!(follower.await.expect("no panic").expect("computed").rows(), 100_000);
    holding.await.expect("no panic");
    until("work given back", || app.metrics().work_in_flight == 0).await;
    app.close().await;
}

#[tokio::test]
async fn a_leader_that_is_late_does_not_fail_those_who_follow() {
    let (_directory, app) = busy_app().await;
    let (free, holding) = occupy(&app).await;
    let soon = Some(Instant::now() + Duration::from_millis(100));
    let leader = app.compute.unary(question(1, last(100_000), &["sma(50)"]), soon);
    let follower = app.compute.unary(question(1, last(100_000), &["sma(50)"]), None);
    let (leader, follower, ()) = tokio::join!(leader, follower, async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        drop(free);
    });
    assert!(matches!(leader, Err(error) if error.kind() == Kind::Late));
    assert_eq!(follower.expect("computed").rows(), 100_000);
    holding.await.expect("no panic");
    app.close().await;
}

#[tokio::test]
async fn nothing_is_done_for_a_deadline_that_is_over() {
    let (_directory, app) = busy_app().await;
    let over = Some(Instant::now());
    let late = |error: &Error| error.kind() == Kind::Late;
    for rows in [10, 100_000] {
        let answer = app.compute.unary(question(1, last(rows), &["sma(50)"]), over).await;
        assert!(answer.as_ref().is_err_and(late));
    }
    let mut stream = app.compute.stream(question(1, Span::ALL, &["sma(50)"]), over).await.expect("begun");
    assert!(matches!(stream.next().await, Some(Err(Error::Late))));
    assert!(stream.next().await.is_none());
    let sma = app.compute.compile(&["sma(50)"]).expect("valid");
    let answers = app.compute.batch(batch(Span::ALL, sma), over).expect("begun");
    let answers: Vec<_> = answers.collect().await;
    assert!(answers.len() == 4 && answers.iter().all(|(_, answer)| answer.as_ref().is_err_and(late)));
    until("work given back", || app.metrics().work_in_flight == 0).await;
    app.close().await;
}

#[tokio::test]
async fn a_long_verification_does_not_run_on_an_io_thread() {
    let (_directory, app) = busy_app().await;
    // A window has nothing to compute before the first row, but every block of the answer is verified at once.
    let query = app.compute.prepare(&question(1, Span::ALL, &["sma(50)"]), &CallContext::default()).await;
    let query = query.expect("prepared");
    assert_eq!(query.cost_before(), 0);
    assert!(query.begin_cost() > INLINE_COST_MAX, "{}", query.begin_cost());
    app.close().await;
}

#[tokio::test]
async fn a_reader_that_stalls_holds_nothing_up() {
    let (_directory, app) = busy_app().await;
    let sma = || app.compute.compile(&["sma(50)"]).expect("valid");
    let soon = Some(Instant::now() + Duration::from_millis(500));
    let mut stream = app.compute.stream(question(0, Span::ALL, &["sma(50)", "sma(51)"]), soon).await.expect("begun");
    let mut batch = app.compute.batch(batch(last(100_000), sma()), soon).expect("begun");
    // Neither is read, but the pool is free and their answers are available to others.
    for series in 0..4 {
        app.compute.unary(question(series, last(100_000), &["sma(50)"]), None).await.expect("computed");
    }
    until("no work while nobody reads", || app.metrics().work_in_flight == 0).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    until("an idle pool", || (app.metrics().pool_running, app.metrics().pool_pending) == (0, 0)).await;
    let mut answers = 0;
    while let Some((_, answer)) = batch.next().await {
        let late = |error: &Error| error.kind() == Kind::Late;
        assert!(answer.map_or_else(|error| late(&error), |answer| answer.rows() == 100_000));
        answers += 1;
    }
    assert_eq!(answers, 4, "each series has its answer or is late");
    let mut end = None;
    while let Some(chunk) = stream.next().await {
        end = Some(chunk.map(|chunk| chunk.rows()));
    }
    assert!(matches!(end, Some(Err(Error::Late))), "a stream that was cut says so: {end:?}");
    app.close().await;
}

#[tokio::test]
async fn readers_that_leave_give_their_work_back() {
    let (_directory, app) = busy_app().await;
    let (free, holding) = occupy(&app).await;
    let occupied = app.metrics().work_in_flight;
    let sma = app.compute.compile(&["sma(50)"]).expect("valid");
    let stream = app.compute.stream(question(0, Span::ALL, &["sma(50)"]), None).await.expect("begun");
    let batch = app.compute.batch(batch(last(100_000), sma), None).expect("begun");
    assert!(app.compute.unary(question(0, last(100_000), &["sma(9)"]), None).now_or_never().is_none());
    until("queued work", || app.metrics().work_in_flight > occupied).await;
    drop((stream, batch));
    until("work given back", || app.metrics().work_in_flight == occupied).await;
    drop(free);
    holding.await.expect("no panic");
    app.close().await;
}
