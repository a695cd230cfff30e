//! As of: the answer as of a time is that of a server that was given only the bars closed before, by every path.

use std::ops::Range;
use std::sync::Arc;

use futures_util::StreamExt;
use proptest::prelude::*;

use super::fixture::{MINUTE, SMALL, app_with, bars, id, ingest, last, question, reading, whole};
use crate::app::{
    Adjust, Answer, App, BarsFrom, BarsQuestion, CallContext, Correlate, Error, Identity, Method, Persist, Question,
    Questions, Scope, Screen, ScreenPart, ScreenTexts, Selection, SeriesFacts, Sweep, SweepPart, SweepQuery,
    SweepTexts,
};
use crate::series::{Fill, Resampling, SeriesId, Span};

const TEXTS: [&str; 5] = ["close", "ema(close, 5)", "close@S2", "sma(close@S2, 3)", "cumsum(volume)"];

/// The minutes of both series: the second has gaps of its own.
fn has(series: usize, minute: i64) -> bool {
    if series == 1 { minute % 7 != 3 && !(60..95).contains(&minute) } else { minute % 5 != 1 && minute % 40 > 8 }
}

/// A server with the bars of both series that open in these minutes.
async fn filled(minutes: Range<i64>) -> (tempfile::TempDir, Arc<App>) {
    let (directory, app) = app_with(SMALL, |_| ());
    for series in [1, 2] {
        for start in minutes.clone().step_by(20) {
            let mut part = (start..minutes.end.min(start + 20)).filter(|&minute| has(series, minute)).peekable();
            if part.peek().is_some() {
                ingest(&app, series, bars(part, 0)).await;
            }
        }
    }
    (directory, app)
}

/// A server with a bar at each of these minutes, of the first series, the second, or both.
async fn filled_with(minutes: &[(i64, usize)]) -> (tempfile::TempDir, Arc<App>) {
    let (directory, app) = app_with(SMALL, |_| ());
    for part in minutes.chunks(20) {
        for series in [1, 2] {
            let mut own = part.iter().filter(|(_, who)| who & series > 0).map(|(minute, _)| *minute).peekable();
            if own.peek().is_some() {
                ingest(&app, series, bars(own, 0)).await;
            }
        }
    }
    (directory, app)
}

fn of(series: usize, timeframe: &str) -> SeriesId {
    SeriesId { timeframe: timeframe.parse().expect("valid"), ..id(series) }
}

/// The answer by every path, without its epochs.
async fn every_road(app: &Arc<App>, question: &Question) -> Result<Answer, String> {
    let unary = app.compute.unary(question.clone(), None).await.map_err(|error| error.to_string())?;
    let stream = app.compute.stream(question.clone(), None).await.expect("begun");
    assert_eq!(whole(stream.boxed()).await.expect("computed"), unary);
    let BarsFrom::Series(id) = &question.from else { panic!("it is about a series") };
    let Question { resampling, span, compiled, .. } = question.clone();
    let batch = Questions { series: vec![id.clone()], resampling, span, compiled, adjust: Adjust::None };
    let mut answers = app.compute.batch(batch, None).expect("begun").boxed();
    assert_eq!(answers.next().await.expect("one answer").1.expect("computed"), unary);
    assert_eq!(unary.as_of, question.span.as_of_time());
    let joins = unary.joins.iter().map(|join| crate::app::Join { epoch: 0, ..join.clone() }).collect();
    Ok(Answer { epoch: 0, as_of: None, joins, ..unary })
}

/// What is read and told of a series.
async fn reported(app: &Arc<App>, id: &SeriesId, resampling: &Resampling, span: Span) -> (Vec<Vec<u8>>, SeriesFacts) {
    let asked = BarsQuestion { resampling: *resampling, ..reading(id.clone(), span) };
    let mut chunks = app.bars.read(asked, &CallContext::default()).await.expect("read");
    let mut read = vec![Vec::new(); 6];
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.expect("read");
        assert_eq!(chunk.as_of, span.as_of_time());
        let columns = std::iter::once(&chunk.times).chain(&chunk.columns);
        read.iter_mut().zip(columns).for_each(|(all, part)| all.extend_from_slice(part));
    }
    let facts = app.bars.describe(id, resampling, span.as_of_time(), None).await.expect("there");
    assert_eq!(facts.as_of, span.as_of_time());
    let SeriesFacts { rows, first_time, last_time, derived_from, .. } = facts;
    let plain = SeriesFacts { epoch: 0, segments: 0, tail_rows: 0, file_bytes: 0, as_of: None, ..facts };
    (read, SeriesFacts { rows, first_time, last_time, derived_from, ..plain })
}

/// The exchange that was open on 1 January 1970, from 01:30 to 07:30 UTC: bars before are outside of its session.
pub(super) const MANILA: &str = "XPHS";

/// Timeframe, session offset, what fills gaps, and calendar.
pub(super) const FRAMES: [(&str, i32, Fill, &str); 6] = [
    ("1m", 0, Fill::None, ""),
    ("5m", 0, Fill::None, ""),
    ("15m", 7, Fill::Previous, ""),
    ("15m", 0, Fill::Previous, MANILA),
    ("1d", 0, Fill::None, MANILA),
    ("3M", 0, Fill::None, "Asia/Kolkata"),
];

/// Frames by exchanges with nights, weekends, a half day and breaks, in which there may be bars that are in no session.
pub(super) const EXCHANGE_FRAMES: [(&str, i32, Fill, &str); 6] = [
    ("1h", 0, Fill::Previous, "XNYS"),
    ("30m", 0, Fill::Nan, "XNYS"),
    ("1h", 0, Fill::None, "XNYS"),
    ("1w", 0, Fill::Previous, "XNYS"),
    ("45m", 0, Fill::Previous, "XHKG"),
    ("1d", 0, Fill::Previous, "XHKG"),
];

/// The minute of midnight UTC that begins Monday, 25 November 2024.
pub(super) const MONDAY: i64 = 20_052 * 1440;

/// Both servers agree: one with all bars as of a time, one with the bars closed until then.
async fn agree(all: &Arc<App>, before: &Arc<App>, as_of: i64, frames: &[(&str, i32, Fill, &str)]) {
    for &(timeframe, offset, fill, calendar) in frames {
        for (include_forming, span) in [(false, Span::ALL), (true, Span::ALL), (true, last(4)), (false, last(3))] {
            let resampling = Resampling::new(offset, fill, include_forming).and_then(|plain| plain.by_name(calendar));
            let (id, resampling) = (of(1, timeframe), resampling.expect("valid"));
            let ask = |span| Question { from: BarsFrom::Series(id.clone()), resampling, ..question(1, span, &TEXTS) };
            let expected = every_road(before, &ask(span)).await;
            // Twice: an answer as of another time must not come from a cache.
            for _ in 0..2 {
                let found = every_road(all, &ask(span.as_of(Some(as_of)))).await;
                assert_eq!(found, expected, "{id} {resampling:?} {span:?} as of {as_of}");
            }
            let found = reported(all, &id, &resampling, span.as_of(Some(as_of))).await;
            assert_eq!(found, reported(before, &id, &resampling, span).await, "{id} {resampling:?} {span:?}");
        }
    }
}

/// The same of correlations, sweeps and screens.
async fn agree_in_searches(all: &Arc<App>, before: &Arc<App>, as_of: i64) {
    let correlate = async |app: &Arc<App>, span| {
        let compiled = app.compute.compile_single("close").expect("valid");
        let series = vec![id(1), id(2)];
        let question = Correlate {
            series,
            span,
            compiled,
            returns: true,
            method: Method::Spearman,
            resampling: Resampling::default(),
            adjust: Adjust::None,
        };
        let matrix = app.compute.correlate(question, None).await.expect("computed");
        (matrix.values, matrix.rows, matrix.bars, matrix.as_of)
    };
    let (values, rows, bars, reported) = correlate(all, Span::ALL.as_of(Some(as_of))).await;
    assert_eq!(reported, Some(as_of));
    assert_eq!((values, rows, bars, None), correlate(before, Span::ALL).await);
    for (timeframe, calendar) in [("1m", ""), ("5m", ""), ("15m", MANILA)] {
        let resampling = Resampling::default().by_name(calendar).expect("there");
        let found = swept(all, timeframe, resampling, Span::ALL.as_of(Some(as_of))).await;
        assert_eq!(found, swept(before, timeframe, resampling, Span::ALL).await, "{timeframe} as of {as_of}");
        let (found, reported) = screened(all, timeframe, resampling, Some(as_of)).await;
        assert_eq!(reported, as_of);
        assert_eq!(found, screened(before, timeframe, resampling, None).await.0, "{timeframe} as of {as_of}");
    }
}

/// The reductions of a sweep.
async fn swept(app: &Arc<App>, timeframe: &str, resampling: Resampling, span: Span) -> Vec<String> {
    let expressions = vec!["ema(close - close@S2, 2..9)".into()];
    let reductions = ["last", "mean", "argmax"].map(String::from).into();
    let texts = SweepTexts { expressions, reductions, ..SweepTexts::default() };
    let from = BarsFrom::Series(of(1, timeframe));
    let question = Sweep {
        from,
        resampling,
        span,
        query: SweepQuery::parse(texts, app.limits()).expect("valid"),
        adjust: Adjust::None,
    };
    let parts: Vec<_> = app.compute.sweep(question, None).await.expect("begun").collect().await;
    let part = |part: Result<SweepPart, Error>| match part.expect("computed") {
        SweepPart::Header(header) => {
            assert_eq!(header.as_of, span.as_of_time());
            format!("{} bars", header.rows)
        }
        // As text, where NaN is itself.
        other => format!("{other:?}"),
    };
    parts.into_iter().map(part).collect()
}

/// The hits of a screen, and the time it tells.
async fn screened(app: &Arc<App>, timeframe: &str, resampling: Resampling, as_of: Option<i64>) -> (Vec<String>, i64) {
    let (expressions, condition) = (vec!["sma(close, 3)".into(), "close@S2".into()], "close > 0".into());
    let query = app.compute.screen_query(ScreenTexts { expressions, condition, ..ScreenTexts::default() });
    let selection = Selection::parse(&["S1".into(), "S2".into()], timeframe, app.limits()).expect("valid");
    let question = Screen { selection, resampling, as_of, query: query.expect("valid"), adjust: Adjust::None };
    let parts: Vec<_> = app.compute.screen(question, None).expect("begun").collect().await;
    let (mut hits, mut reported) = (Vec::new(), 0);
    for part in parts {
        match part.expect("computed") {
            ScreenPart::Hit(hit) => hits.push(format!("{hit:?}")),
            ScreenPart::Summary(summary) => {
                hits.push(format!("{} {} {}", summary.matched, summary.undefined, summary.failed));
                reported = summary.as_of;
            }
        }
    }
    (hits, reported)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_answer_as_of_a_time_is_that_of_a_server_without_later_bars(minutes in 12..300_i64, into in 0..2_i64) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (_all, all) = filled(0..320).await;
            // The bar of the last minute closes exactly then, or half a minute before.
            let as_of = minutes * MINUTE + into * MINUTE / 2;
            let (_before, before) = filled(0..minutes).await;
            agree(&all, &before, as_of, &FRAMES).await;
            agree_in_searches(&all, &before, as_of).await;
            all.close().await;
            before.close().await;
        });
    }

    #[test]
    fn so_it_is_with_bars_outside_of_sessions(
        steps in prop::collection::vec((prop_oneof![3 => 1..90_i64, 1 => 90..900_i64], 1..4_usize), 2..60),
        cut in 0..60_usize,
        later in prop_oneof![Just(0), 0..700_i64],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut minute = MONDAY + 15 * 60;
            // Both begin together, so that both are there.
            let mut minutes = vec![(minute, 3)];
            for (step, who) in steps {
                minute += step;
                minutes.push((minute, who));
            }
            let as_of = (minutes[cut % minutes.len()].0 + 1 + later) * MINUTE;
            let closed = minutes.iter().filter(|(minute, _)| (minute + 1) * MINUTE <= as_of).copied().collect::<Vec<_>>();
            let (_all, all) = filled_with(&minutes).await;
            let (_before, before) = filled_with(&closed).await;
            agree(&all, &before, as_of, &EXCHANGE_FRAMES).await;
            all.close().await;
            before.close().await;
        });
    }
}

#[tokio::test]
async fn before_the_first_bar_is_nothing_and_after_the_last_is_all() {
    let (_directory, app) = filled(0..100).await;
    for timeframe in ["1m", "5m"] {
        for include_forming in [false, true] {
            let resampling = Resampling::new(0, Fill::None, include_forming).expect("in range");
            let id = of(1, timeframe);
            let rows = app.bars.describe(&id, &resampling, None, None).await.expect("there").rows;
            assert!(rows > 10);
            for (as_of, rows) in [(i64::MIN, 0), (0, 0), (MINUTE - 1, 0), (i64::MAX, rows)] {
                let facts = app.bars.describe(&id, &resampling, Some(as_of), None).await.expect("there");
                assert_eq!(facts.rows, rows, "{timeframe} {include_forming} as of {as_of}");
                assert_eq!(facts.last_time.is_some(), rows > 0);
            }
        }
    }
    app.close().await;
}

#[tokio::test]
async fn a_caller_with_a_time_sees_nothing_later() {
    let (_directory, app) = filled(0..100).await;
    let identity = Identity { as_of: Some(40 * MINUTE), ..Identity::new("past", [Scope::Read, Scope::Write]) };
    let context = CallContext { identity: Some(Arc::new(identity)), ..CallContext::default() };
    let ask = async |as_of: Option<i64>| -> Result<(usize, Option<i64>), Error> {
        let answer = app.compute.unary(question(1, Span::ALL.as_of(as_of), &["close"]), &context).await?;
        Ok((answer.rows(), answer.as_of))
    };
    let rows = |minutes: i64| (0..minutes).filter(|&minute| has(1, minute)).count();
    assert_eq!(ask(None).await.expect("computed"), (rows(40), Some(40 * MINUTE)));
    assert_eq!(ask(Some(90 * MINUTE)).await.expect("computed"), (rows(40), Some(40 * MINUTE)));
    assert_eq!(ask(Some(20 * MINUTE)).await.expect("computed"), (rows(20), Some(20 * MINUTE)));
    let facts = app.bars.describe(&id(1), &Resampling::default(), None, &context).await.expect("there");
    assert_eq!((facts.rows as usize, facts.as_of), (rows(40), Some(40 * MINUTE)));
    let listed = app.bars.list("S1", None, None, 9, &context).await.expect("listed");
    assert_eq!((listed[0].rows as usize, listed[0].last_time), (rows(40), facts.last_time));

    let save = async |as_of: Option<i64>, context: &CallContext| {
        let persist = Some(Persist { ttl: None });
        let question = Question { persist, ..question(1, Span::ALL.as_of(as_of), &["close"]) };
        app.compute.unary(question, context).await.expect("saved").key.expect("a key")
    };
    let now = save(None, &CallContext::default()).await;
    let then = save(None, &context).await;
    assert_ne!(now, then);
    let (info, answer) = app.saved.read(&then, &context).await.expect("its own");
    assert_eq!((info.about.span.as_of_time(), answer.as_of), (Some(40 * MINUTE), Some(40 * MINUTE)));
    let error = app.saved.read(&now, &context).await.expect_err("refused");
    assert!(error.to_string().contains("as_of"), "{error}");
    let (listed, _) = app.saved.list(String::new(), String::new(), 9, &context).await.expect("listed");
    assert_eq!(listed.iter().map(|info| &*info.key).collect::<Vec<_>>(), [&*then]);
    app.close().await;
}

#[tokio::test]
async fn equal_values_as_of_two_times_are_two_results() {
    let (_directory, app) = filled(0..100).await;
    let as_of = |minute: i64| {
        let identity = Identity { as_of: Some(minute * MINUTE), ..Identity::new("past", [Scope::Read, Scope::Write]) };
        CallContext { identity: Some(Arc::new(identity)), ..CallContext::default() }
    };
    // No bar of the series closes from minute 60 to 95, so both see the same bars.
    let (early, late, now) = (as_of(70), as_of(80), CallContext::default());
    let save = async |asked: Option<i64>, context: &CallContext| {
        let persist = Some(Persist { ttl: None });
        let question = Question { persist, ..question(1, Span::ALL.as_of(asked), &["close"]) };
        app.compute.unary(question, context).await.expect("saved").key.expect("a key")
    };
    // Those who see more save first.
    let keys = [
        save(None, &now).await,
        save(Some(80 * MINUTE), &now).await,
        save(None, &late).await,
        save(None, &early).await,
        save(Some(60 * MINUTE), &late).await,
    ];
    let times = [None, Some(80), Some(80), Some(70), Some(60)].map(|minute| minute.map(|minute: i64| minute * MINUTE));
    for (caller, seen) in [(&now, i64::MAX), (&late, 80 * MINUTE), (&early, 70 * MINUTE)] {
        let (listed, _) = app.saved.list(String::new(), String::new(), 9, caller).await.expect("listed");
        for (key, time) in keys.iter().zip(times) {
            let is_seen = seen == i64::MAX || time.is_some_and(|time| time <= seen);
            assert_eq!(
                app.saved.read(key, caller).await.map(|(info, _)| info.about.span.as_of_time()).ok(),
                is_seen.then_some(time)
            );
            assert_eq!(listed.iter().any(|info| info.key == **key), is_seen);
            assert_eq!(app.saved.expire(key, None, caller).await.is_ok(), is_seen, "{key}");
            if !is_seen {
                let refused = app.saved.delete(key, caller).await.expect_err("not seen").to_string();
                assert!(refused.contains("as_of"), "{refused}");
            }
        }
    }
    app.saved.delete(&keys[3], &early).await.expect("its own");
    assert_eq!(save(None, &early).await, keys[3]);
    app.close().await;
}

#[tokio::test]
async fn a_gap_is_filled_once_a_later_bar_is_in_a_session() {
    // The last regular trade is at 14:10 in New York, and one after hours at 16:30.
    let monday = [(MONDAY + 15 * 60, 3), (MONDAY + 19 * 60 + 10, 3), (MONDAY + 21 * 60 + 30, 3)];
    let (_directory, app) = filled_with(&monday).await;
    let resampling = Resampling::new(0, Fill::Previous, false).and_then(|plain| plain.by_name("XNYS")).expect("valid");
    let times = async |app: &Arc<App>, as_of| {
        let (read, _) = reported(app, &of(1, "1h"), &resampling, Span::ALL.as_of(as_of)).await;
        let times = read[0].as_chunks().0.iter().map(|&time| i64::from_le_bytes(time) / MINUTE - MONDAY);
        times.collect::<Vec<_>>()
    };
    let expected = [14 * 60 + 30, 15 * 60 + 30, 16 * 60 + 30, 17 * 60 + 30, 18 * 60 + 30];
    assert_eq!(times(&app, None).await, expected);
    ingest(&app, 1, bars([MONDAY + 1440 + 14 * 60 + 40].into_iter(), 0)).await;
    assert_eq!(times(&app, Some((MONDAY + 22 * 60) * MINUTE)).await, expected, "Tuesday is not known");
    assert_eq!(times(&app, None).await, [&expected[..], &[19 * 60 + 30, 20 * 60 + 30]].concat());
    app.close().await;
}
