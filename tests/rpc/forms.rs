//! The forms of a response: float32, without times, compressed.

use atrad::rpc::proto::indicator_service_client::IndicatorServiceClient;
use atrad::rpc::proto::{
    ComputeBatchRequest, ComputeRequest, ComputeStreamRequest, DeliveryMode, DownsampleRequest, Range, ValueType,
};
use atrad::rpc::wire::{Column, ComputeResponse};
use futures_util::StreamExt;
use http_body_util::BodyExt;
use tonic::codec::CompressionEncoding;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tower::{Service, ServiceExt};

use crate::server::{Server, id, question};

/// Doubles that no float32 is, NaN in front.
const EXPRESSIONS: [&str; 2] = ["close / 3", "sma(5)"];

fn single(request: ComputeRequest) -> ComputeRequest {
    ComputeRequest { value_type: ValueType::Float32.into(), ..request }
}

fn bare(request: ComputeRequest) -> ComputeRequest {
    ComputeRequest { omit_times: true, ..request }
}

async fn compute(server: &Server, request: ComputeRequest) -> Result<ComputeResponse, Status> {
    Ok(server.indicators().compute(request).await?.into_inner())
}

fn rounded(columns: &[Column]) -> Vec<Vec<u32>> {
    let bits = |column: &Column| column.values.values::<f64>().iter().map(|&value| (value as f32).to_bits()).collect();
    columns.iter().map(bits).collect()
}

fn singles(columns: &[Column]) -> Vec<Vec<u32>> {
    assert!(columns.iter().all(|column| column.values.is_empty()));
    let bits = |column: &Column| column.float32_values.values::<f32>().iter().map(|value| value.to_bits()).collect();
    columns.iter().map(bits).collect()
}

fn refused(answer: Result<impl std::fmt::Debug, Status>) -> (Code, String) {
    let status = answer.expect_err("refused");
    let bad = status.get_details_bad_request().expect("a field is named");
    (status.code(), bad.field_violations[0].field.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_rounded_to_float32_on_every_road() {
    let server = Server::start().await;
    server.fill("A", 150_000).await;
    let asked = || question("A", &EXPRESSIONS, Some(20));
    let exact = compute(&server, asked()).await.expect("computed");
    let short = compute(&server, single(asked())).await.expect("computed");
    assert_eq!(singles(&short.columns), rounded(&exact.columns));
    assert_eq!((&short.times, &short.infos, short.epoch), (&exact.times, &exact.infos, exact.epoch));

    let batch = ComputeBatchRequest {
        series: id("A").into_iter().collect(),
        range: Some(Range { last: Some(20), ..Range::default() }),
        expressions: EXPRESSIONS.map(Into::into).to_vec(),
        value_type: ValueType::Float32.into(),
        omit_times: true,
        ..ComputeBatchRequest::default()
    };
    let mut answers = server.indicators().compute_batch(batch).await.expect("begun").into_inner();
    let outcome = answers.next().await.expect("one").expect("computed").outcome;
    let Some(atrad::rpc::proto::compute_batch_response::Outcome::Values(values)) = outcome else {
        panic!("computed: {outcome:?}")
    };
    assert_eq!((singles(&values.columns), values.times.len()), (rounded(&exact.columns), 0));

    // In several chunks, with the lookback in the first.
    let request = Some(single(question("A", &EXPRESSIONS, None)));
    let mut chunks =
        server.indicators().compute_stream(ComputeStreamRequest { request }).await.expect("begun").into_inner();
    let (mut all, mut count) = (vec![Vec::new(); 2], 0);
    while let Some(chunk) = chunks.next().await {
        let part = singles(&chunk.expect("computed").chunk.expect("there").columns);
        all.iter_mut().zip(part).for_each(|(all, part)| all.extend(part));
        count += 1;
    }
    let whole = compute(&server, question("A", &EXPRESSIONS, None)).await.expect("computed");
    assert!(count > 1);
    assert_eq!(all, rounded(&whole.columns));
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_left_out() {
    let server = Server::start().await;
    server.fill("A", 50).await;
    let exact = compute(&server, question("A", &EXPRESSIONS, None)).await.expect("computed");
    let short = compute(&server, bare(question("A", &EXPRESSIONS, None))).await.expect("computed");
    assert!(short.times.is_empty());
    assert_eq!(ComputeResponse { times: exact.times.clone(), ..short }, exact);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_refused_where_there_is_none() {
    let server = Server::start().await;
    server.fill("A", 50).await;
    let asked = || question("A", &["close"], None);
    let unknown = ComputeRequest { value_type: 7, ..asked() };
    let since = ComputeRequest { since_epoch: Some(0), ..bare(asked()) };
    let shared = |request| ComputeRequest { delivery: DeliveryMode::SharedMemory.into(), ..request };
    for (request, field) in [
        (unknown, "value_type"),
        (since, "omit_times"),
        (shared(single(asked())), "value_type"),
        (shared(bare(asked())), "omit_times"),
    ] {
        assert_eq!(refused(compute(&server, request).await), (Code::InvalidArgument, field.into()));
    }
    let downsample = DownsampleRequest { request: Some(single(asked())), ..DownsampleRequest::default() };
    let answer = server.indicators().downsample(downsample).await;
    assert_eq!(refused(answer), (Code::InvalidArgument, "request.value_type".into()));
    let request = Some(ComputeRequest { value_type: -1, ..asked() });
    let answer = server.indicators().compute_stream(ComputeStreamRequest { request }).await;
    assert_eq!(refused(answer), (Code::InvalidArgument, "request.value_type".into()));
}

/// The bytes of a response's body, and its encoding.
async fn body(server: &Server, accepted: Option<&'static str>) -> (usize, Option<String>) {
    use prost::Message;
    let message = question("A", &EXPRESSIONS, None).encode_to_vec();
    let length = u32::try_from(message.len()).expect("short").to_be_bytes();
    let framed = [&[0][..], &length, &message].concat();
    let mut request = http::Request::post(format!("{}/atrad.v1.IndicatorService/Compute", server.address))
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    if let Some(encoding) = accepted {
        request = request.header("grpc-accept-encoding", encoding);
    }
    let mut channel = server.channel.clone();
    let request = request.body(tonic::body::Body::new(http_body_util::Full::from(framed))).expect("a request");
    let response = channel.ready().await.expect("connected").call(request).await.expect("answered");
    let encoding = response.headers().get("grpc-encoding").map(|value| value.to_str().expect("text").to_owned());
    (response.into_body().collect().await.expect("whole").to_bytes().len(), encoding)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_accepts_zstd_gets_it() {
    let server = Server::start().await;
    server.fill("A", 10_000).await;
    let exact = compute(&server, question("A", &EXPRESSIONS, None)).await.expect("computed");
    let mut packed = IndicatorServiceClient::new(server.channel.clone()).accept_compressed(CompressionEncoding::Zstd);
    let answer = packed.compute(question("A", &EXPRESSIONS, None)).await.expect("computed").into_inner();
    assert_eq!(answer, exact);

    let (plain, none) = body(&server, None).await;
    let (gzip, refused) = body(&server, Some("identity,deflate,gzip")).await;
    let (zstd, used) = body(&server, Some("identity,zstd")).await;
    assert_eq!((none.as_deref(), refused.as_deref(), used.as_deref()), (None, None, Some("zstd")));
    assert!(plain == gzip && zstd < plain / 2, "{plain}, {gzip}, {zstd}");
}
