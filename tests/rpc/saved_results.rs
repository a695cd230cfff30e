//! Saved results: by key, in pages, until they expire, and after a restart.

use std::time::Duration;

use atrad::app::{self, App, Limits};
use atrad::rpc::Settings;
use atrad::rpc::proto::compute_request::Source;
use atrad::rpc::proto::saved_result_service_client::SavedResultServiceClient;
use atrad::rpc::proto::{
    ComputeRequest, ComputeStreamRequest, DeleteSavedResultRequest, ExpireSavedResultRequest, Fill, IngestRequest,
    ListSavedResultsRequest, Persist, ReadSavedResultRequest, ReadSavedResultResponse, Resampling, SavedResult,
};
use atrad::rpc::wire::ComputeResponse;
use futures_util::StreamExt;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::server::{Server, bars, id, question};

fn asked(expressions: &[&str], last: Option<u64>, ttl_ms: u64) -> ComputeRequest {
    ComputeRequest { persist: Some(Persist { ttl_ms }), ..question("A", expressions, last) }
}

async fn compute(server: &Server, asked: ComputeRequest) -> ComputeResponse {
    server.indicators().compute(asked).await.expect("answered").into_inner()
}

fn client(server: &Server) -> SavedResultServiceClient<Channel> {
    SavedResultServiceClient::new(server.channel.clone())
}

async fn list(server: &Server, prefix: &str) -> Vec<SavedResult> {
    let (mut all, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListSavedResultsRequest { key_prefix: prefix.into(), page_size: 2, page_token };
        let page = client(server).list_saved_results(request).await.expect("listed").into_inner();
        assert!(page.saved_results.len() <= 2);
        all.extend(page.saved_results);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return all;
        }
    }
}

async fn read(server: &Server, key: &str) -> Result<Vec<ReadSavedResultResponse>, Status> {
    let chunks = client(server).read_saved_result(ReadSavedResultRequest { key: key.into() }).await?.into_inner();
    Ok(chunks.map(|chunk| chunk.expect("whole")).collect().await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_saved_once_and_read_by_its_key() {
    let server = Server::start().await;
    server.fill("A", 1000).await;
    let first = compute(&server, asked(&["sma(3)", "mean = sma(close, 3)"], Some(5), 0)).await;
    assert!(
        first.saved_result_key.starts_with("A/1m/1/") && first.saved_result_key.len() == "A/1m/1/".len() + 40,
        "{}",
        first.saved_result_key
    );
    let again = compute(&server, asked(&["sma(3)", "mean = sma(close, 3)"], Some(5), 0)).await;
    assert_eq!(first, again);
    let other = compute(&server, asked(&["sma(3)", "other = sma(close, 3)"], Some(5), 0)).await;
    assert_ne!(first.saved_result_key, other.saved_result_key, "another label is another answer");
    let hours = Some(Resampling { include_forming: true, fill: Fill::None.into(), ..Resampling::default() });
    let source = Some(Source::Series(atrad::rpc::proto::SeriesId { symbol: "A".into(), timeframe: "1h".into() }));
    let made =
        compute(&server, ComputeRequest { source, resampling: hours.clone(), ..asked(&["close"], None, 0) }).await;
    assert!(made.saved_result_key.starts_with("A/1h/1/"), "{}", made.saved_result_key);
    let unkept = compute(&server, question("A", &["close"], Some(5))).await;
    assert!(unkept.saved_result_key.is_empty());

    let infos = list(&server, "").await;
    let mut keys = [&first.saved_result_key, &other.saved_result_key, &made.saved_result_key];
    keys.sort();
    assert_eq!(infos.iter().map(|info| &info.key).collect::<Vec<_>>(), keys);
    assert_eq!(list(&server, "A/1h/").await.len(), 1);
    assert!(list(&server, "B").await.is_empty());
    let info = infos.iter().find(|info| info.key == first.saved_result_key).expect("there");
    assert_eq!(
        (&info.labels[..], &*info.expressions[1]),
        (&["sma(3)".into(), "mean".into()][..], "sma(close, period=3)")
    );
    assert_eq!((info.epoch, info.rows, info.range.expect("there").last, info.expire_time), (1, 5, Some(5), None));
    let hour = infos.iter().find(|info| info.key == made.saved_result_key).expect("there");
    assert_eq!((&*hour.resampled_from, &hour.resampling, hour.rows), ("1m", &hours, 17));

    // New bars, another epoch: the answer stays, and the same question is another.
    server
        .ingest()
        .ingest(IngestRequest { series: id("A"), bars: Some(bars(1000, 10)), ..IngestRequest::default() })
        .await
        .expect("stored");
    let chunks = read(&server, &first.saved_result_key).await.expect("read");
    assert_eq!(
        (chunks.len(), chunks[0].saved_result.as_ref(), chunks[0].chunk.as_ref()),
        (1, Some(info), Some(&first))
    );
    let newer = compute(&server, asked(&["sma(3)", "mean = sma(close, 3)"], Some(5), 0)).await;
    assert!(newer.saved_result_key.starts_with("A/1m/2/") && newer.columns != first.columns);
}

#[tokio::test(flavor = "multi_thread")]
async fn large_results_are_saved_and_read_in_chunks() {
    let server = Server::start().await;
    server.fill("A", 200_000).await;
    let request = ComputeStreamRequest { request: Some(asked(&["sma(9)", "ema(9)"], None, 0)) };
    let chunks: Vec<_> =
        server.indicators().compute_stream(request).await.expect("answered").into_inner().collect().await;
    let sent: Vec<_> = chunks.into_iter().map(|chunk| chunk.expect("whole").chunk.expect("there")).collect();
    assert!(sent.len() > 3 && sent.iter().skip(1).all(|chunk| chunk.saved_result_key.is_empty()));
    let kept = read(&server, &sent[0].saved_result_key).await.expect("read");
    assert!(kept.iter().skip(1).all(|chunk| chunk.saved_result.is_none()));
    assert_eq!(kept.into_iter().map(|chunk| chunk.chunk.expect("there")).collect::<Vec<_>>(), sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn results_survive_a_restart_until_they_expire() {
    let server = Server::start().await;
    server.fill("A", 100).await;
    let (stays, ends) = (asked(&["sma(3)"], None, 0), asked(&["sma(4)"], None, 1500));
    let (stays, ends) = (compute(&server, stays).await, compute(&server, ends).await);
    assert_eq!(list(&server, "").await.iter().filter(|info| info.expire_time.is_some()).count(), 1);
    let folder = server.end().await;

    let open =
        || App::open(app::Config { data: folder.path().join("data"), ..app::Config::default() }).expect("opened");
    let again = open();
    let (info, answer) = again.saved.read(&stays.saved_result_key, None).await.expect("there");
    assert_eq!((info.about.columns[0].0.as_str(), info.expires_ms), ("sma(3)", None));
    assert_eq!((&answer.times[..], &answer.columns[0][..]), (stays.times.bytes(), stays.columns[0].values.bytes()));
    again.saved.read(&ends.saved_result_key, None).await.expect("still there");
    tokio::time::sleep(Duration::from_millis(1600)).await;
    assert!(again.saved.read(&ends.saved_result_key, None).await.is_err(), "it is over");
    assert_eq!(again.saved.list(String::new(), String::new(), 10, None).await.expect("listed").0.len(), 1);
    // Nobody asks for anything, and it is removed all the same.
    let ledger = folder.path().join("data").join("ledger.db");
    let stored = || {
        let reader =
            atrad::ledger::Reader::open(&ledger, &atrad::ledger::Config::default(), Default::default()).expect("opens");
        let all = atrad::ledger::Page { prefix: "", after: "", limit: 10 };
        reader.saved_results(all, i64::MIN).expect("listed").len()
    };
    for _ in 0..100 {
        if stored() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(stored(), 1);
    again.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ttl_of_a_result_is_set_and_extended() {
    let server = Server::start().await;
    server.fill("A", 100).await;
    let ends = async || list(&server, "").await[0].expire_time;
    let key = compute(&server, asked(&["close"], None, 60_000)).await.saved_result_key;
    let first = ends().await.expect("it ends");
    compute(&server, asked(&["close"], None, 1)).await;
    assert_eq!(ends().await, Some(first), "the later end counts");
    compute(&server, asked(&["close"], None, 0)).await;
    assert_eq!(ends().await, None);
    let mut request = client(&server);
    request.expire_saved_result(ExpireSavedResultRequest { key: key.clone(), ttl_ms: 90_000 }).await.expect("set");
    assert!(ends().await.is_some());
    request.expire_saved_result(ExpireSavedResultRequest { key: key.clone(), ttl_ms: 1 }).await.expect("set");
    tokio::time::sleep(Duration::from_millis(20)).await;
    let status = read(&server, &key).await.expect_err("over");
    assert_eq!(
        (status.code(), status.message()),
        (Code::NotFound, &*format!("saved result {key:?} does not exist or has expired"))
    );
    assert_eq!(status.get_details_resource_info().expect("named").resource_name, key);

    let key = compute(&server, asked(&["close"], None, 0)).await.saved_result_key;
    let delete = DeleteSavedResultRequest { key: key.clone() };
    request.delete_saved_result(delete.clone()).await.expect("deleted");
    assert_eq!(request.delete_saved_result(delete).await.expect_err("gone").code(), Code::NotFound);
    assert_eq!(read(&server, &key).await.expect_err("gone").code(), Code::NotFound);
    let status = read(&server, "").await.expect_err("refused");
    assert_eq!((status.code(), status.message()), (Code::InvalidArgument, "key must be 1 to 256 bytes, got 0 bytes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limits_are_named() {
    let limits =
        Limits { saved_result_bytes_max: 1600, saved_results_max: 2, saved_bytes_max: 3000, ..Limits::default() };
    let server = Server::with(limits, Settings::default()).await;
    server.fill("A", 1000).await;
    let refused = async |asked: ComputeRequest| {
        let status = server.indicators().compute(asked).await.expect_err("refused");
        assert_eq!(status.code(), Code::ResourceExhausted);
        status.message().to_owned()
    };
    assert_eq!(
        refused(asked(&["close"], Some(101), 0)).await,
        "saved_result_bytes_max allows at most 1600, the request needs 1616; use a shorter range"
    );
    compute(&server, asked(&["close"], Some(100), 0)).await;
    let told = refused(asked(&["open"], Some(100), 0)).await;
    assert!(told.starts_with("saved_bytes_max allows at most 3000, the request needs 3"), "{told}");
    compute(&server, asked(&["close"], Some(1), 0)).await;
    let told = refused(asked(&["open"], Some(1), 0)).await;
    assert_eq!(
        told,
        "saved_results_max allows at most 2, the request needs 3; delete saved results, or use a shorter TTL"
    );
    compute(&server, asked(&["close"], Some(1), 0)).await;
    let sent = ComputeRequest { source: Some(Source::Bars(bars(0, 5))), ..asked(&["close"], None, 0) };
    let status = server.indicators().compute(sent).await.expect_err("refused");
    assert!(status.message().starts_with("persist must be unset with bars"), "{status:?}");
}
