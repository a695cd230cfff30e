//! Stored alerts over the wire, and webhooks that behave and do not.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use atrad::app::Limits;
use atrad::rpc::Settings;
use atrad::rpc::proto::alert_service_client::AlertServiceClient;
use atrad::rpc::proto::{
    AcknowledgeFiringsRequest, Alert, DeleteAlertRequest, Delivery, Firing, IngestRequest, ListAlertsRequest,
    ListFiringsRequest, PutAlertRequest, Webhook,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::server::{STEP, Server, bars, id};

const SECRET: &str = "0123456789abcdef";

fn client(server: &Server) -> AlertServiceClient<Channel> {
    AlertServiceClient::new(server.channel.clone())
}

/// An alert over bars whose close is their row plus 100.
fn alert(name: &str, condition: &str) -> Alert {
    Alert {
        name: name.into(),
        series: id("A").into_iter().collect(),
        expressions: vec!["close".into(), "sma(2)".into()],
        condition: condition.into(),
        ..Alert::default()
    }
}

async fn store(server: &Server, alert: Alert) -> Result<Alert, Status> {
    let stored = client(server).put_alert(PutAlertRequest { alert: Some(alert) }).await?;
    Ok(stored.into_inner().alert.expect("stored"))
}

async fn put(server: &Server, rows: std::ops::Range<usize>) {
    let request = IngestRequest { series: id("A"), bars: Some(bars(rows.start, rows.len())), ..Default::default() };
    server.ingest().ingest(request).await.expect("stored");
}

async fn firings(server: &Server, request: ListFiringsRequest) -> Vec<Firing> {
    client(server).list_firings(request).await.expect("listed").into_inner().firings
}

/// Waits for this many firings with this delivery.
async fn fired(server: &Server, count: usize, delivery: Delivery) -> Vec<Firing> {
    for _ in 0..400 {
        let found = firings(server, ListFiringsRequest::default()).await;
        if found.len() >= count && found.iter().all(|firing| firing.delivery() == delivery) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{:?}", firings(server, ListFiringsRequest::default()).await);
}

/// Waits until the alert has seen the newest bars, by another that fires for all.
async fn settled(server: &Server) {
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(server.app.metrics().queue_depth == 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_fires_once_per_bar_and_is_acknowledged() {
    let server = Server::start().await;
    server.fill("A", 10).await;
    let stored = store(&server, alert("high", "close > 111 and close < 115")).await.expect("stored");
    assert!(stored.create_time > 0);
    assert_eq!(store(&server, alert("high", "close > 111 and close < 115")).await.expect("the same"), stored);
    settled(&server).await;
    put(&server, 10..20).await;
    let found = fired(&server, 3, Delivery::None).await;
    let rows: Vec<_> = found.iter().map(|firing| (firing.time / STEP, firing.values.clone(), firing.epoch)).collect();
    assert_eq!(rows, [(12, vec![112.0, 111.5], 2), (13, vec![113.0, 112.5], 2), (14, vec![114.0, 113.5], 2)]);
    // The same bars again, and a restart, fire nothing again.
    put(&server, 5..20).await;
    let request = AcknowledgeFiringsRequest { alert: "high".into(), through: found[1].number };
    client(&server).acknowledge_firings(request).await.expect("acknowledged");
    let open = ListFiringsRequest { alert: "high".into(), unacknowledged: true, ..Default::default() };
    let left = firings(&server, open.clone()).await;
    assert_eq!(left.iter().map(|firing| firing.time / STEP).collect::<Vec<_>>(), [14]);
    let folder = server.end().await;
    let server = Server::on(folder, Limits::default(), Settings::default()).await;
    settled(&server).await;
    assert_eq!(firings(&server, open).await, left);
    let listed = client(&server).list_alerts(ListAlertsRequest {}).await.expect("listed").into_inner().alerts;
    assert_eq!(listed, [stored]);
    put(&server, 20..21).await;
    settled(&server).await;
    assert_eq!(firings(&server, ListFiringsRequest::default()).await.len(), 3);
    let delete = || DeleteAlertRequest { name: "high".into() };
    client(&server).delete_alert(delete()).await.expect("deleted");
    assert_eq!(client(&server).delete_alert(delete()).await.expect_err("gone").code(), Code::NotFound);
    assert!(firings(&server, ListFiringsRequest::default()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bar_after_the_alert_fires_however_many_come() {
    let limits = Limits { watch_rows_max: 256, watch_buffer_rows_max: 4, ..Limits::default() };
    let server = Server::with(limits, Settings::default()).await;
    // The series does not exist yet.
    store(&server, alert("all", "close > 0")).await.expect("stored");
    put(&server, 0..1).await;
    put(&server, 1..1500).await;
    let found = fired(&server, 1000, Delivery::None).await;
    assert_eq!(found[0].time, 0);
    let after = |number| ListFiringsRequest { after: number, page_size: 1000, ..Default::default() };
    let mut rows = vec![];
    for _ in 0..200 {
        let number = 1000 * (rows.len() as u64 / 1000);
        rows.truncate(number as usize);
        rows.extend(firings(&server, after(number)).await.iter().map(|firing| firing.time / STEP));
        if rows.len() == 1500 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(rows, (0..1500).collect::<Vec<_>>());
    let all = ListFiringsRequest { after: u64::MAX, ..Default::default() };
    assert!(firings(&server, all).await.is_empty());
    let through = AcknowledgeFiringsRequest { alert: "all".into(), through: u64::MAX };
    client(&server).acknowledge_firings(through).await.expect("acknowledged");
    let open = ListFiringsRequest { unacknowledged: true, ..Default::default() };
    assert!(firings(&server, open).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bar_after_the_answer_fires() {
    let server = Server::start().await;
    server.fill("A", 10).await;
    for round in 0..20 {
        store(&server, alert(&format!("a{round}"), "close > 0")).await.expect("stored");
        put(&server, 10 + round..11 + round).await;
    }
    let found = fired(&server, 210, Delivery::None).await;
    assert_eq!(found.len(), 210, "each alert has each bar after it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_caller_goes_is_whole() {
    let server = Server::start().await;
    server.fill("A", 10).await;
    let mut expressions = 0;
    for round in 0..40_u64 {
        let mut changed = alert("a", "close > 0");
        changed.expressions = vec![format!("close + {round}")];
        let call = store(&server, changed);
        let _ = tokio::time::timeout(Duration::from_micros(100 * round), call).await;
        let list = client(&server).list_alerts(ListAlertsRequest {}).await.expect("listed").into_inner().alerts;
        expressions += list.len();
        if round % 8 == 7 {
            let request = DeleteAlertRequest { name: "a".into() };
            let _ =
                tokio::time::timeout(Duration::from_micros(20 * round), client(&server).delete_alert(request)).await;
        }
    }
    assert!(expressions > 0);
    // What runs is what is stored.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let running = client(&server).list_alerts(ListAlertsRequest {}).await.expect("listed").into_inner().alerts;
    let server = Server::on(server.end().await, Limits::default(), Settings::default()).await;
    let stored = client(&server).list_alerts(ListAlertsRequest {}).await.expect("listed").into_inner().alerts;
    assert_eq!(running, stored);
}

#[tokio::test(flavor = "multi_thread")]
async fn firings_have_the_labels_of_their_time() {
    let server = Server::start().await;
    server.fill("A", 10).await;
    store(&server, alert("a", "close > 0")).await.expect("stored");
    put(&server, 10..11).await;
    fired(&server, 1, Delivery::None).await;
    let other = Alert { expressions: vec!["volume * 2".into()], ..alert("a", "close > 0") };
    store(&server, other).await.expect("replaced");
    put(&server, 11..12).await;
    let found = fired(&server, 2, Delivery::None).await;
    assert_eq!(found[0].labels, ["close", "sma(2)"]);
    assert_eq!(found[0].values, [110.0, 109.5]);
    assert_eq!(found[1].labels, ["volume * 2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_alert_is_named() {
    let server = Server::with(Limits { alerts_max: 1, ..Limits::default() }, Settings::default()).await;
    let good = || alert("a", "close > 1");
    let webhook = |url: &str, secret: &str| Some(Webhook { url: url.into(), secret: secret.into() });
    let resampling = Some(atrad::rpc::proto::Resampling { include_forming: true, ..Default::default() });
    for (alert, field) in [
        (Alert { name: String::new(), ..good() }, "alert.name"),
        (Alert { series: vec![], ..good() }, "series"),
        (Alert { condition: String::new(), ..good() }, "alert.condition.expression"),
        (Alert { expressions: vec!["rsi(".into()], ..good() }, "alert.expressions[0]"),
        (Alert { symbol_glob: "A*".into(), ..good() }, "alert.timeframe"),
        (Alert { resampling, ..good() }, "alert.resampling.include_forming"),
        (Alert { webhook: webhook("ftp://example.org", SECRET), ..good() }, "alert.webhook.url"),
        (Alert { webhook: webhook("https://example.org", "short"), ..good() }, "alert.webhook.secret"),
        (Alert { webhook: webhook("http://127.0.0.1:9/", SECRET), ..good() }, "webhook.url"),
        (Alert { webhook: webhook("http://[fd00::1]/", SECRET), ..good() }, "webhook.url"),
        (Alert { webhook: webhook("http://169.254.169.254/", SECRET), ..good() }, "webhook.url"),
    ] {
        let shown = format!("{alert:?}");
        let status = store(&server, alert).await.expect_err("refused");
        let details = status.get_details_bad_request().unwrap_or_else(|| panic!("{shown}: {status:?}"));
        assert_eq!((status.code(), &*details.field_violations[0].field), (Code::InvalidArgument, field), "{shown}");
    }
    store(&server, good()).await.expect("stored");
    let status = store(&server, alert("b", "close > 1")).await.expect_err("one too many");
    assert_eq!(
        (status.code(), status.message().starts_with("alerts_max allows at most 1")),
        (Code::ResourceExhausted, true)
    );
    let shown =
        store(&server, Alert { webhook: webhook("https://example.org/x", SECRET), ..good() }).await.expect("stored");
    assert_eq!(shown.webhook.expect("there"), Webhook { url: "https://example.org/x".into(), secret: String::new() });
}

/// What a receiver does with a call.
#[derive(Debug, Clone)]
enum Answer {
    Status(&'static str),
    Hang,
}

/// A receiver that answers its calls so, the last way from then on, and keeps them.
async fn receiver(answers: Vec<Answer>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://localhost:{}/hook", listener.local_addr().expect("bound").port());
    let calls = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&calls);
    tokio::spawn(async move {
        for index in 0.. {
            let (mut stream, _) = listener.accept().await.expect("accepted");
            let (mut text, mut buffer) = (Vec::new(), [0; 4096]);
            while !text.ends_with(b"}") {
                let read = stream.read(&mut buffer).await.expect("read");
                assert!(read > 0, "whole");
                text.extend_from_slice(&buffer[..read]);
            }
            seen.lock().expect("whole").push(String::from_utf8(text).expect("text"));
            match answers.get(index).or(answers.last()).expect("an answer") {
                Answer::Status(status) => {
                    let answer =
                        format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nlocation: http://127.0.0.1:1/\r\n\r\n");
                    let _ = stream.write_all(answer.as_bytes()).await;
                }
                Answer::Hang => drop(tokio::spawn(async move {
                    let _held = stream;
                    std::future::pending::<()>().await;
                })),
            }
        }
    });
    (url, calls)
}

fn header<'a>(call: &'a str, name: &str) -> &'a str {
    let line = call.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("{name} in {call}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_hangs_fails_or_redirects_is_called_again() {
    let answers =
        [Answer::Hang, Answer::Status("500 Oops"), Answer::Status("302 Found"), Answer::Status("204 No Content")];
    let (url, calls) = receiver(answers.into()).await;
    let server = Server::with_webhooks(|webhooks| {
        webhooks.with_private = true;
        (webhooks.timeout, webhooks.pause) = (Duration::from_millis(300), Duration::from_millis(10));
    })
    .await;
    server.fill("A", 10).await;
    let webhook = Some(Webhook { url, secret: SECRET.into() });
    store(&server, Alert { webhook, ..alert("high", "close > 111") }).await.expect("stored");
    settled(&server).await;
    put(&server, 10..14).await;
    fired(&server, 2, Delivery::Done).await;
    let calls = calls.lock().expect("whole").clone();
    assert_eq!(calls.len(), 5, "four for the first and one for the second");
    let keys: Vec<_> = calls.iter().map(|call| header(call, "idempotency-key").to_owned()).collect();
    assert!(keys[..4].iter().all(|key| *key == keys[0]) && keys[4] != keys[0], "{keys:?}");
    let (head, body) = calls[4].split_once("\r\n\r\n").expect("a body");
    assert!(head.starts_with("POST /hook HTTP/1.1\r\n") && head.contains("content-type: application/json"), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).expect("json");
    assert_eq!((body["alert"].as_str(), body["symbol"].as_str()), (Some("high"), Some("A")));
    assert_eq!(body["time_ns"].as_str(), Some((13 * STEP).to_string().as_str()));
    assert_eq!(body["values"][1], serde_json::json!({"label": "sma(2)", "value": 112.5}));
    assert!(header(&calls[4], "x-atrad-signature").contains(",v1="));
}

#[tokio::test(flavor = "multi_thread")]
async fn private_addresses_are_not_called_whatever_their_name() {
    let (url, calls) = receiver(vec![Answer::Status("200 OK")]).await;
    let server = Server::with_webhooks(|webhooks| {
        (webhooks.pause, webhooks.attempts_max) = (Duration::from_millis(1), 3);
    })
    .await;
    server.fill("A", 10).await;
    let webhook = Some(Webhook { url, secret: SECRET.into() });
    store(&server, Alert { webhook, ..alert("high", "close > 111") }).await.expect("a name may be anything");
    settled(&server).await;
    put(&server, 10..13).await;
    fired(&server, 1, Delivery::Failed).await;
    assert!(calls.lock().expect("whole").is_empty());
}
