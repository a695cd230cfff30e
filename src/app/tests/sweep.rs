//! Sweeps: every variant has the values that Compute gives, however the variants are cut and reduced.

use std::sync::Arc;

use futures_util::StreamExt;

use super::fixture::{MINUTE, app, app_with, bars, id, ingest, last, numbers, question};
use crate::app::write::segment_writer::Sizes;
use crate::app::{
    Adjust, App, BarsFrom, CallContext, Error, Limits, Sweep, SweepFold, SweepHeader, SweepOutOfSample, SweepPart,
    SweepQuery, SweepSummary, SweepTexts,
};
use crate::indicator::{Accumulator, Statistic, SweptExpression};
use crate::kernel::BLOCK;
use crate::series::{Resampling, Span};

const REDUCTIONS: [&str; 11] =
    ["last", "min", "max", "mean", "sum", "stddev(1)", "argmax", "argmin", "count_true", "first_true", "quantile(0.3)"];

/// The whole answer to a sweep.
pub(super) struct Answer {
    pub(super) header: SweepHeader,
    pub(super) times: Vec<i64>,
    /// The expression, the parameters and the values of each variant.
    pub(super) rows: Vec<(usize, Vec<f64>, Vec<f64>)>,
    /// The same with whole columns.
    pub(super) columns: Vec<(usize, Vec<f64>, Vec<Vec<f64>>)>,
    pub(super) summary: SweepSummary,
    pub(super) folds: Vec<SweepFold>,
    pub(super) out_of_sample: Vec<SweepOutOfSample>,
}

pub(super) fn texts(expressions: &[&str], reductions: &[&str]) -> SweepTexts {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    SweepTexts { expressions: owned(expressions), reductions: owned(reductions), ..SweepTexts::default() }
}

pub(super) async fn sweep(app: &Arc<App>, texts: SweepTexts, span: Span) -> Result<Answer, Error> {
    sweep_from(app, BarsFrom::Series(id(1)), texts, span).await
}

async fn sweep_from(app: &Arc<App>, from: BarsFrom, texts: SweepTexts, span: Span) -> Result<Answer, Error> {
    let query = SweepQuery::parse(texts, app.limits())?;
    let question = Sweep { from, resampling: Resampling::default(), span, query, adjust: Adjust::None };
    let mut parts = std::pin::pin!(app.compute.sweep(question, None).await?);
    let Some(Ok(SweepPart::Header(header))) = parts.next().await else { panic!("a header comes first") };
    let summary = SweepSummary::default();
    let (times, rows, columns, folds, out_of_sample) = (vec![], vec![], vec![], vec![], vec![]);
    let mut answer = Answer { header, times, rows, columns, summary, folds, out_of_sample };
    let mut is_complete = false;
    while let Some(part) = parts.next().await {
        assert!(!is_complete, "the summary comes last");
        match part? {
            SweepPart::Header(_) => panic!("a second header"),
            SweepPart::Times(times) => answer.times.extend(numbers(&times).map(|bits| bits.to_bits() as i64)),
            SweepPart::Rows(rows) => {
                let count = rows.columns[0].len();
                let row = |columns: &[Vec<f64>], at: usize| columns.iter().map(|column| column[at]).collect();
                answer
                    .rows
                    .extend((0..count).map(|at| (rows.expression, row(&rows.parameters, at), row(&rows.columns, at))));
            }
            SweepPart::Columns(part) => {
                let values = part.columns.iter().map(|column| numbers(column).collect::<Vec<_>>());
                match answer.columns.last_mut().filter(|_| part.start > 0) {
                    Some((_, _, columns)) => columns.iter_mut().zip(values).for_each(|(all, more)| all.extend(more)),
                    None => answer.columns.push((part.expression, part.parameters, values.collect())),
                }
            }
            SweepPart::Fold(fold) => answer.folds.push(fold),
            SweepPart::OutOfSample(all) => answer.out_of_sample.push(all),
            SweepPart::Summary(summary) => (answer.summary, is_complete) = (summary, true),
        }
    }
    assert!(is_complete, "a sweep ends with a summary");
    Ok(answer)
}

/// What Compute answers for the expressions of a variant.
async fn computed(app: &Arc<App>, expression: &str, parameters: &[f64], span: Span) -> Vec<Vec<f64>> {
    let swept = SweptExpression::parse(expression, &app.limits().expression()).expect("valid");
    let variant = &swept.expressions([parameters.to_vec()]).expect("valid")[0];
    let texts: Vec<String> = variant.iter().map(ToString::to_string).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let answer = app.compute.unary(question(1, span, &texts), None).await.expect("computed");
    answer.columns.iter().map(|column| numbers(column).collect()).collect()
}

pub(super) fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

const EXPRESSIONS: [&str; 9] = [
    "ema(2..90)",
    "sma(hl2, 5..40 step 5)",
    "rsi(2..30 step 7) < [20, 50]",
    "macd(3..5, 8..10, [4, 6])",
    "crossover(ema(3..20 as fast), ema(10..40 step 3 as slow))",
    "close - shift(close, 0..3)",
    "sma(close@S2, 2..9) - ema(close, 3..5)",
    "close",
    "ad * 0.1..0.3 step 0.1",
];

pub(super) async fn filled(app: &Arc<App>) {
    ingest(app, 1, bars((0..5000).filter(|minute| minute % 97 != 5), 0)).await;
    ingest(app, 2, bars((0..5000).filter(|minute| minute % 3 != 1), 3)).await;
}

#[tokio::test]
async fn columns_of_variants_are_those_of_compute() {
    let sizes = Sizes { tail_max: 900, tail_keep: 300, segment_max: 2500 };
    let (_directory, app) = app_with(sizes, |config| config.limits.chunk_bytes_max = 8 * 700);
    filled(&app).await;
    for span in [last(1500), Span::new(Some(-5), Some(60 * MINUTE), None).expect("valid")] {
        let answer = sweep(&app, texts(&EXPRESSIONS, &[]), span).await.expect("swept");
        let plain = app.compute.unary(question(1, span, &["close"]), None).await.expect("computed");
        assert_eq!(answer.times, numbers(&plain.times).map(|time| time.to_bits() as i64).collect::<Vec<_>>());
        let tried: u64 = answer.header.expressions.iter().map(|facts| facts.tried).sum();
        assert_eq!((answer.columns.len() as u64, answer.summary.returned), (tried, tried));
        for (expression, parameters, columns) in &answer.columns {
            let expected = computed(&app, EXPRESSIONS[*expression], parameters, span).await;
            assert_eq!(columns.len(), expected.len());
            for (found, expected) in columns.iter().zip(&expected) {
                assert_eq!(bits(found), bits(expected), "{} {parameters:?}", EXPRESSIONS[*expression]);
            }
        }
    }
    app.close().await;
}

#[tokio::test]
async fn reductions_are_those_of_the_columns_of_compute() {
    let (_directory, app) = app();
    filled(&app).await;
    for span in [Span::ALL, last(1025), last(1)] {
        let answer = sweep(&app, texts(&EXPRESSIONS, &REDUCTIONS), span).await.expect("swept");
        let plain = app.compute.unary(question(1, span, &["time"]), None).await.expect("computed");
        let times: Vec<f64> = numbers(&plain.columns[0]).collect();
        let reductions = REDUCTIONS.map(|text| Statistic::parse(text).expect("valid").reductions()[0]);
        for (expression, parameters, found) in answer.rows.iter().step_by(3) {
            let columns = computed(&app, EXPRESSIONS[*expression], parameters, span).await;
            let mut expected = Vec::new();
            for column in &columns {
                let mut accumulator = Accumulator::new(&reductions);
                column.chunks(BLOCK).enumerate().for_each(|(at, block)| accumulator.add(at * BLOCK, block));
                let results = accumulator.results().into_iter().zip(reductions);
                let time = |row: f64| if row.is_nan() { row } else { times[row as usize] };
                expected.extend(results.map(|(value, one)| if one.is_row() { time(value) } else { value }));
            }
            assert_eq!(bits(found), bits(&expected), "{} {parameters:?}", EXPRESSIONS[*expression]);
        }
    }
    app.close().await;
}

#[tokio::test]
async fn results_do_not_depend_on_tiles_or_threads() {
    let mut answers = Vec::new();
    type Change = fn(&mut Limits);
    let cuts: [(usize, Change); 4] = [
        (1, |_| ()),
        (3, |_| ()),
        (2, |limits| (limits.window_bars_max, limits.chunk_bytes_max) = (500, 1024)),
        (2, |limits| limits.sweep_bytes_max = 1_000_000),
    ];
    for (threads, change) in cuts {
        let (_directory, app) = app_with(Sizes::default(), |config| {
            config.threads = threads;
            change(&mut config.limits);
        });
        filled(&app).await;
        let all = sweep(&app, texts(&EXPRESSIONS, &REDUCTIONS), Span::ALL).await.expect("swept");
        let best = SweepTexts { top: 7, by: "mean".into(), ..texts(&EXPRESSIONS[4..5], &["last", "mean"]) };
        let best = sweep(&app, best, Span::ALL).await.expect("swept");
        let rows = all.rows.into_iter().chain(best.rows);
        answers.push(rows.map(|(at, key, row)| (at, bits(&key), bits(&row))).collect::<Vec<_>>());
        app.close().await;
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn newest_values_are_computed_alone() {
    let (_directory, app) = app();
    filled(&app).await;
    let newest = sweep(&app, texts(&EXPRESSIONS, &["last"]), Span::ALL).await.expect("swept");
    let both = sweep(&app, texts(&EXPRESSIONS, &["last", "max"]), Span::ALL).await.expect("swept");
    let firsts = both.rows.iter().flat_map(|(_, _, row)| row.iter().copied().step_by(2)).collect::<Vec<_>>();
    assert_eq!(bits(&newest.rows.into_iter().flat_map(|(_, _, row)| row).collect::<Vec<_>>()), bits(&firsts));
    assert_eq!(newest.header.rows, both.header.rows);
    app.close().await;
}

#[tokio::test]
async fn variants_come_in_order_and_are_chosen_and_ranked() {
    let (_directory, app) = app();
    filled(&app).await;
    let crossings = "crossover(ema(5..24 as fast), ema(10..59 as slow))";
    let plain = sweep(&app, texts(&[crossings], &["count_true"]), Span::ALL).await.expect("swept");
    let keys =
        |answer: &Answer| answer.rows.iter().map(|(_, key, _)| (key[0] as i64, key[1] as i64)).collect::<Vec<_>>();
    let all: Vec<(i64, i64)> = (5..25).flat_map(|fast| (10..60).map(move |slow| (fast, slow))).collect();
    assert_eq!((keys(&plain), plain.summary.tried), (all.clone(), 1000));
    let facts = &plain.header.expressions[0];
    assert_eq!(
        (&facts.parameters[..], &facts.columns[..]),
        (&["fast".to_owned(), "slow".into()][..], &["count_true".to_owned()][..])
    );

    let condition = "fast * 2 < slow".to_owned();
    let chosen = SweepTexts { condition: condition.clone(), ..texts(&[crossings], &["count_true"]) };
    let chosen = sweep(&app, chosen, Span::ALL).await.expect("swept");
    let expected: Vec<_> = all.iter().copied().filter(|(fast, slow)| fast * 2 < *slow).collect();
    assert_eq!(keys(&chosen), expected);
    assert_eq!((chosen.summary.variants, chosen.summary.tried), (1000, expected.len() as u64));

    let mut ranked: Vec<_> = plain.rows.iter().map(|(_, key, row)| (row[0], key.clone())).collect();
    ranked.sort_by(|one, two| two.0.total_cmp(&one.0));
    let best = SweepTexts { top: 9, ..texts(&[crossings], &["count_true", "last"]) };
    let best = sweep(&app, best, Span::ALL).await.expect("swept");
    let found: Vec<_> = best.rows.iter().map(|(_, key, row)| (row[0], key.clone())).collect();
    assert_eq!(found, ranked[..9]);
    assert_eq!((best.summary.tried, best.summary.returned), (1000, 9));

    let none = SweepTexts { condition: "fast > slow + 100".into(), ..texts(&[crossings], &["last"]) };
    let none = sweep(&app, none, Span::ALL).await.expect("swept");
    assert_eq!((none.rows.len(), none.summary.tried, none.summary.variants), (0, 0, 1000));
    app.close().await;
}

#[tokio::test]
async fn bars_of_the_request_are_swept_too() {
    let (_directory, app) = app();
    let all = bars(0..3000, 0);
    ingest(&app, 1, all.clone()).await;
    let asked = || texts(&["ema(5..20)", "rsi(2..9)"], &["last", "stddev"]);
    let stored = sweep(&app, asked(), last(700)).await.expect("swept");
    let inline = sweep_from(&app, BarsFrom::Bars(Arc::new(all)), asked(), last(700)).await.expect("swept");
    assert_eq!((stored.rows, stored.header.epoch, inline.header.epoch), (inline.rows, 1, 0));
    let joined =
        sweep_from(&app, BarsFrom::Bars(Arc::new(bars(0..9, 0))), texts(&["sma(close@X, 2..3)"], &["last"]), last(7));
    assert_eq!(joined.await.err().expect("refused").field().as_deref(), Some("expressions"));
    app.close().await;
}

#[tokio::test]
async fn bad_sweeps_are_refused() {
    let (_directory, app) = app_with(Sizes::default(), |config| {
        config.limits.sweep_variants_max = 1000;
        config.limits.sweep_bytes_max = 20_000;
    });
    ingest(&app, 1, bars(0..3000, 0)).await;
    let field = |name: &'static str| Some(name.to_owned());
    for (asked, path, message) in [
        (texts(&["ema(5..9)", "ema(9..5)"], &["last"]), field("expressions[1]"), "the end of 9..5 at byte 4"),
        (texts(&["ema(5..9 step 0)"], &["last"]), field("expressions[0]"), "the step of 5..9 step 0 at byte 4"),
        (texts(&["ema(5..9)"], &["lst"]), field("reductions[0]"), "did you mean last?"),
        (texts(&[], &["last"]), field("expressions"), "between 1 and 64 expressions"),
        (
            texts(&["ema(1..40) > ema(1..40)"], &["last"]),
            None,
            "sweep_variants_max allows at most 1000, the request needs 1600",
        ),
        (texts(&["ema(5..9)"], &[]), None, "sweep_bytes_max allows at most 20000, the request needs 24000"),
        (texts(&["ema(5..9)"], &["quantile(0.5)"]), None, "sweep_bytes_max allows at most 20000"),
        (
            texts(&["ema(1..999)"], &["min", "max"]),
            None,
            "sweep_bytes_max allows at most 20000, the request needs 23976",
        ),
        (texts(&["sma(volumes, 5..9)"], &["last"]), field("expressions[0]"), "volumes is not an indicator or a column"),
        (SweepTexts { top: 3, ..texts(&["ema(5..9)"], &[]) }, field("top"), "unset without reductions"),
        (
            SweepTexts { by: "max".into(), ..texts(&["ema(5..9)"], &["last"]) },
            field("by"),
            "a column of the answer (last)",
        ),
        (
            SweepTexts { condition: "fast < 3".into(), ..texts(&["ema(5..9)"], &["last"]) },
            field("where"),
            "where: fast is not a parameter of the variants; they have period",
        ),
    ] {
        let error = sweep(&app, asked.clone(), Span::ALL).await.err().unwrap_or_else(|| panic!("{asked:?}"));
        assert_eq!(error.field(), path, "{error}");
        assert!(error.to_string().contains(message), "{error}");
    }
    // The best of many need little.
    let best = SweepTexts { top: 10, ..texts(&["ema(1..999)"], &["min", "max"]) };
    assert_eq!(sweep(&app, best, Span::ALL).await.expect("swept").rows.len(), 10);
    let unknown = sweep_from(&app, BarsFrom::Series(id(7)), texts(&["ema(5..9)"], &["last"]), Span::ALL).await;
    assert!(matches!(unknown.err(), Some(Error::NoSeries(_))));
    app.close().await;
}

#[tokio::test]
async fn a_sweep_ends_at_its_deadline_and_when_nobody_listens() {
    let (_directory, app) = app();
    filled(&app).await;
    let asked = texts(&["crossover(hma(2..200), sma(2..200))"], &["mean"]);
    let query = SweepQuery::parse(asked, app.limits()).expect("valid");
    let question = Sweep {
        from: BarsFrom::Series(id(1)),
        resampling: Resampling::default(),
        span: Span::ALL,
        query,
        adjust: Adjust::None,
    };
    let soon = tokio::time::Instant::now() + std::time::Duration::from_millis(100);
    let late = match app.compute.sweep(question.clone(), Some(soon)).await {
        Ok(parts) => parts.filter_map(|part| async { part.err() }).collect::<Vec<_>>().await.pop(),
        Err(error) => Some(error),
    };
    assert!(matches!(late, Some(Error::Late | Error::TooLong { .. } | Error::Overloaded { .. })), "{late:?}");
    let mut parts = Box::pin(app.compute.sweep(question, CallContext::default()).await.expect("begun"));
    assert!(matches!(parts.next().await, Some(Ok(SweepPart::Header(_)))));
    drop(parts);
    let end = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while app.metrics().pool_running + app.metrics().pool_pending > 0 {
        assert!(std::time::Instant::now() < end, "the work of a caller that left goes on");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    app.close().await;
}

#[tokio::test]
async fn columns_have_names_of_their_own() {
    let (_directory, app) = app_with(Sizes::default(), |_| {});
    filled(&app).await;
    let answer = sweep(&app, texts(&["ema(2..3 as last)"], &["last", "max"]), last(10)).await.expect("swept");
    let facts = &answer.header.expressions[0];
    assert_eq!(
        (&facts.parameters[..], &facts.columns[..]),
        (&["last".into()][..], &["last_2".into(), "max".into()][..])
    );
    let answer = sweep(&app, texts(&["macd(3..5, 8, 4..6)"], &[]), last(10)).await.expect("swept");
    let facts = &answer.header.expressions[0];
    assert_eq!(
        (&facts.parameters[..], &facts.columns[..]),
        (&["fast".into(), "signal".into()][..], &["macd".into(), "signal_2".into(), "hist".into()][..])
    );
}
