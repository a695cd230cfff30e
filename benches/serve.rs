//! End to end over loopback, as an agent meets it: a real server process, real sockets, the generated client, with
//! TA-Lib in this process beside it where it computes the same.
//!
//! `cargo bench --bench serve`

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use atrad::rpc::proto::cache_service_client::CacheServiceClient;
use atrad::rpc::proto::compute_request::Source;
use atrad::rpc::proto::indicator_service_client::IndicatorServiceClient;
use atrad::rpc::proto::ingest_service_client::IngestServiceClient;
use atrad::rpc::proto::{
    ComputeRequest, ComputeStreamRequest, GetStatsRequest, IngestRequest, IngestStreamRequest, Range, SeriesId,
};
use atrad::rpc::wire::{Bars, Packed};
use bytes::Bytes;
use prost::Message;
use ta_lib::Core;
use tonic::transport::{Channel, Endpoint};

const ROWS: usize = 1_000_000;
const STEP: i64 = 60_000_000_000;

#[tokio::main]
async fn main() {
    let server = Server::start();
    let bench = Bench::connect(&server.address).await;
    let bars = walk(ROWS);
    println!("{:56}{:>12}{:>12}{:>12}", "work", "p50", "p95", "p99");
    bench.load(&bars).await;
    bench.unary(&bars).await;
    bench.frame(&bars).await;
    bench.durable(&bars).await;
    bench.encode();
    bench.trace().await;
}

/// A server process on a data folder of its own, killed at the end.
struct Server {
    process: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut process = Command::new(env!("CARGO_BIN_EXE_atrad"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path().join("data"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("listening on ").expect("the address").to_owned();
        Self { process, address: format!("http://{address}"), _folder: folder }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Bench {
    indicators: IndicatorServiceClient<Channel>,
    ingest: IngestServiceClient<Channel>,
    cache: CacheServiceClient<Channel>,
}

impl Bench {
    async fn connect(address: &str) -> Self {
        let endpoint = Endpoint::from_shared(address.to_owned()).expect("an address");
        let endpoint = endpoint.initial_stream_window_size(4 << 20).initial_connection_window_size(16 << 20);
        let channel = endpoint.connect().await.expect("the server listens");
        Self {
            indicators: IndicatorServiceClient::new(channel.clone()).max_decoding_message_size(64 << 20),
            ingest: IngestServiceClient::new(channel.clone()),
            cache: CacheServiceClient::new(channel),
        }
    }

    /// A million bars through `IngestStream`, 50,000 a batch.
    async fn load(&self, bars: &[Vec<f64>; 5]) {
        let batches: Vec<_> = (0..ROWS / 50_000)
            .map(|batch| IngestStreamRequest {
                batch: batch as u64,
                id: id("BULK"),
                bars: Some(message(bars, batch * 50_000..(batch + 1) * 50_000, 0)),
            })
            .collect();
        let start = Instant::now();
        let stream = self.ingest.clone().ingest_stream(tokio_stream::iter(batches)).await;
        let mut stream = stream.expect("taken").into_inner();
        while stream.message().await.expect("a receipt").is_some() {}
        let took = start.elapsed();
        println!(
            "{:56}{:>12.1?}  {:.1} M bars/s",
            "1M bars ingested durably, one stream",
            took,
            1.0 / took.as_secs_f64()
        );
    }

    /// Small questions, one at a time.
    async fn unary(&self, bars: &[Vec<f64>; 5]) {
        let inline = Source::Bars(message(bars, 0..1000, 0));
        let stored = Source::Series(id("BULK").expect("set"));
        let ask = |source: &Source, expression: String, last: Option<u64>| ComputeRequest {
            source: Some(source.clone()),
            range: last.map(|last| Range { from: None, to: None, last: Some(last) }),
            expressions: vec![expression],
        };
        let asked = self.repeat(3000, |_| ask(&inline, "rsi(14)".into(), None)).await;
        show("rsi(14) of 1,000 bars sent along", asked);
        let asked = self.repeat(3000, |_| ask(&stored, "rsi(14)".into(), Some(1000))).await;
        show("rsi(14), newest 1,000 of 1M bars, asked again", asked);
        let asked = self.repeat(300, |i| ask(&stored, format!("rsi({})", 20 + i), Some(1000))).await;
        show("rsi(n), newest 1,000 of 1M bars, each n new", asked);
        let asked = self.repeat(300, |i| ask(&stored, format!("bbands({})", 20 + i), Some(1000))).await;
        show("bbands(n), newest 1,000 of 1M bars, each n new", asked);
        let mut plain = Vec::new();
        let (mut out, core) = (vec![0.0; 1000], Core::new());
        for _ in 0..3000 {
            let start = Instant::now();
            core.rsi(0, 999, &bars[3][..1000], 14, &mut out).expect("TA-Lib answers");
            plain.push(start.elapsed());
        }
        show("TA-Lib in process: rsi(14) of 1,000 bars", plain);
    }

    async fn repeat(&self, times: usize, question: impl Fn(usize) -> ComputeRequest) -> Vec<Duration> {
        let mut client = self.indicators.clone();
        let mut took = Vec::with_capacity(times);
        for index in 0..times {
            let question = question(index);
            let start = Instant::now();
            client.compute(question).await.expect("an answer");
            took.push(start.elapsed());
        }
        took
    }

    /// The frame of the user: five columns over a million bars, delivered.
    async fn frame(&self, bars: &[Vec<f64>; 5]) {
        let mut took = Vec::new();
        for _ in 0..15 {
            let start = Instant::now();
            let question = ComputeRequest {
                source: Some(Source::Series(id("BULK").expect("set"))),
                range: None,
                expressions: vec!["atra".into()],
            };
            let request = ComputeStreamRequest { question: Some(question) };
            let stream = self.indicators.clone().compute_stream(request).await;
            let mut stream = stream.expect("taken").into_inner();
            let mut rows = 0;
            while let Some(chunk) = stream.message().await.expect("a chunk") {
                let chunk = chunk.chunk.expect("set");
                assert_eq!(chunk.columns.len(), 5);
                rows += chunk.times.len();
            }
            assert_eq!(rows, ROWS);
            took.push(start.elapsed());
        }
        show("atra over 1M bars, five columns delivered", took);
        let mut plain = Vec::new();
        for _ in 0..7 {
            let start = Instant::now();
            frame_by_talib(bars);
            plain.push(start.elapsed());
        }
        show("TA-Lib in process: the same five columns", plain);
    }

    /// Writes that wait for the disk.
    async fn durable(&self, bars: &[Vec<f64>; 5]) {
        let mut took = Vec::new();
        for round in 0..30 {
            let batch = message(bars, 0..10_000, round * 10_000);
            took.push(self.put("MANY", batch).await);
        }
        show("10,000 bars ingested durably, one call", took);
        let mut took = Vec::new();
        for round in 0..2000 {
            took.push(self.put("ONE", message(bars, 0..1, round)).await);
        }
        show("1 bar ingested durably, one call", took);
    }

    async fn put(&self, symbol: &str, bars: Bars) -> Duration {
        let request = IngestRequest { id: id(symbol), bars: Some(bars) };
        let start = Instant::now();
        self.ingest.clone().ingest(request).await.expect("a receipt");
        start.elapsed()
    }

    /// A megabyte of values as a message.
    fn encode(&self) {
        use atrad::rpc::wire::{Column, ComputeResponse};
        let values = Packed::from(Bytes::from(vec![7; 1 << 20]));
        let columns = vec![Column { label: "x".into(), values }];
        let answer = ComputeResponse { columns, ..ComputeResponse::default() };
        let mut room = Vec::with_capacity(2 << 20);
        let mut took = Vec::new();
        for _ in 0..200 {
            room.clear();
            let start = Instant::now();
            answer.encode(&mut room).expect("room");
            took.push(start.elapsed());
        }
        show("1 MiB of values encoded", took);
    }

    /// A trace of agents that ask much the same: 4,000 questions, the n-th most common asked 1/n as often as the first.
    async fn trace(&self) {
        let before = self.stats().await;
        let mut seed = 1u64;
        let total: f64 = (1..=200).map(|n| 1.0 / f64::from(n)).sum();
        let took = self
            .repeat(4000, |_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let mut left = (seed >> 11) as f64 / (1u64 << 53) as f64 * total;
                let kind = (1..200).find(|&n| {
                    left -= 1.0 / f64::from(n);
                    left <= 0.0
                });
                ComputeRequest {
                    source: Some(Source::Series(id("BULK").expect("set"))),
                    range: Some(Range { from: None, to: None, last: Some(500) }),
                    expressions: vec![format!("ema({})", 400 + kind.unwrap_or(200))],
                }
            })
            .await;
        show("a trace of 200 kinds of questions, Zipf", took);
        let after = self.stats().await;
        let (hits, misses) = (after.0 - before.0, after.1 - before.1);
        println!("{:56}{:>11.1}%", "  of which from the cache", 100.0 * hits as f64 / (hits + misses) as f64);
    }

    async fn stats(&self) -> (u64, u64) {
        let stats = self.cache.clone().get_stats(GetStatsRequest {}).await.expect("figures").into_inner();
        (stats.tiers[0].hits, stats.tiers[0].misses)
    }
}

fn id(symbol: &str) -> Option<SeriesId> {
    Some(SeriesId { symbol: symbol.into(), timeframe: "1m".into() })
}

/// Open, high, low, close and volume of a walk in ticks of a cent.
fn walk(rows: usize) -> [Vec<f64>; 5] {
    let mut seed = 7u64;
    let mut unit = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 11) as f64 / (1u64 << 53) as f64
    };
    let cents = |value: f64| (value * 100.0).round() / 100.0;
    let mut bars: [Vec<f64>; 5] = Default::default();
    let mut close: f64 = 10_000.0;
    for _ in 0..rows {
        let open = close;
        close = cents(open + 20.0 * (unit() - 0.5) + (10_000.0 - open) / 500.0);
        let high = cents(open.max(close) + 5.0 * unit());
        let low = cents(open.min(close) - 5.0 * unit());
        let values = [open, high, low, close, (unit() * 1000.0).floor()];
        bars.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
    }
    bars
}

/// Some rows as a message, `later` bars after their place.
fn message(bars: &[Vec<f64>; 5], rows: std::ops::Range<usize>, later: usize) -> Bars {
    let times: Vec<u8> = rows.clone().flat_map(|row| ((row + later) as i64 * STEP).to_le_bytes()).collect();
    let column = |index: usize| {
        let bytes: Vec<u8> = bars[index][rows.clone()].iter().flat_map(|value| value.to_le_bytes()).collect();
        Packed::from(Bytes::from(bytes))
    };
    Bars {
        times: Packed::from(Bytes::from(times)),
        open: column(0),
        high: column(1),
        low: column(2),
        close: column(3),
        volume: column(4),
    }
}

/// The five columns of the frame by TA-Lib, into fresh columns as the server's answer is.
fn frame_by_talib(bars: &[Vec<f64>; 5]) -> [Vec<f64>; 5] {
    let (core, end) = (Core::new(), ROWS - 1);
    let mut columns: [Vec<f64>; 5] = std::array::from_fn(|_| vec![0.0; ROWS]);
    let [fast, slow, strength, volume, volatility] = &mut columns;
    let mut change = vec![0.0; ROWS];
    let calls = [
        core.ema(0, end, &bars[3], 7, fast),
        core.ema(0, end, &bars[3], 25, slow),
        core.rocp(0, end, &bars[3], 1, &mut change),
        core.sma(0, end - 1, &change, 14, strength),
        core.stddev(0, end - 1, &change, 20, 1.0, volatility),
        core.sma(0, end, &bars[4], 20, volume),
    ];
    calls.into_iter().for_each(|call| drop(call.expect("TA-Lib answers")));
    strength.iter_mut().for_each(|mean| *mean = 100.0 - 100.0 / (1.0 + *mean));
    volume.iter_mut().zip(&bars[4][19..]).for_each(|(mean, volume)| *mean = volume / *mean);
    // The sample deviation, in percent.
    volatility.iter_mut().for_each(|deviation| *deviation *= 100.0 * (20.0_f64 / 19.0).sqrt());
    columns
}

fn show(work: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)];
    println!("{work:56}{:>12.1?}{:>12.1?}{:>12.1?}", at(50), at(95), at(99));
}
