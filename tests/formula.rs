//! Formulas, compared with indicators and with arithmetic by hand.

mod common;

use std::sync::Arc;

use atrad::indicator::{Expression, Graph, Limits, Plan, Run};
use atrad::kernel::{BLOCK, Level};
use atrad::series::Bars;
use common::series::{holed, prefix, walk};
use common::{columns, plan};

const ROWS: usize = 1500;

fn bars() -> Arc<Bars> {
    Arc::new(Bars::new(walk(5, ROWS, 100.0, 2.0)).expect("good"))
}

fn gapped() -> Arc<Bars> {
    let mut columns = holed(walk(7, ROWS, 100.0, 2.0), 700..705);
    columns.volume[300] = f64::NAN;
    Arc::new(Bars::with_gaps(columns).expect("good but for gaps"))
}

fn column(text: &str, bars: &Arc<Bars>) -> Vec<f64> {
    columns(&[text], bars).swap_remove(0)
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn a_formula_of_the_same_kernels_has_the_same_bits() {
    for bars in [bars(), gapped()] {
        for (indicator, formula) in [
            ("mom(10)", "close - shift(close, 10)"),
            ("roc(10)", "100 * ((close - shift(close, 10)) / shift(close, 10))"),
            ("rocr(10)", "close / shift(close, 10)"),
            ("medprice", "(high + low) / 2"),
            ("typprice", "(high + low + close) / 3"),
            ("hl2", "(h + l) / 2"),
            ("apo(12, 26, sma)", "sma(12) - sma(26)"),
            ("volume_ratio(20)", "volume / sma(volume, 20)"),
            ("volatility(20)", "stddev(100 * ((c - shift(c, 1)) / shift(c, 1)), 20, ddof=1)"),
            ("add(high, low)", "high + low"),
            ("sma(medprice, 20)", "sma((high + low) / 2, 20)"),
            ("trange", "larger(larger(high - low, abs(high - shift(close, 1))), abs(low - shift(close, 1)))"),
        ] {
            assert_eq!(bits(&column(indicator, &bars)), bits(&column(formula, &bars)), "{indicator}");
        }
    }
}

#[test]
fn a_formula_of_other_kernels_gives_the_same_numbers() {
    let bars = bars();
    for (indicator, formula) in [
        ("bbands(close, 20, 2, 2, sma).upper", "sma(20) + 2 * var(20) ^ 0.5"),
        ("bbands(close, 20, 2, 2, sma).lower", "sma(20) - 2 * sqrt(var(20))"),
        ("dema(10)", "2 * ema(10) - ema(ema(10), 10)"),
        ("willr(14)", "-100 * (max(high, 14) - close) / (max(high, 14) - min(low, 14))"),
        ("donchian(20).middle", "0.5 * (max(high, 20) + min(low, 20))"),
        ("returns", "close / shift(close, 1) - 1"),
        ("avgprice", "(open + high + low + close) * 0.25"),
    ] {
        let (one, two) = (column(indicator, &bars), column(formula, &bars));
        for (at, (one, two)) in one.iter().zip(&two).enumerate() {
            let near = (one - two).abs() <= 1e-12 * (1.0 + one.abs());
            assert!(near || (one.is_nan() && two.is_nan()), "{indicator} at {at}: {one} and {two}");
        }
    }
}

#[test]
fn formulas_compute_what_they_say() {
    let bars = bars();
    let price = |text: &str| column(text, &bars);
    let [open, high, close] = ["open", "high", "close"].map(price);
    let sma = price("sma(5)");
    let truth = |holds: bool| if holds { 1.0 } else { 0.0 };
    type Rule<'a> = &'a dyn Fn(usize) -> f64;
    let cases: [(&str, Rule<'_>); 12] = [
        ("close > open", &|t| truth(close[t] > open[t])),
        ("5 <= close - open", &|t| truth(5.0 <= close[t] - open[t])),
        ("not close > open or high == close", &|t| truth(close[t] <= open[t] || high[t] == close[t])),
        ("1 - 2 * -close ^ 2", &|t| 1.0 - 2.0 * -(close[t] * close[t])),
        ("2 ^ (close / 100) ^ 0.5", &|t| libm::pow(2.0, (close[t] / 100.0).sqrt())),
        ("if(close > open, high, -1)", &|t| if close[t] > open[t] { high[t] } else { -1.0 }),
        ("sign(close - open) * 3", &|t| 3.0 * (truth(close[t] > open[t]) - truth(close[t] < open[t]))),
        ("10 / (close - open)", &|t| 10.0 / (close[t] - open[t])),
        ("close - sma(5)", &|t| close[t] - sma[t]),
        ("smaller(close, 100) + larger(100, open)", &|t| close[t].min(100.0) + open[t].max(100.0)),
        ("shift(close, 3) and 1", &|t| if t < 3 { f64::NAN } else { 1.0 }),
        ("crossover(close, open)", &|t| {
            if t == 0 { f64::NAN } else { truth(close[t] > open[t] && close[t - 1] <= open[t - 1]) }
        }),
    ];
    for (text, rule) in cases {
        let expected: Vec<f64> = (0..ROWS).map(rule).collect();
        assert_eq!(bits(&column(text, &bars)), bits(&expected), "{text}");
    }
    let crossings = column("crossover(close, sma(5)) - crossunder(close, sma(5))", &bars);
    let ups = crossings.iter().filter(|value| **value == 1.0).count();
    let downs = crossings.iter().filter(|value| **value == -1.0).count();
    assert!(ups > 50 && ups.abs_diff(downs) <= 1, "{ups} up and {downs} down take turns");
}

/// A back-test, bar by bar: what is decided at the close of a bar is held over the next.
#[derive(Default)]
struct BackTest {
    position: Vec<f64>,
    pnl: Vec<f64>,
    equity: Vec<f64>,
    trades: Vec<f64>,
}

impl BackTest {
    fn of(close: &[f64], enter: &[f64], exit: &[f64], cost_bps: f64) -> Self {
        let cost = cost_bps / 10_000.0;
        let (mut test, mut is_long, mut value, mut entered) = (Self::default(), false, 1.0, 0.0);
        for t in 0..close.len() {
            let was_long = is_long;
            let known = !enter[t].is_nan() && !exit[t].is_nan();
            is_long = if known { exit[t] == 0.0 && (enter[t] != 0.0 || was_long) } else { was_long };
            test.position.push(if known { f64::from(u8::from(is_long)) } else { f64::NAN });
            if t == 0 || test.position[t - 1].is_nan() || !known {
                test.pnl.push(f64::NAN);
                test.equity.push(f64::NAN);
                test.trades.push(f64::NAN);
                continue;
            }
            let earned = if was_long { close[t] / close[t - 1] - 1.0 } else { 0.0 };
            let fee = if is_long == was_long { 0.0 } else { cost };
            value *= 1.0 + earned - fee;
            test.pnl.push(earned - fee);
            test.equity.push(value);
            test.trades.push(if was_long && !is_long { value / entered - 1.0 } else { f64::NAN });
            if is_long && !was_long {
                entered = value / (1.0 - fee);
            }
        }
        test
    }
}

#[test]
fn judged_signals_are_those_of_a_back_test() {
    let bars = bars();
    let rule = "position(crossover(ema(5), ema(20)), rsi(7) < 40)";
    let [close, enter, exit] = ["close", "crossover(ema(5), ema(20))", "rsi(7) < 40"].map(|text| column(text, &bars));
    for cost in [0.0, 7.5] {
        let expected = BackTest::of(&close, &enter, &exit, cost);
        assert_eq!(bits(&column(rule, &bars)), bits(&expected.position));
        for (text, expected) in [
            (format!("pnl({rule}, {cost})"), expected.pnl),
            (format!("equity(pnl({rule}, {cost}))"), expected.equity),
            (format!("trades({rule}, {cost})"), expected.trades),
        ] {
            for (at, (found, expected)) in column(&text, &bars).iter().zip(&expected).enumerate() {
                let near = (found - expected).abs() <= 1e-12 || (found.is_nan() && expected.is_nan());
                assert!(near, "{text} at {at}: {found}, not {expected}");
            }
            assert!(expected.iter().filter(|value| !value.is_nan()).count() > 10, "{text}");
        }
    }
}

const FORMULAS: [&str; 11] = [
    "rsi(14) - 50",
    "(high + low) / 2 > ema(20)",
    "if(close > sma(20), atr(5), -stddev(9))",
    "if(volume > 1000, close, sma(300))",
    "crossover(ema(5), ema(9)) or crossunder(close, 100)",
    "ema(hl2 * volume, 9) / ema(volume, 9)",
    "shift(close, 700) ^ 1.5 - open",
    "not (close > open and volume < 900) != sign(close - open)",
    "larger(abs(mom(3)), smaller(atr, 2)) / close * 100",
    "correl(close - open, shift(volume, 1), 12) + 0.5",
    "equity(pnl(position(close > open, close < ema(9)) - position(volume < 900, 0), 5))",
];

fn feed(run: &mut Run, plan: &Plan, bars: &Bars, cut: usize) -> Vec<f64> {
    let mut found = vec![0.0; bars.len()];
    for (index, output) in found.chunks_mut(cut).enumerate() {
        let rows = index * cut..index * cut + output.len();
        let inputs: Vec<&[f64]> = plan.columns().iter().map(|&column| &bars.column(column)[rows.clone()]).collect();
        run.feed(&inputs, &mut [output]);
    }
    found
}

#[test]
fn formulas_obey_the_laws() {
    let bars = gapped();
    for text in FORMULAS {
        let whole = column(text, &bars);
        let plan = plan(&[text]);
        for level in Level::available() {
            for cut in [1, 2, 7, 8, 64, 1000, BLOCK] {
                let found = level.run(|| feed(&mut plan.start(), &plan, &bars, cut));
                assert_eq!(bits(&whole), bits(&found), "{text} at {} by {cut}", level.name());
            }
        }
        for rows in [1, 33, 701, 1234] {
            assert_eq!(bits(&whole[..rows]), bits(&column(text, &prefix(&bars, rows))), "{text} over {rows} bars");
        }
        let part = plan.compute(&bars, 900..1300, &|| true).expect("nobody stops it");
        assert_eq!(bits(&whole[900..1300]), bits(part.column(0)), "{text} in a range");
        let mut graph = Graph::new();
        let port = Expression::parse(text, &Limits::default()).expect(text)[0].port(&mut graph);
        let lookback = graph.lookback(port);
        assert!(whole[..lookback].iter().all(|value| value.is_nan()), "{text} has values before {lookback} bars");
        assert!(whole[lookback + 1..].iter().any(|value| !value.is_nan()), "{text} has none after {lookback}");
    }
}

#[test]
fn shared_subexpressions_are_computed_once() {
    let kernels = |texts: &[&str]| plan(texts).kernels();
    assert_eq!(kernels(&["2 * close + 1"]), 2);
    assert_eq!(kernels(&["rsi(14) > 70", "rsi(14) < 30", "rsi(14)", "70 < rsi(14)"]), kernels(&["rsi(14)"]) + 2);
    assert_eq!(kernels(&["if(close > 1, 2, 3)"]), 2);
    assert_eq!(kernels(&["(h + l) * (h + l) - (h + l)"]), 3);
    assert_eq!(kernels(&["shift(close, 0)"]), 0);
}

#[test]
fn the_time_is_a_column() {
    let bars = Arc::new(Bars::new(walk(5, 60, 100.0, 2.0)).expect("good"));
    let hours = column("time / 3600", &bars);
    assert!(hours.iter().enumerate().all(|(row, &hour)| hour == row as f64), "{hours:?}");
    assert_eq!(column("time", &bars)[7].to_bits(), (7.0 * 3600.0_f64).to_bits());
    assert_eq!(column("sma(time - shift(time, 1), 3) + 0 * close", &bars)[50], 3600.0);
}

#[test]
fn times_before_the_epoch_and_between_seconds_are_right() {
    let mut columns = walk(5, 3, 100.0, 2.0);
    columns.times = vec![-1_500_000_000, 1_700_000_000_000_000_000, 1_700_000_000_250_000_000];
    let bars = Arc::new(Bars::new(columns).expect("good"));
    assert_eq!(column("time", &bars), [-1.5, 1_700_000_000.0, 1_700_000_000.25]);
}
