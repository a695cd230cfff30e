//! The server end to end: a server process, real sockets, real bars. Prints medians and tails.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use atrad::rpc::proto::compute_request::Source;
use atrad::rpc::proto::indicator_service_client::IndicatorServiceClient;
use atrad::rpc::proto::ingest_service_client::IngestServiceClient;
use atrad::rpc::proto::series_service_client::SeriesServiceClient;
use atrad::rpc::proto::{
    ComputeRequest, ComputeStreamRequest, IngestRequest, IngestStreamRequest, Range, ReadBarsRequest, SeriesId,
};
use atrad::rpc::wire::{Bars, Column, ComputeResponse, Packed};
use futures_util::{StreamExt, stream};
use prost::Message;
use ta_lib::Core;
use tonic::transport::{Channel, Endpoint};

/// The step between two bars, in nanoseconds.
const STEP: i64 = 900_000_000_000;

/// The server process.
struct Server {
    child: Child,
    address: String,
    metrics: String,
}

impl Server {
    fn start(data: &Path) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_atrad"));
        command.args([
            "serve",
            "--demo",
            "--listen",
            "127.0.0.1:0",
            "--log",
            "warn",
            "--metrics-listen",
            &free,
            "--data",
        ]);
        let mut child = command.arg(data).stdout(Stdio::piped()).spawn().expect("started");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("read");
        let address = line.trim_end().strip_prefix("listening on ").expect("it listens").to_owned();
        Self { child, address, metrics: free }
    }

    /// A figure of the server, by the start of its line.
    fn figure(&self, name: &str) -> f64 {
        let mut stream = TcpStream::connect(&self.metrics).expect("connected");
        write!(stream, "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").expect("asked");
        let mut page = String::new();
        stream.read_to_string(&mut page).expect("answered");
        let line = page.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name}"));
        line.rsplit(' ').next().and_then(|value| value.parse().ok()).expect("a number")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Durations of one thing, done many times.
struct Times(Vec<Duration>);

impl Times {
    fn at(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
    }

    fn print(&self, what: &str) {
        println!("{what:<58} p50 {:>9.3?}  p99 {:>9.3?}  n {}", self.at(50), self.at(99), self.0.len());
    }
}

async fn timed<F: Future>(count: usize, mut work: impl FnMut(usize) -> F) -> Times {
    let mut times = Vec::with_capacity(count);
    for index in 0..count {
        let started = Instant::now();
        work(index).await;
        times.push(started.elapsed());
    }
    Times(times)
}

fn id(symbol: &str) -> Option<SeriesId> {
    Some(SeriesId { symbol: symbol.into(), timeframe: "15m".into() })
}

fn question(symbol: &str, expression: &str, range: Range) -> ComputeRequest {
    let source = id(symbol).map(Source::Series);
    let expressions = vec![expression.into()];
    ComputeRequest { source, range: Some(range), expressions, ..ComputeRequest::default() }
}

async fn connect(server: &Server) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{}", server.address)).expect("an address");
    endpoint
        .initial_stream_window_size(8 << 20)
        .initial_connection_window_size(16 << 20)
        .connect()
        .await
        .expect("connected")
}

/// The real bars of the demo, over and over, as one series of at least so many bars.
async fn tiled(channel: &Channel, rows: usize) -> Vec<Bars> {
    let request = ReadBarsRequest { series: id("BTCUSDT"), ..ReadBarsRequest::default() };
    let chunks = SeriesServiceClient::new(channel.clone()).read_bars(request).await.expect("read").into_inner();
    let chunks: Vec<Bars> = chunks.map(|chunk| chunk.expect("whole").bars.expect("there")).collect().await;
    let mut batches = Vec::new();
    let mut next = 0;
    for chunk in chunks.iter().cycle() {
        let times: Vec<i64> = (next..next + chunk.times.len()).map(|row| row as i64 * STEP).collect();
        next += times.len();
        batches.push(Bars { times: Packed::of(&times), ..chunk.clone() });
        if next >= rows {
            return batches;
        }
    }
    batches
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let channel = connect(&server).await;
    unary(&channel).await;
    many_callers(&server).await;
    ingest(&channel).await;
    println!("{:<58} p95 {:>9.3} ms", "commits of the ledger", server.figure("atrad_writer_latency_p95_seconds") * 1e3);
    long_answers(&server, &channel).await;
    repeated_trace(&server, &channel).await;
    encoding();
}

async fn unary(channel: &Channel) {
    let client = IndicatorServiceClient::new(channel.clone());
    let ask = |range| {
        let mut client = client.clone();
        async move {
            let answer = client.compute(question("BTCUSDT", "rsi(14)", range)).await.expect("answered").into_inner();
            assert_eq!(answer.times.len(), 1000);
        }
    };
    let last = Range { last: Some(1000), ..Range::default() };
    timed(500, |_| ask(last)).await;
    timed(5000, |_| ask(last)).await.print("rsi(14) last 1000, asked again and again");
    // A different question each time, so that no answer is there already.
    let end = 1_623_918_600_000_000_000_i64;
    let ranges = |index: usize| Range { end_time: Some(end - index as i64 * STEP), ..last };
    timed(2000, |index| ask(ranges(index))).await.print("rsi(14) last 1000 of 51k bars, computed each time");
}

async fn many_callers(server: &Server) {
    const CALLERS: usize = 16;
    const CALLS: usize = 2000;
    let started = Instant::now();
    let mut callers = Vec::new();
    for _ in 0..CALLERS {
        let mut client = IndicatorServiceClient::new(connect(server).await);
        callers.push(tokio::spawn(async move {
            let last = Range { last: Some(1000), ..Range::default() };
            for _ in 0..CALLS {
                client.compute(question("BTCUSDT", "rsi(14)", last)).await.expect("answered");
            }
        }));
    }
    for caller in callers {
        caller.await.expect("no panic");
    }
    let rate = (CALLERS * CALLS) as f64 / started.elapsed().as_secs_f64();
    println!("{:<58} {rate:>9.0} calls/s", "rsi(14) last 1000, 16 callers");
}

async fn ingest(channel: &Channel) {
    let client = IngestServiceClient::new(channel.clone());
    let batches = tiled(channel, 10_000).await;
    let rows = 10_000 * 8;
    let cut = |column: &Packed| Packed::from(bytes::Bytes::copy_from_slice(&column.bytes()[..rows]));
    let [first, ..] = &batches[..] else { return };
    let ten = |index: usize| {
        let times: Vec<i64> = (0..10_000).map(|row| (index * 10_000 + row) as i64 * STEP).collect();
        let Bars { times: _, open, high, low, close, volume, .. } = first;
        let [open, high, low, close, volume] = [open, high, low, close, volume].map(cut);
        Bars { times: Packed::of(&times), open, high, low, close, volume, extra: vec![] }
    };
    let send = |index| {
        let (mut client, bars) = (client.clone(), Some(ten(index)));
        async move {
            client
                .ingest(IngestRequest { series: id("INGEST"), bars, ..IngestRequest::default() })
                .await
                .expect("stored")
        }
    };
    timed(100, send).await.print("10,000 bars, durable, one call");
    let one = |index| {
        let (mut client, mut bars) = (client.clone(), ten(0));
        for column in [&mut bars.open, &mut bars.high, &mut bars.low, &mut bars.close, &mut bars.volume] {
            *column = Packed::of(&column.values::<f64>()[..1]);
        }
        bars.times = Packed::of(&[index as i64 * STEP]);
        async move {
            client
                .ingest(IngestRequest { series: id("LIVE"), bars: Some(bars), ..IngestRequest::default() })
                .await
                .expect("stored")
        }
    };
    timed(500, one).await.print("1 bar, durable, one call");
}

async fn long_answers(server: &Server, channel: &Channel) {
    let batches = tiled(channel, 1_000_000).await;
    let rows: usize = batches.iter().map(|bars| bars.times.len()).sum();
    let [close, volume] = [|bars: &Bars| bars.close.values(), |bars: &Bars| bars.volume.values::<f64>()]
        .map(|column| batches.iter().flat_map(column).collect::<Vec<f64>>());
    let requests = batches.into_iter().map(|bars| IngestStreamRequest {
        batch: 0,
        series: id("LONG"),
        bars: Some(bars),
        ..IngestStreamRequest::default()
    });
    let started = Instant::now();
    let requests = stream::iter(requests.collect::<Vec<_>>());
    let mut client = IngestServiceClient::new(channel.clone());
    let receipts = client.ingest_stream(requests).await.expect("taken").into_inner();
    receipts.for_each(|receipt| async { drop(receipt.expect("stored")) }).await;
    let rate = rows as f64 / started.elapsed().as_secs_f64() / 1e6;
    println!("{:<58} {rate:>9.2} M rows/s", "1M bars, durable, streamed in");
    let ask = |index: usize| {
        let mut client = IndicatorServiceClient::new(channel.clone());
        // One bar less each time, so that no answer is there already.
        let range = Range { start_time: Some(index as i64 * STEP), ..Range::default() };
        async move {
            let request = Some(question("LONG", "atra", range));
            let mut chunks =
                client.compute_stream(ComputeStreamRequest { request }).await.expect("answered").into_inner();
            let mut columns: Vec<Vec<f64>> = std::iter::repeat_with(|| Vec::with_capacity(rows)).take(5).collect();
            while let Some(chunk) = chunks.message().await.expect("whole") {
                for (column, more) in columns.iter_mut().zip(chunk.chunk.expect("there").columns) {
                    column.extend(more.values.values::<f64>());
                }
            }
            assert!(columns.iter().all(|column| column.len() == rows - index));
        }
    };
    let before = server.figure("process_memory_usage_bytes");
    timed(20, ask).await.print("atra over 1M bars, five columns delivered");
    timed(10, |_| std::future::ready(frame_by_talib(&close, &volume)))
        .await
        .print("the same five by TA-Lib in this process");
    let after = server.figure("process_memory_usage_bytes");
    println!(
        "{:<58} {:>9.1} MB, {:.1} MB more than before",
        "memory of the server after it",
        after / 1e6,
        (after - before) / 1e6
    );
}

/// The five columns of `atra` by TA-Lib, into fresh columns as those of an answer are.
fn frame_by_talib(close: &[f64], volume: &[f64]) -> [Vec<f64>; 5] {
    let (core, end) = (Core::new(), close.len() - 1);
    let mut columns: [Vec<f64>; 5] = std::array::from_fn(|_| vec![0.0; close.len()]);
    let [fast, slow, strength, ratio, volatility] = &mut columns;
    let mut change = vec![0.0; close.len()];
    let calls = [
        core.ema(0, end, close, 7, fast),
        core.ema(0, end, close, 25, slow),
        core.rocp(0, end, close, 1, &mut change),
        core.sma(0, end - 1, &change, 14, strength),
        core.stddev(0, end - 1, &change, 20, 1.0, volatility),
        core.sma(0, end, volume, 20, ratio),
    ];
    assert!(calls.iter().all(Result::is_ok), "TA-Lib answers");
    strength.iter_mut().for_each(|mean| *mean = 100.0 - 100.0 / (1.0 + *mean));
    ratio.iter_mut().zip(&volume[19..]).for_each(|(mean, volume)| *mean = volume / *mean);
    // The sample deviation, in percent.
    volatility.iter_mut().for_each(|deviation| *deviation *= 100.0 * (20.0_f64 / 19.0).sqrt());
    columns
}

/// 2,000 questions, each of 100 asked 20 times in a mixed order.
async fn repeated_trace(server: &Server, channel: &Channel) {
    let figures = || [server.figure("atrad_answers_computed_total"), server.figure("atrad_cache_hits_total")];
    let before = figures();
    let client = IndicatorServiceClient::new(channel.clone());
    let ask = |index: usize| {
        let mut client = client.clone();
        let expression = format!("ema(rsi({}), 9)", 2 + index * 37 % 100);
        let range = Range { last: Some(5000), ..Range::default() };
        async move { client.compute(question("LONG", &expression, range)).await.expect("answered") }
    };
    timed(2000, ask).await.print("ema(rsi(n), 9) last 5000 of 1M bars, 100 kinds, repeated");
    let after = figures();
    let (computed, hits) = (after[0] - before[0], after[1] - before[1]);
    println!("{:<58} {:>9.1} %", "of these found in the cache", 100.0 * hits / (hits + computed));
}

fn encoding() {
    let answer = ComputeResponse {
        columns: vec![Column::new("x".into(), Packed::of(&vec![1.5; 125_000]))],
        ..ComputeResponse::default()
    };
    let mut buffer = Vec::with_capacity(2 << 20);
    let mut times = Vec::new();
    for _ in 0..1000 {
        buffer.clear();
        let started = Instant::now();
        answer.encode(&mut buffer).expect("room");
        times.push(started.elapsed());
    }
    Times(times).print("1 MB of values encoded");
}
