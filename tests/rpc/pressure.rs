//! One caller does not harm the others: connections without end, readers that do not read, long computations.

use std::time::{Duration, Instant};

use atrad::app::Limits;
use atrad::rpc::Settings;
use atrad::rpc::proto::indicator_service_client::IndicatorServiceClient;
use atrad::rpc::proto::{ComputeStreamRequest, GetSeriesRequest, IngestStreamRequest, ReadBarsRequest};
use futures_util::{StreamExt, stream};
use tonic::transport::Channel;
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::server::{Server, bars, connect, id, question};

fn with_deadline<T>(message: T, timeout: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("grpc-timeout", timeout.parse().expect("legal"));
    request
}

async fn answers(channel: &Channel) -> Result<(), tonic::Status> {
    IndicatorServiceClient::new(channel.clone()).compute(question("A", &["close"], Some(1))).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_gives_its_place_and_a_busy_one_does_not() {
    let server = Server::with(Limits::default(), Settings { connections_max: 1, ..Settings::default() }).await;
    server.fill("A", 10).await;
    let channel = connect(&server.address).await;
    answers(&channel).await.expect("it takes the place of the idle one");
    // An open feed is a call that runs: its connection stays.
    let batch =
        IngestStreamRequest { batch: 1, series: id("A"), bars: Some(bars(10, 1)), ..IngestStreamRequest::default() };
    let feed = stream::iter([batch]).chain(stream::pending());
    let mut ingest = atrad::rpc::proto::ingest_service_client::IngestServiceClient::new(channel.clone());
    let mut receipts = ingest.ingest_stream(feed).await.expect("taken").into_inner();
    receipts.message().await.expect("told").expect("a receipt");
    let more = tonic::transport::Endpoint::from_shared(server.address.clone()).expect("an address").connect_lazy();
    let status = answers(&more).await.expect_err("closed");
    // In the words of the client, which depend on the moment at which it sees the connection closed.
    assert!(matches!(status.code(), Code::Unavailable | Code::Unknown | Code::Cancelled), "{status:?}");
    answers(&channel).await.expect("the busy one goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_and_old_connections_are_closed_and_clients_go_on() {
    let second = Duration::from_secs(1);
    for settings in [
        Settings { connection_idle: second, ..Settings::default() },
        Settings { connection_age: second, ..Settings::default() },
    ] {
        let server = Server::with(Limits::default(), settings).await;
        server.fill("A", 10).await;
        tokio::time::sleep(3 * second).await;
        // The client was told by GOAWAY, and connects again.
        answers(&server.channel).await.expect("on a new connection");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_client_does_not_read_ends_after_its_deadline() {
    let server = Server::start().await;
    server.fill("A", 900_000).await;
    let asked = ComputeStreamRequest { request: Some(question("A", &["sma(3)", "sma(9)"], None)) };
    let unread = server.indicators().compute_stream(with_deadline(asked, "500m")).await.expect("begun");
    let over = Instant::now() + Duration::from_secs(20);
    let ended = || {
        server
            .ended
            .lock()
            .expect("nobody panics with it")
            .iter()
            .find(|(method, _)| method.ends_with("ComputeStream"))
            .cloned()
    };
    while ended().is_none() {
        assert!(Instant::now() < over, "the call goes on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(ended().expect("ended").1, "DEADLINE_EXCEEDED");
    drop(unread);
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_streams_leave_room_for_other_connections() {
    let small = 1 << 20;
    let limits = Limits {
        answer_bytes_max: small,
        batch_answer_bytes_max: small,
        saved_result_bytes_max: small,
        ..Limits::default()
    };
    let server = Server::with(limits, Settings { response_bytes_max: 32 << 20, ..Settings::default() }).await;
    server.fill("A", 300_000).await;
    let mut unread = Vec::new();
    for _ in 0..50 {
        let asked = ReadBarsRequest { series: id("A"), ..ReadBarsRequest::default() };
        unread.push(server.series().read_bars(with_deadline(asked, "3S")).await.expect("begun"));
    }
    let other = connect(&server.address).await;
    let asked = ReadBarsRequest { series: id("A"), ..ReadBarsRequest::default() };
    let mut series = atrad::rpc::proto::series_service_client::SeriesServiceClient::new(other.clone());
    let rows = async {
        let mut chunks = series.read_bars(asked.clone()).await.expect("begun").into_inner();
        let mut rows = 0;
        while let Some(chunk) = chunks.message().await.expect("whole") {
            rows += chunk.bars.expect("there").times.len();
        }
        rows
    };
    assert_eq!(tokio::time::timeout(Duration::from_secs(20), rows).await.expect("in time"), 300_000);
    // Once the client forgets what it did not read, its window is free again, and its connection goes on.
    drop(unread);
    answers(&server.channel).await.expect("the connection goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn long_computations_do_not_delay_health_and_short_reads() {
    let server = Server::start().await;
    server.fill("A", 8000).await;
    // Two seconds each, and more of them than there are cores.
    let asked = || question("A", &["cointegration(close, open, 2000, 10)"], None);
    let mut long = Vec::new();
    for _ in 0..8 {
        let mut client = IndicatorServiceClient::new(connect(&server.address).await);
        let request = with_deadline(asked(), "5S");
        long.push(tokio::spawn(async move { client.compute(request).await.map(drop) }));
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut health = HealthClient::new(server.channel.clone());
    for _ in 0..20 {
        health.check(with_deadline(HealthCheckRequest::default(), "2S")).await.expect("in time");
        let asked = GetSeriesRequest { series: id("A"), ..GetSeriesRequest::default() };
        server.series().get_series(with_deadline(asked, "2S")).await.expect("in time");
        let last = atrad::rpc::proto::Range { last: Some(10), ..Default::default() };
        let asked = ReadBarsRequest { series: id("A"), range: Some(last), ..ReadBarsRequest::default() };
        let mut chunks = server.series().read_bars(with_deadline(asked, "2S")).await.expect("begun").into_inner();
        chunks.message().await.expect("in time").expect("a chunk");
    }
    for long in long {
        if let Err(status) = long.await.expect("no panic") {
            assert!(matches!(status.code(), Code::ResourceExhausted | Code::DeadlineExceeded), "{status:?}");
        }
    }
}
