//! Screens: the condition holds where Compute says so, and every series is accounted for.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::StreamExt;

use super::fixture::{MINUTE, app, app_with, bar, bars, id, ingest, last, numbers, question};
use crate::app::write::segment_writer::Sizes;
use crate::app::{Adjust, App, Error, Hit, Screen, ScreenPart, ScreenSummary, ScreenTexts, Selection};
use crate::series::{Bars, Columns, Resampling};

async fn screen(
    app: &Arc<App>,
    symbols: &[&str],
    timeframe: &str,
    texts: ScreenTexts,
) -> Result<(Vec<Hit>, ScreenSummary), Error> {
    let symbols: Vec<String> = symbols.iter().map(|&symbol| symbol.to_owned()).collect();
    let selection = Selection::parse(&symbols, timeframe, app.limits())?;
    let query = app.compute.screen_query(texts)?;
    let question = Screen { selection, resampling: Resampling::default(), as_of: None, query, adjust: Adjust::None };
    let mut parts = std::pin::pin!(app.compute.screen(question, None)?);
    let (mut hits, mut summary) = (Vec::new(), None);
    while let Some(part) = parts.next().await {
        assert!(summary.is_none(), "the summary comes last");
        match part? {
            ScreenPart::Hit(hit) => hits.push(hit),
            ScreenPart::Summary(found) => summary = Some(found),
        }
    }
    Ok((hits, summary.expect("a screen ends with a summary")))
}

fn texts(condition: &str, shown: &[&str]) -> ScreenTexts {
    let expressions = shown.iter().map(|&text| text.to_owned()).collect();
    ScreenTexts { condition: condition.into(), expressions, ..ScreenTexts::default() }
}

/// A hundred series of different length.
async fn filled(app: &App) {
    for number in 0..100 {
        let rows = 10 + 7 * number as i64;
        ingest(app, number, bars((number as i64)..(number as i64 + rows), number as u32 % 5)).await;
    }
}

#[tokio::test]
async fn hits_are_the_series_where_compute_says_so() {
    let (_directory, app) = app();
    filled(&app).await;
    let condition = "rsi(14) < 50 and close > sma(30) * 0.5";
    // The second time answers are known from before.
    for _ in 0..2 {
        let (hits, summary) =
            screen(&app, &[], "1m", texts(condition, &["rsi(14)", "macd(3, 6, 2)"])).await.expect("done");
        let (mut expected, mut undefined) = (Vec::new(), 0);
        for number in 0..100 {
            let answer = question(number, last(1), &["rsi(14)", "macd(3, 6, 2)", condition]);
            let answer = app.compute.unary(answer, None).await.expect("computed");
            let values: Vec<f64> = answer.columns.iter().flat_map(|column| numbers(column)).collect();
            undefined += u64::from(values[4].is_nan());
            if values[4] == 1.0 {
                let time = numbers(&answer.times).next().expect("a row").to_bits() as i64;
                expected.push((id(number), time, values[..4].to_vec()));
            }
        }
        expected.sort_by(|one, two| one.0.cmp(&two.0));
        assert!(expected.len() > 5 && expected.len() < 95);
        let found: Vec<_> = hits.into_iter().map(|hit| (hit.series, hit.time, hit.values)).collect();
        assert_eq!(found, expected);
        assert_eq!((summary.scanned, summary.matched, summary.failed), (100, found.len() as u64, 0));
        assert_eq!(summary.undefined, undefined);
    }
    app.close().await;
}

#[tokio::test]
async fn the_best_hits_come_first() {
    let (_directory, app) = app();
    filled(&app).await;
    for ascending in [false, true] {
        let ranked = ScreenTexts { rank_by: "rsi(5)".into(), top: 9, ascending, ..texts("", &["rsi(5)"]) };
        let (hits, summary) = screen(&app, &["S*"], "1m", ranked).await.expect("done");
        let (all, _) = screen(&app, &["S*"], "1m", texts("", &["rsi(5)"])).await.expect("done");
        let mut values: Vec<f64> = all.iter().map(|hit| hit.values[0]).collect();
        values.sort_by(|one, two| if ascending { one.total_cmp(two) } else { two.total_cmp(one) });
        assert_eq!(hits.iter().map(|hit| hit.values[0]).collect::<Vec<_>>(), values[..9]);
        assert!(hits.iter().all(|hit| hit.rank == Some(hit.values[0])));
        assert_eq!((summary.matched, all.len()), (100, 100));
    }
    app.close().await;
}

#[tokio::test]
async fn series_are_chosen_by_name_pattern_and_timeframe() {
    let (_directory, app) = app_with(Sizes::default(), |config| config.limits.screen_failures_max = 1);
    filled(&app).await;
    let names = |hits: Vec<Hit>| hits.into_iter().map(|hit| hit.series.symbol.to_string()).collect::<Vec<_>>();
    let any = || texts("", &["close"]);
    let (hits, _) = screen(&app, &["S9?", "S9", "S91"], "1m", any()).await.expect("done");
    assert_eq!(names(hits), ["S9", "S90", "S91", "S92", "S93", "S94", "S95", "S96", "S97", "S98", "S99"]);
    // Longer timeframes are made of the stored one.
    let (hits, summary) = screen(&app, &["S9?"], "5m", any()).await.expect("done");
    assert_eq!((hits.len(), summary.failed), (10, 0));
    // A name that does not exist fails by itself.
    let (hits, summary) = screen(&app, &["S1", "GONE", "LOST"], "1m", any()).await.expect("done");
    assert_eq!((names(hits), summary.scanned, summary.failed), (vec!["S1".to_owned()], 3, 2));
    assert_eq!(summary.failures.len(), 1);
    assert!(matches!(&*summary.failures[0].1, Error::NoSeries(gone) if gone.symbol.as_str() == "GONE"));
    for (symbols, timeframe) in [(&["X*"][..], "1m"), (&["S*"], "30s")] {
        let error = screen(&app, symbols, timeframe, any()).await.expect_err("nothing matches");
        assert_eq!(error.kind(), crate::app::Kind::NotFound);
        assert!(error.to_string().starts_with("no series matches "), "{error}");
    }
    app.close().await;
}

#[tokio::test]
async fn the_forming_bar_does_not_count() {
    let (_directory, app) = app();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_nanos() as i64 / MINUTE;
    let mut columns = Columns::default();
    // The next minute too, in case this one ends during the test.
    (now - 20..=now + 1).for_each(|minute| columns.push(bar(minute, 0)));
    ingest(&app, 1, Bars::new(columns).expect("valid")).await;
    let (hits, _) = screen(&app, &["S1"], "1m", texts("close > 0", &["close"])).await.expect("done");
    assert!(hits[0].time == (now - 1) * MINUTE || hits[0].time == now * MINUTE, "{}", hits[0].time);
    app.close().await;
}

#[tokio::test]
async fn bad_screens_are_refused() {
    let (_directory, app) = app_with(Sizes::default(), |config| config.limits.screen_series_max = 50);
    filled(&app).await;
    for (symbols, timeframe, asked, path, message) in [
        (&["S1"][..], "1m", texts("rsi(0) < 3", &[]), Some("condition"), "period of rsi"),
        (&["S1"], "1m", texts("macd", &[]), Some("condition"), "one with a single output"),
        (&["S1"], "1m", texts("rsi(2..9) < 3", &[]), Some("condition"), "2..9 at byte 4 is a range"),
        (&["S1"], "1m", texts("close > 1", &["close", "clos"]), Some("expressions[1]"), "clos"),
        (&["S1"], "1m", texts("", &[]), Some("condition"), "nothing"),
        (&["S1"], "1m", ScreenTexts { top: 3, ..texts("close > 1", &[]) }, Some("top"), "unset without rank_by"),
        (&["S1"], "1m", ScreenTexts { rank_by: "macd".into(), ..texts("", &[]) }, Some("rank_by"), "single output"),
        (&["S 1"], "1m", texts("close > 1", &[]), Some("symbol"), "' '"),
        (&["S1"], "1x", texts("close > 1", &[]), Some("timeframe"), "1x"),
        (&["S*"], "1m", texts("close > 1", &[]), None, "screen_series_max allows at most 50, the request needs 100"),
    ] {
        let outcome = screen(&app, symbols, timeframe, asked.clone()).await;
        // A column that no series has is no mistake of the text.
        if path == Some("expressions[1]") {
            let (_, summary) = outcome.expect("done");
            let (_, error) = &summary.failures[0];
            assert_eq!((summary.failed, error.field().as_deref()), (1, path), "{error}");
            continue;
        }
        let error = outcome.err().unwrap_or_else(|| panic!("{asked:?}"));
        assert_eq!(error.field().as_deref(), path, "{error}");
        assert!(error.to_string().contains(message), "{error}");
    }
    app.close().await;
}

/// Also if their bars have to be resampled, each by work of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_screen_that_has_begun_is_not_refused_in_part() {
    let (_directory, app) = app_with(Sizes::default(), |config| {
        config.limits.queued_work_max_ms = 0;
    });
    for number in 0..100 {
        ingest(&app, number, bars(0..5_100, 0)).await;
    }
    let (hits, summary) = screen(&app, &[], "5m", texts("close > 0", &[])).await.expect("done");
    assert_eq!((summary.scanned, summary.failed, hits.len()), (100, 0, 100), "{:?}", summary.failures.first());
}
