//! Watches: from the ingest of a bar to its value at the watcher, next to the receipt of the bar; ten thousand states moved on by
//! one bar each, next to Compute of the same; and a thousand watchers of a series with a thousand bars a second. The library's
//! server in this process, real sockets for the first.
//!
//! `ATRAD_BENCH_STATES` sets the number of states, 10,000 by default, `ATRAD_BENCH_SECONDS` the time of the last, 30.

use std::sync::Arc;
use std::time::{Duration, Instant};

use atrad::app::{self, Adjust, App, BarsFrom, CallContext, Question, WatchQuestion};
use atrad::rpc::proto::indicator_service_client::IndicatorServiceClient;
use atrad::rpc::proto::ingest_service_client::IngestServiceClient;
use atrad::rpc::proto::{self, IngestRequest, WatchRequest};
use atrad::rpc::wire::{self, Packed};
use atrad::rpc::{self, Settings, Unwatched};
use atrad::series::{Bar, Bars, Columns, Resampling, SeriesId, Span};
use futures_util::StreamExt;
use futures_util::future::join_all;
use tokio::net::TcpListener;
use tonic::transport::Endpoint;

const MINUTE: i64 = 60_000_000_000;
/// Bars of each series before the one that is timed.
const ROWS: i64 = 5000;
/// Bars of the latency run.
const BARS: usize = 2000;
const EXPRESSIONS: [&str; 2] = ["rsi(14)", "ema(close, 200)"];

fn bars(minutes: std::ops::Range<i64>) -> Bars {
    let mut columns = Columns::default();
    for minute in minutes {
        let price = 40_000.0 + 500.0 * (minute as f64 / 300.0).sin() + (minute % 97) as f64;
        let (high, low) = (price + 5.0, price - 5.0);
        columns.push(Bar { time: minute * MINUTE, open: price, high, low, close: price + 1.0, volume: 10.0 });
    }
    Bars::new(columns).expect("valid")
}

fn open(folder: &tempfile::TempDir) -> Arc<App> {
    let config = app::Config { data: folder.path().join("data"), ..app::Config::default() };
    App::open(config).expect("opens")
}

fn percentile(sorted: &[Duration], part: f64) -> Duration {
    sorted[((sorted.len() - 1) as f64 * part) as usize]
}

/// The times from sending a bar to its receipt, and to its value at a watcher, over sockets and durable.
async fn latency() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = open(&folder);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    let server =
        rpc::serve(listener, Arc::clone(&app), Settings::default(), Arc::new(Unwatched), std::future::pending());
    tokio::spawn(server);
    let id = proto::SeriesId { symbol: "S".into(), timeframe: "1m".into() };
    app.write.ingest(SeriesId::parse("S", "1m").expect("valid"), bars(0..ROWS)).await.expect("stored");
    let connect =
        || async { Endpoint::from_shared(address.clone()).expect("an address").connect().await.expect("connected") };
    let mut ingest = IngestServiceClient::new(connect().await);
    let request = WatchRequest {
        series: vec![id.clone()],
        expressions: EXPRESSIONS.map(String::from).into(),
        last: 1,
        ..WatchRequest::default()
    };
    let mut watch = IndicatorServiceClient::new(connect().await).watch(request).await.expect("begun").into_inner();
    watch.message().await.expect("no error").expect("the newest row");
    let (told, mut times) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok(Some(_)) = watch.message().await {
            let _ = told.send(Instant::now());
        }
    });
    let (mut receipts, mut values) = (Vec::new(), Vec::new());
    for minute in (ROWS..).take(BARS) {
        let price = Packed::of(&[40_000.0 + (minute % 97) as f64]);
        let column = || price.clone();
        let bars = wire::Bars {
            times: Packed::of(&[minute * MINUTE]),
            open: column(),
            high: column(),
            low: column(),
            close: column(),
            volume: column(),
            ..wire::Bars::default()
        };
        let request = IngestRequest { series: Some(id.clone()), bars: Some(bars), ..IngestRequest::default() };
        let begun = Instant::now();
        ingest.ingest(request).await.expect("stored");
        receipts.push(begun.elapsed());
        values.push(times.recv().await.expect("told").duration_since(begun));
    }
    receipts.sort();
    values.sort();
    for part in [0.5, 0.99] {
        let (receipt, value) = (percentile(&receipts, part), percentile(&values, part));
        let ratio = value.as_secs_f64() / receipt.as_secs_f64();
        println!("p{:.0}: receipt {receipt:?}, value at the watcher {value:?}, {ratio:.2} x", part * 100.0);
    }
}

/// The time until the watchers of all states have the next bar, and that of Compute for the same.
async fn states() {
    let states: usize = std::env::var("ATRAD_BENCH_STATES").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let folder = tempfile::tempdir().expect("a folder");
    let app = open(&folder);
    let ids: Vec<_> = (0..states).map(|at| SeriesId::parse(&format!("S{at}"), "1m").expect("valid")).collect();
    let all = bars(0..ROWS);
    for part in ids.chunks(256) {
        let stored = part.iter().map(|id| app.write.ingest(id.clone(), all.clone()));
        join_all(stored).await.into_iter().collect::<Result<Vec<_>, _>>().expect("stored");
    }
    let compiled = app.compute.compile(&EXPRESSIONS).expect("valid");
    let question = |id: &SeriesId| WatchQuestion {
        series: vec![id.clone()],
        glob: None,
        compiled: Arc::clone(&compiled),
        conditional: false,
        resampling: Resampling::default(),
        adjust: Adjust::None,
        last: 1,
        wait_for_series: false,
        resume: vec![],
    };
    let watch = |id: &SeriesId| Box::pin(app.watches.watch(question(id), None).expect("begun"));
    let mut watchers: Vec<_> = ids.iter().map(watch).collect();
    for watcher in &mut watchers {
        watcher.next().await.expect("told").expect("no error");
    }
    // The states are ready soon after.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let next = bars(ROWS..ROWS + 1);
    let begun = Instant::now();
    for part in ids.chunks(1024) {
        let stored = part.iter().map(|id| app.write.ingest(id.clone(), next.clone()));
        join_all(stored).await.into_iter().collect::<Result<Vec<_>, _>>().expect("stored");
    }
    let stored = begun.elapsed();
    for watcher in &mut watchers {
        watcher.next().await.expect("told").expect("no error");
    }
    let told = begun.elapsed();
    let begun = Instant::now();
    for id in &ids {
        let (from, span) = (BarsFrom::Series(id.clone()), Span::new(None, None, Some(1)).expect("valid"));
        let (compiled, resampling) = (Arc::clone(&compiled), Resampling::default());
        let question = Question { from, resampling, span, compiled, persist: None, since: None, adjust: Adjust::None };
        app.compute.unary(question, CallContext::default()).await.expect("computed");
    }
    let computed = begun.elapsed();
    println!("{states} states, one bar each: durable after {stored:?}, at all watchers after {told:?}");
    println!("Compute of the same, one after the other: {computed:?}");
    println!("from durable to all watchers: {:?}", told.saturating_sub(stored));
}

/// A thousand watchers of one series, with a thousand bars a second: what they miss, and how memory grows.
async fn flood() {
    let seconds: u64 = std::env::var("ATRAD_BENCH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(30);
    let folder = tempfile::tempdir().expect("a folder");
    let app = open(&folder);
    let id = SeriesId::parse("S", "1m").expect("valid");
    app.write.ingest(id.clone(), bars(0..ROWS)).await.expect("stored");
    let compiled = app.compute.compile(&EXPRESSIONS).expect("valid");
    let rows_all = 1000 * seconds as usize;
    let question = WatchQuestion {
        series: vec![id.clone()],
        glob: None,
        compiled,
        conditional: false,
        resampling: Resampling::default(),
        adjust: Adjust::None,
        last: 1,
        wait_for_series: false,
        resume: vec![],
    };
    let count = |question: WatchQuestion| {
        let mut events = Box::pin(app.watches.watch(question, None).expect("begun"));
        tokio::spawn(async move {
            let (mut rows, mut skipped) = (0, 0);
            while rows + skipped < 1 + rows_all {
                let told = events.next().await.expect("goes on").expect("no error").outcome.expect("rows");
                (rows, skipped) = (rows + told.answer.rows(), skipped + told.skipped as usize);
            }
            skipped
        })
    };
    let watchers: Vec<_> = (0..1000).map(|_| count(question.clone())).collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (before, begun) = (resident_mb(), Instant::now());
    let mut ticks = tokio::time::interval(Duration::from_millis(1));
    for minute in (ROWS..).take(rows_all) {
        ticks.tick().await;
        let receipt = app.write.ingest_waiting(id.clone(), bars(minute..minute + 1)).await.expect("queued");
        tokio::spawn(async move { receipt.await.expect("stored") });
    }
    let skipped: usize = join_all(watchers).await.into_iter().map(|skipped| skipped.expect("counted")).sum();
    let (took, after) = (begun.elapsed(), resident_mb());
    println!("1000 watchers, {rows_all} bars in {took:?}: {skipped} rows skipped, memory {before:.0} to {after:.0} MB");
}

fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it is there");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
}

#[tokio::main]
async fn main() {
    latency().await;
    states().await;
    flood().await;
}
