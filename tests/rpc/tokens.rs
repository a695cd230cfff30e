//! Tokens of a file: what each may call and reach, on every road, and what it may hold.

use std::sync::Arc;
use std::time::Duration;

use atrad::app::Limits;
use atrad::rpc::proto::alert_service_client::AlertServiceClient;
use atrad::rpc::proto::cache_service_client::CacheServiceClient;
use atrad::rpc::proto::compute_batch_response::Outcome;
use atrad::rpc::proto::ingest_stream_response::Outcome as Receipt;
use atrad::rpc::proto::saved_result_service_client::SavedResultServiceClient;
use atrad::rpc::proto::watch_response::Event;
use atrad::rpc::proto::{
    AcknowledgeFiringsRequest, Alert, CompareAndSetRequest, ComputeBatchRequest, ComputeStreamRequest,
    CorrelateRequest, DeleteAlertRequest, DeleteRequest, DeleteSavedResultRequest, DeleteSeriesRequest,
    ExpireSavedResultRequest, GetManyRequest, GetRequest, GetSeriesRequest, IngestRequest, IngestStreamRequest,
    ListAlertsRequest, ListFiringsRequest, ListSavedResultsRequest, ListSeriesRequest, Persist, PutAlertRequest,
    PutManyRequest, PutRequest, ReadBarsRequest, ReadSavedResultRequest, SetRetentionRequest, WatchRequest,
    WatchResponse,
};
use atrad::rpc::{Settings, Token, TokenSource, Tokens};
use futures_util::{StreamExt, stream};
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt;

use crate::access::with_token;
use crate::server::{Server, bars, id, question};

/// The file of the tests; the token of each name is its name.
pub(crate) fn lines() -> String {
    let line = |name: &str, rest: &str| {
        let hash = Token::new(name).expect("good").hash();
        format!(r#"{{"name":"{name}","sha256":"{hash}",{rest}}}"#)
    };
    [
        line("all", r#""scopes":["read","write","admin"]"#),
        line("reader", r#""scopes":["read"]"#),
        line("writer", r#""scopes":["write"]"#),
        line("desk", r#""scopes":["read","write","admin"],"symbols":["BTC","ETH"],"namespaces":["desk","both"]"#),
        line("past", r#""scopes":["read"],"as_of":60000000000"#),
        line("few", r#""scopes":["read","write"],"calls_max":2,"share":5"#),
    ]
    .join("\n")
}

pub(crate) async fn server() -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tokens");
    std::fs::write(&path, lines()).expect("written");
    let source = TokenSource { file: Some(path), ..TokenSource::default() };
    let settings = Settings { tokens: Arc::new(Tokens::new(source).expect("loaded")), ..Settings::default() };
    let server = Server::with(Limits::default(), settings).await;
    for symbol in ["BTCUSDT", "ETHUSDT", "NVDA"] {
        let request = IngestRequest { series: id(symbol), bars: Some(bars(0, 50)), ..IngestRequest::default() };
        server.ingest().ingest(with_token(request, "all")).await.expect("stored");
    }
    (server, folder)
}

fn code<T>(done: Result<T, Status>) -> Code {
    done.map_or_else(|status| status.code(), |_| Code::Ok)
}

/// Refused, with a message that names the token, what was asked for and what it has.
fn refused<T>(done: Result<T, Status>, what: &str) {
    let Err(status) = done else { panic!("{what} is not refused") };
    assert_eq!(status.code(), Code::PermissionDenied, "{status:?}");
    let wanted = format!("token desk is not allowed to use {what}; it has ");
    assert!(status.message().starts_with(&wanted), "{status:?}");
    assert!(status.get_details_request_info().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_say_which_calls_a_token_may_make() {
    let (server, _folder) = server().await;
    let ask =
        async |token| code(server.indicators().compute(with_token(question("NVDA", &["close"], None), token)).await);
    let store = async |token| {
        let request = IngestRequest { series: id("NVDA"), bars: Some(bars(0, 5)), ..IngestRequest::default() };
        code(server.ingest().ingest(with_token(request, token)).await)
    };
    let delete = async |token| {
        code(server.series().delete_series(with_token(DeleteSeriesRequest { series: id("NONE") }, token)).await)
    };
    for (token, read, write, admin) in [
        ("all", Code::Ok, Code::Ok, Code::NotFound),
        ("reader", Code::Ok, Code::PermissionDenied, Code::PermissionDenied),
        ("writer", Code::PermissionDenied, Code::Ok, Code::PermissionDenied),
        ("nobody", Code::Unauthenticated, Code::Unauthenticated, Code::Unauthenticated),
        ("", Code::Unauthenticated, Code::Unauthenticated, Code::Unauthenticated),
    ] {
        assert_eq!([ask(token).await, store(token).await, delete(token).await], [read, write, admin], "{token:?}");
    }
    let status = server.indicators().compute(with_token(question("NVDA", &["close"], None), "writer")).await;
    let text = status.expect_err("refused").message().to_owned();
    assert_eq!(text, "atrad.v1.IndicatorService/Compute needs a token with the scope read; token writer has write");
    // To persist an answer is to write.
    let persist = |token| {
        let persist = Some(Persist::default());
        with_token(atrad::rpc::proto::ComputeRequest { persist, ..question("NVDA", &["close"], None) }, token)
    };
    let text = server.indicators().compute(persist("reader")).await.expect_err("refused").message().to_owned();
    assert!(text.contains("token reader is not allowed to use scope write, which is needed for persist"), "{text}");
    server.indicators().compute(persist("all")).await.expect("saved");
}

#[tokio::test(flavor = "multi_thread")]
async fn symbols_bound_every_road_that_reads() {
    let (server, _folder) = server().await;
    let (mut indicators, mut series) = (server.indicators(), server.series());
    let own = indicators.compute(with_token(question("BTCUSDT", &["close - close@ETHUSDT"], None), "desk")).await;
    own.expect("its own series");
    let nvda = "symbol NVDA";
    refused(indicators.compute(with_token(question("NVDA", &["close"], None), "desk")).await, nvda);
    refused(indicators.compute(with_token(question("BTCUSDT", &["close@NVDA"], None), "desk")).await, nvda);
    // What does not exist is refused alike.
    refused(indicators.compute(with_token(question("NONE", &["close"], None), "desk")).await, "symbol NONE");
    let streamed = |expression| ComputeStreamRequest { request: Some(question("ETHUSDT", &[expression], None)) };
    indicators.compute_stream(with_token(streamed("close"), "desk")).await.expect("its own series");
    refused(indicators.compute_stream(with_token(streamed("close@NVDA"), "desk")).await, nvda);
    let correlated = |other: &str| {
        let series = [id("BTCUSDT"), id(other)].into_iter().flatten().collect();
        with_token(CorrelateRequest { series, ..CorrelateRequest::default() }, "desk")
    };
    indicators.correlate(correlated("ETHUSDT")).await.expect("its own series");
    refused(indicators.correlate(correlated("NVDA")).await, nvda);
    let series_of = ["BTCUSDT", "NVDA"].into_iter().filter_map(id).collect();
    let batch =
        ComputeBatchRequest { series: series_of, expressions: vec!["close".into()], ..ComputeBatchRequest::default() };
    let mut parts = indicators.compute_batch(with_token(batch, "desk")).await.expect("answered").into_inner();
    while let Some(part) = parts.message().await.expect("whole") {
        match part.outcome.expect("there") {
            Outcome::Values(values) => assert_eq!((part.index, values.times.values::<i64>().len()), (0, 50)),
            Outcome::Failure(failure) => assert_eq!((part.index, failure.code), (1, Code::PermissionDenied as i32)),
        }
    }
    let get = |symbol| with_token(GetSeriesRequest { series: id(symbol), ..GetSeriesRequest::default() }, "desk");
    series.get_series(get("BTCUSDT")).await.expect("its own");
    refused(series.get_series(get("NVDA")).await, nvda);
    let read = |symbol| with_token(ReadBarsRequest { series: id(symbol), ..ReadBarsRequest::default() }, "desk");
    series.read_bars(read("ETHUSDT")).await.expect("its own");
    refused(series.read_bars(read("NVDA")).await, nvda);
    // A list has the own series only, page by page.
    let listed = async |token, page_token: String| {
        let request = ListSeriesRequest { page_size: 1, page_token, ..ListSeriesRequest::default() };
        let page = server.series().list_series(with_token(request, token)).await.expect("listed").into_inner();
        let names = page.series.into_iter().filter_map(|info| info.id).map(|id| id.symbol).collect::<Vec<_>>();
        (names, page.next_page_token)
    };
    let (first, next) = listed("desk", String::new()).await;
    let (second, end) = listed("desk", next).await;
    assert_eq!((first, second, end), (vec!["BTCUSDT".into()], vec!["ETHUSDT".into()], String::new()));
}

async fn watched(responses: &mut Streaming<WatchResponse>) -> String {
    let response = tokio::time::timeout(Duration::from_secs(10), responses.message()).await.expect("in time");
    let response = response.expect("no error").expect("not the end");
    assert!(matches!(response.event, Some(Event::Rows(_))), "{response:?}");
    response.series.expect("named").symbol
}

#[tokio::test(flavor = "multi_thread")]
async fn symbols_bound_watches() {
    let (server, _folder) = server().await;
    let mut indicators = server.indicators();
    let watch = |symbol: &str, expression: &str| {
        let (series, expressions) = (id(symbol).into_iter().collect(), vec![expression.into()]);
        WatchRequest { series, expressions, last: 1, ..WatchRequest::default() }
    };
    let glob = |expression: &str| {
        let (symbol_glob, timeframe) = ("*".into(), "1m".into());
        WatchRequest { series: vec![], symbol_glob, timeframe, ..watch("NVDA", expression) }
    };
    // Others watch what the token may not: the state is there, and not for it.
    let mut all = indicators.watch(with_token(watch("NVDA", "close"), "all")).await.expect("begun").into_inner();
    assert_eq!(watched(&mut all).await, "NVDA");
    let waiting = |symbol: &str| WatchRequest { wait_for_series: true, ..watch(symbol, "close") };
    for (request, symbol) in [
        (watch("NVDA", "close"), "NVDA"),
        (watch("BTCUSDT", "close@NVDA"), "NVDA"),
        (glob("close@NVDA"), "NVDA"),
        (watch("NONE", "close"), "NONE"),
        (waiting("NVDA"), "NVDA"),
        (waiting("NONE"), "NONE"),
    ] {
        refused(indicators.watch(with_token(request, "desk")).await, &format!("symbol {symbol}"));
    }
    let mut own =
        indicators.watch(with_token(glob("close - close@ETHUSDT"), "desk")).await.expect("begun").into_inner();
    assert_eq!([watched(&mut own).await, watched(&mut own).await], ["BTCUSDT", "ETHUSDT"]);
    // Series that come later, as well.
    for symbol in ["NVDB", "BTCEUR"] {
        let request = IngestRequest { series: id(symbol), bars: Some(bars(0, 5)), ..IngestRequest::default() };
        server.ingest().ingest(with_token(request, "all")).await.expect("stored");
    }
    assert_eq!(watched(&mut own).await, "BTCEUR");
    // A watch is about now.
    let past = indicators.watch(with_token(watch("NVDA", "close"), "past")).await.expect_err("refused");
    assert_eq!(past.code(), Code::PermissionDenied);
    let text = "token past is not allowed to use as_of now; it has times up to 60000000000";
    assert_eq!(past.message(), text);
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_are_for_tokens_that_reach_every_symbol() {
    let (server, _folder) = server().await;
    let mut alerts = AlertServiceClient::new(server.channel.clone());
    let keep = || {
        let (name, series) = ("dip".into(), id("BTCUSDT").into_iter().collect());
        PutAlertRequest { alert: Some(Alert { name, series, condition: "close < 0".into(), ..Alert::default() }) }
    };
    let (name, what) = ("dip".to_owned(), "symbol *");
    // An alert runs without a token, and the log has the values of all.
    refused(alerts.put_alert(with_token(keep(), "desk")).await, what);
    alerts.put_alert(with_token(keep(), "all")).await.expect("kept");
    refused(alerts.list_alerts(with_token(ListAlertsRequest {}, "desk")).await, what);
    refused(alerts.list_firings(with_token(ListFiringsRequest::default(), "desk")).await, what);
    let acknowledge = AcknowledgeFiringsRequest { alert: name.clone(), through: 1 };
    refused(alerts.acknowledge_firings(with_token(acknowledge, "desk")).await, what);
    refused(alerts.delete_alert(with_token(DeleteAlertRequest { name: name.clone() }, "desk")).await, what);
    assert_eq!(code(alerts.list_alerts(with_token(ListAlertsRequest {}, "reader")).await), Code::PermissionDenied);
    alerts.delete_alert(with_token(DeleteAlertRequest { name }, "all")).await.expect("deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn symbols_bound_every_road_that_writes() {
    let (server, _folder) = server().await;
    let request = |symbol| IngestRequest { series: id(symbol), bars: Some(bars(50, 5)), ..IngestRequest::default() };
    server.ingest().ingest(with_token(request("BTCUSDT"), "desk")).await.expect("its own");
    refused(server.ingest().ingest(with_token(request("NVDA"), "desk")).await, "symbol NVDA");
    let batches = ["ETHUSDT", "NVDA", "ETHUSDT"].map(|symbol| IngestStreamRequest {
        series: id(symbol),
        bars: Some(bars(50, 5)),
        ..IngestStreamRequest::default()
    });
    let mut request = with_token(stream::iter(batches), "desk");
    request.set_timeout(Duration::from_secs(60));
    let mut receipts = server.ingest().ingest_stream(request).await.expect("taken").into_inner();
    let mut stored = Vec::new();
    while let Some(receipt) = receipts.message().await.expect("told") {
        stored.push(match receipt.outcome.expect("there") {
            Receipt::Receipt(_) => Code::Ok as i32,
            Receipt::Failure(failure) => failure.code,
        });
    }
    assert_eq!(stored, [Code::Ok, Code::PermissionDenied, Code::Ok].map(|code| code as i32));
    let retention = |symbol| with_token(SetRetentionRequest { series: id(symbol), retention: None }, "desk");
    server.series().set_retention(retention("BTCUSDT")).await.expect("its own");
    refused(server.series().set_retention(retention("NVDA")).await, "symbol NVDA");
    let delete = |symbol| with_token(DeleteSeriesRequest { series: id(symbol) }, "desk");
    refused(server.series().delete_series(delete("NVDA")).await, "symbol NVDA");
    server.series().delete_series(delete("ETHUSDT")).await.expect("its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn saved_results_keep_to_the_symbols_of_their_series() {
    let (server, _folder) = server().await;
    let save = async |symbol, expression, token| {
        let persist = Some(Persist::default());
        let request = atrad::rpc::proto::ComputeRequest { persist, ..question(symbol, &[expression], None) };
        let answer = server.indicators().compute(with_token(request, token)).await.expect("saved").into_inner();
        answer.saved_result_key
    };
    let own = save("BTCUSDT", "close", "desk").await;
    let (other, joined) = (save("NVDA", "close", "all").await, save("BTCUSDT", "close@NVDA", "all").await);
    let mut client = SavedResultServiceClient::new(server.channel.clone());
    let listed =
        client.list_saved_results(with_token(ListSavedResultsRequest::default(), "desk")).await.expect("listed");
    let keys: Vec<_> = listed.into_inner().saved_results.into_iter().map(|result| result.key).collect();
    assert!(keys.contains(&own) && !keys.contains(&other), "{keys:?}");
    let read = |key: &String| with_token(ReadSavedResultRequest { key: key.clone() }, "desk");
    client.read_saved_result(read(&own)).await.expect("its own");
    // Neither of another series, nor of its own with the bars of another.
    refused(client.read_saved_result(read(&other)).await, "symbol NVDA");
    refused(client.read_saved_result(read(&joined)).await, "symbol NVDA");
    let expire = |key: &String| with_token(ExpireSavedResultRequest { key: key.clone(), ttl_ms: 60_000 }, "desk");
    client.expire_saved_result(expire(&own)).await.expect("its own");
    refused(client.expire_saved_result(expire(&other)).await, "symbol NVDA");
    let delete = |key: &String| with_token(DeleteSavedResultRequest { key: key.clone() }, "desk");
    refused(client.delete_saved_result(delete(&other)).await, "symbol NVDA");
    client.delete_saved_result(delete(&own)).await.expect("its own");
    assert_eq!(
        code(client.delete_saved_result(with_token(DeleteSavedResultRequest { key: other }, "reader")).await),
        Code::PermissionDenied
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn namespaces_bound_every_call_of_the_cache() {
    let (server, _folder) = server().await;
    let mut cache = CacheServiceClient::new(server.channel.clone());
    for (namespace, is_own) in [("both", true), ("other", false)] {
        let (namespace, key) = (namespace.to_owned(), "k".to_owned());
        let put = PutRequest { namespace: namespace.clone(), key: key.clone(), ..PutRequest::default() };
        let put_many = PutManyRequest { namespace: namespace.clone(), ..PutManyRequest::default() };
        let swap = CompareAndSetRequest { namespace: namespace.clone(), key: key.clone(), ..Default::default() };
        let get = GetRequest { namespace: namespace.clone(), key: key.clone() };
        let get_many = GetManyRequest { namespace: namespace.clone(), keys: vec![key.clone()] };
        let codes = [
            code(cache.put(with_token(put, "desk")).await),
            code(cache.put_many(with_token(put_many, "desk")).await),
            code(cache.compare_and_set(with_token(swap, "desk")).await),
            code(cache.get(with_token(get, "desk")).await),
            code(cache.get_many(with_token(get_many, "desk")).await),
            code(cache.delete(with_token(DeleteRequest { namespace, key }, "desk")).await),
        ];
        // Nothing in the entries of `PutMany` is a mistake of the call.
        let own = [Code::Ok, Code::InvalidArgument, Code::Ok, Code::Ok, Code::Ok, Code::Ok];
        assert_eq!(codes, if is_own { own } else { [Code::PermissionDenied; 6] });
    }
    let put = PutRequest { namespace: "x".into(), key: "k".into(), ..PutRequest::default() };
    assert_eq!(code(cache.put(with_token(put, "reader")).await), Code::PermissionDenied);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_in_flight_are_bounded_per_token_and_not_per_connection() {
    let (server, _folder) = server().await;
    let other = crate::server::connect(&server.address).await;
    let (mut open, mut ends) = (Vec::new(), Vec::new());
    for channel in [&server.channel, &other] {
        let mut client = atrad::rpc::proto::ingest_service_client::IngestServiceClient::new(channel.clone());
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let feed = stream::pending::<IngestStreamRequest>().take_until(ended);
        open.push(client.ingest_stream(with_token(feed, "few")).await.expect("below the limit").into_inner());
        ends.push(end);
    }
    let ask = async |token| server.indicators().compute(with_token(question("NVDA", &["close"], Some(1)), token)).await;
    let status = ask("few").await.expect_err("the third");
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(status.message().starts_with("calls_per_caller_max of 2 is exhausted"), "{status:?}");
    assert_eq!(status.get_details_quota_failure().expect("there").violations[0].subject, "calls_per_caller_max");
    assert!(status.get_details_retry_info().is_some() && status.metadata().contains_key("grpc-retry-pushback-ms"));
    ask("all").await.expect("of another token");
    drop(ends);
    for receipts in &mut open {
        assert!(receipts.message().await.expect("in order").is_none());
    }
    let again = async {
        while ask("few").await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), again).await.expect("calls that end are given back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_taken_out_is_void_on_open_connections() {
    let (server, folder) = server().await;
    let ask =
        async |token| code(server.indicators().compute(with_token(question("NVDA", &["close"], Some(1)), token)).await);
    assert_eq!([ask("reader").await, ask("all").await], [Code::Ok; 2]);
    let left: Vec<_> = lines().lines().filter(|line| !line.contains("reader")).map(str::to_owned).collect();
    std::fs::write(folder.path().join("tokens"), left.join("\n")).expect("written");
    let void = async {
        while ask("reader").await != Code::Unauthenticated {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), void).await.expect("soon");
    assert_eq!(ask("all").await, Code::Ok);
}
