//! Joined series: every path gives the bits of bars joined one by one, and no cached answer outlives its bars.

use std::sync::Arc;

use futures_util::StreamExt;

use super::fixture::{MINUTE, app, app_with, bar, bars, id, ingest, inline, last, question, whole};
use crate::app::write::segment_writer::Sizes;
use crate::app::{Adjust, Answer, App, Error, Join, Question, Questions};
use crate::series::{Bars, Columns, Resampling, Span};

/// Expressions over two series, and the same over one whose volume is the close of the other.
const TEXTS: [[&str; 2]; 7] = [
    ["close@S2", "volume"],
    ["correl(close, close@S2, 9)", "correl(close, volume, 9)"],
    ["ema(close@\"S2\", 9)", "ema(volume, 9)"],
    ["ffill(close@S2)", "ffill(volume)"],
    ["close / close@S2", "close / volume"],
    ["sma(close@S2 - shift(close@S2, 3), 5)", "sma(volume - shift(volume, 3), 5)"],
    ["rsi(14)", "rsi(14)"],
];

const ROWS: i64 = 9000;

fn texts(way: usize) -> [&'static str; 7] {
    TEXTS.map(|pair| pair[way])
}

/// The minutes of the other series: some are missing, some it has alone.
fn has(minute: i64) -> bool {
    minute % 7 != 3 && !(2000..4500).contains(&minute) && minute < ROWS - 5
}

/// The bars of the one, with the close of the other as their volume.
fn joined(minutes: impl Iterator<Item = i64>, variant: impl Fn(i64) -> u32) -> Bars {
    let mut columns = Columns::default();
    for minute in minutes {
        let volume = if has(minute) { bar(minute, variant(minute)).close } else { f64::NAN };
        columns.push(crate::series::Bar { volume, ..bar(minute, 0) });
    }
    Bars::with_gaps(columns).expect("valid")
}

/// The minutes of the one series.
fn own() -> impl Iterator<Item = i64> {
    (0..ROWS).filter(|minute| minute % 11 != 5)
}

async fn filled(app: &App) {
    ingest(app, 1, bars(own(), 0)).await;
    for start in (-500..ROWS + 500).step_by(1000) {
        let mut minutes = (start..start + 1000).filter(|&minute| has(minute)).peekable();
        if minutes.peek().is_some() {
            ingest(app, 2, bars(minutes, 3)).await;
        }
    }
}

/// The answer by every path; all must be bitwise equal.
async fn every_road(app: &Arc<App>, question: &Question) -> Answer {
    let unary = app.compute.unary(question.clone(), None).await.expect("computed");
    let stream = app.compute.stream(question.clone(), None).await.expect("begun");
    assert_eq!(whole(stream).await.expect("computed"), unary);
    let (span, compiled) = (question.span, Arc::clone(&question.compiled));
    let batch =
        Questions { series: vec![id(1)], resampling: Resampling::default(), span, compiled, adjust: Adjust::None };
    let batch = app.compute.batch(batch, None).expect("begun");
    let answers: Vec<_> = batch.collect().await;
    assert_eq!(answers[0].1.as_ref().expect("computed"), &unary);
    unary
}

#[tokio::test]
async fn every_road_gives_the_bits_of_bars_joined_one_by_one() {
    let sizes = Sizes { tail_max: 900, tail_keep: 300, segment_max: 2500 };
    let (_directory, app) = app_with(sizes, |config| config.limits.chunk_bytes_max = 64 * 777);
    filled(&app).await;
    let all = joined(own(), |_| 3);
    let epoch = app.bars.get(&id(2)).expect("there").epoch;
    for (from, to) in [(0, ROWS), (0, 1), (1990, 2010), (2500, 2600), (4499, 4501), (ROWS - 20, ROWS)] {
        let span = Span::new(Some(from * MINUTE), Some(to * MINUTE), None).expect("valid");
        let answer = every_road(&app, &question(1, span, &texts(0))).await;
        let expected = app.compute.unary(inline(&all, &question(1, span, &texts(1))), None).await.expect("computed");
        assert_eq!((&answer.times, &answer.columns), (&expected.times, &expected.columns), "{from}..{to}");
        let rows = own().filter(|minute| (from..to).contains(minute));
        let matched = rows.filter(|&minute| has(minute)).count() as u64;
        let missing = answer.rows() as u64 - matched;
        assert_eq!(*answer.joins, [Join { series: id(2), epoch, matched, missing }]);
    }
    let nothing = Span::new(Some(-9 * MINUTE), Some(-8 * MINUTE), None).expect("valid");
    let answer = every_road(&app, &question(1, nothing, &texts(0))).await;
    assert_eq!((answer.rows(), answer.joins[0].matched, answer.joins[0].missing), (0, 0, 0));
}

#[tokio::test]
async fn a_change_of_the_other_series_is_seen_at_once() {
    let (_directory, app) = app_with(Sizes { tail_max: 900, tail_keep: 300, segment_max: 2500 }, |_| ());
    filled(&app).await;
    for (round, changed) in [40..60, 8000..8100].into_iter().enumerate() {
        for span in [Span::ALL, last(3)] {
            let variant = |minute: i64| if round > 0 && (40..60).contains(&minute) { 5 } else { 3 };
            let expected = inline(&joined(own(), variant), &question(1, span, &texts(1)));
            let expected = app.compute.unary(expected, None).await.expect("computed");
            // Twice: a cached first answer must not be returned once it is stale.
            for _ in 0..2 {
                let answer = every_road(&app, &question(1, span, &texts(0))).await;
                assert_eq!(answer.columns, expected.columns, "round {round}");
            }
        }
        ingest(&app, 2, bars(changed.filter(|&minute| has(minute)), 5)).await;
    }
}

#[tokio::test]
async fn what_cannot_be_joined_is_told() {
    let (_directory, app) = app_with(Sizes::default(), |config| config.limits.joined_series_max = 2);
    ingest(&app, 1, bars(0..50, 0)).await;
    ingest(&app, 2, bars(0..50, 0)).await;
    let asked = |texts: &[&str]| app.compute.unary(question(1, Span::ALL, texts), None);
    let error = asked(&["close", "close@S2 + close@S3"]).await.expect_err("there is no S3");
    assert!(matches!(&error, Error::NoSeries(missing) if *missing == id(3)), "{error}");
    let error = app.compute.compile(&["close@S1 + close@S2", "sma(close@S3)"]).expect_err("too many");
    assert_eq!(error.to_string(), "joined_series_max allows at most 2, the request needs 3; join fewer series");
    let error = app.compute.unary(inline(&bars(0..5, 0), &question(1, Span::ALL, &["close@S2"])), None).await;
    let error = error.expect_err("bars sent along");
    assert_eq!(error.to_string(), "expressions must be without other series if the request has bars, got a column @S2");
    // One series fails to join; the rest proceeds.
    let compiled = app.compute.compile(&["close@S2"]).expect("valid");
    let batch = Questions {
        series: vec![id(1), id(9)],
        resampling: Resampling::default(),
        span: Span::ALL,
        compiled,
        adjust: Adjust::None,
    };
    let batch = app.compute.batch(batch, None).expect("begun");
    let mut answers: Vec<_> = batch.collect().await;
    answers.sort_by_key(|(place, _)| *place);
    assert!(answers[0].1.is_ok() && matches!(answers[1].1, Err(Error::NoSeries(_))));
}

#[tokio::test]
async fn a_series_is_its_own_partner() {
    let (_directory, app) = app();
    ingest(&app, 1, bars(0..100, 0)).await;
    let answer = every_road(&app, &question(1, Span::ALL, &["close@S1", "close", "close@S1 == close"])).await;
    assert_eq!(answer.columns[0], answer.columns[1]);
    assert_eq!((answer.joins[0].matched, answer.joins[0].missing), (100, 0));
}
