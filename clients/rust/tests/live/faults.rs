//! What goes wrong between the two ends: no server, one that restarts or turns calls away, wrong tokens and certificates.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use atrad_client::api::ingest_service_server::{IngestService, IngestServiceServer};
use atrad_client::{Client, Ingestion, Span, Tls, Watching, api, exprs};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Code, Request, Response, Status, Streaming};

use crate::servers::{Server, close_of, demo, minutes};

#[tokio::test]
async fn no_server_is_told_after_a_few_tries() {
    let (client, began) = (Client::connect("127.0.0.1:1").expect("an address"), Instant::now());
    assert_eq!(close_of(&client).await.expect_err("nobody").code, Code::Unavailable);
    assert!(began.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn an_ingestion_that_gets_no_receipt_ends() {
    // It takes connections and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let client = Client::connect(&silent.local_addr().expect("an address").to_string()).expect("an address");
    let client = client.timeout(Duration::from_millis(200));
    for bars in [minutes(10), minutes(200_001)] {
        let error = client.ingest("A", "1m", &bars, &Ingestion::default()).await.expect_err("no receipt");
        assert_eq!(error.code, Code::DeadlineExceeded, "{error}");
    }
}

#[tokio::test]
async fn wrong_options_are_told_at_once() {
    for address in ["localhost", "a:port", "a:70000", "https://a:1/b", "ftp://a:1", ":1"] {
        assert_eq!(Client::connect(address).expect_err(address).fields[0].path, "address");
    }
    let wrong = Client::builder("a:1").token("a b").connect();
    assert_eq!(wrong.expect_err("a wrong token").fields[0].path, "token");
    let tls = Tls { ca: Some("/nonexistent".into()), ..Tls::default() };
    assert_eq!(Client::builder("a:1").tls(tls).connect().expect_err("no file").fields[0].path, "tls");
}

#[tokio::test]
async fn a_token_is_sent_and_a_wrong_one_is_told() {
    let data = tempfile::tempdir().expect("a folder");
    let Some(server) = Server::start("127.0.0.1:0", data.path(), &["--demo", "--token", "secret"]) else { return };
    let token = |token: &str| Client::builder(&server.address).token(token).connect().expect("an address");
    close_of(&token("secret")).await.expect("an answer");
    for client in [token("wrong"), Client::connect(&server.address).expect("an address")] {
        assert_eq!(close_of(&client).await.expect_err("denied").code, Code::Unauthenticated);
        let chunks = client.compute_stream("IBM", "1d", exprs!["close"], Span::all());
        let error = chunks.try_collect::<Vec<_>>().await.expect_err("denied");
        assert_eq!(error.code, Code::Unauthenticated);
    }
}

#[tokio::test]
async fn a_unix_socket_is_an_address() {
    let data = tempfile::tempdir().expect("a folder");
    let listen = format!("unix:{}", data.path().join("s").display());
    let Some(server) = Server::start(&listen, &data.path().join("data"), &["--demo"]) else { return };
    close_of(&Client::connect(&server.address).expect("an address")).await.expect("an answer");
}

#[tokio::test]
async fn an_address_may_be_of_ipv6() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        return;
    }
    let data = tempfile::tempdir().expect("a folder");
    let Some(server) = Server::start("[::1]:0", data.path(), &["--demo"]) else { return };
    close_of(&Client::connect(&server.address).expect("an address")).await.expect("an answer");
}

#[tokio::test]
async fn tls_both_ways() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let authority_key = rcgen::KeyPair::generate().expect("a key");
    let mut authority = rcgen::CertificateParams::new(Vec::new()).expect("parameters");
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = authority.self_signed(&authority_key).expect("an authority");
    std::fs::write(file("ca.pem"), authority.pem()).expect("a file");
    for name in ["server", "client"] {
        let key = rcgen::KeyPair::generate().expect("a key");
        let params = rcgen::CertificateParams::new(vec!["atrad.test".to_owned()]).expect("parameters");
        let signed = params.signed_by(&key, &authority, &authority_key).expect("a certificate");
        std::fs::write(file(&format!("{name}.pem")), signed.pem()).expect("a file");
        std::fs::write(file(&format!("{name}.key")), key.serialize_pem()).expect("a file");
    }
    let path = |name: &str| file(name).to_str().expect("a path").to_owned();
    let (cert, key, ca) = (path("server.pem"), path("server.key"), path("ca.pem"));
    let options = ["--demo", "--tls-cert", &cert, "--tls-key", &key, "--tls-client-ca", &ca];
    let data = file("data");
    let Some(server) = Server::start("127.0.0.1:0", &data, &options) else { return };
    let trust = Tls { ca: Some(file("ca.pem")), server_name: Some("atrad.test".to_owned()), identity: None };
    let mutual = Tls { identity: Some((file("client.pem"), file("client.key"))), ..trust.clone() };
    let connected = |tls: Tls| {
        let builder = Client::builder(&format!("https://{}", server.address)).tls(tls);
        builder.timeout(Duration::from_secs(2)).connect().expect("an address")
    };
    close_of(&connected(mutual.clone())).await.expect("an answer");
    for refused in [trust, Tls { server_name: None, ..mutual }, Tls::default()] {
        assert_ne!(close_of(&connected(refused)).await.expect_err("refused").code, Code::InvalidArgument);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_restarts_is_found_again() {
    let data = tempfile::tempdir().expect("a folder");
    let Some(server) = Server::start("127.0.0.1:0", data.path(), &[]) else { return };
    let address = server.address.clone();
    let client = Client::connect(&address).expect("an address");
    client.ingest("S", "1m", &minutes(1000), &Ingestion::default()).await.expect("a receipt");
    let series = vec![("S".to_owned(), "1m".to_owned())];
    let mut updates = client.watch(Watching { series, last: 1, ..Watching::default() }, exprs!["close"]);
    let first = updates.next().await.expect("an update").expect("rows");
    assert_eq!(first.answer.times, [999 * 60_000_000_000]);
    server.stop();
    let folder = data.path().to_owned();
    let again = tokio::task::spawn_blocking(move || {
        std::thread::sleep(Duration::from_millis(300));
        Server::start(&address, &folder, &[])
    });
    // Asked while nobody is there.
    let answer = client.compute("S", "1m", exprs!["close"], Span::last(5)).await.expect("an answer");
    assert_eq!(answer.len(), 5);
    let receipt = client.ingest("S", "1m", &minutes(1002), &Ingestion::default()).await.expect("a receipt");
    assert_eq!((receipt.accepted, receipt.ignored), (2, 1000));
    // The watch goes on where it broke off.
    let next = updates.next().await.expect("an update").expect("rows");
    assert_eq!(next.answer.times[0], 1000 * 60_000_000_000);
    drop(again.await.expect("a server"));
}

#[tokio::test]
async fn a_call_is_cancelled_or_late() {
    let Some(client) = demo() else { return };
    let slow = || (0..60).map(|at| format!("wma({})", 42_000 + at).into()).collect();
    let call = client.compute("BTCUSDT", "15m", slow(), Span::all());
    assert!(tokio::time::timeout(Duration::from_millis(20), call).await.is_err());
    let late = client.timeout(Duration::from_millis(5));
    let error = late.compute("BTCUSDT", "15m", slow(), Span::all()).await.expect_err("late");
    assert_eq!(error.code, Code::DeadlineExceeded);
    close_of(&client).await.expect("an answer");
}

/// A server that turns calls away before it answers.
#[derive(Clone, Default)]
struct Small {
    refusals: Vec<(Code, Option<&'static str>)>,
    calls: Arc<AtomicUsize>,
    batches: Arc<Mutex<Vec<i64>>>,
}

#[tonic::async_trait]
impl IngestService for Small {
    async fn ingest(&self, _: Request<api::IngestRequest>) -> Result<Response<api::IngestResponse>, Status> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        if let Some((code, pushback)) = self.refusals.get(call) {
            let mut status = Status::new(*code, "not now");
            if let Some(pushback) = pushback {
                status.metadata_mut().insert("grpc-retry-pushback-ms", pushback.parse().expect("ASCII"));
            }
            return Err(status);
        }
        Ok(Response::new(api::IngestResponse { receipt: Some(api::Receipt::default()) }))
    }

    type IngestStreamStream = BoxStream<'static, Result<api::IngestStreamResponse, Status>>;

    async fn ingest_stream(
        &self,
        requests: Request<Streaming<api::IngestStreamRequest>>,
    ) -> Result<Response<Self::IngestStreamStream>, Status> {
        let batches = Arc::clone(&self.batches);
        let answered = requests.into_inner().map(move |request| {
            let mut batches = batches.lock().expect("a lock");
            if batches.len() == 1 {
                batches.push(-1);
                return Err(Status::unavailable("stopping"));
            }
            let request = request?;
            batches.push(request.batch as i64);
            let accepted = request.bars.unwrap_or_default().times.len() as u64;
            let receipt = api::Receipt { accepted, ..api::Receipt::default() };
            let outcome = Some(api::ingest_stream_response::Outcome::Receipt(receipt));
            Ok(api::IngestStreamResponse { batch: request.batch, outcome })
        });
        Ok(Response::new(answered.boxed()))
    }
}

async fn small(refusals: Vec<(Code, Option<&'static str>)>) -> (Small, Client) {
    let server = Small { refusals, ..Small::default() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let service = IngestServiceServer::new(server.clone()).max_decoding_message_size(usize::MAX);
    let running = tonic::transport::Server::builder().add_service(service);
    tokio::spawn(running.serve_with_incoming(TcpListenerStream::new(listener)));
    (server, Client::connect(&address).expect("an address"))
}

#[tokio::test]
async fn what_fails_for_the_moment_is_tried_again() {
    let (unavailable, exhausted) = (Code::Unavailable, Code::ResourceExhausted);
    let cases = [
        ("until it is answered", vec![(unavailable, None), (exhausted, Some("20"))], 3, Code::Ok),
        ("pushback forbids it", vec![(unavailable, Some("-1"))], 1, unavailable),
        ("a limit has no hint", vec![(exhausted, None)], 1, exhausted),
        ("a wrong question", vec![(Code::InvalidArgument, Some("1"))], 1, Code::InvalidArgument),
        ("a hint past the end", vec![(exhausted, Some("90000"))], 1, exhausted),
        ("as long as it is busy", vec![(exhausted, Some("1")); 10], 11, Code::Ok),
        ("nobody has answered", vec![(unavailable, None); 10], 5, unavailable),
        ("at least the hint long", vec![(unavailable, Some("300"))], 2, Code::Ok),
    ];
    for (name, refusals, calls, code) in cases {
        let (server, client) = small(refusals).await;
        let began = Instant::now();
        let found = client.ingest("S", "1m", &minutes(1), &Ingestion::default()).await;
        assert_eq!(found.map_or_else(|error| error.code, |_| Code::Ok), code, "{name}");
        assert_eq!(server.calls.load(Ordering::SeqCst), calls, "{name}");
        assert!(name != "at least the hint long" || began.elapsed() >= Duration::from_millis(300));
    }
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_until_the_deadline() {
    let (server, client) = small(vec![(Code::Unavailable, Some("1")); 1000]).await;
    let (client, began) = (client.timeout(Duration::from_secs(3)), Instant::now());
    let found = client.ingest("S", "1m", &minutes(1), &Ingestion::default()).await;
    assert_eq!(found.expect_err("busy").code, Code::Unavailable);
    assert!(began.elapsed() < Duration::from_secs(10));
    let calls = server.calls.load(Ordering::SeqCst);
    assert!((6..50).contains(&calls), "{calls} calls");
}

#[tokio::test]
async fn a_timeout_may_be_of_any_length() {
    for timeout in [Duration::from_secs(1 << 40), Duration::MAX] {
        let (server, client) = small(vec![(Code::Unavailable, Some("1"))]).await;
        let client = client.timeout(timeout);
        client.ingest("S", "1m", &minutes(1), &Ingestion::default()).await.expect("a receipt");
        assert_eq!(server.calls.load(Ordering::SeqCst), 2);
    }
}

#[tokio::test]
async fn interrupted_ingestion_goes_on_with_the_first_batch_without_a_receipt() {
    let (server, client) = small(Vec::new()).await;
    let receipt = client.ingest("S", "1m", &minutes(250_000), &Ingestion::default()).await.expect("a receipt");
    assert_eq!(receipt.accepted, 250_000);
    assert_eq!(*server.batches.lock().expect("a lock"), [0, -1, 1, 2]);
}
