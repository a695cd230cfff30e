//! The cost of a call: unary calls of a server process beside a bare tonic echo of messages of the same sizes, in another
//! process under the same load.
//!
//! `cargo bench --bench calls [-- NAME...]`. Closed loop; client and server share the machine, so the ratio counts.

use std::future::Future;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use atrad::rpc::proto::compute_request::Source;
use atrad::rpc::proto::{ComputeRequest, Range, SeriesId};
use atrad::rpc::wire::ComputeResponse;
use bytes::Bytes;
use prost::Message;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic_prost::ProstCodec;

/// What this program is called with to be the echo server.
const ECHO: &str = "echo-server";

/// The measured calls of one kind: on either server, in turn, this many times.
const ROUNDS: usize = 5;

/// The length of one measurement.
const LENGTH: Duration = Duration::from_millis(1500);

/// A message of any size. The echo answers with `reply` bytes.
#[derive(Clone, PartialEq, Message)]
struct Blob {
    #[prost(uint32, tag = "1")]
    reply: u32,
    #[prost(bytes = "bytes", tag = "2")]
    body: Bytes,
}

/// A server process.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("started");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("read");
        let address = line.trim_end().strip_prefix("listening on ").expect("it listens").to_owned();
        Self { child, address }
    }

    async fn connect(&self) -> Channel {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.address)).expect("an address");
        endpoint.tcp_nodelay(true).connect().await.expect("connected")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One kind of call.
struct Work {
    name: &'static str,
    connections: usize,
    in_flight: usize,
    request: ComputeRequest,
}

fn work() -> Vec<Work> {
    let ask = |rows, expressions: &[&str]| ComputeRequest {
        source: Some(Source::Series(SeriesId { symbol: "BTCUSDT".into(), timeframe: "15m".into() })),
        range: Some(Range { last: Some(rows), ..Range::default() }),
        expressions: expressions.iter().map(|&text| text.into()).collect(),
        ..ComputeRequest::default()
    };
    let eight =
        ["rsi(14)", "ema(20)", "sma(50)", "atr(14)", "macd(12, 26, 9).hist", "bbands(20).upper", "obv", "cci(20)"];
    let kind = |name, connections, in_flight, request| Work { name, connections, in_flight, request };
    vec![
        kind("rsi-64", 4, 64, ask(1, &["rsi(14)"])),
        kind("close-64", 4, 64, ask(1, &["close"])),
        kind("eight-64", 4, 64, ask(1, &eight)),
        kind("rows-64", 4, 64, ask(1000, &["rsi(14)"])),
        kind("rsi-1", 1, 1, ask(1, &["rsi(14)"])),
        kind("rows-1", 1, 1, ask(1000, &["rsi(14)"])),
    ]
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if arguments.first().is_some_and(|first| first == ECHO) {
        return runtime.block_on(echo_server());
    }
    runtime.block_on(compare(&arguments));
}

async fn compare(names: &[String]) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(std::env::var("ATRAD").unwrap_or_else(|_| env!("CARGO_BIN_EXE_atrad").into()));
    command.args(["serve", "--demo", "--listen", "127.0.0.1:0", "--log", "warn", "--data"]);
    let atrad = Server::start(command.arg(folder.path()));
    let echo = Server::start(Command::new(std::env::current_exe().expect("this program")).arg(ECHO));
    println!("medians of {ROUNDS} runs in turn; echo: tonic, messages of the same sizes");
    println!(
        "{:<10} {:>12} {:>12} {:>7} {:>12} {:>12} {:>7}",
        "calls", "atrad/s", "echo/s", "ratio", "p50", "echo", "ratio"
    );
    for work in work().iter().filter(|work| names.is_empty() || names.iter().any(|name| name == work.name)) {
        work.run(&atrad, &echo).await;
    }
}

impl Work {
    async fn run(&self, atrad: &Server, echo: &Server) {
        let answer: ComputeResponse =
            call(&mut Grpc::new(atrad.connect().await), "/atrad.v1.IndicatorService/Compute", self.request.clone())
                .await;
        let blob = Blob { reply: answer.encoded_len() as u32, body: vec![0; self.request.encoded_len()].into() };
        let (mut ours, mut theirs) = (vec![], vec![]);
        for _ in 0..ROUNDS {
            ours.push(
                self.load::<_, ComputeResponse>(atrad, "/atrad.v1.IndicatorService/Compute", &self.request).await,
            );
            theirs.push(self.load::<_, Blob>(echo, "/echo.Echo/Echo", &blob).await);
        }
        let [(rate, p50), (echo_rate, echo_p50)] = [medians(ours), medians(theirs)];
        println!(
            "{:<10} {rate:>12.0} {echo_rate:>12.0} {:>7.2} {p50:>12.1?} {echo_p50:>12.1?} {:>7.2}",
            self.name,
            rate / echo_rate,
            p50.as_secs_f64() / echo_p50.as_secs_f64(),
        );
    }

    /// Calls without a pause; calls per second and the median time of one.
    async fn load<Q, A>(&self, server: &Server, path: &'static str, request: &Q) -> (f64, Duration)
    where
        Q: Message + Clone + 'static,
        A: Message + Default + 'static,
    {
        let (done, end) = (Arc::new(AtomicUsize::new(0)), Instant::now() + LENGTH);
        let mut callers = vec![];
        for _ in 0..self.connections {
            let channel = server.connect().await;
            for _ in 0..self.in_flight / self.connections {
                let (mut client, request, done) = (Grpc::new(channel.clone()), request.clone(), Arc::clone(&done));
                callers.push(tokio::spawn(async move {
                    let mut times = vec![];
                    while Instant::now() < end {
                        let begun = Instant::now();
                        let _: A = call(&mut client, path, request.clone()).await;
                        times.push(begun.elapsed());
                        done.fetch_add(1, Relaxed);
                    }
                    times
                }));
            }
        }
        let begun = Instant::now();
        let mut times = vec![];
        for caller in callers {
            times.extend(caller.await.expect("no panic"));
        }
        let rate = done.load(Relaxed) as f64 / begun.elapsed().as_secs_f64();
        times.sort_unstable();
        (rate, times[times.len() / 2])
    }
}

fn medians(mut runs: Vec<(f64, Duration)>) -> (f64, Duration) {
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let rate = runs[runs.len() / 2].0;
    runs.sort_by_key(|run| run.1);
    (rate, runs[runs.len() / 2].1)
}

async fn call<Q, A>(client: &mut Grpc<Channel>, path: &'static str, request: Q) -> A
where
    Q: Message + 'static,
    A: Message + Default + 'static,
{
    client.ready().await.expect("connected");
    let codec = ProstCodec::<Q, A>::default();
    let answer = client.unary(tonic::Request::new(request), PathAndQuery::from_static(path), codec).await;
    answer.expect("answered").into_inner()
}

/// The echo server: tonic as it comes, one unary method.
async fn echo_server() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("listening on {}", listener.local_addr().expect("bound"));
    let incoming = tonic::transport::server::TcpIncoming::from(listener).with_nodelay(Some(true));
    tonic::transport::Server::builder().serve_with_incoming(Echo, incoming).await.expect("served");
}

/// The echo service.
#[derive(Clone)]
struct Echo;

impl tonic::server::NamedService for Echo {
    const NAME: &'static str = "echo.Echo";
}

impl tower::Service<http::Request<tonic::body::Body>> for Echo {
    type Response = http::Response<tonic::body::Body>;
    type Error = std::convert::Infallible;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<tonic::body::Body>) -> Self::Future {
        Box::pin(async move {
            let mut server = tonic::server::Grpc::new(ProstCodec::<Blob, Blob>::default());
            Ok(server.unary(Echo, request).await)
        })
    }
}

impl tonic::server::UnaryService<Blob> for Echo {
    type Response = Blob;
    type Future = std::future::Ready<Result<tonic::Response<Blob>, tonic::Status>>;

    fn call(&mut self, request: tonic::Request<Blob>) -> Self::Future {
        let Blob { reply, .. } = request.into_inner();
        std::future::ready(Ok(tonic::Response::new(Blob { reply: 0, body: vec![0; reply as usize].into() })))
    }
}
