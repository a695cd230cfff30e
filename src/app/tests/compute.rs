//! Computing: every path gives the same bits, before and after every kind of change.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::fixture::{MINUTE, SMALL, app, app_with, bars, id, ingest, inline, last, question, read, whole};
use crate::app::write::segment_writer::Sizes;
use crate::app::{Adjust, Answer, App, Error, Question, Questions};
use crate::series::{Bars, Resampling, SeriesId, Span};

const TEXTS: [&str; 3] = ["sma(20)", "close", "sma(sma(volume, 3), 7)"];

fn batch(
    app: &Arc<App>,
    series: &[usize],
    span: Span,
    texts: &[&str],
) -> BoxStream<'static, (usize, Result<Answer, Error>)> {
    let series: Vec<SeriesId> = series.iter().map(|&series| id(series)).collect();
    let compiled = app.compute.compile(texts).expect("valid");
    let batch = Questions { series, resampling: Resampling::default(), span, compiled, adjust: Adjust::None };
    app.compute.batch(batch, None).expect("begun").boxed()
}

/// The answer by every path; all must be bitwise equal.
async fn every_road(app: &Arc<App>, span: Span, all: &Bars) -> Answer {
    let question = question(1, span, &TEXTS);
    let unary = app.compute.unary(question.clone(), None).await.expect("computed");
    let stream = app.compute.stream(question.clone(), None).await.expect("begun");
    assert_eq!(whole(stream).await.expect("computed"), unary);
    let (place, answer) = batch(app, &[1], span, &TEXTS).next().await.expect("one answer");
    assert_eq!((place, &answer.expect("computed")), (0, &unary));
    let inline = app.compute.unary(inline(all, &question), None).await.expect("computed");
    assert_eq!((&inline.times, &inline.columns, inline.epoch), (&unary.times, &unary.columns, 0));
    unary
}

#[tokio::test]
async fn every_road_gives_the_same_bits() {
    let sizes = Sizes { tail_max: 900, tail_keep: 300, segment_max: 2500 };
    let (_directory, app) = app_with(sizes, |config| config.limits.chunk_bytes_max = 32 * 777);
    let all = bars(0..9000, 0);
    for start in (0..9000).step_by(1000) {
        ingest(&app, 1, bars(start..start + 1000, 0)).await;
    }
    let facts = app.bars.get(&id(1)).expect("there");
    assert!(facts.segments >= 3 && facts.tail_rows >= 300, "{facts:?}");
    let full = every_road(&app, Span::ALL, &all).await;
    assert_eq!(full.facts.iter().map(|facts| facts.lookback).collect::<Vec<_>>(), [19, 0, 8]);
    let border = facts.rows as i64 - facts.tail_rows as i64;
    for (from, to) in [(0, 1), (0, 9000), (5, 25), (2499, 2502), (border - 1, border + 1), (border, 9000), (8999, 9000)]
    {
        let span = Span::new(Some(from * MINUTE), Some(to * MINUTE), None).expect("valid");
        let part = every_road(&app, span, &all).await;
        let bytes = 8 * from as usize..8 * to as usize;
        assert_eq!(part.times, full.times.slice(bytes.clone()), "{from}..{to}");
        for (column, whole) in part.columns.iter().zip(&full.columns) {
            assert_eq!(column, &whole.slice(bytes.clone()), "{from}..{to}");
        }
    }
    let empty = Span::new(Some(9000 * MINUTE), None, None).expect("valid");
    assert_eq!(every_road(&app, empty, &all).await.rows(), 0);
    app.close().await;
}

#[tokio::test]
async fn chunks_are_as_long_as_they_may_be() {
    let (_directory, app) = app_with(SMALL, |config| config.limits.chunk_bytes_max = 1000);
    ingest(&app, 1, bars(0..500, 0)).await;
    let chunks = app.compute.stream(question(1, Span::ALL, &["close", "sma(3)"]), None).await.expect("begun");
    let rows: Vec<_> = chunks.map(|chunk| chunk.expect("computed").rows()).collect().await;
    assert!(rows[..rows.len() - 1].iter().all(|&rows| rows == 1000 / 24) && rows.iter().sum::<usize>() == 500);
    app.close().await;
}

#[tokio::test]
async fn cached_answers_are_those_that_are_computed() {
    let (_directory, app) = app();
    let mut minutes: Vec<i64> = (10..60_000).collect();
    ingest(&app, 1, bars(minutes.iter().copied(), 0)).await;
    let span = last(50_000);
    let texts = ["sma(20)", "sma(sma(volume, 3), 7)"];
    let computed = || app.metrics().computed;
    let changes: [(&str, Vec<i64>, u32); 5] = [
        ("the forming bar", vec![59_999], 1),
        ("a new bar", vec![60_000], 0),
        ("a sealed bar", vec![30_000], 1),
        ("an older bar", vec![3], 0),
        ("the same again", vec![3], 0),
    ];
    let mut before = app.compute.unary(question(1, span, &texts), None).await.expect("computed");
    for (what, at, variant) in changes {
        let receipt = ingest(&app, 1, bars(at.iter().copied(), variant)).await;
        minutes.extend(at);
        minutes.sort_unstable();
        minutes.dedup();
        let first = app.compute.unary(question(1, span, &texts), None).await.expect("computed");
        let made = computed();
        let again = app.compute.unary(question(1, span, &texts), None).await.expect("computed");
        assert_eq!((computed(), &again), (made, &first), "{what}: from the cache");
        assert_eq!(first != before, receipt.ignored == 0, "{what}");
        let (all, _) = read(&app, 1, Span::ALL).await.expect("readable");
        assert_eq!(all.times.len(), minutes.len());
        let inline = inline(&Bars::new(all).expect("valid"), &question(1, span, &texts));
        let inline = app.compute.unary(inline, None).await.expect("computed");
        assert_eq!((first.times.clone(), first.columns.clone()), (inline.times, inline.columns), "{what}");
        before = first;
    }
    // A new series under the old name, at an epoch and length that the old one had.
    app.write.delete(id(1)).await.expect("deleted");
    ingest(&app, 1, bars(minutes.iter().copied(), 1)).await;
    let anew = app.compute.unary(question(1, span, &texts), None).await.expect("computed");
    assert!(anew.epoch == 1 && anew.columns != before.columns);
    app.close().await;
}

#[tokio::test]
async fn a_batch_answers_for_each_series() {
    let (_directory, app) = app_with(SMALL, |config| config.limits.batch_answer_bytes_max = 16 * 200);
    for series in 0..20 {
        ingest(&app, series, bars(0..100 + series as i64, 0)).await;
    }
    ingest(&app, 20, bars(0..201, 0)).await;
    let all: Vec<usize> = (0..22).collect();
    let mut answers: Vec<_> = batch(&app, &all, Span::ALL, &["sma(3)"]).collect().await;
    answers.sort_by_key(|(place, _)| *place);
    assert_eq!(answers.iter().map(|(place, _)| *place).collect::<Vec<_>>(), all);
    for (place, answer) in &answers[..20] {
        assert_eq!(answer.as_ref().expect("computed").rows(), 100 + place);
    }
    let (too_much, none) = (&answers[20].1, &answers[21].1);
    assert!(matches!(too_much, Err(Error::TooMuch { limit: "batch_answer_bytes_max", needed: 3216, .. })));
    assert!(matches!(none, Err(Error::NoSeries(_))));
    assert_eq!(app.metrics().work_in_flight, 0);
    app.close().await;
}

#[tokio::test]
async fn what_is_too_much_is_refused_by_name() {
    let (_directory, app) = app_with(SMALL, |config| {
        config.limits.answer_bytes_max = 799;
        config.limits.window_bars_max = 500;
        config.limits.answer_rows_max = 99;
    });
    ingest(&app, 1, bars(0..100, 0)).await;
    let refused =
        async |span, text| app.compute.unary(question(1, span, &[text]), None).await.expect_err("refused").to_string();
    assert_eq!(
        refused(Span::ALL, "close").await,
        "answer_rows_max allows at most 99, the request needs 100; use a shorter range"
    );
    assert!(refused(last(50), "close").await.starts_with("answer_bytes_max allows at most 799, the request needs 800"));
    let long = app.compute.compile(&["sma(600)"]).expect_err("refused").to_string();
    assert!(long.starts_with("window_bars_max allows at most 500"), "{long}");
    assert!(matches!(app.compute.unary(question(7, last(5), &["close"]), None).await, Err(Error::NoSeries(_))));
    app.compute.unary(question(1, last(49), &["close"]), None).await.expect("computed");
    assert_eq!(app.metrics().work_in_flight, 0);
    app.close().await;
}

#[tokio::test]
async fn a_small_answer_is_computed_once_until_the_next_bar() {
    let (_directory, app) = app();
    ingest(&app, 1, bars(0..100, 0)).await;
    let ask = async |span, text: &str| {
        let compiled = app.compute.compile(&[text]).expect("valid");
        let question = Question { compiled, ..question(1, span, &[text]) };
        let before = app.compute.computed();
        let answer = app.compute.unary(question, None).await.expect("computed");
        (answer, app.compute.computed() - before)
    };
    let (first, computed) = ask(last(1), "ema(5)").await;
    assert_eq!(computed, 1);
    assert_eq!(ask(last(1), "ema(5)").await, (first.clone(), 0));
    for (span, text) in [(last(2), "ema(5)"), (last(1), "ema(6)")] {
        assert_eq!(ask(span, text).await.1, 1, "{text}");
    }
    ingest(&app, 1, bars(100..101, 0)).await;
    let (next, computed) = ask(last(1), "ema(5)").await;
    assert_eq!(computed, 1);
    assert_ne!((next.epoch, &next.columns), (first.epoch, &first.columns));
}

#[tokio::test]
async fn a_small_answer_does_not_keep_its_plan() {
    let (_directory, app) = app();
    ingest(&app, 1, bars(0..100, 0)).await;
    let question = question(1, last(1), &["ema(5)"]);
    let plan = Arc::downgrade(&question.compiled);
    app.compute.unary(question, None).await.expect("computed");
    assert!(plan.upgrade().is_none());
}

#[tokio::test]
async fn the_future_of_a_call_is_small() {
    let (_directory, app) = app();
    let call = app.compute.unary(question(1, last(1), &["close"]), None);
    assert!(size_of_val(&call) <= 2560, "{} bytes are copied when a call begins", size_of_val(&call));
    drop(call);
    app.close().await;
}
