//! Bad input: each gets an error that names the field, the value and the limit, and the server goes on.

use atrad::rpc::proto::compute_request::Source;
use atrad::rpc::proto::{
    ComputeBatchRequest, ComputeRequest, ComputeStreamRequest, GetRequest, GetSeriesRequest, IngestRequest,
    ListSeriesRequest, PutRequest, Range, SeriesId,
};
use atrad::rpc::wire::{Bars, Packed};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::server::{Server, bars, id, question};

/// What an error must say: its code, the path of the field, and parts of its message.
type Expected<'a> = (Code, &'a str, &'a [&'a str]);

fn check(status: &Status, (code, field, parts): Expected<'_>) {
    assert_eq!(status.code(), code, "{status:?}");
    let bad = status.get_details_bad_request();
    let named = bad.map(|bad| bad.field_violations[0].field.clone()).unwrap_or_default();
    assert_eq!(named, field, "{}", status.message());
    for part in parts {
        assert!(status.message().contains(part), "{:?} does not tell {part:?}", status.message());
    }
    assert!(status.get_details_request_info().is_some(), "no request id");
}

async fn still_answers(server: &Server) {
    let asked = question("GOOD", &["sma(3)"], Some(1));
    let answer = server.indicators().compute(asked).await.expect("the server goes on").into_inner();
    assert_eq!(answer.columns[0].values.values::<f64>(), [198.0]);
}

const INVALID: Code = Code::InvalidArgument;

#[tokio::test(flavor = "multi_thread")]
async fn bad_expressions_are_refused() {
    let server = Server::start().await;
    server.fill("GOOD", 100).await;
    let deep = "sma(".repeat(10_000) + &")".repeat(10_000);
    let nested = "sma(".repeat(20) + "close" + &", 2)".repeat(20);
    let many = vec!["sma(3)"; 65];
    let cases: [(&[&str], Expected<'_>); 13] = [
        (&["smaa(3)"], (INVALID, "expressions[0]", &["smaa", "did you mean sma?"])),
        (&["close", "sma(len=3)"], (INVALID, "expressions[1]", &["sma has no parameter len", "period"])),
        (&["sma(3).hist"], (INVALID, "expressions[0]", &["sma has no output hist"])),
        (&["sma(0)"], (INVALID, "expressions[0]", &["period of sma", "between 1 and 100000", "got 0"])),
        (&["sma(2147483648)"], (INVALID, "expressions[0]", &["between 1 and 100000", "got 2147483648"])),
        (&["sma(1.5)"], (INVALID, "expressions[0]", &["whole number", "got 1.5"])),
        (&["sma("], (INVALID, "expressions[0]", &["at byte 4"])),
        (&[""], (INVALID, "expressions[0]", &["at byte 0"])),
        (&["a = sma(3)", "a = sma(4)"], (INVALID, "expressions[1]", &["label a must be unique"])),
        (&[&deep], (INVALID, "expressions[0]", &["at most 1024"])),
        (&[&nested], (INVALID, "expressions[0]", &["at most 16 deep"])),
        (&[], (INVALID, "expressions", &["between 1 and 64", "got 0"])),
        (&many, (INVALID, "expressions", &["between 1 and 64", "got 65"])),
    ];
    for (expressions, expected) in cases {
        let asked = question("GOOD", expressions, None);
        check(&server.indicators().compute(asked.clone()).await.expect_err("refused"), expected);
        let streamed = ComputeStreamRequest { request: Some(asked) };
        let status = server.indicators().compute_stream(streamed).await.expect_err("refused");
        check(&status, (expected.0, &format!("request.{}", expected.1), expected.2));
        still_answers(&server).await;
    }
    // A window longer than the series is no mistake: it has no value yet.
    for period in ["sma(1)", "sma(100)", "sma(101)", "sma(100000)"] {
        let answer =
            server.indicators().compute(question("GOOD", &[period], None)).await.expect("answered").into_inner();
        assert_eq!(answer.times.len(), 100, "{period}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_names_and_ranges_are_refused() {
    let server = Server::start().await;
    server.fill("GOOD", 100).await;
    let long = "A".repeat(4096);
    let symbols = [
        ("", "between 1 and 64", "0"),
        (&*long, "between 1 and 64", "4096"),
        ("../..", "`..`", "../.."),
        ("A\0B", "A-Z a-z 0-9", "\\0"),
        ("\u{202e}A", "A-Z a-z 0-9", "\\u{202e}"),
        ("%2e%2e", "A-Z a-z 0-9", "%"),
    ];
    for (symbol, limit, given) in symbols {
        let expected = |field| (INVALID, field, [limit, given]);
        let (code, field, parts) = expected("series.symbol");
        check(
            &server.indicators().compute(question(symbol, &["sma(3)"], None)).await.expect_err("refused"),
            (code, field, &parts),
        );
        let request = GetSeriesRequest { series: id(symbol), resampling: None, as_of: None };
        check(&server.series().get_series(request).await.expect_err("refused"), (code, "series.symbol", &parts));
        let request = IngestRequest { series: id(symbol), bars: Some(bars(0, 1)), ..IngestRequest::default() };
        check(&server.ingest().ingest(request).await.expect_err("refused"), (code, "series.symbol", &parts));
        let series = ["GOOD", symbol].into_iter().filter_map(id).collect();
        let expressions = vec!["close".into()];
        let request = ComputeBatchRequest { series, expressions, ..ComputeBatchRequest::default() };
        let status = server.indicators().compute_batch(request).await.expect_err("refused");
        check(&status, (code, "series[1].symbol", &parts));
    }
    let request = GetSeriesRequest {
        series: Some(SeriesId { symbol: "A".into(), timeframe: "1y".into() }),
        resampling: None,
        as_of: None,
    };
    check(
        &server.series().get_series(request).await.expect_err("refused"),
        (INVALID, "series.timeframe", &["s m h d w", "1y"]),
    );
    let status = server
        .series()
        .get_series(GetSeriesRequest { series: None, resampling: None, as_of: None })
        .await
        .expect_err("refused");
    check(&status, (INVALID, "series", &["must be set"]));
    let request = ListSeriesRequest { page_size: 10_001, ..ListSeriesRequest::default() };
    let status = server.series().list_series(request).await.expect_err("refused");
    check(&status, (INVALID, "page_size", &["at most 10000", "got 10001"]));
    let request = ListSeriesRequest { page_token: "x".into(), ..ListSeriesRequest::default() };
    let status = server.series().list_series(request).await.expect_err("refused");
    check(&status, (INVALID, "page_token", &["next_page_token", "\"x\""]));
    for (range, field, part) in [
        (
            Range { start_time: Some(5), end_time: Some(5), last: None, as_of: None },
            "range.start_time",
            "before range.end_time, got 5 and 5",
        ),
        (Range { start_time: None, end_time: None, last: Some(0), as_of: None }, "range.last", "at least 1, got 0"),
    ] {
        let asked = ComputeRequest { range: Some(range), ..question("GOOD", &["close"], None) };
        check(&server.indicators().compute(asked).await.expect_err("refused"), (INVALID, field, &[part]));
    }
    still_answers(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bars_are_refused_whole() {
    let server = Server::start().await;
    server.fill("GOOD", 100).await;
    let with = |change: fn(&mut Bars)| {
        let mut bars = bars(100, 3);
        change(&mut bars);
        bars
    };
    let cases: [(Bars, &str, &[&str]); 9] = [
        (Bars::default(), "bars", &["at least 1 bar, got 0"]),
        (
            with(|bars| bars.times = Packed::of(&[5_i64, 4, 6])),
            "bars.times[1]",
            &["after the previous time (5), got 4"],
        ),
        (with(|bars| bars.times = Packed::of(&[5_i64, 5, 6])), "bars.times[1]", &["got 5"]),
        (with(|bars| bars.close = Packed::of(&[1.0, f64::NAN, 1.0])), "bars.close[1]", &["finite", "NaN"]),
        (with(|bars| bars.open = Packed::of(&[f64::INFINITY; 3])), "bars.open[0]", &["finite", "inf"]),
        (with(|bars| bars.volume = Packed::of(&[1.0, 1.0, -1.0])), "bars.volume[2]", &["at least 0, got -1"]),
        (with(|bars| bars.high = Packed::of(&[1.0; 3])), "bars.high[0]", &["at least bars.open[0] (200), got 1"]),
        (with(|bars| bars.low = Packed::of(&[1e9; 3])), "bars.low[0]", &["at most", "got 1000000000"]),
        (with(|bars| bars.low = Packed::default()), "bars.low", &["as many values as bars.times (3), got 0"]),
    ];
    for (bars, field, parts) in cases {
        // Only what is computed on at once must come in order of time.
        if !field.starts_with("bars.times") {
            let request = IngestRequest { series: id("GOOD"), bars: Some(bars.clone()), ..IngestRequest::default() };
            check(&server.ingest().ingest(request).await.expect_err("refused"), (INVALID, field, parts));
        }
        if !field.starts_with("bars.close") {
            let asked = ComputeRequest { source: Some(Source::Bars(bars)), ..question("", &["close"], None) };
            check(&server.indicators().compute(asked).await.expect_err("refused"), (INVALID, field, parts));
        }
        still_answers(&server).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_found() {
    let server = Server::start().await;
    let status = server.indicators().compute(question("NONE", &["close"], None)).await.expect_err("refused");
    check(&status, (Code::NotFound, "", &["series NONE 1m does not exist"]));
    let resource = status.get_details_resource_info().expect("named");
    assert_eq!((&*resource.resource_type, &*resource.resource_name), ("series", "NONE 1m"));
    let request = GetRequest { namespace: "n".into(), key: "k".into() };
    check(&server.cache().get(request).await.expect_err("refused"), (Code::NotFound, "", &["\"k\"", "\"n\""]));
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_entries_are_refused() {
    let server = Server::start().await;
    let put = |namespace: &str, key: &str, bytes| PutRequest {
        namespace: namespace.into(),
        key: key.into(),
        value: vec![0; bytes].into(),
        ttl_ms: 0,
    };
    let long = "k".repeat(257);
    for (request, field) in [
        (put("", "k", 1), "namespace"),
        (put("a b", "k", 1), "namespace"),
        (put("n", "", 1), "key"),
        (put("n", &long, 1), "key"),
    ] {
        check(&server.cache().put(request).await.expect_err("refused"), (INVALID, field, &[field]));
    }
    let status = server.cache().put(put("n", "k", (1 << 20) + 1)).await.expect_err("refused");
    assert!([Code::ResourceExhausted, INVALID].contains(&status.code()), "{status:?}");
    assert!(status.message().contains("1048576") && status.message().contains("1048577"), "{status:?}");
}
