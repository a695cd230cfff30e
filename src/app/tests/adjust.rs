//! Adjusted prices: the answers over bars that a server adjusts are those over bars that were adjusted before, bit for bit.

use std::sync::Arc;

use futures_util::StreamExt;

use super::fixture::{MINUTE, SMALL, app_with, bars, id, ingest, inline, last, open_with, question, reading, whole};
use crate::app::{
    ActionKind, Adjust, Answer, App, BarsFrom, BarsQuestion, CallContext, CorporateAction, Correlate, Error, Kind,
    Method, PutOutcome, Question, Questions, Screen, ScreenPart, ScreenTexts, Selection, Since, Sweep, SweepPart,
    SweepQuery, SweepTexts, Which,
};
use crate::indicator::registry::INDICATORS;
use crate::series::{Bar, Bars, Columns, SeriesId, Span};

fn split(minute: i64, value: f64) -> CorporateAction {
    CorporateAction { ex_time: minute * MINUTE, kind: ActionKind::Split, value }
}

fn dividend(minute: i64, value: f64) -> CorporateAction {
    CorporateAction { ex_time: minute * MINUTE, kind: ActionKind::Dividend, value }
}

/// Before the first bar, between bars, two at one time, in one gap, and behind the last bar.
fn actions() -> Vec<CorporateAction> {
    vec![
        split(-10, 9.0),
        dividend(5, 0.31),
        split(40, 7.0),
        dividend(40, 1.7),
        dividend(60, 0.25),
        split(61, 1.0 / 3.0),
        dividend(120, 3.3),
        split(500, 2.0),
    ]
}

async fn put(app: &App, series: usize, actions: Vec<CorporateAction>) -> Result<PutOutcome, Error> {
    app.actions.put(id(series).symbol, actions, &CallContext::default()).await
}

/// The minutes of a series: with gaps, one of which holds two ex-dates.
fn minutes(series: usize, until: i64) -> impl Iterator<Item = i64> {
    (0..until).filter(move |minute| minute % 11 != series as i64 && !(57..66).contains(minute))
}

/// The slow twin: each bar by the definition, from the actions known at `as_of` in minutes.
fn adjusted(raw: &Bars, actions: &[CorporateAction], adjust: Adjust, as_of: i64) -> Bars {
    let before = |time| (0..raw.len()).rev().map(|row| raw.bar(row)).find(|bar| bar.time < time);
    let known = actions.iter().rev().filter(|action| action.ex_time <= as_of * MINUTE);
    let known: Vec<_> = known.map(|action| (action, before(action.ex_time))).collect();
    let mut columns = Columns::default();
    for row in 0..raw.len() {
        let bar = raw.bar(row);
        let (mut dividends, mut ratios) = (1.0, 1.0);
        for (action, before) in known.iter().filter(|(action, _)| action.ex_time > bar.time) {
            match (adjust, action.kind) {
                (Adjust::Split | Adjust::Total, ActionKind::Split) => ratios *= action.value,
                (Adjust::Total, ActionKind::Dividend) => {
                    dividends *= 1.0 - action.value / before.expect("there is one").close;
                }
                _ => {}
            }
        }
        let factor = dividends / ratios;
        let Bar { time, open, high, low, close, volume } = bar;
        let [open, high, low, close] = [open, high, low, close].map(|price| price * factor);
        columns.push(Bar { time, open, high, low, close, volume: volume * ratios });
    }
    Bars::new(columns).expect("valid")
}

fn of(series: usize, timeframe: &str) -> SeriesId {
    SeriesId { timeframe: timeframe.parse().expect("valid"), ..id(series) }
}

/// The values of an answer, without what tells its bars.
fn values(answer: Answer) -> (Vec<u8>, Vec<Vec<u8>>) {
    (answer.times.to_vec(), answer.columns.iter().map(|column| column.to_vec()).collect())
}

/// The answers of one server by every road: raw bars that it adjusts, or adjusted ones.
async fn roads(app: &Arc<App>, timeframe: &str, texts: &[&str], span: Span, adjust: Adjust) -> Vec<String> {
    let asked = Question { from: BarsFrom::Series(of(1, timeframe)), adjust, ..question(1, span, texts) };
    let unary = values(app.compute.unary(asked.clone(), None).await.expect("computed"));
    let stream = app.compute.stream(asked.clone(), None).await.expect("begun");
    assert_eq!(values(whole(stream.boxed()).await.expect("computed")), unary);
    let Question { resampling, compiled, .. } = asked;
    let batch = Questions { series: vec![of(1, timeframe)], resampling, span, compiled, adjust };
    let mut answers = app.compute.batch(batch, None).expect("begun").boxed();
    assert_eq!(values(answers.next().await.expect("one").1.expect("computed")), unary);
    let mut found = vec![format!("{unary:?}")];
    let compiled = app.compute.compile_single("rsi(5)").expect("valid");
    let series = vec![of(1, timeframe), of(2, timeframe)];
    let correlate = Correlate { series, span, compiled, returns: true, method: Method::Pearson, resampling, adjust };
    found.push(format!("{:?}", app.compute.correlate(correlate, None).await.expect("computed").values));
    let texts = SweepTexts {
        expressions: vec!["ema(close - close@S2, 2..6)".into(), "atr(3..5)".into()],
        reductions: vec!["last".into(), "mean".into()],
        ..SweepTexts::default()
    };
    let (from, query) = (BarsFrom::Series(of(1, timeframe)), SweepQuery::parse(texts, app.limits()).expect("valid"));
    let sweep = Sweep { from, resampling, span, query, adjust };
    let parts: Vec<_> = app.compute.sweep(sweep, None).await.expect("begun").collect().await;
    found.extend(parts.into_iter().filter_map(|part| match part.expect("computed") {
        SweepPart::Rows(rows) => Some(format!("{rows:?}")),
        _ => None,
    }));
    let texts = ScreenTexts { expressions: vec!["ema(4)".into()], condition: "close > 0".into(), ..Default::default() };
    let query = app.compute.screen_query(texts).expect("valid");
    let selection = Selection::parse(&["S1".into(), "S2".into()], timeframe, app.limits()).expect("valid");
    let screen = Screen { selection, resampling, as_of: span.as_of_time(), query, adjust };
    let parts: Vec<_> = app.compute.screen(screen, None).expect("begun").collect().await;
    found.extend(parts.into_iter().filter_map(|part| match part.expect("computed") {
        ScreenPart::Hit(hit) => Some(format!("{} {} {:?}", hit.series, hit.time, hit.values)),
        ScreenPart::Summary(_) => None,
    }));
    let read = BarsQuestion { adjust, ..reading(of(1, timeframe), span) };
    let mut chunks = app.bars.read(read, &CallContext::default()).await.expect("read").boxed();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.expect("read");
        found.push(format!("{:?} {:?}", chunk.times, chunk.columns));
    }
    found
}

const TEXTS: [&str; 6] =
    ["close", "volume", "ema(close, 5)", "atr(4)", "vwma(close@S2, volume@S2, 3)", "macd(close - open@S2).hist"];

/// A server with both series, raw or adjusted by the twin.
async fn filled(until: i64, by: Option<(Adjust, i64)>) -> (tempfile::TempDir, Arc<App>) {
    let (directory, app) = app_with(SMALL, |_| ());
    for series in [1, 2] {
        let raw = bars(minutes(series, until), 0);
        let of_series = if series == 1 { actions() } else { vec![split(70, 5.0), dividend(90, 0.5)] };
        let bars = by.map_or_else(|| raw.clone(), |(adjust, as_of)| adjusted(&raw, &of_series, adjust, as_of));
        // In parts, so that there are segments.
        for rows in (0..bars.len()).step_by(40) {
            let mut part = Columns::default();
            (rows..bars.len().min(rows + 40)).for_each(|row| part.push(bars.bar(row)));
            ingest(&app, series, Bars::new(part).expect("valid")).await;
        }
        if by.is_none() {
            put(&app, series, of_series).await.expect("stored");
        }
    }
    (directory, app)
}

#[tokio::test]
async fn every_road_is_that_of_bars_adjusted_before() {
    let (directory, mut app) = filled(200, None).await;
    for restarted in [false, true] {
        for (adjust, timeframe) in [
            (Adjust::Total, "1m"),
            (Adjust::Split, "1m"),
            (Adjust::None, "1m"),
            (Adjust::Total, "5m"),
            (Adjust::Split, "15m"),
        ] {
            let (_twin, twin) = filled(200, Some((adjust, i64::MAX / MINUTE))).await;
            for span in [Span::ALL, last(7)] {
                let expected = roads(&twin, timeframe, &TEXTS, span, Adjust::None).await;
                // Twice: from the caches too.
                for _ in 0..2 {
                    let found = roads(&app, timeframe, &TEXTS, span, adjust).await;
                    assert_eq!(found, expected, "{adjust:?} {timeframe} {span:?} {restarted}");
                }
            }
            twin.close().await;
        }
        app.close().await;
        app = open_with(directory.path(), SMALL, |_| ());
    }
    app.close().await;
}

#[tokio::test]
async fn as_of_a_time_only_actions_of_before_count() {
    let (_directory, app) = filled(200, None).await;
    // Just before and at an ex-date, in the gap, and behind.
    for as_of in [39, 40, 41, 60, 61, 100, 120, 121, 199] {
        for (adjust, timeframe) in [(Adjust::Total, "1m"), (Adjust::Split, "5m"), (Adjust::Total, "15m")] {
            let (_twin, twin) = filled(as_of, Some((adjust, as_of))).await;
            let expected = roads(&twin, timeframe, &TEXTS, Span::ALL, Adjust::None).await;
            let found = roads(&app, timeframe, &TEXTS, Span::ALL.as_of(Some(as_of * MINUTE)), adjust).await;
            assert_eq!(found, expected, "{adjust:?} {timeframe} as of {as_of}");
            twin.close().await;
        }
    }
    app.close().await;
}

#[tokio::test]
async fn every_indicator_sees_adjusted_bars() {
    let (_directory, app) = filled(200, None).await;
    let raw = bars(minutes(1, 200), 0);
    let names: Vec<&str> = INDICATORS.iter().map(|indicator| indicator.name).collect();
    for texts in names.chunks(40) {
        for adjust in [Adjust::None, Adjust::Split, Adjust::Total] {
            let asked = Question { adjust, ..question(1, Span::ALL, texts) };
            let twin = inline(&adjusted(&raw, &actions(), adjust, i64::MAX / MINUTE), &question(1, Span::ALL, texts));
            let expected = values(app.compute.unary(twin, None).await.expect("computed"));
            assert_eq!(
                values(app.compute.unary(asked, None).await.expect("computed")),
                expected,
                "{adjust:?} {texts:?}"
            );
        }
    }
    app.close().await;
}

#[tokio::test]
async fn checkpoints_and_new_bars_do_not_mix_what_is_adjusted_and_raw() {
    const ROWS: i64 = 20_000;
    let (_directory, app) = super::fixture::app();
    let mut actions = vec![split(9_000, 4.0), dividend(15_000, 2.5)];
    put(&app, 1, actions.clone()).await.expect("stored");
    let (mut raw, mut end) = (bars(0..ROWS, 0), ROWS);
    ingest(&app, 1, raw.clone()).await;
    for round in 0..3 {
        for adjust in [Adjust::None, Adjust::Total, Adjust::Split, Adjust::None, Adjust::Total] {
            for rows in [1, 300] {
                let like = question(1, last(rows), &["ema(close, 9)", "cumsum(volume)", "rsi(14)"]);
                let asked = Question { adjust, ..like.clone() };
                let twin = inline(&adjusted(&raw, &actions, adjust, i64::MAX / MINUTE), &like);
                let expected = values(app.compute.unary(twin, None).await.expect("computed"));
                let found = app.compute.unary(asked, None).await.expect("computed");
                assert_eq!(found.adjustments.len(), usize::from(adjust != Adjust::None));
                assert_eq!(values(found), expected, "{round} {adjust:?} {rows}");
            }
        }
        // The close before the dividend is corrected, then another action comes.
        let (fresh, variant) = if round == 0 { (14_999..15_000, 9) } else { (end..end + 3, 0) };
        end = end.max(fresh.end);
        ingest(&app, 1, bars(fresh, variant)).await;
        let mut columns = Columns::default();
        (0..end).for_each(|minute| columns.push(super::fixture::bar(minute, if minute == 14_999 { 9 } else { 0 })));
        raw = Bars::new(columns).expect("valid");
        if round == 1 {
            put(&app, 1, vec![split(19_990, 10.0)]).await.expect("stored");
            actions.push(split(19_990, 10.0));
        }
    }
    app.close().await;
}

#[tokio::test]
async fn answers_tell_the_factors_and_the_rows() {
    let (_directory, app) = filled(200, None).await;
    let asked = |adjust| Question { adjust, ..question(1, last(3), &["close", "close@S2"]) };
    let answer = app.compute.unary(asked(Adjust::Split), None).await.expect("computed");
    let reported: Vec<_> = answer.adjustments.iter().map(|one| (one.series.to_string(), one.rows())).collect();
    let before = |series, minute| minutes(series, minute).count() as u64;
    assert_eq!(reported, [("S1 1m".to_owned(), before(1, 200)), ("S2 1m".to_owned(), before(2, 70))]);
    let facts = |adjustment: &crate::app::Adjustment| {
        adjustment
            .actions
            .iter()
            .map(|one| (one.action.value, one.price_factor, one.volume_factor, one.rows))
            .collect::<Vec<_>>()
    };
    let third = 1.0 / 3.0;
    let expected = [
        (9.0, 1.0, 1.0, 0),
        (7.0, 1.0 / 7.0, 7.0, before(1, 40)),
        (third, 1.0 / third, third, before(1, 61)),
        (2.0, 0.5, 2.0, before(1, 200)),
    ];
    assert_eq!(facts(&answer.adjustments[0]), expected);
    let total = app.compute.unary(asked(Adjust::Total), None).await.expect("computed");
    assert_eq!((total.adjustments[0].actions.len(), total.adjustments[1].actions.len()), (8, 2));
    let close = super::fixture::bar(89, 0).close;
    assert_eq!(total.adjustments[1].actions[1].price_factor, 1.0 - 0.5 / close);
    assert!(app.compute.unary(asked(Adjust::None), None).await.expect("computed").adjustments.is_empty());
    app.close().await;
}

#[tokio::test]
async fn a_new_action_is_a_change_of_all_rows() {
    let (_directory, app) = filled(100, None).await;
    let ask = async |since: Option<&Answer>, adjust| {
        let token = since.and_then(|answer| answer.changes.as_ref()).map(|changes| changes.token.clone());
        let since = Since::new(Some(since.map_or(0, |answer| answer.epoch)), &token.unwrap_or_default());
        let since = since.expect("valid");
        app.compute
            .unary(Question { since, adjust, ..question(1, Span::ALL, &["close"]) }, None)
            .await
            .expect("computed")
    };
    let (raw, total) = (ask(None, Adjust::None).await, ask(None, Adjust::Total).await);
    assert_eq!(ask(Some(&total), Adjust::Total).await.rows(), 0);
    put(&app, 1, vec![dividend(80, 0.1)]).await.expect("stored");
    assert_eq!(ask(Some(&raw), Adjust::None).await.rows(), 0, "raw bars stay");
    let changed = ask(Some(&total), Adjust::Total).await;
    assert_eq!((changed.rows(), changed.changes.expect("reported").from), (total.rows(), Some(i64::MIN)));
    app.close().await;
}

#[tokio::test]
async fn wrong_actions_are_refused_and_early_ones_wait() {
    let (_directory, app) = app_with(SMALL, |config| config.limits.corporate_actions_max = 3);
    let error = async |actions: Vec<CorporateAction>| {
        let error = put(&app, 1, actions).await.expect_err("refused");
        (error.kind(), error.to_string())
    };
    for (action, part) in [
        (split(1, 0.0), "actions[0].value of a split must be new shares per old share, 1e-6 to 1e6 and not 1, got 0"),
        (split(1, -2.0), "got -2"),
        (split(1, f64::NAN), "got NaN"),
        (split(1, 1e7), "got 10000000"),
        (split(1, 1.0), "not 1, got 1"),
        (split(1, f64::INFINITY), "got inf"),
        (dividend(1, 0.0), "actions[0].value of a dividend must be above 0, at most 1e12, got 0"),
        (dividend(1, -0.5), "got -0.5"),
        (dividend(1, 1e13), "got 10000000000000"),
    ] {
        let (kind, text) = error(vec![action]).await;
        assert!(kind == Kind::Invalid && text.contains(part), "{text}");
    }
    let (_, twice) = error(vec![split(1, 2.0), dividend(1, 0.1), split(1, 3.0)]).await;
    assert_eq!(twice, format!("actions must be one split of a time, got 2 and 3 at {MINUTE}"));
    assert_eq!(error(vec![]).await.1, "actions must be 1 or more actions, got none");
    let many = (1..=4).map(|minute| split(minute, 2.0)).collect();
    assert_eq!(error(many).await.0, Kind::Exhausted);
    // The symbol has no series yet, and one of them is in the future.
    let future = CorporateAction { ex_time: i64::MAX, ..split(0, 8.0) };
    put(&app, 1, vec![split(5, 2.0), future]).await.expect("stored");
    ingest(&app, 1, bars(0..10, 0)).await;
    let ask = async |adjust| app.compute.unary(Question { adjust, ..question(1, Span::ALL, &["close"]) }, None).await;
    let answer = ask(Adjust::Total).await.expect("computed");
    let raw = bars(0..10, 0);
    assert_eq!(answer.columns[0][..8], (raw.bar(0).close * 0.5).to_le_bytes());
    assert_eq!((answer.adjustments[0].actions.len(), answer.adjustments[0].rows()), (1, 5));
    // A dividend as high as the price before it.
    put(&app, 1, vec![dividend(7, 1e6)]).await.expect("it may be right when the bars come");
    let error = ask(Adjust::Total).await.expect_err("refused");
    assert_eq!((error.kind(), error.field().as_deref()), (Kind::Invalid, Some("adjust")));
    assert!(error.to_string().contains("the dividend 1000000 of S1 at 420000000000 must be below"), "{error}");
    assert!(ask(Adjust::Split).await.is_ok());
    let (symbol, context) = (id(1).symbol, CallContext::default());
    let which = Which { kind: Some(ActionKind::Dividend), ..Which::default() };
    assert_eq!(app.actions.delete(symbol.clone(), which, &context).await.expect("deleted"), 1);
    assert!(ask(Adjust::Total).await.is_ok());
    let listed = |symbols_max, actions_max, context: &_| app.actions.list("", "", (symbols_max, actions_max), context);
    assert_eq!(listed(9, 99, &context), (vec![(symbol.clone(), vec![split(5, 2.0), future])], false));
    assert_eq!(app.actions.delete(symbol, Which::default(), &context).await.expect("deleted"), 2);
    let none = ask(Adjust::Total).await.expect("computed");
    assert_eq!(none.columns, ask(Adjust::None).await.expect("computed").columns);
    assert_eq!(listed(9, 99, &context), (vec![], false));
    app.close().await;
}

#[tokio::test]
async fn factors_out_of_range_are_an_error() {
    let (_directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..100, 0)).await;
    put(&app, 1, (1..60).map(|minute| split(minute, 1e6)).collect()).await.expect("stored");
    let asked = Question { adjust: Adjust::Split, ..question(1, last(1), &["close"]) };
    let error = app.compute.unary(asked, None).await.expect_err("refused");
    assert!(error.kind() == Kind::Invalid && error.to_string().contains("which is out of range"), "{error}");
    app.close().await;
}

#[tokio::test]
async fn an_ex_date_within_a_bar_counts_once_that_bar_is_visible() {
    let ((_directory, app), (_twin, twin)) = (app_with(SMALL, |_| ()), app_with(SMALL, |_| ()));
    let action = CorporateAction { ex_time: 42 * MINUTE + MINUTE / 2, ..split(0, 4.0) };
    let raw = bars(0..60, 0);
    ingest(&app, 1, raw.clone()).await;
    put(&app, 1, vec![action]).await.expect("stored");
    ingest(&twin, 1, adjusted(&raw, &[action], Adjust::Split, i64::MAX / MINUTE)).await;
    let plain = Question { from: BarsFrom::Series(of(1, "5m")), ..question(1, Span::ALL, &["close", "volume"]) };
    let expected = values(twin.compute.unary(plain.clone(), None).await.expect("computed"));
    let asked = |as_of| Question { adjust: Adjust::Split, span: Span::ALL.as_of(as_of), ..plain.clone() };
    app.compute.unary(asked(Some(action.ex_time + 1)), None).await.expect("computed");
    assert_eq!(values(app.compute.unary(asked(None), None).await.expect("computed")), expected);
    app.close().await;
    twin.close().await;
}

#[test]
fn the_twin_is_right_where_it_can_be_told_by_hand() {
    let mut columns = Columns::default();
    for (minute, close) in [(0, 8.0), (1, 10.0), (2, 5.0)] {
        let (open, high, low) = (close, close, close);
        columns.push(Bar { time: minute * MINUTE, open, high, low, close, volume: 100.0 });
    }
    let raw = Bars::new(columns).expect("valid");
    // 2 for 1 at minute 2, and 10 % paid at minute 1: 8 -> 8 x 0.9 / 2.
    let actions = [dividend(1, 0.8), split(2, 2.0)];
    let closes = |adjust| {
        let bars = adjusted(&raw, &actions, adjust, 9);
        (0..3).map(|row| (bars.bar(row).close, bars.bar(row).volume)).collect::<Vec<_>>()
    };
    assert_eq!(closes(Adjust::None), [(8.0, 100.0), (10.0, 100.0), (5.0, 100.0)]);
    assert_eq!(closes(Adjust::Split), [(4.0, 200.0), (5.0, 200.0), (5.0, 100.0)]);
    assert_eq!(closes(Adjust::Total), [(8.0 * ((1.0 - 0.8 / 8.0) / 2.0), 200.0), (5.0, 200.0), (5.0, 100.0)]);
}
