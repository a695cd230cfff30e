//! Judged signals: forward returns, folds and Sharpe ratios against loops over the columns that Compute returns.

use std::sync::Arc;

use super::fixture::{MINUTE, app, app_with, bars, ingest, last, numbers, question};
use super::sweep::{Answer, bits, filled, sweep, texts};
use crate::app::write::segment_writer::Sizes;
use crate::app::{App, CompiledQuery, Error, FoldSpan, Limits, SweepTexts, WalkForward};
use crate::series::Span;

/// A column that Compute returns.
async fn column(app: &Arc<App>, text: &str, span: Span) -> Vec<f64> {
    let answer = app.compute.unary(question(1, span, &[text]), None).await.expect(text);
    numbers(&answer.columns[0]).collect()
}

/// The returns over the next bars where the signal is true, as far as these bars are there.
fn forward(close: &[f64], signal: &[f64], bars: usize) -> Vec<f64> {
    let judged = 0..close.len().saturating_sub(bars);
    let signalled = judged.filter(|&t| signal[t] != 0.0 && !signal[t].is_nan());
    signalled.map(|t| (close[t + bars] - close[t]) / close[t]).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn moment(values: &[f64], power: i32) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(power)).sum::<f64>() / values.len() as f64
}

fn sharpe(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    mean(values) / (moment(values, 2) * n / (n - 1.0)).sqrt()
}

/// The standard normal distribution function, by Simpson's rule.
fn normal(z: f64) -> f64 {
    let steps = 20_000;
    let (from, width) = (-12.0_f64, (z + 12.0) / f64::from(steps));
    let density = |at: i32| (-0.5 * (from + width * f64::from(at)).powi(2)).exp() / std::f64::consts::TAU.sqrt();
    let weight = |at: i32| if at == 0 || at == steps { 1.0 } else { f64::from(2 + 2 * (at % 2)) };
    (0..=steps).map(|at| weight(at) * density(at)).sum::<f64>() * width / 3.0
}

/// Its inverse, by bisection.
fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-12.0, 12.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if normal(middle) < p { low = middle } else { high = middle }
    }
    low
}

/// The probabilistic Sharpe ratio.
fn probability(values: &[f64], benchmark: f64) -> f64 {
    let (ratio, n) = (sharpe(values), values.len() as f64);
    let (skew, kurtosis) =
        (moment(values, 3) / moment(values, 2).powf(1.5), moment(values, 4) / moment(values, 2).powi(2));
    normal(
        (ratio - benchmark) * (n - 1.0).sqrt() / (1.0 - skew * ratio + (kurtosis - 1.0) / 4.0 * ratio * ratio).sqrt(),
    )
}

fn near(found: f64, expected: f64, what: &str) {
    let same = (found - expected).abs() <= 1e-9 * expected.abs().max(1e-6) || (found.is_nan() && expected.is_nan());
    assert!(same, "{what}: {found}, not {expected}");
}

#[tokio::test]
async fn forward_returns_are_judged_where_their_future_is_known() {
    let (_directory, app) = app();
    filled(&app).await;
    let judging = ["count", "hit_rate", "expectancy", "sharpe"];
    for span in [Span::ALL, last(700)] {
        let close = column(&app, "close", span).await;
        let swept = "when(rsi([7, 14]) < 45, ahead(close, [1, 30] as n))";
        let answer = sweep(&app, texts(&[swept], &judging), span).await.expect("swept");
        let signals =
            texts(&["rsi([7, 14]) < 45"], &["forward_quantiles(30, 0.25)", "count_true", "forward_quantiles(1, 1)"]);
        let signals = sweep(&app, signals, span).await.expect("swept");
        assert_eq!((answer.rows.len(), signals.rows.len()), (4, 2));
        for (_, parameters, row) in &answer.rows {
            let signal = column(&app, &format!("rsi({}) < 45", parameters[0]), span).await;
            let returns = forward(&close, &signal, parameters[1] as usize);
            assert!(returns.len() > 50, "{parameters:?}");
            let hits = returns.iter().filter(|value| **value > 0.0).count() as f64 / returns.len() as f64;
            let expected = [returns.len() as f64, hits, mean(&returns), sharpe(&returns)];
            row.iter().zip(expected).zip(judging).for_each(|((found, expected), what)| near(*found, expected, what));
        }
        for (_, parameters, row) in &signals.rows {
            let signal = column(&app, &format!("rsi({}) < 45", parameters[0]), span).await;
            let mut returns = forward(&close, &signal, 30);
            returns.sort_by(f64::total_cmp);
            let place = 0.25 * (returns.len() - 1) as f64;
            let (low, high) = (returns[place.floor() as usize], returns[place.ceil() as usize]);
            near(row[0], low + (high - low) * place.fract(), "quantile");
            assert_eq!(row[1], signal.iter().filter(|value| **value == 1.0).count() as f64);
            assert_eq!(row[2], forward(&close, &signal, 1).into_iter().fold(f64::MIN, f64::max));
        }
    }
    app.close().await;
}

#[tokio::test]
async fn bars_after_the_range_are_not_seen() {
    let (_directory, app) = app();
    filled(&app).await;
    let texts = || texts(&["ahead(close, 1..9)", "when(rsi(5) < 50, ahead(close, 20))"], &["count", "expectancy"]);
    let cut = 2000 * MINUTE;
    let within = sweep(&app, texts(), Span::new(None, Some(cut), None).expect("valid")).await.expect("swept");
    let (_other, short) = self::app();
    let before = (0..2000).filter(|minute| minute % 97 != 5);
    ingest(&short, 1, bars(before, 0)).await;
    let alone = sweep(&short, texts(), Span::ALL).await.expect("swept");
    let all = |answer: &Answer| answer.rows.iter().map(|(_, _, row)| bits(row)).collect::<Vec<_>>();
    assert_eq!(all(&within), all(&alone));
    assert_eq!(within.rows[4].2[0], (within.header.rows - 5) as f64);
    app.close().await;
    short.close().await;
}

#[tokio::test]
async fn positions_have_a_holding_time_and_an_exposure() {
    let (_directory, app) = app();
    filled(&app).await;
    let swept = "position(rsi([5, 9]) < 40, rsi(5) > 60) - position(rsi(5) > 75, rsi(5) < 50)";
    let answer = sweep(&app, texts(&[swept], &["holding", "exposure", "count"]), last(3000)).await.expect("swept");
    for (_, parameters, row) in &answer.rows {
        let position = column(&app, &swept.replace("[5, 9]", &parameters[0].to_string()), last(3000)).await;
        let runs: Vec<&[f64]> = position.chunk_by(|one, two| one == two).collect();
        let ended: Vec<f64> =
            runs.iter().rev().skip(1).filter(|run| run[0] != 0.0).map(|run| run.len() as f64).collect();
        assert!(ended.len() > 20);
        near(row[0], mean(&ended), "holding");
        near(row[1], position.iter().filter(|value| **value != 0.0).count() as f64 / position.len() as f64, "exposure");
        assert_eq!(row[2], position.len() as f64);
    }
    app.close().await;
}

#[tokio::test]
async fn sharpe_ratios_are_deflated_by_what_was_tried() {
    let (_directory, app) = app();
    filled(&app).await;
    let swept = "pnl(ema(3..8 as fast) > ema(10..40 step 10 as slow), 1)";
    let judging =
        ["sharpe", "probabilistic_sharpe", "probabilistic_sharpe(0.01)", "deflated_sharpe", "deflated_sharpe(500)"];
    let answer = sweep(&app, texts(&[swept], &judging), Span::ALL).await.expect("swept");
    assert_eq!((answer.rows.len(), answer.summary.undefined), (24, 0));
    let mut returns = Vec::new();
    for (_, parameters, _) in &answer.rows {
        let text = format!("pnl(ema({}) > ema({}), 1)", parameters[0], parameters[1]);
        let values = column(&app, &text, Span::ALL).await;
        returns.push(values.into_iter().filter(|value| !value.is_nan()).collect::<Vec<_>>());
    }
    let ratios: Vec<f64> = returns.iter().map(|values| sharpe(values)).collect();
    let deviation = (moment(&ratios, 2) * 24.0 / 23.0).sqrt();
    let expected = |trials: f64| {
        let gamma = 0.577_215_664_901_532_9;
        deviation
            * ((1.0 - gamma) * normal_quantile(1.0 - 1.0 / trials)
                + gamma * normal_quantile(1.0 - 1.0 / (trials * std::f64::consts::E)))
    };
    for ((_, parameters, row), values) in answer.rows.iter().zip(&returns) {
        let expected = [
            sharpe(values),
            probability(values, 0.0),
            probability(values, 0.01),
            probability(values, expected(24.0)),
            probability(values, expected(500.0)),
        ];
        row.iter().zip(expected).zip(judging).for_each(|((found, expected), what)| {
            assert!((found - expected).abs() < 1e-8, "{what} of {parameters:?}: {found}, not {expected}");
        });
    }
    // The best of them are chosen after they are deflated.
    let top = SweepTexts { top: 5, by: "deflated_sharpe".into(), ..texts(&[swept], &judging) };
    let best = sweep(&app, top, Span::ALL).await.expect("swept");
    let mut ranked: Vec<_> = answer.rows.iter().map(|(_, key, row)| (row[3], key.clone())).collect();
    ranked.sort_by(|one, two| two.0.total_cmp(&one.0));
    assert_eq!(best.rows.iter().map(|(_, key, row)| (row[3], key.clone())).collect::<Vec<_>>(), ranked[..5]);
    // One variant is not deflated, and equal returns have no ratio.
    let one = sweep(&app, texts(&["pnl(close > 0, 0)", "close * 0"], &judging), Span::ALL).await.expect("swept");
    assert_eq!(one.rows[0].2[1], one.rows[0].2[3]);
    assert!(one.rows[1].2.iter().all(|value| value.is_nan()));
    assert_eq!(one.summary.undefined, 2);
    app.close().await;
}

/// The part of a series that a fold counts.
fn span_of(bars: FoldSpan) -> Span {
    Span::new(Some(bars.first), Some(bars.last + 1), None).expect("valid")
}

const WALKED: [&str; 3] = [
    "pnl(ema(3..9 as fast) > ema(10..40 step 15 as slow), 1)",
    "when(rsi([5, 9]) < 50, ahead(close, 3..5))",
    "macd(3..4, 8, 4).hist > 0",
];

const JUDGING: [[&str; 4]; 3] = [
    ["sharpe", "max_drawdown", "quantile(0.3)", "argmax"],
    ["expectancy", "hit_rate", "count", "max_drawdown"],
    ["exposure", "forward_quantiles(4, 0.5)", "first_true", "holding"],
];

#[tokio::test]
async fn folds_choose_in_sample_and_judge_out_of_sample() {
    let (_directory, app) = app();
    filled(&app).await;
    for (walk, ascending) in [
        (WalkForward { folds: 4, ..WalkForward::default() }, false),
        (WalkForward { folds: 3, anchored: true, in_sample: 1500, purge: 11, embargo: 7 }, false),
        (WalkForward { folds: 5, anchored: false, in_sample: 2000, purge: 0, embargo: 40 }, true),
    ] {
        for (text, judging) in WALKED[..2].iter().zip(JUDGING) {
            let asked = || texts(&[*text], &judging);
            let walked = SweepTexts { walk: Some(walk), ascending, ..asked() };
            let answer = sweep(&app, walked, last(4500)).await.expect("swept");
            assert_eq!((answer.folds.len(), answer.rows.len()), (walk.folds as usize, 0));
            let (mut chosen, mut counted) = (Vec::new(), 0);
            for fold in &answer.folds {
                // The same as sweeps of these bars alone, bit for bit.
                let inside = SweepTexts { top: 1, ascending, ..asked() };
                let inside = sweep(&app, inside, span_of(fold.in_sample)).await.expect("swept");
                assert_eq!(inside.header.rows, fold.in_sample.rows);
                let (_, parameters, row) = &inside.rows[0];
                assert_eq!((parameters, bits(row)), (&fold.parameters, bits(&fold.in_values)), "{walk:?} {text}");
                let outside = sweep(&app, asked(), span_of(fold.out_of_sample)).await.expect("swept");
                let own = outside.rows.iter().find(|(_, key, _)| key == &fold.parameters).expect("a variant");
                assert_eq!(bits(&own.2), bits(&fold.out_values), "{walk:?} {text}");
                assert!(fold.in_sample.last < fold.out_of_sample.first);
                counted += fold.out_of_sample.rows;
                chosen.push(fold.parameters.clone());
            }
            assert!(answer.folds.windows(2).all(|pair| pair[0].out_of_sample.last < pair[1].out_of_sample.first));
            assert_eq!((answer.out_of_sample[0].rows, answer.summary.returned), (counted, u64::from(walk.folds)));
            if *text == WALKED[0] {
                let mut all = Vec::new();
                for (fold, key) in answer.folds.iter().zip(&chosen) {
                    let text = format!("pnl(ema({}) > ema({}), 1)", key[0], key[1]);
                    all.extend(column(&app, &text, span_of(fold.out_of_sample)).await);
                }
                near(answer.out_of_sample[0].values[0], sharpe(&all), "combined");
            } else {
                let sums = answer.folds.iter().map(|fold| fold.out_values[0] * fold.out_values[2]).sum::<f64>();
                let count = answer.folds.iter().map(|fold| fold.out_values[2]).sum::<f64>();
                assert_eq!(answer.out_of_sample[0].values[2], count);
                near(answer.out_of_sample[0].values[0], sums / count, "combined");
            }
        }
    }
    app.close().await;
}

#[tokio::test]
async fn judged_results_do_not_depend_on_tiles_or_threads() {
    type Change = fn(&mut Limits);
    let cuts: [(usize, Change); 3] = [
        (1, |_| ()),
        (3, |limits| limits.sweep_bytes_max = 400_000),
        (2, |limits| (limits.window_bars_max, limits.chunk_bytes_max) = (500, 1024)),
    ];
    let mut answers = Vec::new();
    for (threads, change) in cuts {
        let (_directory, app) = app_with(Sizes::default(), |config| {
            config.threads = threads;
            change(&mut config.limits);
        });
        filled(&app).await;
        let mut found = Vec::new();
        for (text, judging) in WALKED.iter().zip(JUDGING) {
            let judging: Vec<&str> = judging
                .into_iter()
                .chain(["deflated_sharpe"].into_iter().take(usize::from(text.starts_with("pnl"))))
                .collect();
            let plain = sweep(&app, texts(&[*text], &judging), Span::ALL).await.expect("swept");
            found.extend(plain.rows.iter().map(|(_, key, row)| (bits(key), bits(row))));
            let walk = Some(WalkForward { folds: 3, anchored: true, in_sample: 900, purge: 5, embargo: 5 });
            let walked = sweep(&app, SweepTexts { walk, ..texts(&[*text], &judging) }, Span::ALL).await.expect("swept");
            found.extend(walked.folds.iter().map(|fold| (bits(&fold.in_values), bits(&fold.out_values))));
            found.extend(walked.out_of_sample.iter().map(|all| (vec![all.rows], bits(&all.values))));
        }
        answers.push(found);
        app.close().await;
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn a_fold_without_a_value_has_no_best_variant() {
    let (_directory, app) = app();
    filled(&app).await;
    let walk = Some(WalkForward { folds: 3, ..WalkForward::default() });
    let asked = SweepTexts { walk, ..texts(&["0 * ema(2..5)"], &["sharpe", "deflated_sharpe"]) };
    let answer = sweep(&app, asked, Span::ALL).await.expect("swept");
    assert!(
        answer
            .folds
            .iter()
            .all(|fold| fold.parameters.is_empty() && fold.in_values.is_empty() && fold.out_values.is_empty())
    );
    assert!(
        answer.out_of_sample[0].values.iter().all(|value| value.is_nan()) && answer.out_of_sample[0].values.len() == 2
    );
    assert_eq!((answer.summary.returned, answer.summary.undefined, answer.summary.tried), (0, 4, 4));
    app.close().await;
}

#[tokio::test]
async fn a_fold_without_a_best_variant_counts_no_bars() {
    let (_directory, app) = app();
    filled(&app).await;
    let walk = Some(WalkForward { folds: 3, ..WalkForward::default() });
    // The first fold ends before there are so many bars.
    let asked = SweepTexts { walk, ..texts(&["sma(close, [2000, 2100])"], &["last", "count"]) };
    let answer = sweep(&app, asked, Span::ALL).await.expect("swept");
    let has_best: Vec<bool> = answer.folds.iter().map(|fold| !fold.parameters.is_empty()).collect();
    assert_eq!(has_best, [false, true, true]);
    let rows = answer.folds[1].out_of_sample.rows + answer.folds[2].out_of_sample.rows;
    assert_eq!((answer.out_of_sample[0].rows, answer.out_of_sample[0].values[1]), (rows, rows as f64));
    assert_eq!(answer.summary.returned, 2);
    app.close().await;
}

#[tokio::test]
async fn bad_judging_is_refused() {
    let (_directory, app) = app_with(Sizes::default(), |config| config.limits.sweep_bytes_max = 30_000);
    ingest(&app, 1, bars(0..300, 0)).await;
    let walk = |folds: u32| WalkForward { folds, ..WalkForward::default() };
    let walked = |walk: WalkForward| SweepTexts { walk: Some(walk), ..texts(&["ema(5..9)"], &["mean"]) };
    let ahead = |bars: &str, reduction: &str| texts(&["close", &format!("ahead(close, {bars})")], &[reduction]);
    for (asked, path, message) in [
        (
            ahead("5", "last"),
            "expressions[1]",
            "last must not read ahead, which looks at later bars; only count, hit_rate, expectancy",
        ),
        (ahead("5", "quantile(0.5)"), "expressions[1]", "forward_quantiles(bars, q) has the quantiles"),
        (ahead("5", "forward_quantiles(5, 0.5)"), "expressions[1]", "forward_quantiles(5, 0.5) must not read ahead"),
        (texts(&["ahead(close, 5)"], &[]), "expressions[0]", "a sweep without reductions must not read ahead"),
        (ahead("0", "count"), "expressions[1]", "bars of ahead must be between 1 and 100000, got 0"),
        (ahead("-5", "count"), "expressions[1]", "bars of ahead must be between 1 and 100000, got -5"),
        (ahead("300", "count"), "expressions[1]", "values that look 300 bars ahead need more than 300 bars, got 300"),
        (
            ahead("5..400", "count"),
            "expressions[1]",
            "values that look 400 bars ahead need more than 400 bars, got 300",
        ),
        (texts(&["close"], &["forward_quantiles(300, 0.5)"]), "expressions[0]", "values that look 300 bars ahead"),
        (texts(&["close"], &["forward_quantiles(5, 1.5)"]), "reductions[0]", "a quantile from 0 to 1, as in"),
        (walked(walk(0)), "walk_forward.folds", "between 1 and 100, the sweep_folds_max, got 0"),
        (walked(walk(101)), "walk_forward.folds", "between 1 and 100, the sweep_folds_max, got 101"),
        (walked(WalkForward { in_sample: 290, ..walk(20) }), "walk_forward.folds", "at most 10 for 300 bars"),
        (
            walked(WalkForward { in_sample: 300, ..walk(2) }),
            "walk_forward.in_sample",
            "less than the 300 bars to cut, got 300",
        ),
        (
            walked(WalkForward { purge: 100, ..walk(2) }),
            "walk_forward.purge",
            "less than the 100 bars in sample, got 100",
        ),
        (
            walked(WalkForward { embargo: 100, ..walk(2) }),
            "walk_forward.embargo",
            "less than the 100 bars out of sample",
        ),
        (SweepTexts { top: 3, ..walked(walk(2)) }, "top", "0 with walk_forward"),
        (SweepTexts { reductions: vec![], ..walked(walk(2)) }, "walk_forward", "unset without reductions"),
        (SweepTexts { by: "sum".into(), ..walked(walk(2)) }, "by", "a column of the answer (mean)"),
        (
            SweepTexts { walk: Some(WalkForward { purge: 60, ..walk(2) }), ..ahead("40", "count") },
            "expressions[1]",
            "values that look 40 bars ahead need more than 40 bars, got 40",
        ),
    ] {
        let error = sweep(&app, asked.clone(), Span::ALL).await.err().unwrap_or_else(|| panic!("{asked:?}"));
        assert_eq!(error.field().as_deref(), Some(path), "{error}");
        assert!(error.to_string().contains(message), "{error}");
    }
    // Deflated ratios need every variant, and the number of folds multiplies what is held.
    let deflated = SweepTexts { top: 1, ..texts(&["ema(2..999)"], &["deflated_sharpe"]) };
    let held = sweep(&app, deflated, Span::ALL).await.err().expect("refused");
    assert!(matches!(held, Error::TooMuch { limit: "sweep_bytes_max", .. }), "{held}");
    let live = CompiledQuery::parse(&["close", "when(close > 1, ahead(close, 5))"], app.limits()).expect_err("refused");
    assert!(live.to_string().starts_with("expressions[1]: ahead reads later bars, which no value"), "{live}");
    app.close().await;
}
