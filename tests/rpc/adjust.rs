//! What changed, corporate actions and clocks over the wire.

use std::sync::Arc;

use atrad::app::Limits;
use atrad::rpc::proto::clock_service_client::ClockServiceClient;
use atrad::rpc::proto::watch_response::Event;
use atrad::rpc::proto::{
    Adjust, AdvanceClockRequest, ComputeBatchRequest, ComputeRequest, ComputeStreamRequest, CorporateAction,
    CorporateActionKind, DeleteCorporateActionsRequest, DownsampleRequest, GetClockRequest, IngestRequest,
    ListCorporateActionsRequest, PutCorporateActionsRequest, ReadBarsRequest, WatchRequest,
};
use atrad::rpc::wire::ComputeResponse;
use atrad::rpc::{Settings, Token, TokenSource, Tokens};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::access::with_token;
use crate::server::{STEP, Server, bars, id, question};

fn field(status: &Status) -> String {
    status.get_details_bad_request().map(|details| details.field_violations[0].field.clone()).unwrap_or_default()
}

fn closes(answer: &ComputeResponse) -> Vec<f64> {
    answer.columns[0].values.values()
}

async fn compute(server: &Server, request: ComputeRequest) -> Result<ComputeResponse, Status> {
    server.indicators().compute(request).await.map(tonic::Response::into_inner)
}

fn action(minute: i64, kind: CorporateActionKind, value: f64) -> CorporateAction {
    CorporateAction { ex_time: minute * STEP, kind: kind.into(), value }
}

async fn put(server: &Server, symbol: &str, actions: Vec<CorporateAction>) -> Result<[u64; 3], Status> {
    let request = PutCorporateActionsRequest { symbol: symbol.into(), actions };
    let put = server.series().put_corporate_actions(request).await?.into_inner();
    Ok([put.added, put.replaced, put.unchanged])
}

#[tokio::test(flavor = "multi_thread")]
async fn only_changes_come_since_an_epoch() {
    let server = Server::start().await;
    server.fill("A", 50).await;
    let since = |epoch, token| ComputeRequest {
        since_epoch: Some(epoch),
        since_token: token,
        ..question("A", &["close"], None)
    };
    let first = compute(&server, since(0, "".into())).await.expect("computed");
    assert_eq!((first.times.len(), first.changed_from.is_some(), first.since_token.is_empty()), (50, true, false));
    let same = compute(&server, since(first.epoch, first.since_token.clone())).await.expect("computed");
    assert_eq!((same.times.len(), same.changed_from), (0, None));
    let request = IngestRequest { series: id("A"), bars: Some(bars(50, 3)), ..IngestRequest::default() };
    server.ingest().ingest(request).await.expect("stored");
    let news = compute(&server, since(first.epoch, first.since_token.clone())).await.expect("computed");
    assert_eq!(news.times.values::<i64>(), [50 * STEP, 51 * STEP, 52 * STEP]);
    let read = ReadBarsRequest {
        series: id("A"),
        since_epoch: Some(first.epoch),
        since_token: first.since_token.clone(),
        ..ReadBarsRequest::default()
    };
    let chunk = server.series().read_bars(read).await.expect("read").into_inner().message().await.expect("read");
    let chunk = chunk.expect("one");
    assert_eq!((chunk.bars.expect("bars").times.len(), chunk.since_token), (3, news.since_token.clone()));
    let wrong = compute(&server, since(99, first.since_token.clone())).await.expect_err("refused");
    assert_eq!((wrong.code(), field(&wrong).as_str()), (Code::InvalidArgument, "since_token"));
    let inline = ComputeRequest {
        source: Some(atrad::rpc::proto::compute_request::Source::Bars(bars(0, 5))),
        ..since(1, "".into())
    };
    let wrong = compute(&server, inline).await.expect_err("refused");
    assert_eq!(field(&wrong), "since_epoch");
}

#[tokio::test(flavor = "multi_thread")]
async fn prices_are_adjusted_by_actions() {
    use CorporateActionKind::{Dividend, Split};
    let server = Server::start().await;
    server.fill("A", 10).await;
    assert_eq!(put(&server, "A", vec![action(4, Split, 4.0), action(6, Dividend, 1.0)]).await.expect("put"), [2, 0, 0]);
    assert_eq!(put(&server, "A", vec![action(4, Split, 2.0)]).await.expect("put"), [0, 1, 0]);
    assert_eq!(put(&server, "LATER", vec![action(4, Split, 2.0)]).await.expect("it waits"), [1, 0, 0]);
    let ask = |adjust: Adjust| ComputeRequest { adjust: adjust.into(), ..question("A", &["close"], None) };
    let raw = closes(&compute(&server, ask(Adjust::None)).await.expect("computed"));
    let split = compute(&server, ask(Adjust::Split)).await.expect("computed");
    let expected: Vec<f64> =
        raw.iter().enumerate().map(|(row, close)| if row < 4 { close * 0.5 } else { *close }).collect();
    assert_eq!(closes(&split), expected);
    let told = &split.adjustments[0];
    assert_eq!((told.rows, told.actions[0].price_factor, told.actions[0].volume_factor), (4, 0.5, 2.0));
    let total = compute(&server, ask(Adjust::Total)).await.expect("computed");
    let factor = 1.0 - 1.0 / raw[5];
    let by = |row: usize| {
        if row < 4 {
            factor / 2.0
        } else if row < 6 {
            factor
        } else {
            1.0
        }
    };
    assert_eq!(closes(&total), raw.iter().enumerate().map(|(row, close)| close * by(row)).collect::<Vec<_>>());
    let batch = ComputeBatchRequest {
        series: id("A").into_iter().collect(),
        expressions: vec!["close".into()],
        adjust: Adjust::Total.into(),
        ..ComputeBatchRequest::default()
    };
    let mut responses = server.indicators().compute_batch(batch).await.expect("begun").into_inner();
    match responses.message().await.expect("told").expect("one").outcome {
        Some(atrad::rpc::proto::compute_batch_response::Outcome::Values(values)) => {
            assert_eq!((closes(&values), values.adjustments), (closes(&total), total.adjustments));
        }
        other => panic!("{other:?}"),
    }
    let page =
        |token: &str| ListCorporateActionsRequest { page_size: 1, page_token: token.into(), ..Default::default() };
    let first = server.series().list_corporate_actions(page("")).await.expect("listed").into_inner();
    let second =
        server.series().list_corporate_actions(page(&first.next_page_token)).await.expect("listed").into_inner();
    assert_eq!((first.symbols[0].symbol.as_str(), first.symbols[0].actions.len()), ("A", 2));
    assert_eq!((second.symbols[0].symbol.as_str(), second.next_page_token.as_str()), ("LATER", ""));
    for (actions, wanted) in [
        (vec![action(1, Split, 0.0)], "actions[0].value"),
        (vec![action(1, Split, 2.0), action(2, Dividend, f64::NAN)], "actions[1].value"),
        (vec![action(1, CorporateActionKind::Unspecified, 2.0)], "actions[0].kind"),
        (vec![CorporateAction { kind: 7, ..action(1, Split, 2.0) }], "actions[0].kind"),
        (vec![], "actions"),
    ] {
        let wrong = put(&server, "A", actions).await.expect_err("refused");
        assert_eq!((wrong.code(), field(&wrong).as_str()), (Code::InvalidArgument, wanted), "{wrong:?}");
    }
    let unknown = compute(&server, ComputeRequest { adjust: 9, ..question("A", &["close"], None) }).await;
    assert_eq!(field(&unknown.expect_err("refused")), "adjust");
    let delete = DeleteCorporateActionsRequest { symbol: "A".into(), ..DeleteCorporateActionsRequest::default() };
    assert_eq!(server.series().delete_corporate_actions(delete).await.expect("deleted").into_inner().deleted, 2);
    assert_eq!(closes(&compute(&server, ask(Adjust::Total)).await.expect("computed")), raw);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_actions_are_refused_and_those_at_the_edges_count_exactly() {
    use CorporateActionKind::{Dividend, Split};
    let server = Server::start().await;
    server.fill("A", 10).await;
    let (inf, tiny) = (f64::INFINITY, f64::MIN_POSITIVE);
    let of_kind = |kind, values: &[f64]| values.iter().map(|&value| action(1, kind, value)).collect::<Vec<_>>();
    let splits = of_kind(Split, &[0.0, -0.0, -2.0, 1.0, tiny, 1e7, f64::MAX, f64::NAN, inf, -inf]);
    for action in [splits, of_kind(Dividend, &[0.0, -0.0, -0.5, 5e-324, 2e12, f64::NAN, inf, -inf])].concat() {
        let wrong = put(&server, "A", vec![action]).await.expect_err("refused");
        assert_eq!((wrong.code(), field(&wrong).as_str()), (Code::InvalidArgument, "actions[0].value"), "{wrong:?}");
    }
    for symbol in ["", "a b", &"S".repeat(65)] {
        let wrong = put(&server, symbol, vec![action(1, Split, 2.0)]).await.expect_err("refused");
        assert_eq!((wrong.code(), field(&wrong).as_str()), (Code::InvalidArgument, "symbol"), "{wrong:?}");
    }
    let ask = |adjust: Adjust| ComputeRequest { adjust: adjust.into(), ..question("A", &["close"], None) };
    let raw = closes(&compute(&server, ask(Adjust::None)).await.expect("computed"));
    // The earliest time there is, the first bar, the last one, just behind it, and one that has not come.
    for (ex_time, rows) in [(i64::MIN, 0), (0, 0), (1, 1), (9 * STEP, 9), (9 * STEP + 1, 10), (i64::MAX, 0)] {
        put(&server, "A", vec![CorporateAction { ex_time, ..action(0, Split, 4.0) }]).await.expect("stored");
        let found = closes(&compute(&server, ask(Adjust::Total)).await.expect("computed"));
        let expected = raw.iter().enumerate().map(|(row, close)| if row < rows { close * 0.25 } else { *close });
        assert_eq!(found, expected.collect::<Vec<_>>(), "{ex_time}");
        let delete = DeleteCorporateActionsRequest { symbol: "A".into(), ex_time: Some(ex_time), kind: 0 };
        assert_eq!(server.series().delete_corporate_actions(delete).await.expect("deleted").into_inner().deleted, 1);
    }
    // A dividend that is as high as the close before it leaves nothing of the price.
    for value in [raw[4], raw[4] + 1.0, 1e12] {
        put(&server, "A", vec![action(5, Dividend, value)]).await.expect("stored");
        let wrong = compute(&server, ask(Adjust::Total)).await.expect_err("refused");
        assert_eq!((wrong.code(), field(&wrong).as_str()), (Code::InvalidArgument, "adjust"), "{wrong:?}");
        assert_eq!(closes(&compute(&server, ask(Adjust::Split)).await.expect("computed")), raw);
    }
    let read = ReadBarsRequest { series: id("A"), adjust: Adjust::Total.into(), ..ReadBarsRequest::default() };
    let mut chunks = server.series().read_bars(read).await.map(tonic::Response::into_inner);
    let read = match &mut chunks {
        Ok(chunks) => chunks.message().await.map(drop),
        Err(status) => Err(status.clone()),
    };
    assert_eq!(field(&read.expect_err("refused")), "adjust");
    let watch = WatchRequest {
        series: id("A").into_iter().collect(),
        expressions: vec!["close".into()],
        last: 1,
        adjust: Adjust::Total.into(),
        ..WatchRequest::default()
    };
    let watched = match server.indicators().watch(watch.clone()).await {
        Ok(events) => events.into_inner().message().await.map(drop),
        Err(status) => Err(status),
    };
    assert_eq!(field(&watched.expect_err("refused")), "adjust");
    let unknown = server.indicators().watch(WatchRequest { adjust: 9, ..watch }).await.expect_err("refused");
    assert_eq!((unknown.code(), field(&unknown).as_str()), (Code::InvalidArgument, "adjust"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_actions_is_bounded_by_symbols_and_by_bytes() {
    // About 42 actions.
    let limits = Limits { chunk_bytes_max: 1024, ..Limits::default() };
    let server = Server::with(limits, Settings::default()).await;
    for symbol in ["A", "B", "C"] {
        let actions = (0..50).map(|bar| action(bar, CorporateActionKind::Dividend, 0.5)).collect();
        assert_eq!(put(&server, symbol, actions).await.expect("stored"), [50, 0, 0]);
    }
    for size in [1, 2, 0] {
        let (mut token, mut pages) = (String::new(), Vec::new());
        loop {
            let request = ListCorporateActionsRequest { page_size: size, page_token: token, ..Default::default() };
            let page = server.series().list_corporate_actions(request).await.expect("listed").into_inner();
            pages.extend(page.symbols.iter().map(|of| (of.symbol.clone(), of.actions.len())));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
            assert_eq!(page.symbols.len(), 1, "it has enough actions");
        }
        assert_eq!(pages, ["A", "B", "C"].map(|symbol| (symbol.to_owned(), 50)), "{size}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn compute_stream_downsample_and_watch_give_the_same_bits() {
    use CorporateActionKind::{Dividend, Split};
    let server = Server::start().await;
    server.fill("A", 5_000).await;
    let actions =
        [(700, Split, 3.0), (1024, Dividend, 0.37), (1025, Dividend, 0.11), (2048, Split, 0.1), (4999, Split, 7.0)];
    let actions = actions.map(|(minute, kind, value)| action(minute, kind, value)).to_vec();
    assert_eq!(put(&server, "A", actions).await.expect("put"), [5, 0, 0]);
    let asked = ["ema(close, 50)", "rsi(14)", "sma(volume, 20)"];
    let ask = |last| ComputeRequest { adjust: Adjust::Total.into(), ..question("A", &asked, last) };
    let bits = |columns: Vec<Vec<f64>>| {
        columns.into_iter().map(|column| column.into_iter().map(f64::to_bits).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let of = |answer: &ComputeResponse| bits(answer.columns.iter().map(|column| column.values.values()).collect());
    let unary = of(&compute(&server, ask(None)).await.expect("computed"));
    let request = ComputeStreamRequest { request: Some(ask(None)) };
    let mut chunks = server.indicators().compute_stream(request).await.expect("begun").into_inner();
    let mut streamed = vec![Vec::new(); asked.len()];
    while let Some(chunk) = chunks.message().await.expect("whole") {
        let part = of(&chunk.chunk.expect("a chunk"));
        streamed.iter_mut().zip(part).for_each(|(column, part)| column.extend(part));
    }
    assert_eq!(streamed, unary);
    let request = DownsampleRequest { request: Some(ask(None)), buckets_max: 10_000, with_bars: false };
    let drawn = server.indicators().downsample(request).await.expect("drawn").into_inner();
    assert_eq!(bits(drawn.columns.into_iter().map(|column| column.last).collect()), unary);
    assert_eq!((drawn.bucket_rows, drawn.adjustments[0].rows), (1, 4999));
    let since = ComputeRequest { since_epoch: Some(3), ..ask(None) };
    let request = DownsampleRequest { request: Some(since), ..DownsampleRequest::default() };
    let wrong = server.indicators().downsample(request).await.expect_err("refused");
    assert_eq!((wrong.code(), field(&wrong).as_str()), (Code::InvalidArgument, "request.since_epoch"));
    let watch = WatchRequest {
        series: id("A").into_iter().collect(),
        expressions: asked.map(str::to_owned).to_vec(),
        last: 5_000,
        adjust: Adjust::Total.into(),
        ..WatchRequest::default()
    };
    let mut events = server.indicators().watch(watch).await.expect("begun").into_inner();
    let event = events.message().await.expect("told").expect("rows").event;
    let Some(Event::Rows(rows)) = event else { panic!("{event:?}") };
    let values = rows.values.expect("values");
    assert_eq!((of(&values), values.adjustments.len()), (unary.clone(), 1));
    // The newest rows alone, from a checkpoint.
    let newest = of(&compute(&server, ask(Some(10))).await.expect("computed"));
    assert!(newest.iter().zip(&unary).all(|(newest, all)| newest[..] == all[all.len() - 10..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_is_moved_by_its_owner_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tokens");
    let line = |name: &str, rest: &str| {
        let hash = Token::new(name).expect("good").hash();
        format!(r#"{{"name":"{name}","sha256":"{hash}",{rest}}}"#)
    };
    let lines = [
        line("all", r#""scopes":["read","write","admin"]"#),
        line("one", &format!(r#""scopes":["read"],"as_of":{},"clock":true"#, 5 * STEP)),
        line("two", &format!(r#""scopes":["read"],"as_of":{},"clock":true"#, 5 * STEP)),
    ];
    std::fs::write(&path, lines.join("\n")).expect("written");
    let source = TokenSource { file: Some(path), ..TokenSource::default() };
    let settings = Settings { tokens: Arc::new(Tokens::new(source).expect("loaded")), ..Settings::default() };
    let server = Server::with(Limits::default(), settings).await;
    let request = IngestRequest { series: id("A"), bars: Some(bars(0, 50)), ..IngestRequest::default() };
    server.ingest().ingest(with_token(request, "all")).await.expect("stored");
    let rows = async |token| {
        let answer = server.indicators().compute(with_token(question("A", &["close"], None), token)).await;
        answer.expect("computed").into_inner().times.len()
    };
    let mut clock = ClockServiceClient::new(server.channel.clone());
    let mut advance = async |token, minute: i64| {
        let request = AdvanceClockRequest { time: Some(minute * STEP) };
        clock.advance_clock(with_token(request, token)).await.map(|moved| moved.into_inner().time / STEP)
    };
    assert_eq!([rows("one").await, rows("all").await], [5, 50]);
    assert_eq!(advance("one", 20).await.expect("moved"), 20);
    assert_eq!([rows("one").await, rows("two").await], [20, 5], "each has its own");
    let back = advance("one", 19).await.expect_err("refused");
    assert_eq!((back.code(), field(&back).as_str()), (Code::InvalidArgument, "time"));
    assert!(back.message().contains(&(20 * STEP).to_string()) && back.message().contains(&(19 * STEP).to_string()));
    assert_eq!(advance("all", 20).await.expect_err("refused").code(), Code::PermissionDenied);
    let mut clock = ClockServiceClient::new(server.channel.clone());
    let found = clock.get_clock(with_token(GetClockRequest {}, "one")).await.expect("told").into_inner();
    assert_eq!(found.time, 20 * STEP);
    let nothing = clock.advance_clock(with_token(AdvanceClockRequest { time: None }, "one")).await;
    assert_eq!(field(&nothing.expect_err("refused")), "time");
}
