//! Stored alerts over crashes: whatever is killed when, each bar is in the log once.

use std::path::Path;

use atrad::rpc::proto::alert_service_client::AlertServiceClient;
use atrad::rpc::proto::ingest_service_client::IngestServiceClient;
use atrad::rpc::proto::{Alert, IngestRequest, ListFiringsRequest, PutAlertRequest, SeriesId};
use atrad::rpc::wire::{Bars, Packed};

use crate::process::Server;

const MINUTE: i64 = 60_000_000_000;

fn id() -> SeriesId {
    SeriesId { symbol: "S".into(), timeframe: "1m".into() }
}

async fn ingest(address: &str, minute: i64) {
    let price = Packed::of(&[minute as f64]);
    let bars = Bars {
        times: Packed::of(&[minute * MINUTE]),
        open: price.clone(),
        high: price.clone(),
        low: price.clone(),
        close: price.clone(),
        volume: price,
        ..Bars::default()
    };
    let request = IngestRequest { series: Some(id()), bars: Some(bars), ..IngestRequest::default() };
    let mut client = IngestServiceClient::connect(format!("http://{address}")).await.expect("connected");
    client.ingest(request).await.expect("stored");
}

async fn alerts(address: &str) -> AlertServiceClient<tonic::transport::Channel> {
    AlertServiceClient::connect(format!("http://{address}")).await.expect("connected")
}

/// The minutes in the log.
async fn fired(address: &str) -> Vec<i64> {
    let found = alerts(address).await.list_firings(ListFiringsRequest::default()).await.expect("listed").into_inner();
    found.firings.iter().map(|firing| firing.time / MINUTE).collect()
}

async fn run(data: &Path) {
    let mut server = Server::start(data, &[]);
    ingest(&server.address, 1).await;
    let alert = Alert {
        name: "even".into(),
        series: vec![id()],
        expressions: vec!["close".into()],
        condition: "close == 2 * floor(close / 2)".into(),
        ..Alert::default()
    };
    let request = PutAlertRequest { alert: Some(alert) };
    alerts(&server.address).await.put_alert(request).await.expect("kept");
    // It begins with the bar that is there.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    for minute in 2..42 {
        ingest(&server.address, minute).await;
        // Killed between the receipt and the firing, or just after it.
        if minute % 4 == 0 {
            server.kill();
            server = Server::start(data, &[]);
        }
    }
    let expected: Vec<_> = (2..42).filter(|minute| minute % 2 == 0).collect();
    for _ in 0..100 {
        let mut found = fired(&server.address).await;
        found.sort_unstable();
        if found == expected {
            return;
        }
        assert!(found.windows(2).all(|pair| pair[0] < pair[1]), "none twice: {found:?}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{:?} instead of {expected:?}", fired(&server.address).await);
}

#[test]
fn each_bar_fires_once_whenever_the_server_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(run(&folder.path().join("data")));
}
