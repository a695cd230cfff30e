//! Resampled series against their definition, after every kind of change and by every path.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::StreamExt;
use proptest::prelude::*;
use tokio::time::Instant;

use super::fixture::{MINUTE, SMALL, app, app_with, bars, id, ingest, inline, last, numbers, question, reading, whole};
use crate::app::bars::resample::find::Pending;
use crate::app::bars::visible::View;
use crate::app::write::segment_writer::Sizes;
use crate::app::{
    Adjust, Answer, App, BarsChunk, BarsFrom, BarsQuestion, CallContext, Error, Persist, Question, Questions,
};
use crate::series::{Bar, Bars, Columns, Fill, Resampling, SeriesId, Span};

const TEXTS: [&str; 3] = ["close", "sma(3)", "ema(volume, 4)"];

fn resampling(offset_minutes: i32, fill: Fill, include_forming: bool) -> Resampling {
    Resampling::new(offset_minutes, fill, include_forming).expect("in range")
}

fn of(timeframe: &str) -> SeriesId {
    SeriesId { timeframe: timeframe.parse().expect("valid"), ..id(1) }
}

async fn read(app: &Arc<App>, id: &SeriesId, resampling: &Resampling) -> Result<(Columns, u64), Error> {
    let asked = BarsQuestion { resampling: *resampling, ..reading(id.clone(), Span::ALL) };
    let mut chunks = app.bars.read(asked, &CallContext::default()).await?;
    let (mut columns, mut epoch) = (Columns::default(), 0);
    while let Some(chunk) = chunks.next().await {
        let BarsChunk { times, columns: values, epoch: of, derived_from, .. } = chunk?;
        assert_eq!(derived_from, Some("1m".parse().expect("valid")));
        columns.times.extend(times.as_chunks().0.iter().map(|&bytes| i64::from_le_bytes(bytes)));
        let Columns { open, high, low, close, volume, .. } = &mut columns;
        [open, high, low, close, volume].into_iter().zip(&values).for_each(|(to, from)| to.extend(numbers(from)));
        epoch = of;
    }
    Ok((columns, epoch))
}

/// Bars of so many minutes, by definition.
fn model(bars: &BTreeMap<i64, Bar>, minutes: i64, resampling: &Resampling) -> Columns {
    let (length, offset) = (minutes * MINUTE, i64::from(resampling.offset_minutes()) * MINUTE);
    let mut made: BTreeMap<i64, Bar> = BTreeMap::new();
    for bar in bars.values() {
        let time = (bar.time - offset).div_euclid(length) * length + offset;
        let all = made.entry(time).or_insert(Bar { time, volume: 0.0, ..*bar });
        all.high = all.high.max(bar.high);
        all.low = all.low.min(bar.low);
        all.close = bar.close;
        all.volume += bar.volume;
    }
    let newest = bars.keys().next_back().map_or(i64::MIN, |time| time + MINUTE);
    let mut columns = Columns::default();
    for (&time, &bar) in &made {
        while let (Some(&before), Some(&close)) = (columns.times.last(), columns.close.last())
            && resampling.fill != Fill::None
            && before + length < time
        {
            let price = if resampling.fill == Fill::Nan { f64::NAN } else { close };
            let time = before + length;
            columns.push(Bar { time, open: price, high: price, low: price, close: price, volume: 0.0 });
        }
        if resampling.include_forming || time + length <= newest {
            columns.push(bar);
        }
    }
    columns
}

fn same(one: &Columns, two: &Columns) -> bool {
    let bits = |c: &Columns| {
        [&c.open, &c.high, &c.low, &c.close, &c.volume].map(|v| v.iter().map(|v| v.to_bits()).collect::<Vec<_>>())
    };
    one.times == two.times && bits(one) == bits(two)
}

async fn check(app: &Arc<App>, bars: &BTreeMap<i64, Bar>, epoch: u64) {
    for (minutes, offset, fill) in [
        (5, 0, Fill::None),
        (60, 0, Fill::Previous),
        (15, 7, Fill::Nan),
        (240, -30, Fill::None),
        (1, 0, Fill::Previous),
    ] {
        for include_forming in [false, true] {
            let resampling = resampling(offset, fill, include_forming);
            let (id, expected) = (of(&format!("{minutes}m")), model(bars, minutes, &resampling));
            let (read, at) = read(app, &id, &resampling).await.expect("made");
            assert!(same(&read, &expected), "{id} {resampling:?}\n{read:?}\n{expected:?}");
            assert_eq!(at, epoch);
            let facts = app.bars.describe(&id, &resampling, None, None).await.expect("made");
            let times = (expected.times.first().copied(), expected.times.last().copied());
            assert_eq!((facts.rows as usize, facts.epoch), (expected.times.len(), epoch));
            assert_eq!((facts.first_time, facts.last_time), times);
            let Ok(bars) = Bars::with_gaps(expected) else { continue };
            let question = Question { from: BarsFrom::Series(id), resampling, ..question(1, last(40), &TEXTS) };
            let answer = every_road(app, &question).await;
            let sent = app.compute.unary(inline(&bars, &question), None).await.expect("computed");
            assert_eq!((answer.times, answer.columns), (sent.times, sent.columns));
        }
    }
}

async fn every_road(app: &Arc<App>, question: &Question) -> Answer {
    let unary = app.compute.unary(question.clone(), None).await.expect("computed");
    let stream = app.compute.stream(question.clone(), None).await.expect("begun");
    assert_eq!(whole(stream.boxed()).await.expect("computed"), unary);
    let BarsFrom::Series(id) = &question.from else { panic!("it is about a series") };
    let Question { resampling, span, compiled, .. } = question.clone();
    let batch = Questions { series: vec![id.clone()], resampling, span, compiled, adjust: Adjust::None };
    let mut answers = app.compute.batch(batch, None).expect("begun").boxed();
    assert_eq!(answers.next().await.expect("one answer").1.expect("computed"), unary);
    assert_eq!(unary.derived_from, Some("1m".parse().expect("valid")));
    unary
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn derived_bars_are_what_they_are_defined_to_be(
        // Short and long, new and old, dense and sparse; few variants, so that some correct others.
        batches in prop::collection::vec((0..900_i64, 1..300_i64, 1..90_usize, 0..3_u32), 1..8),
        tail_max in 4..200_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (_directory, app) = app_with(Sizes { tail_max, tail_keep: 3, segment_max: 1 << 20 }, |_| ());
            let mut all = BTreeMap::new();
            for (start, length, stride, variant) in batches {
                let batch = bars((start - 100..start - 100 + length).step_by(stride), variant);
                all.extend((0..batch.len()).map(|row| (batch.times()[row], batch.bar(row))));
                let epoch = ingest(&app, 1, batch).await.epoch;
                check(&app, &all, epoch).await;
            }
            app.close().await;
        });
    }
}

#[tokio::test]
async fn closed_bars_of_a_prefix_are_a_prefix() {
    let (_directory, app) = app_with(SMALL, |_| ());
    let mut seen: Vec<Columns> = Vec::new();
    for start in (0..400).step_by(7) {
        ingest(&app, 1, bars(start..start + 7, 0)).await;
        seen.push(read(&app, &of("15m"), &Resampling::default()).await.expect("made").0);
    }
    let all = seen.last().expect("there are some");
    for (rows, before) in seen.iter().enumerate().map(|(index, before)| ((index + 1) * 7 / 15, before)) {
        assert_eq!(before.times.len(), rows, "a bar is closed as soon as its last minute is there");
        assert_eq!((&before.close[..], &before.volume[..]), (&all.close[..rows], &all.volume[..rows]));
    }
    app.close().await;
}

/// The source bars still to be folded; `None` when the series is ready.
fn to_do(app: &App) -> Option<u64> {
    match app.bars.resolve(&of("1h"), &Resampling::default(), &View::default(), 0).expect("it can be made").pending {
        Pending::Ready(_) => None,
        Pending::Look(_) => panic!("nothing has to be read before"),
        Pending::Resample(resample_plan) => Some(resample_plan.cost() / 4),
    }
}

#[tokio::test]
async fn new_bars_go_on_and_corrections_begin_anew() {
    let (_directory, app) = app();
    ingest(&app, 1, bars(0..100_000, 0)).await;
    let ask = async || read(&app, &of("1h"), &Resampling::default()).await.expect("made").0;
    assert_eq!(to_do(&app), Some(100_000));
    let first = ask().await;
    assert_eq!(to_do(&app), None);
    ingest(&app, 1, bars(100_000..100_100, 0)).await;
    let tail = app.bars.get(&id(1)).expect("there").tail_rows;
    assert_eq!(to_do(&app), Some(tail), "only the tail");
    let second = ask().await;
    assert_eq!(second.close[..first.times.len()], first.close[..]);
    ingest(&app, 1, bars(50_039..50_040, 2)).await;
    assert_eq!(to_do(&app), Some(100_100));
    let third = ask().await;
    let changed: Vec<_> = (0..second.times.len()).filter(|&row| second.close[row] != third.close[row]).collect();
    assert_eq!(changed, [50_039 / 60]);
    app.write.delete(id(1)).await.expect("deleted");
    assert!(matches!(
        app.bars.resolve(&of("1h"), &Resampling::default(), &View::default(), 0),
        Err(Error::NoSeries(_))
    ));
    ingest(&app, 1, bars(0..120, 1)).await;
    assert_eq!(ask().await.times.len(), 2, "another series of the same name");
    app.close().await;
}

#[tokio::test]
async fn the_longest_that_fits_is_taken_and_others_are_named() {
    let (_directory, app) = app();
    for timeframe in ["1m", "15m", "4h"] {
        app.write.ingest(of(timeframe), bars(0..1000, 0)).await.expect("stored");
    }
    for (timeframe, offset, from) in [
        ("1h", 0, "15m"),
        ("5m", 0, "1m"),
        ("1d", 0, "4h"),
        ("1d", 30, "15m"),
        ("4h", 0, ""),
        ("4h", 240, ""),
        ("1w", 7, "1m"),
    ] {
        let facts =
            app.bars.describe(&of(timeframe), &resampling(offset, Fill::None, false), None, None).await.expect("made");
        let expected = facts.derived_from.map(|from| from.to_string()).unwrap_or_default();
        assert_eq!(expected, from, "{timeframe} {offset}");
    }
    let refused = async |symbol: &str, timeframe: &str, offset| {
        let id = SeriesId::parse(symbol, timeframe).expect("valid");
        app.bars
            .describe(&id, &resampling(offset, Fill::None, false), None, None)
            .await
            .expect_err("refused")
            .to_string()
    };
    assert_eq!(
        refused("S1", "90s", 0).await,
        "series S1 90s does not exist and cannot be resampled from the stored timeframes (1m, 15m, 4h)"
    );
    app.write.delete(of("1m")).await.expect("deleted");
    assert_eq!(
        refused("S1", "1d", 7).await,
        "series S1 1d with session_offset_minutes 7 does not exist and cannot be resampled from the stored timeframes \
         (15m, 4h)"
    );
    assert_eq!(refused("NONE", "1h", 0).await, "series NONE 1h does not exist");
    app.close().await;
}

#[tokio::test]
async fn derived_bars_count_for_the_limits() {
    let (_directory, app) = app_with(SMALL, |config| config.limits.answer_rows_max = 99);
    let century = 100 * 366 * 1440;
    ingest(&app, 1, bars([0, century].into_iter(), 0)).await;
    ingest(&app, 2, bars((0..1_000).step_by(990), 0)).await;
    let refused = async |series, fill| {
        let id = SeriesId { timeframe: "2m".parse().expect("valid"), ..id(series) };
        let resampling = resampling(0, fill, true);
        let question = Question { from: BarsFrom::Series(id), resampling, ..question(series, Span::ALL, &["close"]) };
        app.compute.unary(question, None).await.map(|answer| answer.rows()).map_err(|error| error.to_string())
    };
    assert_eq!(refused(1, Fill::None).await, Ok(2));
    let bytes = (century / 2 + 1) * 48;
    let expected = format!(
        "resampled_bytes_max allows at most 268435456, the request needs {bytes}; use a longer timeframe, or do not fill gaps"
    );
    assert_eq!(refused(1, Fill::Previous).await, Err(expected));
    let expected = "answer_rows_max allows at most 99, the request needs 496; use a shorter range";
    assert_eq!(refused(2, Fill::Nan).await, Err(expected.into()));
    assert_eq!(app.metrics().work_in_flight, 0);
    app.close().await;
}

#[tokio::test]
async fn a_deadline_holds_for_what_must_be_made() {
    let (_directory, app) = app();
    ingest(&app, 1, bars(0..200_000, 0)).await;
    let over = Some(Instant::now());
    let described = app.bars.describe(&of("1h"), &Resampling::default(), None, over).await;
    assert!(matches!(described, Err(Error::Late)), "{described:?}");
    assert_eq!(to_do(&app), Some(200_000), "nothing was made");
    app.close().await;
}

#[tokio::test]
async fn other_series_of_a_question_are_made_alike() {
    let (_directory, app) = app();
    ingest(&app, 1, bars(0..1000, 0)).await;
    ingest(&app, 2, bars((0..1000).filter(|minute| minute / 60 % 3 != 1), 1)).await;
    let id = |series| SeriesId { timeframe: "1h".parse().expect("valid"), ..id(series) };
    let asked = Question { from: BarsFrom::Series(id(1)), ..question(1, Span::ALL, &["close@S2", "close - close@S1"]) };
    let answer = app.compute.unary(asked, None).await.expect("computed");
    let mut other = BTreeMap::new();
    let (two, _) = read(&app, &id(2), &Resampling::default()).await.expect("made");
    other.extend(two.times.iter().zip(&two.close));
    let times = answer.times.as_chunks().0.iter().map(|&bytes| i64::from_le_bytes(bytes));
    for ((time, joined), own) in times.zip(numbers(&answer.columns[0])).zip(numbers(&answer.columns[1])) {
        assert_eq!(joined.to_bits(), other.get(&time).map_or(f64::NAN, |&close| close).to_bits());
        assert_eq!(own, 0.0, "its own bars are those at hand");
    }
    assert_eq!((answer.rows(), answer.joins[0].matched), (16, 11));
    let persisted = Question { persist: Some(Persist { ttl: None }), ..question(1, Span::ALL, &["close@S2"]) };
    let key = app.compute.unary(persisted.clone(), None).await.expect("computed").key.expect("saved");
    let (info, kept) = app.saved.read(&key, None).await.expect("there");
    assert_eq!((info.about.rows, &kept.joins[0].series, kept.joins[0].epoch), (1000, &super::fixture::id(2), 1));
    ingest(&app, 2, bars(60..61, 1)).await;
    let other = app.compute.unary(persisted, None).await.expect("computed").key.expect("saved");
    assert_ne!(key, other, "another epoch of the other series is another answer");
    app.close().await;
}
