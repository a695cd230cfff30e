//! Floods: many connections, calls, series and entries of one peer, and what the others see of them.

use std::error::Error;
use std::time::Duration;

use atrad::app::Limits;
use atrad::rpc::Settings;
use atrad::rpc::proto::admin_service_client::AdminServiceClient;
use atrad::rpc::proto::cache_service_client::CacheServiceClient;
use atrad::rpc::proto::indicator_service_client::IndicatorServiceClient;
use atrad::rpc::proto::{CacheEntry, CheckRequest, GetStatsRequest, IngestRequest, PutManyRequest};
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Code;
use tonic::transport::Channel;

use crate::server::{Server, bars, connect, id, question};

/// The connection preface of HTTP/2, and empty settings.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// The type of a GOAWAY frame.
const GOAWAY: u8 = 7;

async fn limited(connections_max: usize) -> Server {
    let settings = Settings { connections_max, connections_per_peer_max: connections_max, ..Settings::default() };
    let server = Server::with(Limits::default(), settings).await;
    server.fill("A", 10).await;
    server
}

/// A connection that greets and then does nothing.
async fn greeted(server: &Server) -> TcpStream {
    let address = server.address.strip_prefix("http://").expect("an address");
    let mut socket = TcpStream::connect(address).await.expect("connected");
    socket.write_all(PREFACE).await.expect("sent");
    socket
}

async fn answers(channel: &Channel) -> Result<(), tonic::Status> {
    IndicatorServiceClient::new(channel.clone()).compute(question("A", &["close"], Some(1))).await.map(drop)
}

/// Whether the client did not send a call, as it was told to go before.
fn is_unsent(status: &tonic::Status) -> bool {
    let mut causes = std::iter::successors(status.source(), |&cause| cause.source());
    causes.any(|cause| {
        let is_goaway =
            |error: &h2::Error| error.is_go_away() && error.is_remote() && error.reason() == Some(h2::Reason::NO_ERROR);
        cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled)
            || cause.downcast_ref::<h2::Error>().is_some_and(is_goaway)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_lock_nobody_out() {
    let server = limited(64).await;
    let address = server.address.strip_prefix("http://").expect("an address");
    let mut idle = Vec::new();
    for number in 0..300 {
        // Some never greet.
        idle.push(match number % 3 {
            0 => TcpStream::connect(address).await.expect("connected"),
            _ => greeted(&server).await,
        });
    }
    for _ in 0..5 {
        answers(&connect(&server.address).await).await.expect("a client that works");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evicted_client_is_told_to_go() {
    let server = limited(1).await;
    let mut idle = greeted(&server).await;
    // The server has greeted, too; before, there is nobody to tell.
    let mut received = vec![idle.read_u8().await.expect("its settings")];
    // The client of the fixture was idle for longest; now this one is.
    answers(&connect(&server.address).await).await.expect("in its place");
    let closed = tokio::time::timeout(Duration::from_secs(10), idle.read_to_end(&mut received)).await;
    closed.expect("closed in time").expect("not reset");
    let (mut rest, mut types) = (&*received, Vec::new());
    while let Some((header, more)) = rest.split_first_chunk::<9>() {
        types.push(header[3]);
        let length = u32::from_be_bytes([0, header[0], header[1], header[2]]) as usize;
        rest = &more[length..];
    }
    assert!(types.contains(&GOAWAY), "{types:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_a_client_that_is_evicted_is_served() {
    let server = limited(2).await;
    for round in 0..30 {
        // The oldest is evicted; if it is just busy, so is the other.
        let oldest = connect(&server.address).await;
        answers(&oldest).await.expect("connected");
        let other = connect(&server.address).await;
        answers(&other).await.expect("connected");
        let newest = async {
            tokio::time::sleep(Duration::from_micros(50 * round)).await;
            answers(&connect(&server.address).await).await
        };
        let (mut first, second) = tokio::join!(answers(&oldest), newest);
        if first.as_ref().is_err_and(is_unsent) {
            // gRPC lets a client send such a call anew without asking; tonic leaves that to us.
            first = answers(&oldest).await;
        }
        first.unwrap_or_else(|status| panic!("round {round}: {status:?}"));
        second.unwrap_or_else(|status| panic!("round {round}, the newest: {status:?}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_checks_do_not_pile_up() {
    let server = limited(64).await;
    let check = || async {
        let call = AdminServiceClient::new(server.channel.clone()).check(CheckRequest::default()).await;
        call.map(|found| found.into_inner().problems)
    };
    let cancelled = (0..600).map(|_| tokio::time::timeout(Duration::from_millis(3), check()));
    let _ = join_all(cancelled).await;
    let found = tokio::time::timeout(Duration::from_secs(20), check()).await.expect("in time");
    assert_eq!(found.expect("checked"), [""; 0]);
    let threads = std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count);
    assert!(threads < 300, "{threads} threads");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_creates_series_at_a_rate() {
    let limits = Limits { new_series_per_minute_max: 50, ..Limits::default() };
    let server = Server::with(limits, Settings::default()).await;
    let put = |number: usize| {
        let mut ingest = server.ingest();
        let series = id(&format!("S{number}"));
        async move {
            let request = IngestRequest { series, bars: Some(bars(0, 1)), ..IngestRequest::default() };
            ingest.ingest(request).await.map(drop)
        }
    };
    let (mut stored, mut refused) = (0, 0);
    for outcome in join_all((0..300).map(put)).await {
        match outcome {
            Ok(()) => stored += 1,
            Err(status) => {
                assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
                assert!(status.message().contains("new_series_per_minute_max of 50"), "{status:?}");
                refused += 1;
            }
        }
    }
    assert_eq!((stored, refused), (50, 250));
    put(0).await.expect("a series that is there takes bars");
}

#[tokio::test(flavor = "multi_thread")]
async fn tiny_entries_count_what_they_take() {
    let server = limited(64).await;
    for part in 0..20 {
        let entry = |number| CacheEntry { key: format!("{part}-{number}"), value: vec![1].into() };
        let request = PutManyRequest {
            namespace: "n".into(),
            entries: (0..1000).map(entry).collect(),
            ..PutManyRequest::default()
        };
        CacheServiceClient::new(server.channel.clone()).put_many(request).await.expect("stored");
    }
    let stats = server.cache().get_stats(GetStatsRequest::default()).await.expect("there").into_inner();
    let (entries, bytes) = (stats.tiers[0].entries, stats.tiers[0].bytes);
    assert!(entries >= 10_000 && bytes >= 400 * entries, "{entries} entries of {bytes} bytes");
}
