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

#[test]
fn alerts_are_stored_and_listed_from_a_shell() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let server = Server::start(&data, &[]);
    let at = ["--server", &server.address];
    let say = |arguments: &[&str]| crate::process::say(&data, &[arguments, &at].concat());
    let complain = |arguments: &[&str]| crate::process::complain(&data, &[arguments, &at].concat(), 1);
    runtime.block_on(ingest(&server.address, 1));
    let secret = ["--webhook-secret", "at least sixteen bytes"];
    assert_eq!(
        say(&[
            "alert",
            "put",
            "even",
            "S,T",
            "1m",
            "close == 2 * floor(close / 2)",
            "--show",
            "close",
            "--show",
            "-open"
        ]),
        "stored even\n"
    );
    let hook = ["alert", "put", "all", "S*", "1m", "-close < 0", "--webhook", "https://example.org/hook"];
    assert_eq!(say(&[&hook[..], &secret].concat()), "stored all\n");
    let csv = say(&["alert", "list", "--format", "csv"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!((lines[0], lines.len()), ("name,series,condition,values,webhook,stored", 3));
    assert!(lines[1].starts_with("all,S* 1m,-close < 0,,https://example.org/hook,"), "{csv}");
    assert!(lines[2].starts_with("even,\"S 1m, T 1m\",close == 2 * floor(close / 2),\"close, -open\",,"), "{csv}");
    assert!(!csv.contains("sixteen"), "a secret is never shown");
    // It begins with the bar that is there.
    std::thread::sleep(std::time::Duration::from_millis(500));
    for minute in 2..6 {
        runtime.block_on(ingest(&server.address, minute));
    }
    let fired = || {
        let text = say(&["alert", "firings", "even", "--format", "json"]);
        serde_json::from_str::<serde_json::Value>(&text).expect("json")
    };
    for _ in 0..100 {
        if fired().as_array().is_some_and(|all| all.len() == 2) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let all = fired();
    assert_eq!(
        (all[0]["time"].as_str(), all[1]["values"][1].as_f64()),
        (Some("1970-01-01T00:02:00Z"), Some(-4.0)),
        "{all}"
    );
    let first = all[0]["number"].to_string();
    assert_eq!(say(&["alert", "acknowledge", "even", &first]), format!("acknowledged even up to {first}\n"));
    let left = say(&["alert", "firings", "even", "--unacknowledged", "--format", "csv"]);
    let lines: Vec<&str> = left.lines().collect();
    assert_eq!(lines[0], "number,alert,symbol,timeframe,time,values,fired,acknowledged,delivery");
    assert!(
        lines.len() == 2 && lines[1].contains(",even,S,1m,1970-01-01T00:04:00Z,4 -4,") && lines[1].ends_with(",,none"),
        "{left}"
    );
    assert_eq!(say(&["alert", "firings", "even", "--after", &all[1]["number"].to_string()]).lines().count(), 1);
    assert_eq!(say(&["alert", "delete", "even"]), "deleted even\n");
    assert!(complain(&["alert", "delete", "even"]).contains("alert \"even\" does not exist"));
    assert!(complain(&["alert", "firings", "even"]).contains("alert \"even\" does not exist"));
    assert!(complain(&["alert", "put", "bad", "S", "1m", "ahead(close, 5) > 0"]).contains("ahead reads later bars"));
    assert!(complain(&["alert", "put", "bad", "S", "1m", "rsi(14)", "--include-forming"]).contains("include_forming"));
    let text = crate::process::complain(&data, &[&hook[..], &at].concat(), 2);
    assert!(text.contains("--webhook-secret"), "{text}");
    assert_eq!(server.stop(), Some(0));
}
