//! Questions over several series: joined by time, or correlated with each other.

use atrad::app::Limits;
use atrad::rpc::Settings;
use atrad::rpc::proto::compute_batch_response::Outcome;
use atrad::rpc::proto::compute_request::Source;
use atrad::rpc::proto::{
    ComputeBatchRequest, ComputeRequest, ComputeStreamRequest, CorrelateRequest, CorrelationMethod, IngestRequest,
    JoinType, Range,
};
use atrad::rpc::wire::{Bars, Packed};
use futures_util::StreamExt;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::server::{STEP, Server, bars, id, question};

/// Stores bars at some rows, whose close is a function of the row.
async fn store(server: &Server, symbol: &str, rows: impl Iterator<Item = i64>, close: impl Fn(i64) -> f64) {
    let rows: Vec<i64> = rows.collect();
    let times: Vec<i64> = rows.iter().map(|row| row * STEP).collect();
    let prices = Packed::of(&rows.iter().map(|&row| close(row)).collect::<Vec<_>>());
    let [open, high, low, close, volume] = [0; 5].map(|_| prices.clone());
    let bars = Some(Bars { times: Packed::of(&times), open, high, low, close, volume, ..Bars::default() });
    server
        .ingest()
        .ingest(IngestRequest { series: id(symbol), bars, ..IngestRequest::default() })
        .await
        .expect("stored");
}

fn wave(row: i64) -> f64 {
    100.0 + (row as f64 * 0.37).sin() * 5.0 + (row % 13) as f64
}

fn correlate(symbols: &[&str]) -> CorrelateRequest {
    CorrelateRequest { series: symbols.iter().filter_map(|symbol| id(symbol)).collect(), ..CorrelateRequest::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_series_are_joined_by_time_on_every_road() {
    let server = Server::start().await;
    store(&server, "A", 0..40_000, wave).await;
    store(&server, "ETH/USD", (10..50_000).filter(|row| row % 10 != 0), |row| wave(row + 3)).await;
    let texts = ["close@\"ETH/USD\"", "correl(close, close@\"ETH/USD\", 5)", "close / ffill(close@\"ETH/USD\")"];
    let asked = question("A", &texts, None);
    let whole = server.indicators().compute(asked.clone()).await.expect("answered").into_inner();
    let join = &whole.joins[0];
    assert_eq!((whole.joins.len(), join.series.clone(), join.epoch), (1, id("ETH/USD"), 1));
    assert_eq!((join.matched, join.unmatched, join.join_type()), (35_991, 4_009, JoinType::Left));
    assert_eq!(whole.infos[1].expression, "correl(close, close@\"ETH/USD\", period=5)");
    let [other, correlation, ratio] = [0, 1, 2].map(|column| whole.columns[column].values.values::<f64>());
    assert!(other[9].is_nan() && other[20].is_nan() && other[21] == wave(24));
    // A window of five that holds no tenth bar has a value.
    assert!(correlation[24].is_nan() && !correlation[25].is_nan() && correlation[30].is_nan());
    assert!(ratio[10].is_nan() && ratio[20] == wave(20) / wave(22));

    let request = ComputeStreamRequest { request: Some(asked) };
    let chunks = server.indicators().compute_stream(request).await.expect("answered").into_inner();
    let chunks: Vec<_> = chunks.map(|chunk| chunk.expect("whole").chunk.expect("there")).collect().await;
    assert!(chunks.len() > 1 && chunks[0].joins == whole.joins && chunks[1].joins.is_empty());
    for column in 0..3 {
        let joined: Vec<u8> = chunks.iter().flat_map(|chunk| chunk.columns[column].values.bytes()).copied().collect();
        assert!(joined == whole.columns[column].values.bytes(), "column {column}");
    }

    let request = ComputeBatchRequest {
        series: ["A", "ETH/USD", "NONE"].into_iter().filter_map(id).collect(),
        range: Some(Range { last: Some(5), ..Range::default() }),
        expressions: texts.map(String::from).to_vec(),
        ..ComputeBatchRequest::default()
    };
    let answers = server.indicators().compute_batch(request).await.expect("answered").into_inner();
    let mut answers: Vec<_> = answers.map(|answer| answer.expect("whole")).collect().await;
    answers.sort_by_key(|answer| answer.index);
    let Some(Outcome::Values(values)) = &answers[0].outcome else { panic!("{answers:?}") };
    assert_eq!(values.columns[1].values.bytes(), &whole.columns[1].values.bytes()[8 * 39_995..]);
    assert_eq!((values.joins[0].matched, values.joins[0].unmatched), (5, 0));
    let Some(Outcome::Values(own)) = &answers[1].outcome else { panic!("{answers:?}") };
    assert!(own.joins[0].unmatched == 0 && (own.columns[1].values.values::<f64>()[4] - 1.0).abs() < 1e-12);
    assert!(matches!(&answers[2].outcome, Some(Outcome::Failure(failure)) if failure.code == Code::NotFound as i32));
}

async fn refused(server: &Server, request: ComputeRequest) -> Status {
    server.indicators().compute(request).await.expect_err("refused")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_joined_is_refused() {
    let server = Server::with(Limits { joined_series_max: 1, ..Limits::default() }, Settings::default()).await;
    server.fill("A", 10).await;
    let status = refused(&server, question("A", &["close - close@NONE"], None)).await;
    assert_eq!((status.code(), status.message()), (Code::NotFound, "series NONE 1m does not exist"));
    assert_eq!(status.get_details_resource_info().expect("there").resource_name, "NONE 1m");
    let status = refused(&server, question("A", &["close@A - close@B"], None)).await;
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(status.get_details_quota_failure().expect("there").violations[0].subject, "joined_series_max");
    let inline = ComputeRequest { source: Some(Source::Bars(bars(0, 5))), ..question("A", &["close@A"], None) };
    let status = refused(&server, inline).await;
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(status.get_details_bad_request().expect("there").field_violations[0].field, "expressions");
    let long = format!("close@{}", "A".repeat(65));
    for (text, message) in [
        ("close@", "expected a symbol at byte 6, got the end"),
        ("close@\"A", "expected `\"` at byte 8, got the end"),
        ("close@\"A B\"", "joined series: symbol must contain only A-Z a-z 0-9 . _ : / - ^ = $ # &, got ' ' at byte 1"),
        ("close@\"\"", "joined series: symbol must have between 1 and 64 bytes, got 0"),
        (&long, "joined series: symbol must have between 1 and 64 bytes, got 65"),
        ("sma(20)@A", "expected an operator or the end of the expression at byte 7, got '@'"),
        ("rsi@A", "rsi is not a column; only columns of A can be read, as in rsi(close@A)"),
        ("macd@A", "macd is not a column; only columns of A can be read, as in rsi(close@A)"),
        ("atra@A", "atra is not a column; only columns of A can be read, as in rsi(close@A)"),
        ("close@A.B(3)", "expected an operator or the end of the expression at byte 9, got '('"),
        ("ffill(close, 3)", "ffill takes (x), got 2 arguments"),
        ("close@BTC-USD", "USD is not an indicator or a column"),
    ] {
        let status = refused(&server, question("A", &[text], None)).await;
        assert_eq!((status.code(), status.message()), (Code::InvalidArgument, &*format!("expressions[0]: {message}")));
    }
}

/// The correlation of two columns, by the book.
fn pearson(one: &[f64], two: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (a, b) = (mean(one), mean(two));
    let products =
        |one: &[f64], a: f64, two: &[f64], b: f64| one.iter().zip(two).map(|(x, y)| (x - a) * (y - b)).sum::<f64>();
    products(one, a, two, b) / (products(one, a, one, a) * products(two, b, two, b)).sqrt()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_series_are_correlated_over_the_times_that_all_have() {
    let server = Server::start().await;
    let close = |series: i64| move |row: i64| wave(row) + wave(row * (series + 2)) * series as f64;
    // More series than one block holds; each lacks bars of its own, and one is flat.
    let has = |series: i64, row: i64| row % (17 + series) != series;
    let symbols: Vec<String> = (0..11).map(|series| format!("S{series}")).collect();
    for (series, symbol) in (0..).zip(&symbols) {
        let price = move |row| if series == 7 { 5.0 } else { close(series)(row) };
        store(&server, symbol, (0..600).filter(|&row| has(series, row)), price).await;
    }
    let names: Vec<&str> = symbols.iter().map(String::as_str).collect();
    let range = Some(Range { start_time: Some(50 * STEP), end_time: Some(500 * STEP), last: None, as_of: None });
    let request = CorrelateRequest { range, ..correlate(&names) };
    let answer = server.indicators().correlate(request.clone()).await.expect("answered").into_inner();
    let shared: Vec<i64> = (50..500).filter(|&row| (0..11).all(|series| has(series, row))).collect();
    assert_eq!((answer.rows, answer.values.len(), answer.join_type()), (shared.len() as u64, 121, JoinType::Inner));
    let bars = |series| (50..500).filter(|&row| has(series, row)).count() as u64;
    assert_eq!((answer.epochs, answer.bars), (vec![1; 11], (0..11).map(bars).collect::<Vec<_>>()));

    let returns = |column: &[f64]| column.windows(2).map(|pair| (pair[1] - pair[0]) / pair[0]).collect::<Vec<_>>();
    let ranks = |column: &[f64]| {
        let rank = |x: &f64| {
            let (below, same) = (column.iter().filter(|y| *y < x).count(), column.iter().filter(|y| *y == x).count());
            below as f64 + (same as f64 + 1.0) / 2.0
        };
        column.iter().map(rank).collect::<Vec<_>>()
    };
    let columns: Vec<Vec<f64>> = (0..11).map(|series| shared.iter().map(|&row| close(series)(row)).collect()).collect();
    let turned = |turn: &dyn Fn(&[f64]) -> Vec<f64>| columns.iter().map(|column| turn(column)).collect::<Vec<_>>();
    let spearman = CorrelationMethod::Spearman.into();
    for (request, columns) in [
        (request.clone(), columns.clone()),
        (CorrelateRequest { returns: true, ..request.clone() }, turned(&returns)),
        (CorrelateRequest { method: spearman, ..request.clone() }, turned(&ranks)),
        (CorrelateRequest { expression: "close * 2 - open * 3".into(), ..request.clone() }, columns.clone()),
    ] {
        let answer = server.indicators().correlate(request).await.expect("answered").into_inner();
        for (i, j) in (0..11).flat_map(|i| (0..11).map(move |j| (i, j))) {
            let value = answer.values[11 * i + j];
            if i == 7 || j == 7 {
                assert!(value.is_nan(), "{i} {j}: {value}");
                continue;
            }
            let expected = if i == j { 1.0 } else { pearson(&columns[i], &columns[j]) };
            assert!((value - expected).abs() < 1e-12, "{i} {j}: {value} and {expected}");
            assert_eq!(value.to_bits(), answer.values[11 * j + i].to_bits());
        }
    }
    // A copy of a series correlates with it exactly, in whatever block it is.
    let once: Vec<&str> = names.iter().copied().filter(|name| *name != "S7").collect();
    let twice = correlate(&[&once[..], &once[..]].concat());
    for request in [
        twice.clone(),
        CorrelateRequest { returns: true, ..twice.clone() },
        CorrelateRequest { method: spearman, expression: "rsi(5)".into(), ..twice },
    ] {
        let answer = server.indicators().correlate(request).await.expect("answered").into_inner();
        assert!((0..20).all(|i| (0..20).all(|j| i % 10 != j % 10 || answer.values[20 * i + j] == 1.0)));
    }
    // What has no value yet does not count; over too few times nothing has a correlation.
    let request = CorrelateRequest { expression: "sma(close, 100)".into(), ..correlate(&["S0", "S1"]) };
    let answer = server.indicators().correlate(request).await.expect("answered").into_inner();
    assert!(answer.rows > 400 && answer.bars.iter().all(|&bars| bars < 500), "{answer:?}");
    for range in
        [Range { last: Some(1), ..Range::default() }, Range { start_time: Some(STEP << 20), ..Range::default() }]
    {
        let request = CorrelateRequest { range: Some(range), ..correlate(&["S0", "S0"]) };
        let answer = server.indicators().correlate(request).await.expect("answered").into_inner();
        assert!(answer.rows < 2 && answer.values.len() == 4 && answer.values.iter().all(|value| value.is_nan()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_correlated_is_refused() {
    let limits = Limits { correlated_values_max: 100, answer_bytes_max: 1024, ..Limits::default() };
    let server = Server::with(limits, Settings::default()).await;
    server.fill("A", 60).await;
    let pair = || correlate(&["A", "A"]);
    let mut other = pair();
    other.series[1].timeframe = "1h".into();
    let unknown = CorrelateRequest { expression: "clos".into(), ..pair() };
    let several = CorrelateRequest { expression: "macd".into(), ..pair() };
    for (request, code, told) in [
        (correlate(&["A"]), Code::InvalidArgument, "series must be at least 2 series, got 1"),
        (correlate(&["A", "B"]), Code::NotFound, "series B 1m does not exist"),
        (correlate(&["A", "a b"]), Code::InvalidArgument, "series[1]: symbol must contain only"),
        (other, Code::InvalidArgument, "series[1]: timeframe must be that of the first series (1m), got 1h"),
        (
            unknown,
            Code::InvalidArgument,
            "expression: clos is not an indicator or a column; the bars have no extra columns; did you mean close?",
        ),
        (several, Code::InvalidArgument, "expression must be one with a single output, got 3 outputs"),
        (CorrelateRequest { method: 9, ..pair() }, Code::InvalidArgument, "method must be a number from 0 to 2, got 9"),
        (pair(), Code::ResourceExhausted, "correlated_values_max allows at most 100, the request needs 120"),
        (
            correlate(&["A"; 12]),
            Code::ResourceExhausted,
            "answer_bytes_max allows at most 1024, the request needs 1152",
        ),
    ] {
        let status = server.indicators().correlate(request).await.expect_err("refused");
        assert!(status.code() == code && status.message().starts_with(told), "{status:?}");
    }
}
