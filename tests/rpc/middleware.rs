//! What holds for every call: limits, deadlines, cancelled calls, and the end of the server.

use std::time::Duration;

use atrad::app::Limits;
use atrad::rpc::Settings;
use atrad::rpc::proto::{ComputeStreamRequest, IngestRequest, IngestStreamRequest};
use futures_util::{StreamExt, stream};
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};
use tonic_types::StatusExt;

use crate::raw::send_plain;
use crate::server::{Server, bars, connect, id, question};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_over_the_limit_is_told_the_limit() {
    let settings = Settings { message_bytes_max: 10_000, ..Settings::default() };
    let server = Server::with(Limits::default(), settings).await;
    server.fill("A", 100).await;
    let status = server
        .ingest()
        .ingest(IngestRequest { series: id("A"), bars: Some(bars(100, 1000)), ..IngestRequest::default() })
        .await
        .expect_err("refused");
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(status.message().starts_with("message_bytes_max allows at most 10000 bytes"), "{status:?}");
    assert_eq!(status.get_details_quota_failure().expect("there").violations[0].subject, "message_bytes_max");
    let batches = [bars(0, 10), bars(100, 1000)].map(|bars| IngestStreamRequest {
        batch: 0,
        series: id("A"),
        bars: Some(bars),
        ..IngestStreamRequest::default()
    });
    let mut receipts = server.ingest().ingest_stream(stream::iter(batches)).await.expect("taken").into_inner();
    assert!(receipts.message().await.expect("the first is short").is_some());
    assert_eq!(receipts.message().await.expect_err("the second is not").code(), Code::ResourceExhausted);
    server.fill("B", 100).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_of_answers_are_told() {
    let limits = Limits { answer_bytes_max: 10_000, ingest_rows_max: 2000, ..Limits::default() };
    let server = Server::with(limits, Settings::default()).await;
    server.fill("A", 2000).await;
    let status = server.indicators().compute(question("A", &["close"], None)).await.expect_err("refused");
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(status.message().contains("answer_bytes_max allows at most 10000"), "{status:?}");
    let status = server
        .ingest()
        .ingest(IngestRequest { series: id("A"), bars: Some(bars(0, 2001)), ..IngestRequest::default() })
        .await
        .expect_err("refused");
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(status.message().contains("ingest_rows_max allows at most 2000"), "{status:?}");
    server.indicators().compute(question("A", &["close"], Some(10))).await.expect("the server goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_is_late_and_not_cancelled() {
    let server = Server::start().await;
    server.fill("A", 1000).await;
    let status = send_plain(&server.address, &[("grpc-timeout", "1n")], &question("A", &["sma(3)"], None)).await;
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status:?}");
    // An open feed has no end of its own, but keeps the one that its caller sets.
    let mut request = Request::new(stream::pending::<IngestStreamRequest>());
    request.metadata_mut().insert("grpc-timeout", "50m".parse().expect("legal"));
    let mut receipts = server.ingest().ingest_stream(request).await.expect("taken").into_inner();
    assert_eq!(receipts.message().await.expect_err("late").code(), Code::DeadlineExceeded);
    server.indicators().compute(question("A", &["sma(3)"], None)).await.expect("the server goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_call_stops_and_harms_nobody() {
    let server = Server::start().await;
    server.fill("A", 900_000).await;
    for _ in 0..50 {
        let asked = ComputeStreamRequest { request: Some(question("A", &["sma(3)", "sma(9)"], None)) };
        let mut chunks = server.indicators().compute_stream(asked).await.expect("answered").into_inner();
        chunks.message().await.expect("whole").expect("a chunk");
        drop(chunks);
    }
    server.indicators().compute(question("A", &["sma(3)"], Some(1))).await.expect("the server goes on");
    let quiet = async {
        while server.app.metrics().work_in_flight > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), quiet).await.expect("work that nobody waits for ends");
    let cancelled =
        server.ended.lock().expect("nobody panics with it").iter().filter(|(_, status)| *status == "CANCELLED").count();
    assert!(cancelled > 0, "dropped streams end as cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_ends_in_order() {
    let server = Server::start().await;
    let mut health = HealthClient::new(server.channel.clone());
    let check = HealthCheckRequest { service: "atrad.v1.IndicatorService".into() };
    let mut watch = health.watch(check).await.expect("watched").into_inner();
    let first = watch.message().await.expect("told").expect("told").status();
    assert_eq!(first, ServingStatus::Serving);
    // A feed that is open: its batch gets the receipt before the feed is ended.
    let batch =
        IngestStreamRequest { batch: 1, series: id("A"), bars: Some(bars(0, 10)), ..IngestStreamRequest::default() };
    let feed = stream::iter([batch]).chain(stream::pending());
    let mut receipts = server.ingest().ingest_stream(feed).await.expect("taken").into_inner();
    assert!(receipts.message().await.expect("told").is_some());
    let address = server.address.clone();
    let ended = tokio::spawn(server.end());
    assert_eq!(watch.message().await.expect("told").expect("told").status(), ServingStatus::NotServing);
    assert_eq!(receipts.message().await.expect_err("ended").code(), Code::Unavailable);
    tokio::time::timeout(Duration::from_secs(20), ended).await.expect("in time").expect("in order");
    let gone = tonic::transport::Endpoint::from_shared(address).expect("an address").connect().await;
    assert!(gone.is_err(), "nobody listens any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn reflection_tells_the_public_protos() {
    let server = Server::start().await;
    let asked = v1::server_reflection_request::MessageRequest::ListServices(String::new());
    let request = v1::ServerReflectionRequest { host: String::new(), message_request: Some(asked) };
    let mut client = v1::server_reflection_client::ServerReflectionClient::new(connect(&server.address).await);
    let mut answers = client.server_reflection_info(stream::iter([request])).await.expect("answered").into_inner();
    let told = format!("{:?}", answers.message().await.expect("told"));
    for name in ["atrad.v1.IndicatorService", "atrad.v1.CacheService", "grpc.health.v1.Health"] {
        assert!(told.contains(name), "{name}: {told}");
    }
    let asked = v1alpha::server_reflection_request::MessageRequest::FileContainingSymbol("atrad.v1.Bars".into());
    let request = v1alpha::ServerReflectionRequest { host: String::new(), message_request: Some(asked) };
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(server.channel.clone());
    let mut answers = client.server_reflection_info(stream::iter([request])).await.expect("answered").into_inner();
    let told = answers.message().await.expect("told").expect("told").message_response.expect("there");
    assert!(matches!(told, v1alpha::server_reflection_response::MessageResponse::FileDescriptorResponse(_)));
}
