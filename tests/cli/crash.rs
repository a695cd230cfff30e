//! Nothing that was acknowledged is lost, and no batch is there by half, however the server ends.

use std::time::{Duration, Instant};

use atrad::rpc::proto::ingest_service_client::IngestServiceClient;
use atrad::rpc::proto::ingest_stream_response::Outcome;
use atrad::rpc::proto::series_service_client::SeriesServiceClient;
use atrad::rpc::proto::{IngestStreamRequest, ReadBarsRequest, SeriesId};
use atrad::rpc::wire::{Bars, Packed};
use futures_util::{StreamExt, stream};

use crate::process::Server;

/// The bars of a batch; enough batches make the tail seal and merge while the server is killed.
const ROWS: usize = 500;

const SERIES: usize = 2;

fn id(series: usize) -> Option<SeriesId> {
    Some(SeriesId { symbol: format!("S{series}"), timeframe: "1s".into() })
}

/// The bars of one batch: every volume is the number of the batch, plus one.
fn bars(batch: usize) -> Bars {
    let times: Vec<i64> = (batch * ROWS..(batch + 1) * ROWS).map(|row| row as i64 * 1_000_000_000).collect();
    let price = Packed::of(&vec![1.0; ROWS]);
    Bars {
        times: Packed::of(&times),
        open: price.clone(),
        high: price.clone(),
        low: price.clone(),
        close: price,
        volume: Packed::of(&vec![batch as f64 + 1.0; ROWS]),
        ..Bars::default()
    }
}

/// Sends batches from `first` on until the server is gone; gives the number of batches with a receipt.
async fn feed(address: String, series: usize, first: usize) -> usize {
    let mut client = IngestServiceClient::connect(format!("http://{address}")).await.expect("connected");
    let requests = stream::iter(first..).map(move |batch| IngestStreamRequest {
        batch: batch as u64,
        series: id(series),
        bars: Some(bars(batch)),
        ..IngestStreamRequest::default()
    });
    let Ok(receipts) = client.ingest_stream(requests).await else { return first };
    let mut receipts = receipts.into_inner();
    let mut acknowledged = first;
    while let Ok(Some(response)) = receipts.message().await {
        assert_eq!(response.batch as usize, acknowledged, "receipts come in order");
        assert!(matches!(response.outcome, Some(Outcome::Receipt(_))), "{response:?}");
        acknowledged += 1;
    }
    acknowledged
}

/// The number of whole batches that are there; panics when one is there by half, twice, or out of order.
async fn count(address: &str, series: usize) -> usize {
    let mut client = SeriesServiceClient::connect(format!("http://{address}")).await.expect("connected");
    let request = ReadBarsRequest { series: id(series), ..ReadBarsRequest::default() };
    let Ok(chunks) = client.read_bars(request).await else { return 0 };
    let mut volumes: Vec<f64> = Vec::new();
    let mut chunks = chunks.into_inner();
    while let Some(chunk) = chunks.message().await.expect("whole") {
        volumes.extend(chunk.bars.expect("there").volume.values::<f64>());
    }
    for (batch, rows) in volumes.chunks(ROWS).enumerate() {
        assert!(rows.len() == ROWS && rows.iter().all(|&volume| volume == batch as f64 + 1.0), "half of batch {batch}");
    }
    volumes.len() / ROWS
}

/// How often the server is killed: 20 times, or as often as ATRAD_TEST_KILLS says.
fn kills() -> u64 {
    std::env::var("ATRAD_TEST_KILLS").map_or(20, |kills| kills.parse().expect("a number of kills"))
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_lose_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut acknowledged = [0; SERIES];
    for round in 0..kills() {
        let server = Server::start(folder.path(), &[]);
        let mut first = [0; SERIES];
        for series in 0..SERIES {
            first[series] = count(&server.address, series).await;
            assert!(first[series] >= acknowledged[series], "round {round}: {first:?} of {acknowledged:?}");
        }
        let feeds = [0, 1].map(|series| tokio::spawn(feed(server.address.clone(), series, first[series])));
        // Not a fixed time: a different moment of the work in every round.
        tokio::time::sleep(Duration::from_millis(20 + round * 37 % 180)).await;
        server.kill();
        for (series, feed) in feeds.into_iter().enumerate() {
            acknowledged[series] = feed.await.expect("no panic");
        }
    }
    let server = Server::start(folder.path(), &[]);
    for (series, &batches) in acknowledged.iter().enumerate() {
        assert!(count(&server.address, series).await >= batches);
    }
    assert!(acknowledged.iter().all(|&batches| batches > 20), "too little was stored to tell: {acknowledged:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_orderly_end_keeps_what_was_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    let feed = tokio::spawn(feed(server.address.clone(), 0, 0));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let started = Instant::now();
    assert_eq!(server.stop(), Some(0));
    assert!(
        started.elapsed() < Duration::from_secs(25),
        "open feeds end when the server drains, not when its patience does"
    );
    let acknowledged = feed.await.expect("no panic");
    let server = Server::start(folder.path(), &[]);
    assert_eq!(count(&server.address, 0).await, acknowledged);
}
