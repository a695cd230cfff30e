//! Calls that run when their token is taken out of the file.

use std::time::Duration;

use atrad::rpc::Token;
use atrad::rpc::proto::{IngestRequest, IngestStreamRequest, WatchRequest, WatchResponse};
use futures_util::stream;
use tonic::{Code, Streaming};

use crate::access::with_token;
use crate::server::{bars, id};
use crate::tokens::{lines, server};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_taken_out_ends_its_watches_and_streams() {
    let (server, folder) = server().await;
    let watch = async |token| {
        let request = WatchRequest {
            series: id("NVDA").into_iter().collect(),
            expressions: vec!["close".into()],
            last: 1,
            ..WatchRequest::default()
        };
        let mut rows = server.indicators().watch(with_token(request, token)).await.expect("begun").into_inner();
        rows.message().await.expect("a row").expect("the newest");
        rows
    };
    let stream = async |token| {
        let feed = stream::pending::<IngestStreamRequest>();
        server.ingest().ingest_stream(with_token(feed, token)).await.expect("begun").into_inner()
    };
    let (mut removed, mut replaced, mut stays) = (watch("reader").await, watch("few").await, watch("all").await);
    let mut fed = stream("writer").await;
    let line = |line: &str| match line {
        // The name stays, with another token.
        line if line.contains(r#""few""#) => Some(line.replace(
            &Token::new("few").expect("good").hash().to_string(),
            &Token::new("new").expect("good").hash().to_string(),
        )),
        line if line.contains(r#""reader""#) || line.contains(r#""writer""#) => None,
        line => Some(line.to_owned()),
    };
    let left: Vec<_> = lines().lines().filter_map(line).collect();
    std::fs::write(folder.path().join("tokens"), left.join("\n")).expect("written");
    let ended = async |rows: &mut Streaming<WatchResponse>| {
        let end = tokio::time::timeout(Duration::from_secs(20), rows.message()).await.expect("soon");
        end.expect_err("ended")
    };
    for (status, name) in [(ended(&mut removed).await, "reader"), (ended(&mut replaced).await, "few")] {
        let reason = format!("token {name} is not in force any more: it was removed or replaced while the call ran");
        assert_eq!((status.code(), status.message()), (Code::Unauthenticated, &*reason));
    }
    let end = tokio::time::timeout(Duration::from_secs(20), fed.message()).await.expect("soon");
    assert_eq!(end.expect_err("ended").code(), Code::Unauthenticated);
    // The others go on, and are looked up again at the next change.
    let request = IngestRequest { series: id("NVDA"), bars: Some(bars(50, 1)), ..IngestRequest::default() };
    server.ingest().ingest(with_token(request, "all")).await.expect("stored");
    let next = tokio::time::timeout(Duration::from_secs(20), stays.message()).await.expect("soon");
    assert!(next.expect("it runs").is_some());
    std::fs::write(folder.path().join("tokens"), "").expect("written");
    assert_eq!(ended(&mut stays).await.code(), Code::Unauthenticated);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_with_other_rights_ends_its_calls_to_be_made_again() {
    let (server, folder) = server().await;
    let watch = async |token| {
        let request = WatchRequest {
            series: id("BTCUSDT").into_iter().collect(),
            expressions: vec!["close".into()],
            last: 1,
            ..WatchRequest::default()
        };
        let mut rows = server.indicators().watch(with_token(request, token)).await?.into_inner();
        rows.message().await.map(|_| rows)
    };
    let (mut narrowed, mut shared) = (watch("desk").await.expect("a row"), watch("few").await.expect("a row"));
    // A share of the machine is no right.
    let edited = lines().replace(r#"["BTC","ETH"]"#, r#"["ETH"]"#).replace(r#""share":5"#, r#""share":6"#);
    std::fs::write(folder.path().join("tokens"), edited).expect("written");
    let end = tokio::time::timeout(Duration::from_secs(20), narrowed.message()).await.expect("soon");
    let end = end.expect_err("ended");
    let reason = "token desk has other rights than when the call began; call again";
    assert_eq!((end.code(), end.message()), (Code::Unavailable, reason));
    assert_eq!(watch("desk").await.expect_err("refused").code(), Code::PermissionDenied);
    let request = IngestRequest { series: id("BTCUSDT"), bars: Some(bars(50, 1)), ..IngestRequest::default() };
    server.ingest().ingest(with_token(request, "all")).await.expect("stored");
    let next = tokio::time::timeout(Duration::from_secs(20), shared.message()).await.expect("soon");
    assert!(next.expect("it runs").is_some());
}
