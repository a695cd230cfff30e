//! Watches over the wire: responses, errors, and their end.

use std::time::Duration;

use atrad::app::Limits;
use atrad::rpc::Settings;
use atrad::rpc::proto::watch_response::Event;
use atrad::rpc::proto::{DeleteSeriesRequest, IngestRequest, SeriesId, WatchRequest, WatchResponse, WatchRows};
use tonic::{Code, Streaming};
use tonic_types::StatusExt;

use crate::server::{STEP, Server, bars, id, question};

fn watch(symbols: &[&str], expressions: &[&str], last: u64) -> WatchRequest {
    let series = symbols.iter().filter_map(|symbol| id(symbol)).collect();
    let expressions = expressions.iter().map(|&text| text.into()).collect();
    WatchRequest { series, expressions, last, ..WatchRequest::default() }
}

async fn begin(server: &Server, request: WatchRequest) -> Streaming<WatchResponse> {
    server.indicators().watch(request).await.expect("begun").into_inner()
}

async fn next(responses: &mut Streaming<WatchResponse>) -> WatchResponse {
    let response = tokio::time::timeout(Duration::from_secs(10), responses.message()).await.expect("in time");
    response.expect("no error").expect("not the end")
}

async fn rows(responses: &mut Streaming<WatchResponse>) -> (WatchRows, SeriesId) {
    let response = next(responses).await;
    match response.event.expect("told") {
        Event::Rows(rows) => (rows, response.series.expect("named")),
        Event::Failure(failure) => panic!("{failure:?}"),
    }
}

async fn put(server: &Server, symbol: &str, start: usize, count: usize) {
    let request = IngestRequest { series: id(symbol), bars: Some(bars(start, count)), ..IngestRequest::default() };
    server.ingest().ingest(request).await.expect("stored");
}

async fn refused(server: &Server, request: WatchRequest) -> (Code, String, String) {
    let status = match server.indicators().watch(request).await {
        Err(status) => status,
        Ok(responses) => responses.into_inner().message().await.expect_err("refused"),
    };
    let details = status.get_details_bad_request();
    let field = details.map(|details| details.field_violations[0].field.clone()).unwrap_or_default();
    (status.code(), field, status.message().into())
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_come_with_their_bars_and_the_bits_of_compute() {
    let server = Server::start().await;
    server.fill("A", 100).await;
    let texts = ["fast = ema(5)", "macd(12, 26, 9)"];
    let mut responses = begin(&server, watch(&["A"], &texts, 3)).await;
    let (first, series) = rows(&mut responses).await;
    let values = first.values.expect("values");
    assert_eq!((series.symbol.as_str(), values.times.len(), values.epoch), ("A", 3, 1));
    let labels: Vec<_> = values.columns.iter().map(|column| &*column.label).collect();
    assert_eq!(labels[..2], ["fast", "macd(12, 26, 9).macd"]);
    assert_eq!(values.infos.len(), labels.len());
    put(&server, "A", 100, 2).await;
    let (second, _) = rows(&mut responses).await;
    let values = second.values.expect("values");
    let computed = server.indicators().compute(question("A", &texts, Some(2))).await.expect("computed").into_inner();
    assert_eq!((&values.times, &values.columns, values.epoch), (&computed.times, &computed.columns, 2));
    assert!(values.infos.is_empty() && !second.provisional && second.revised_from.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_of_many_tells_each_and_goes_on_without_one() {
    let server = Server::start().await;
    for symbol in ["AB", "AC", "B"] {
        server.fill(symbol, 10).await;
    }
    let request = WatchRequest { symbol_glob: "A?".into(), timeframe: "1m".into(), ..watch(&[], &["close"], 1) };
    let mut responses = begin(&server, request).await;
    let mut seen = vec![];
    for _ in 0..2 {
        seen.push(rows(&mut responses).await.1.symbol);
    }
    seen.sort();
    assert_eq!(seen, ["AB", "AC"]);
    put(&server, "AD", 0, 3).await;
    assert_eq!(rows(&mut responses).await.1.symbol, "AD");
    server.series().delete_series(DeleteSeriesRequest { series: id("AB") }).await.expect("deleted");
    let told = next(&mut responses).await;
    assert_eq!(told.series.expect("named").symbol, "AB");
    let Some(Event::Failure(failure)) = told.event else { panic!("a failure") };
    assert_eq!((failure.code, &*failure.message), (Code::NotFound as i32, "series AB 1m does not exist"));
    put(&server, "AC", 10, 1).await;
    assert_eq!(rows(&mut responses).await.1.symbol, "AC");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_resumes_over_the_wire_and_a_large_beginning_comes_in_parts() {
    let server = Server::with(Limits { chunk_bytes_max: 1024, ..Limits::default() }, Settings::default()).await;
    server.fill("A", 500).await;
    let mut responses = begin(&server, watch(&["A"], &["close"], 500)).await;
    let (mut times, mut tokens) = (Vec::<i64>::new(), Vec::new());
    while times.len() < 500 {
        let response = next(&mut responses).await;
        let Some(Event::Rows(rows)) = response.event else { panic!("rows") };
        times.extend(rows.values.expect("values").times.values::<i64>());
        tokens.push(response.resume_token);
    }
    assert!(times.is_sorted() && tokens.len() > 5, "{} parts", tokens.len());
    let (last, others) = tokens.split_last().expect("parts");
    assert!(others.iter().all(|token| token.is_empty()) && !last.is_empty(), "only the last has a token");
    drop(responses);
    put(&server, "A", 500, 3).await;
    let resumed = WatchRequest { resume_tokens: vec![last.clone()], ..watch(&["A"], &["close"], 500) };
    let (missed, _) = rows(&mut begin(&server, resumed).await).await;
    let missed = missed.values.expect("values").times.values::<i64>();
    assert_eq!(missed, [500, 501, 502].map(|minute| minute * STEP));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named() {
    let server = Server::start().await;
    server.fill("A", 10).await;
    let plain = || watch(&["A"], &["close"], 1);
    let invalid = Code::InvalidArgument;
    let cases = [
        (WatchRequest { series: vec![], ..plain() }, invalid, "series"),
        (WatchRequest { expressions: vec![], ..plain() }, invalid, "expressions"),
        (WatchRequest { only_when: "rsi(".into(), ..plain() }, invalid, "only_when.expression"),
        (WatchRequest { only_when: "macd()".into(), ..plain() }, invalid, "only_when.expression"),
        (WatchRequest { symbol_glob: "A*".into(), ..plain() }, invalid, "timeframe"),
        (WatchRequest { timeframe: "1m".into(), ..plain() }, invalid, "timeframe"),
        (WatchRequest { symbol_glob: "A B".into(), timeframe: "1m".into(), ..plain() }, invalid, "symbol_glob"),
        (WatchRequest { resume_tokens: vec![vec![1, 2].into()], ..plain() }, invalid, "resume_tokens"),
        (WatchRequest { last: 1 << 40, ..plain() }, Code::ResourceExhausted, ""),
        (watch(&["NONE"], &["close"], 1), Code::NotFound, ""),
        (watch(&["A"], &["close@NONE"], 1), Code::NotFound, ""),
        (watch(&["A"], &["funding"], 1), invalid, "expressions[0]"),
    ];
    for (request, code, field) in cases {
        let shown = format!("{request:?}");
        let (found, named, message) = refused(&server, request).await;
        assert_eq!((found, &*named), (code, field), "{shown}: {message}");
    }
    let none = WatchRequest { symbol_glob: "Z*".into(), timeframe: "1m".into(), ..watch(&[], &["close"], 1) };
    let (code, _, message) = refused(&server, none).await;
    assert_eq!((code, &*message), (Code::NotFound, "no series matches Z* at timeframe 1m"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_ends_watches_when_it_stops_and_not_before() {
    let limits = Limits { deadline_max_s: 1, ..Limits::default() };
    let server = Server::with(limits, Settings::default()).await;
    server.fill("A", 10).await;
    let mut responses = begin(&server, watch(&["A"], &["close"], 1)).await;
    rows(&mut responses).await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    put(&server, "A", 10, 1).await;
    rows(&mut responses).await;
    let app = server.app.clone();
    let ended = tokio::spawn(server.end());
    let end = tokio::time::timeout(Duration::from_secs(10), responses.message()).await.expect("in time");
    assert_eq!(end.expect_err("it ends").code(), Code::Unavailable);
    ended.await.expect("in order");
    assert_eq!(app.metrics().watches, 0);
}
