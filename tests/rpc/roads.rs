//! Every method, used as it is meant.

use atrad::rpc::proto::compute_batch_response::Outcome;
use atrad::rpc::proto::compute_request::Source;
use atrad::rpc::proto::{
    CacheEntry, ComputeBatchRequest, ComputeRequest, ComputeStreamRequest, DeleteRequest, DeleteSeriesRequest,
    GetManyRequest, GetRequest, GetSeriesRequest, GetStatsRequest, IngestStreamRequest, ListIndicatorsRequest,
    ListSeriesRequest, PutManyRequest, PutRequest, Range, ReadBarsRequest, ingest_stream_response,
};
use futures_util::{StreamExt, stream};
use tonic::Code;

use crate::server::{STEP, Server, bars, id, question};

#[tokio::test(flavor = "multi_thread")]
async fn compute_answers_once_or_in_chunks_with_the_same_bits() {
    let server = Server::start().await;
    server.fill("A", 100_000).await;
    let asked = question("A", &["sma(3)", "mean = sma(close, 3)", "close"], None);
    let whole = server.indicators().compute(asked.clone()).await.expect("answered").into_inner();
    assert_eq!((whole.times.len(), whole.epoch), (100_000, 1));
    let labels: Vec<_> = whole.columns.iter().map(|column| &*column.label).collect();
    assert_eq!(labels, ["sma(3)", "mean", "close"]);
    assert_eq!(whole.infos[1].expression, "sma(close, period=3)");
    let info = &whole.infos[0];
    assert_eq!((info.lookback, info.stable_from, info.display_shift), (2, Some(2), 0));
    let values: Vec<f64> = whole.columns[0].values.values();
    assert!(values[1].is_nan() && values[2] == 101.0 && values[99_999] == 100_098.0);

    let request = ComputeStreamRequest { request: Some(asked) };
    let chunks: Vec<_> =
        server.indicators().compute_stream(request).await.expect("answered").into_inner().collect().await;
    let chunks: Vec<_> = chunks.into_iter().map(|chunk| chunk.expect("whole").chunk.expect("there")).collect();
    assert!(chunks.len() > 1 && chunks.iter().skip(1).all(|chunk| chunk.infos.is_empty()));
    assert_eq!(chunks[0].infos, whole.infos);
    for column in 0..3 {
        let joined: Vec<u8> = chunks.iter().flat_map(|chunk| chunk.columns[column].values.bytes()).copied().collect();
        assert!(joined == whole.columns[column].values.bytes(), "column {column}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bars_sent_along_are_computed_and_not_kept() {
    let server = Server::start().await;
    let asked = ComputeRequest {
        source: Some(Source::Bars(bars(0, 5))),
        range: Some(Range { start_time: Some(2 * STEP), end_time: Some(4 * STEP), last: None, as_of: None }),
        expressions: vec!["sma(2)".into()],
        ..ComputeRequest::default()
    };
    let answer = server.indicators().compute(asked).await.expect("answered").into_inner();
    assert_eq!(answer.times.values::<i64>(), [2 * STEP, 3 * STEP]);
    assert_eq!(answer.columns[0].values.values::<f64>(), [101.5, 102.5]);
    assert_eq!(answer.epoch, 0);
    let context = atrad::app::CallContext::default();
    assert!(server.app.bars.list("", None, None, 10, &context).await.expect("listed").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_answers_each_series_for_itself() {
    let server = Server::start().await;
    server.fill("A", 200_000).await;
    server.fill("B", 10).await;
    let series = ["B", "NONE", "A", "B"].into_iter().filter_map(id).collect();
    let expressions = vec!["sma(2)".into()];
    let asked = ComputeBatchRequest { series, expressions, ..ComputeBatchRequest::default() };
    let responses: Vec<_> =
        server.indicators().compute_batch(asked).await.expect("answered").into_inner().collect().await;
    let mut rows = [0; 4];
    let mut ended = [false; 4];
    for response in responses {
        let response = response.expect("whole");
        let index = response.index as usize;
        assert!(!std::mem::replace(&mut ended[index], response.last), "nothing follows the last of series {index}");
        match response.outcome.expect("there") {
            Outcome::Values(values) => rows[index] += values.times.len(),
            Outcome::Failure(failure) => {
                assert_eq!((index, failure.code), (1, Code::NotFound as i32));
                assert_eq!(failure.message, "series NONE 1m does not exist");
            }
        }
    }
    assert_eq!((rows, ended), ([10, 0, 200_000, 10], [true; 4]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_batches_gets_receipts_in_order_and_goes_on_after_a_refusal() {
    let server = Server::start().await;
    let batch = |batch: u64, bars| IngestStreamRequest {
        batch,
        series: id("S"),
        bars: Some(bars),
        ..IngestStreamRequest::default()
    };
    let mut broken = bars(20, 10);
    broken.high = broken.volume.clone();
    let requests = vec![
        batch(7, bars(0, 10)),
        batch(8, bars(10, 10)),
        batch(9, broken),
        batch(10, bars(5, 10)),
        batch(11, bars(20, 10)),
    ];
    let responses: Vec<_> =
        server.ingest().ingest_stream(stream::iter(requests)).await.expect("taken").into_inner().collect().await;
    let mut told = Vec::new();
    for response in responses {
        let response = response.expect("whole");
        told.push((
            response.batch,
            match response.outcome.expect("there") {
                ingest_stream_response::Outcome::Receipt(receipt) => {
                    [receipt.accepted, receipt.replaced, receipt.ignored]
                }
                ingest_stream_response::Outcome::Failure(failure) => {
                    assert_eq!((failure.code, &*failure.field), (Code::InvalidArgument as i32, "bars.high[0]"));
                    [0; 3]
                }
            },
        ));
    }
    assert_eq!(told, [(7, [10, 0, 0]), (8, [10, 0, 0]), (9, [0; 3]), (10, [0, 0, 10]), (11, [10, 0, 0])]);
    assert_eq!(
        server.app.bars.get(&atrad::series::SeriesId::parse("S", "1m").expect("legal")).expect("there").rows,
        30
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn series_are_listed_described_read_and_deleted() {
    let server = Server::start().await;
    for symbol in ["B", "AB", "A"] {
        server.fill(symbol, 30_000).await;
    }
    let mut request = ListSeriesRequest { page_size: 2, ..ListSeriesRequest::default() };
    let first = server.series().list_series(request.clone()).await.expect("listed").into_inner();
    request.page_token = first.next_page_token;
    let second = server.series().list_series(request).await.expect("listed").into_inner();
    let symbols = first.series.iter().chain(&second.series).map(|info| info.id.clone().expect("there").symbol);
    assert_eq!(symbols.collect::<Vec<_>>(), ["A", "AB", "B"]);
    assert!(second.next_page_token.is_empty());
    let request =
        ListSeriesRequest { symbol_prefix: "A".into(), timeframe: "60s".into(), ..ListSeriesRequest::default() };
    assert_eq!(server.series().list_series(request).await.expect("listed").into_inner().series.len(), 2);

    let info = server
        .series()
        .get_series(GetSeriesRequest { series: id("A"), resampling: None, as_of: None })
        .await
        .expect("there")
        .into_inner()
        .series;
    let info = info.expect("there");
    assert_eq!((info.rows, info.first_time, info.last_time), (30_000, Some(0), Some(29_999 * STEP)));

    let request = ReadBarsRequest { series: id("A"), ..ReadBarsRequest::default() };
    let chunks: Vec<_> = server.series().read_bars(request).await.expect("read").into_inner().collect().await;
    let volume = chunks.into_iter().map(|chunk| chunk.expect("whole").bars.expect("there").volume.len());
    let sizes: Vec<_> = volume.collect();
    assert!(sizes.len() > 1 && sizes.iter().sum::<usize>() == 30_000, "{sizes:?}");

    let request = DeleteSeriesRequest { series: id("A") };
    assert_eq!(server.series().delete_series(request.clone()).await.expect("deleted").into_inner().rows, 30_000);
    assert_eq!(server.series().delete_series(request).await.expect_err("gone").code(), Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cache_keeps_bytes() {
    let server = Server::start().await;
    let (namespace, key) = ("agents".to_owned(), "k".to_owned());
    let put = PutRequest { namespace: namespace.clone(), key: key.clone(), value: vec![1, 2].into(), ttl_ms: 60_000 };
    server.cache().put(put).await.expect("put");
    let get = GetRequest { namespace: namespace.clone(), key: key.clone() };
    assert_eq!(server.cache().get(get.clone()).await.expect("there").into_inner().value, [1, 2][..]);
    let entries = vec![CacheEntry { key: "m".into(), value: vec![3].into() }];
    let put = PutManyRequest { namespace: namespace.clone(), entries, ttl_ms: 0 };
    server.cache().put_many(put).await.expect("put");
    let keys = ["m", "gone", "k"].map(String::from).to_vec();
    let many = GetManyRequest { namespace: namespace.clone(), keys };
    let entries = server.cache().get_many(many).await.expect("read").into_inner().entries;
    assert_eq!(entries.iter().map(|entry| &*entry.key).collect::<Vec<_>>(), ["m", "k"]);
    server.cache().delete(DeleteRequest { namespace, key }).await.expect("deleted");
    assert_eq!(server.cache().get(get).await.expect_err("gone").code(), Code::NotFound);
    let tiers = server.cache().get_stats(GetStatsRequest {}).await.expect("told").into_inner().tiers;
    assert!(tiers[0].name == "memory" && tiers[0].hits >= 3, "{tiers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_tells_what_is_declared() {
    let server = Server::start().await;
    let request = ListIndicatorsRequest { group: "overlap".into(), search: "simple moving".into() };
    let list = server.indicators().list_indicators(request).await.expect("listed").into_inner();
    let sma = list.indicators.iter().find(|indicator| indicator.name == "sma").expect("there");
    assert_eq!(
        (sma.lookback, sma.stable_from, &*sma.inputs[0], &*sma.params[0].default_value),
        (29, Some(29), "close", "30")
    );
    assert_eq!((sma.params[0].min, sma.params[0].max), (Some(1.0), Some(100_000.0)));
    assert!(list.columns.iter().any(|column| column == "hl2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_as_of_a_time_sees_what_was_closed_then() {
    let server = Server::start().await;
    server.fill("A", 100).await;
    // Half a bar after the tenth has closed.
    let as_of = Some(10 * STEP + STEP / 2);
    let range = Some(Range { last: Some(3), as_of, ..Range::default() });
    let asked = ComputeRequest { range, ..question("A", &["close"], None) };
    let answer = server.indicators().compute(asked.clone()).await.expect("answered").into_inner();
    assert_eq!(answer.times.values::<i64>(), [7 * STEP, 8 * STEP, 9 * STEP]);
    assert_eq!(answer.as_of, as_of);
    let request = ComputeStreamRequest { request: Some(asked) };
    let mut chunks = server.indicators().compute_stream(request).await.expect("answered").into_inner();
    let chunk = chunks.next().await.expect("one").expect("whole").chunk.expect("there");
    assert_eq!((chunk.times.values::<i64>().len(), chunk.as_of), (3, as_of));
    let request = ReadBarsRequest { series: id("A"), range, ..ReadBarsRequest::default() };
    let chunk = server.series().read_bars(request).await.expect("read").into_inner().next().await;
    let chunk = chunk.expect("one").expect("whole");
    assert_eq!((chunk.bars.expect("there").times.values::<i64>().len(), chunk.as_of), (3, as_of));
    let request = GetSeriesRequest { series: id("A"), resampling: None, as_of };
    let info = server.series().get_series(request).await.expect("there").into_inner();
    assert_eq!(info.as_of, as_of);
    let info = info.series.expect("there");
    assert_eq!((info.rows, info.last_time), (10, Some(9 * STEP)));

    let inline = ComputeRequest { source: Some(Source::Bars(bars(0, 5))), range, ..question("A", &["close"], None) };
    let status = server.indicators().compute(inline).await.expect_err("refused");
    assert!(status.message().contains("range.as_of must be unset with bars"), "{status}");
}
