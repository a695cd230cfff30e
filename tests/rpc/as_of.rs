//! A token with an `as_of`: whatever it asks, on every road, the answer does not depend on what came later. Bit for bit, on the
//! same server before and after later bars, and on a server that never had them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow_flight::{Action, Criteria, FlightDescriptor, Ticket};
use atrad::app::Limits;
use atrad::rpc::proto::compute_request::Source;
use atrad::rpc::proto::{
    Adjust, ComputeBatchRequest, ComputeRequest, ComputeStreamRequest, CorporateAction, CorporateActionKind,
    CorrelateRequest, DeleteCorporateActionsRequest, DownsampleRequest, GetClockRequest, GetSeriesRequest,
    IngestRequest, ListCalendarsRequest, ListCorporateActionsRequest, ListIndicatorsRequest, ListSavedResultsRequest,
    ListSeriesRequest, Persist, PutCorporateActionsRequest, Range, ReadBarsRequest, ReadSavedResultRequest, Resampling,
    ScreenRequest, SeriesId, SweepRequest, WatchRequest, sweep_request,
};
use atrad::rpc::wire::{Bars, Column, ComputeResponse, Packed};
use atrad::rpc::{Settings, Token, TokenSource, Tokens};
use http::Request;
use http_body_util::{BodyExt, Full};
use prost::Message;
use tonic::body::Body;
use tower::{Service, ServiceExt};

use crate::access::with_token;
use crate::server::{STEP, Server, bars, id, question};

/// The minute of the `as_of` of the token.
const PAST: i64 = 300;

/// The RPCs that are not asked here, each with the reason.
const OTHERS: [(&str, &str); 8] = [
    ("AdminService", "acts on the whole server, as an admin"),
    ("AlertService", "for an admin, and refused to a token with a time"),
    ("BoardService", "holds what agents post, not bars"),
    ("CacheService", "holds what agents put, not bars"),
    ("SeriesService.DeleteSeries", "removes bars, as an admin"),
    ("SeriesService.SetRetention", "removes bars, as an admin"),
    ("SeriesService.AcceptLoss", "removes bars, as an admin"),
    ("SavedResultService.DeleteSavedResult", "changes what the caller can read by its key"),
];

/// A server with these bars closed at the time of the token, and its folder of tokens.
async fn server() -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tokens");
    let line = |name: &str, rest: &str| {
        let hash = Token::new(name).expect("good").hash();
        format!(r#"{{"name":"{name}","sha256":"{hash}",{rest}}}"#)
    };
    let past = format!(r#""scopes":["read","write"],"as_of":{},"clock":true"#, PAST * STEP);
    let lines = [line("all", r#""scopes":["read","write","admin"]"#), line("past", &past)];
    std::fs::write(&path, lines.join("\n")).expect("written");
    let source = TokenSource { file: Some(path), ..TokenSource::default() };
    let settings = Settings { tokens: Arc::new(Tokens::new(source).expect("loaded")), ..Settings::default() };
    let server = Server::with(Limits::default(), settings).await;
    store(&server, "A", "1m", bars(0, 300)).await;
    store(&server, "B", "1m", with_column("funding", bars(20, 250))).await;
    act(&server, "A", [(100, CorporateActionKind::Split, 2.0), (200, CorporateActionKind::Dividend, 1.5)]).await;
    (server, folder)
}

async fn store(server: &Server, symbol: &str, timeframe: &str, bars: Bars) {
    let series = Some(SeriesId { symbol: symbol.into(), timeframe: timeframe.into() });
    let request = IngestRequest { series, bars: Some(bars), ..IngestRequest::default() };
    server.ingest().ingest(with_token(request, "all")).await.expect("stored");
}

async fn act<const N: usize>(server: &Server, symbol: &str, actions: [(i64, CorporateActionKind, f64); N]) {
    let action = |(minute, kind, value): (i64, CorporateActionKind, f64)| CorporateAction {
        ex_time: minute * STEP,
        kind: kind.into(),
        value,
    };
    let actions = actions.map(action).to_vec();
    let request = PutCorporateActionsRequest { symbol: symbol.into(), actions };
    server.series().put_corporate_actions(with_token(request, "all")).await.expect("stored");
}

/// The same bars with an extra column.
fn with_column(name: &str, bars: Bars) -> Bars {
    let extra = vec![Column::new(name.into(), bars.close.clone())];
    Bars { extra, ..bars }
}

/// What comes later: bars enough for price files, with a column of their own, series of other symbols and timeframes, and actions.
async fn go_on(server: &Server, round: usize) {
    let start = 300 + round * 6000;
    let mut later = with_column("interest", bars(start, 6000));
    store(server, "A", "1m", later.clone()).await;
    store(server, "B", "1m", bars(start, 6000)).await;
    store(server, &format!("LATER{round}"), "1m", later.clone()).await;
    later.times = Packed::of(&(0..6000).map(|row| (start as i64 + 5 * row) * STEP).collect::<Vec<_>>());
    store(server, "A", "5m", later.clone()).await;
    store(server, "B", "15m", bars(start, 1)).await;
    // The forming bar, again and again.
    for variant in 0..80 {
        let mut forming = bars(start + 6000 + variant / 2, 1);
        forming.volume = Packed::of(&[variant as f64]);
        store(server, "A", "1m", forming).await;
    }
    let minute = start as i64 + 10;
    act(server, "A", [(minute, CorporateActionKind::Split, 3.0)]).await;
    act(server, &format!("LATER{round}"), [(minute, CorporateActionKind::Dividend, 0.5)]).await;
}

/// A call of the token: the messages of the answer and its status. The details of a status name the request.
async fn ask(server: &Server, path: &str, token: &str, message: &[u8]) -> (Vec<u8>, String) {
    let body = [&[0][..], &u32::try_from(message.len()).expect("short").to_be_bytes(), message].concat();
    let request = Request::post(format!("http://atrad/{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("authorization", format!("Bearer {token}"))
        .body(Body::new(Full::from(body)))
        .expect("a request");
    let response = server.channel.clone().ready().await.expect("connected").call(request).await.expect("answered");
    let of_headers = tonic::Status::from_header_map(response.headers());
    let whole = response.into_body().collect().await.expect("whole");
    let status = whole.trailers().and_then(tonic::Status::from_header_map).or(of_headers).expect("a status");
    (whole.to_bytes().to_vec(), format!("{:?} {}", status.code(), status.message()))
}

fn series(symbol: &str, timeframe: &str) -> Option<SeriesId> {
    Some(SeriesId { symbol: symbol.into(), timeframe: timeframe.into() })
}

/// Every question, by its path.
fn questions() -> Vec<(&'static str, Vec<u8>)> {
    let frames = [
        ("A", "1m"),
        ("A", "5m"),
        ("A", "15m"),
        ("A", "1h"),
        ("B", "15m"),
        ("LATER0", "1m"),
        ("LATER0", "4h"),
        ("NONE", "1m"),
    ];
    let mut all = vec![
        ("atrad.v1.IndicatorService/ListIndicators", ListIndicatorsRequest::default().encode_to_vec()),
        ("atrad.v1.SeriesService/ListCalendars", ListCalendarsRequest::default().encode_to_vec()),
        ("atrad.v1.SeriesService/ListCorporateActions", ListCorporateActionsRequest::default().encode_to_vec()),
        ("atrad.v1.ClockService/GetClock", GetClockRequest {}.encode_to_vec()),
        ("arrow.flight.protocol.FlightService/ListFlights", Criteria::default().encode_to_vec()),
        ("arrow.flight.protocol.FlightService/ListActions", vec![]),
        ("arrow.flight.protocol.FlightService/DoAction", Action::new("list_indicators", "").encode_to_vec()),
    ];
    for (symbol, timeframe) in frames {
        let id = series(symbol, timeframe);
        let mut of_series: Vec<(&str, ComputeRequest)> = Vec::new();
        for expressions in [&["close", "ema(9)"][..], &["close@B", "cumsum(volume)"], &["interest"], &["close@LATER0"]]
        {
            let request = ComputeRequest { source: id.clone().map(Source::Series), ..question("A", expressions, None) };
            of_series.push(("all", request.clone()));
            of_series.push(("since", ComputeRequest { since_epoch: Some(0), ..request.clone() }));
            let range = Some(Range { last: Some(4), as_of: Some(200 * STEP), ..Range::default() });
            of_series.push(("earlier", ComputeRequest { range, ..request.clone() }));
            of_series.push(("adjusted", ComputeRequest { adjust: Adjust::Total.into(), ..request.clone() }));
            of_series.push(("saved", ComputeRequest { persist: Some(Persist::default()), ..request }));
        }
        let forming = Some(Resampling { include_forming: true, ..Resampling::default() });
        of_series.push(("forming", ComputeRequest { resampling: forming.clone(), ..of_series[0].1.clone() }));
        for (what, request) in &of_series {
            all.push(("atrad.v1.IndicatorService/Compute", request.encode_to_vec()));
            if *what != "saved" {
                let stream = ComputeStreamRequest { request: Some(request.clone()) };
                all.push(("atrad.v1.IndicatorService/ComputeStream", stream.encode_to_vec()));
                let ticket = Ticket { ticket: request.encode_to_vec().into() };
                all.push(("arrow.flight.protocol.FlightService/DoGet", ticket.encode_to_vec()));
                let descriptor = FlightDescriptor::new_cmd(request.encode_to_vec());
                all.push(("arrow.flight.protocol.FlightService/GetFlightInfo", descriptor.encode_to_vec()));
            }
        }
        let sweep = SweepRequest {
            source: id.clone().map(sweep_request::Source::Series),
            expressions: vec!["ema(2..5)".into(), "close@B".into()],
            reductions: vec!["last".into(), "mean".into()],
            ..SweepRequest::default()
        };
        all.push(("atrad.v1.IndicatorService/Sweep", sweep.encode_to_vec()));
        let downsample =
            DownsampleRequest { request: Some(of_series[0].1.clone()), buckets_max: 8, ..Default::default() };
        all.push(("atrad.v1.IndicatorService/Downsample", downsample.encode_to_vec()));
        let watch = WatchRequest {
            series: id.clone().into_iter().collect(),
            expressions: vec!["close".into()],
            ..Default::default()
        };
        all.push(("atrad.v1.IndicatorService/Watch", watch.encode_to_vec()));
        for resampling in [None, forming] {
            let get = GetSeriesRequest { series: id.clone(), resampling: resampling.clone(), as_of: None };
            all.push(("atrad.v1.SeriesService/GetSeries", get.encode_to_vec()));
            let read = ReadBarsRequest { series: id.clone(), resampling, ..ReadBarsRequest::default() };
            all.push(("atrad.v1.SeriesService/ReadBars", read.encode_to_vec()));
            let since = ReadBarsRequest { since_epoch: Some(0), ..read };
            all.push(("atrad.v1.SeriesService/ReadBars", since.encode_to_vec()));
        }
        let descriptor = FlightDescriptor::new_path(vec![symbol.into(), timeframe.into()]);
        all.push(("arrow.flight.protocol.FlightService/GetFlightInfo", descriptor.encode_to_vec()));
        all.push(("arrow.flight.protocol.FlightService/GetSchema", descriptor.encode_to_vec()));
    }
    for (prefix, timeframe, page_size) in [("", "", 0), ("", "5m", 0), ("LATER", "", 0), ("", "", 1)] {
        let list = ListSeriesRequest {
            symbol_prefix: prefix.into(),
            timeframe: timeframe.into(),
            page_size,
            ..Default::default()
        };
        all.push(("atrad.v1.SeriesService/ListSeries", list.encode_to_vec()));
    }
    let both = vec![series("A", "1m"), series("B", "1m")];
    let many = vec![series("A", "5m"), series("LATER0", "1m"), series("B", "1m")];
    for listed in [both, many] {
        let listed: Vec<SeriesId> = listed.into_iter().flatten().collect();
        let batch = ComputeBatchRequest {
            series: listed[..1].to_vec(),
            expressions: vec!["close".into()],
            ..Default::default()
        };
        all.push(("atrad.v1.IndicatorService/ComputeBatch", batch.encode_to_vec()));
        all.push((
            "atrad.v1.IndicatorService/Correlate",
            CorrelateRequest { series: listed, ..Default::default() }.encode_to_vec(),
        ));
    }
    for (symbols, timeframe) in [
        (vec![], "1m"),
        (vec!["*".into()], "15m"),
        (vec!["LATER*".into()], "1m"),
        (vec!["LATER0".into(), "A".into()], "5m"),
    ] {
        let screen = ScreenRequest {
            symbols,
            timeframe: timeframe.into(),
            expressions: vec!["close".into()],
            ..Default::default()
        };
        all.push(("atrad.v1.IndicatorService/Screen", screen.encode_to_vec()));
    }
    all.push(("atrad.v1.SavedResultService/ListSavedResults", ListSavedResultsRequest::default().encode_to_vec()));
    all.push((
        "atrad.v1.SavedResultService/ReadSavedResult",
        ReadSavedResultRequest { key: "A/1m/0/none".into() }.encode_to_vec(),
    ));
    all
}

/// The answers to all questions.
async fn answers(server: &Server) -> Vec<(Vec<u8>, String)> {
    let mut answers = Vec::new();
    for (path, message) in questions() {
        answers.push(ask(server, path, "past", &message).await);
    }
    answers
}

fn compare(before: &[(Vec<u8>, String)], after: &[(Vec<u8>, String)], is_compared: impl Fn(&str) -> bool) {
    for ((path, message), (one, two)) in questions().iter().zip(before.iter().zip(after)) {
        assert!(!is_compared(path) || one == two, "{path} {message:?}:\n{one:?}\n{two:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_to_a_token_with_a_time_depends_on_what_came_later() {
    let (server, _folder) = server().await;
    let first = answers(&server).await;
    let good = first.iter().filter(|(_, status)| status.starts_with("Ok")).count();
    assert!(good > 100, "{good} of {}", first.len());
    // Once more, now that results are saved.
    let before = answers(&server).await;
    for round in 0..2 {
        go_on(&server, round).await;
        compare(&before, &answers(&server).await, |_| true);
    }
    // Whoever has no time sees it all.
    let all = ListSeriesRequest::default().encode_to_vec();
    let (listed, _) = ask(&server, "atrad.v1.SeriesService/ListSeries", "all", &all).await;
    assert!(listed.windows(6).any(|text| text == b"LATER1"));

    // A server that has them from the start is asked for the first time.
    let (fresh, _folder) = self::server().await;
    go_on(&fresh, 0).await;
    // When a result was saved is its own.
    compare(&first, &answers(&fresh).await, |path| !path.contains("SavedResult"));
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_do_not_tell_of_later_bars() {
    let receipts = async |server: &Server| {
        let mut told = Vec::new();
        for (start, rows) in [(290, 10), (300, 0), (280, 5)] {
            let mut bars = bars(start, rows.max(1));
            bars.volume = Packed::of(&vec![7.0; rows.max(1)]);
            let request = IngestRequest { series: id("A"), bars: Some(bars), ..IngestRequest::default() };
            told.push(ask(server, "atrad.v1.IngestService/Ingest", "past", &request.encode_to_vec()).await);
            let stream =
                atrad::rpc::proto::IngestStreamRequest { series: id("A"), bars: request.bars, ..Default::default() };
            told.push(ask(server, "atrad.v1.IngestService/IngestStream", "past", &stream.encode_to_vec()).await);
        }
        for minute in [250, 400] {
            let action =
                CorporateAction { ex_time: minute * STEP, kind: CorporateActionKind::Split.into(), value: 3.0 };
            let put = PutCorporateActionsRequest { symbol: "A".into(), actions: vec![action] };
            told.push(ask(server, "atrad.v1.SeriesService/PutCorporateActions", "past", &put.encode_to_vec()).await);
        }
        let delete = DeleteCorporateActionsRequest { symbol: "A".into(), ..Default::default() };
        told.push(ask(server, "atrad.v1.SeriesService/DeleteCorporateActions", "past", &delete.encode_to_vec()).await);
        told
    };
    let ((then, _one), (now, _two)) = (server().await, server().await);
    go_on(&now, 0).await;
    let told = receipts(&then).await;
    assert_eq!(told, receipts(&now).await);
    let statuses: Vec<&str> = told.iter().map(|(_, status)| status.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(statuses, ["Ok", "Ok", "PermissionDenied", "Ok", "Ok", "Ok", "Ok", "PermissionDenied", "Ok"]);
    let refused =
        "token past is not allowed to use a bar that closes at 18060000000000; it has times up to 18000000000000";
    assert!(told[2].1.ends_with(refused), "{}", told[2].1);
    // What is later is still there.
    let listed = ListCorporateActionsRequest { symbol_prefix: "A".into(), ..Default::default() };
    let left = now.series().list_corporate_actions(with_token(listed, "all")).await.expect("listed").into_inner();
    assert_eq!(left.symbols[0].actions.iter().map(|action| action.ex_time / STEP).collect::<Vec<_>>(), [310]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_is_told_to_a_clock_as_everything() {
    let (server, _folder) = server().await;
    go_on(&server, 0).await;
    let ask = async |since_epoch, since_token| {
        let request = ComputeRequest { since_epoch: Some(since_epoch), since_token, ..question("A", &["close"], None) };
        let answer: ComputeResponse =
            server.indicators().compute(with_token(request, "past")).await.expect("computed").into_inner();
        answer
    };
    let first = ask(0, bytes::Bytes::new()).await;
    assert_eq!((first.times.len(), first.epoch), (300, 0));
    let again = ask(first.epoch, first.since_token.clone()).await;
    assert_eq!((again.times.len(), again.changed_from, &again.since_token), (300, Some(i64::MIN), &first.since_token));
}

/// Every RPC is asked above, or says why not.
#[test]
fn every_rpc_is_asked() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto/atrad/v1");
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    for (path, _) in questions() {
        *asked.entry(path.replace('/', ".").trim_start_matches("atrad.v1.").to_owned()).or_default() += 1;
    }
    let writes = ["IngestService", "SeriesService.PutCorporateActions", "SeriesService.DeleteCorporateActions"];
    let elsewhere = ["ClockService.AdvanceClock", "SavedResultService.ExpireSavedResult"];
    for file in std::fs::read_dir(folder).expect("listed") {
        let text = std::fs::read_to_string(file.expect("there").path()).expect("read");
        let mut service = "";
        for line in text.lines().map(str::trim_start) {
            if let Some(rest) = line.strip_prefix("service ") {
                service = rest.split(' ').next().unwrap_or_default();
            } else if let Some(rest) = line.strip_prefix("rpc ") {
                let method = format!("{service}.{}", rest.split('(').next().unwrap_or_default());
                let is_named = |name: &&str| method.starts_with(*name);
                let is_known = asked.contains_key(&method)
                    || writes.iter().chain(&elsewhere).any(is_named)
                    || OTHERS.iter().any(|(name, _)| is_named(name));
                assert!(is_known, "{method}: what does it tell a token with an as_of? ask it in questions()");
            }
        }
    }
}
