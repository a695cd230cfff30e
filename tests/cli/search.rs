//! Sweeps and screens from a shell.

use std::path::Path;

use crate::process::{complain, run, say};

fn stocks(folder: &Path) {
    for (symbol, name) in [("MSFT", "wiki_msft_1d"), ("AAPL", "wiki_aapl_1d"), ("IBM", "wiki_ibm_1d")] {
        let file = format!("{}/tests/data/{name}.csv.gz", env!("CARGO_MANIFEST_DIR"));
        say(folder, &["import", &file, "--symbol", symbol, "--timeframe", "1d"]);
    }
}

#[test]
fn a_sweep_is_a_table_of_variants() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    stocks(data);
    let csv = say(data, &["sweep", "MSFT", "1d", "ema(5..200)", "--reduce", "last", "--format", "csv"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!((lines[0], lines.len()), ("period,last", 197));
    for period in [5, 60, 200] {
        let own = say(data, &["compute", "MSFT", "1d", &format!("ema({period})"), "--last", "1", "--format", "csv"]);
        let value = own.lines().nth(1).and_then(|line| line.split_once(',')).expect("a row").1.to_owned();
        assert_eq!(lines[period - 4], format!("{period},{value}"));
    }
    let pair = "crossover(ema(5..8 as fast), ema(6..20 step 2 as slow))";
    let best =
        ["sweep", "MSFT", "1d", pair, "--where", "fast < slow", "--reduce", "count_true,first_true", "--top", "3"];
    let output = run(data, &[&best[..], &["--by", "count_true", "--format", "json"]].concat());
    let rows: serde_json::Value = serde_json::from_slice(&output.stdout).expect("json");
    let counts: Vec<f64> = (0..3).map(|at| rows[at]["count_true"].as_f64().expect("a count")).collect();
    assert!(counts.windows(2).all(|pair| pair[0] >= pair[1]), "{rows}");
    assert!(rows[0]["first_true"].as_str().is_some_and(|time| time.ends_with("T00:00:00Z")), "{rows}");
    let told = String::from_utf8(output.stderr).expect("text");
    assert!(told.contains("28 variants tried of 32, 3 returned"), "{told}");
    let two = say(data, &["sweep", "MSFT", "1d", "-rsi(2..3)", "sma(4..5)", "--reduce", "min", "--format", "csv"]);
    let two: Vec<&str> = two.lines().collect();
    assert_eq!((two[0], two.len()), ("expression,period,min", 5));
    assert!(two[1].starts_with("-rsi(2..3),2,") && two[4].starts_with("sma(4..5),5,"), "{two:?}");
    let columns = say(data, &["sweep", "MSFT", "1d", "macd(3..4, 6, 2)", "--last", "2", "--format", "csv"]);
    let lines: Vec<&str> = columns.lines().collect();
    assert_eq!((lines[0], lines.len()), ("fast,time,macd,signal,hist", 5));
    let own = say(data, &["compute", "MSFT", "1d", "macd(4, 6, 2)", "--last", "1", "--format", "csv"]);
    assert_eq!(lines[4].split_once(',').map(|(_, rest)| rest), own.lines().nth(1));
}

#[test]
fn a_screen_is_a_table_of_series() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    stocks(data);
    let screen = ["screen", "--timeframe", "1d", "close > sma(50) * 0.2", "--show", "rsi(14)", "--show", "-close"];
    let csv = say(data, &[&screen[..], &["--top", "2", "--format", "csv"]].concat());
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!((lines[0], lines.len()), ("symbol,time,rsi(14),-close", 3));
    let value = |line: &str| line.split(',').nth(2).and_then(|value| value.parse::<f64>().ok()).expect("a number");
    assert!(value(lines[1]) >= value(lines[2]), "{csv}");
    let output = run(data, &["screen", "close > 1e9", "--timeframe", "1w", "--symbols", "I*,NONE"]);
    let told = String::from_utf8(output.stderr).expect("text");
    assert!(told.contains("0 of 2 series match; 0 have too few bars, 1 failed\nNONE: series NONE 1w"), "{told}");
}

#[test]
fn mistakes_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    stocks(data);
    for (arguments, message) in [
        (&["compute", "MSFT", "1d", "ema(5..9)"][..], "5..9 at byte 4 is a range"),
        (&["sweep", "MSFT", "1d", "ema(9..5)", "--reduce", "last"], "the end of 9..5 at byte 4 must not be less than"),
        (&["sweep", "MSFT", "1d", "ema(1..2 step 0)", "--reduce", "last"], "the step of 1..2 step 0 at byte 4"),
        (&["sweep", "MSFT", "1d", "ema(5..9)", "--reduce", "lst"], "did you mean last?"),
        (&["screen", "close", "--timeframe", "1d", "--symbols", "X*"], "no series matches X* at timeframe 1d"),
        (&["screen", "macd", "--timeframe", "1d"], "condition must be one with a single output"),
    ] {
        assert!(complain(data, arguments, 1).contains(message), "{arguments:?}: {}", complain(data, arguments, 1));
    }
}
