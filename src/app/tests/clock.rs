//! The clock of a token: what it sees at each time is what a server shows that was given no later bars, and it never goes back.

use std::sync::Arc;

use super::fixture::{MINUTE, SMALL, app_with, bars, id, ingest, open_with, question, reading};
use crate::app::{App, CallContext, Error, Identity, Kind, Persist, Question, Scope};
use crate::series::{Resampling, Span};
use futures_util::StreamExt;

fn identity(begin: i64) -> Arc<Identity> {
    let as_of = Some(begin * MINUTE);
    Arc::new(Identity {
        as_of,
        clock: Some("back-test:1".into()),
        ..Identity::new("back-test", [Scope::Read, Scope::Write])
    })
}

/// A call of this token now.
fn call(app: &App, identity: &Arc<Identity>) -> CallContext {
    CallContext { clock: app.clocks.now(identity), identity: Some(Arc::clone(identity)), ..CallContext::default() }
}

async fn advance(app: &App, identity: &Arc<Identity>, minute: i64) -> Result<i64, Error> {
    app.clocks.advance(minute * MINUTE, &call(app, identity)).await
}

/// The rows that a call sees, by several roads.
async fn seen(app: &Arc<App>, context: &CallContext) -> usize {
    let answer = app.compute.unary(question(1, Span::ALL, &["close"]), context).await.expect("computed");
    let facts = app.bars.describe(&id(1), &Resampling::default(), None, context).await.expect("there");
    let listed = app.bars.list("", None, None, 9, context).await.expect("listed").remove(0);
    let chunks = app.bars.read(reading(id(1), Span::ALL), context).await.expect("read");
    let read =
        chunks.map(|chunk| chunk.expect("read").times.len() / 8).collect::<Vec<_>>().await.into_iter().sum::<usize>();
    assert_eq!([facts.rows as usize, listed.rows as usize, read], [answer.rows(); 3]);
    assert_eq!(answer.as_of, context.clock);
    answer.rows()
}

#[tokio::test]
async fn a_clock_moves_forward_only_and_survives_a_restart() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..100, 0)).await;
    let owner = identity(10);
    assert_eq!(
        (app.clocks.get(&call(&app, &owner)).expect("its begin"), seen(&app, &call(&app, &owner)).await),
        (10 * MINUTE, 10)
    );
    let before = call(&app, &owner);
    assert_eq!(advance(&app, &owner, 40).await.expect("moved"), 40 * MINUTE);
    assert_eq!((seen(&app, &call(&app, &owner)).await, seen(&app, &before).await), (40, 10), "a call keeps its time");
    assert_eq!(advance(&app, &owner, 40).await.expect("again"), 40 * MINUTE);
    let error = advance(&app, &owner, 39).await.expect_err("refused");
    assert_eq!((error.kind(), error.field().as_deref()), (Kind::Invalid, Some("time")));
    let text = format!(
        "time must be {}, where the clock of token back-test is, or later, got {}: a clock only moves forward",
        40 * MINUTE,
        39 * MINUTE
    );
    assert_eq!(error.to_string(), text);
    app.close().await;
    let app = open_with(directory.path(), SMALL, |_| ());
    assert_eq!(seen(&app, &call(&app, &owner)).await, 40);
    assert!(advance(&app, &owner, 20).await.is_err());
    // The file of tokens may set it later, never earlier.
    assert_eq!(app.clocks.now(&identity(70)), Some(70 * MINUTE));
    assert_eq!(app.clocks.now(&identity(5)), Some(40 * MINUTE));
    // Another token of the same name has a clock of its own.
    let other = Arc::new(Identity { clock: Some("back-test:2".into()), ..(*owner).clone() });
    assert_eq!(app.clocks.now(&other), Some(10 * MINUTE));
    let error = app.clocks.advance(i64::MAX, &call(&app, &owner)).await.expect_err("refused").to_string();
    assert!(error.starts_with("time must be at most ") && error.contains("the present"), "{error}");
    assert_eq!(advance(&app, &owner, 1000).await.expect("moved"), 1000 * MINUTE);
    assert_eq!(seen(&app, &call(&app, &owner)).await, 100);
    app.close().await;
}

#[tokio::test]
async fn a_request_may_ask_for_earlier_times_and_results_of_later_ones_stay_hidden() {
    let (_directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..100, 0)).await;
    let owner = identity(10);
    let ask = async |minute: i64, context: &CallContext| {
        let span = Span::ALL.as_of(Some(minute * MINUTE));
        app.compute.unary(question(1, span, &["close"]), context).await.expect("computed").rows()
    };
    let context = call(&app, &owner);
    assert_eq!((ask(5, &context).await, ask(50, &context).await), (5, 10));
    let persist = Some(Persist { ttl: None });
    let saved = Question { persist, ..question(1, Span::ALL.as_of(Some(30 * MINUTE)), &["close"]) };
    let key = app.compute.unary(saved, None).await.expect("saved").key.expect("a key");
    assert!(app.saved.read(&key, &context).await.is_err(), "its time has not come");
    advance(&app, &owner, 30).await.expect("moved");
    assert!(app.saved.read(&key, &context).await.is_err(), "not for a call of before");
    assert_eq!(app.saved.read(&key, &call(&app, &owner)).await.expect("now").1.rows(), 30);
    app.close().await;
}

#[tokio::test]
async fn who_has_no_clock_moves_none() {
    let (_directory, app) = app_with(SMALL, |_| ());
    let error = app.clocks.advance(5, &CallContext::default()).await.expect_err("refused");
    assert_eq!(error.kind(), Kind::Denied);
    for (as_of, part) in [(Some(7), "it has the fixed time 7"), (None, "it has the time of the server")] {
        let fixed = Arc::new(Identity { as_of, ..Identity::new("fixed", [Scope::Read]) });
        let error = advance(&app, &fixed, 50).await.expect_err("refused").to_string();
        assert!(error.starts_with("token fixed is not allowed to use a clock") && error.ends_with(part), "{error}");
        assert_eq!(app.clocks.now(&fixed), as_of);
    }
    app.close().await;
}
