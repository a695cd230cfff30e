//! Durable writes: single rows beside SQLite alone, on this disk and on slower ones, ten thousand bars in a call, ten million
//! rows beside DuckDB, and a start with ten thousand series. A server process, real sockets.
//!
//! `cargo bench --bench writes [-- NAME...]`, of single slow calls series memory bulk. `ATRAD_DUCKDB` names a Python that has
//! DuckDB and NumPy; without it only our figures are printed. Slower disks need a C compiler.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use atrad::rpc::proto::ingest_service_client::IngestServiceClient;
use atrad::rpc::proto::ingest_stream_response::Outcome;
use atrad::rpc::proto::{IngestRequest, IngestStreamRequest, SeriesId};
use atrad::rpc::wire::{Bars, Packed};
use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use tonic::transport::{Channel, Endpoint};

const MINUTE: i64 = 60_000_000_000;
const BULK_ROWS: usize = 10_000_000;
const BATCH_ROWS: usize = 250_000;
const SERIES: usize = 10_000;
const CALLERS: usize = 256;
const CALLS: usize = 1000;
const CALL_ROWS: usize = 10_000;

/// What this program is called with to be SQLite alone, in a folder.
const SQLITE: &str = "sqlite-alone";

/// Inserts rows like ours from memory into a database on the disk, and prints the seconds until it has them.
const DUCKDB: &str = "
import sys, time, duckdb, numpy as np
rows = int(sys.argv[2])
at = np.arange(rows)
price = np.round(40000 + 500 * np.sin(at / 3000) + at % 97 * .05, 2)
bars = {'time': at * 60_000_000_000, 'open': price, 'high': price + 5, 'low': price - 5, 'close': price + 1,
        'volume': (at % 1013).astype('f8')}
base = duckdb.connect(sys.argv[1], config={'threads': 2})
base.execute('CREATE TABLE bar (symbol VARCHAR, time BIGINT, open DOUBLE, high DOUBLE, low DOUBLE, close DOUBLE, '
             'volume DOUBLE)')
start = time.perf_counter()
for first in range(0, rows, 250_000):
    part = {name: values[first:first + 250_000] for name, values in bars.items()}
    base.execute(\"INSERT INTO bar SELECT 'A', * FROM part\")
base.execute('CHECKPOINT')
print(time.perf_counter() - start)
";

struct Server {
    child: Child,
    address: String,
    /// From the start of the process until it listens.
    start: Duration,
}

impl Server {
    fn start(data: &Path) -> Self {
        Self::start_as(Command::new(env!("CARGO_BIN_EXE_atrad")), data)
    }

    fn start_as(mut command: Command, data: &Path) -> Self {
        let started = Instant::now();
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "warn", "--data"]).arg(data);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("started");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("read");
        let address = line.trim_end().strip_prefix("listening on ").expect("it listens").to_owned();
        Self { child, address, start: started.elapsed() }
    }

    async fn ingest(&self) -> IngestServiceClient<Channel> {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.address)).expect("an address");
        IngestServiceClient::new(endpoint.connect().await.expect("connected"))
    }

    /// Megabytes that are this process's alone and no file's: those cannot be taken from it.
    fn anonymous_mb(&self) -> f64 {
        let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id())).expect("Linux tells");
        let line = rollup.lines().find(|line| line.starts_with("Anonymous:")).expect("it is there");
        let kilobytes: f64 = line.split_whitespace().nth(1).and_then(|value| value.parse().ok()).expect("a number");
        kilobytes / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn bars(rows: std::ops::Range<usize>) -> Bars {
    let times: Vec<i64> = rows.clone().map(|row| row as i64 * MINUTE).collect();
    let wave = |row: usize| 40_000.0 + 500.0 * (row as f64 / 3000.0).sin() + (row % 97) as f64 * 0.05;
    let column = |add: f64| {
        let values = rows.clone().map(|row| ((wave(row) + add) * 100.0).round() / 100.0);
        Packed::of(&values.collect::<Vec<_>>())
    };
    let volume = Packed::of(&rows.clone().map(|row| (row % 1013) as f64).collect::<Vec<_>>());
    let [open, high, low, close] = [0.0, 5.0, -5.0, 1.0].map(column);
    Bars { times: Packed::of(&times), open, high, low, close, volume, ..Bars::default() }
}

fn id(symbol: String) -> Option<SeriesId> {
    Some(SeriesId { symbol, timeframe: "1m".into() })
}

/// Rows a second, each durable for its caller before that sends the next.
async fn single_rows(server: &Server) -> f64 {
    let client = server.ingest().await;
    let started = Instant::now();
    let rows = join_all((0..CALLERS).map(|caller| {
        let mut client = client.clone();
        async move {
            let mut row = 0;
            while started.elapsed() < Duration::from_secs(5) {
                let request = IngestRequest {
                    series: id(format!("S{caller}")),
                    bars: Some(bars(row..row + 1)),
                    ..Default::default()
                };
                client.ingest(request).await.expect("stored");
                row += 1;
            }
            row
        }
    }));
    rows.await.into_iter().sum::<usize>() as f64 / started.elapsed().as_secs_f64()
}

/// Rows a second of SQLite alone, one durable commit for each.
fn single_rows_by_sqlite(folder: &Path) -> f64 {
    let connection =
        rusqlite::Connection::open(folder.join(format!("alone-{}.db", std::process::id()))).expect("opens");
    let set_up = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        CREATE TABLE tail (series INTEGER, time INTEGER, open REAL, high REAL, low REAL, close REAL, volume REAL,
            PRIMARY KEY (series, time)) WITHOUT ROWID;";
    connection.execute_batch(set_up).expect("set up");
    let mut insert = connection.prepare("INSERT INTO tail VALUES (1, ?, 1.5, 2.5, 1.0, 1.5, 7.0)").expect("prepared");
    let (started, mut rows) = (Instant::now(), 0_i64);
    while started.elapsed() < Duration::from_secs(3) {
        insert.execute([rows]).expect("stored");
        rows += 1;
    }
    rows as f64 / started.elapsed().as_secs_f64()
}

/// Sends batches and waits for all receipts.
async fn send(server: &Server, batches: impl Iterator<Item = (String, Bars)> + Send + 'static) {
    let request = |(batch, (symbol, bars))| IngestStreamRequest {
        batch,
        series: id(symbol),
        bars: Some(bars),
        ..IngestStreamRequest::default()
    };
    let requests = stream::iter((0..).zip(batches).map(request));
    let mut client = server.ingest().await;
    let mut receipts = client.ingest_stream(requests).await.expect("taken").into_inner();
    while let Some(receipt) = receipts.next().await {
        let outcome = receipt.expect("whole").outcome;
        assert!(matches!(outcome, Some(Outcome::Receipt(_))), "{outcome:?}");
    }
}

async fn bulk(folder: &Path) {
    let server = Server::start(&folder.join("bulk"));
    let batches: Vec<_> = (0..BULK_ROWS / BATCH_ROWS).map(|at| bars(at * BATCH_ROWS..(at + 1) * BATCH_ROWS)).collect();
    let started = Instant::now();
    send(&server, batches.into_iter().map(|bars| ("BULK".to_owned(), bars))).await;
    let ours = started.elapsed().as_secs_f64();
    print!("10M rows streamed in, durable: {:.2} M rows/s", BULK_ROWS as f64 / ours / 1e6);
    drop(server);
    let Some(python) = std::env::var_os("ATRAD_DUCKDB") else { return println!() };
    let base = folder.join("duck.db");
    let output =
        Command::new(python).args(["-c", DUCKDB]).arg(base).arg(BULK_ROWS.to_string()).output().expect("started");
    let text = String::from_utf8(output.stdout).expect("text");
    let theirs: f64 = text.trim().parse().unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    println!(", DuckDB {:.2}: {:.2}x", BULK_ROWS as f64 / theirs / 1e6, theirs / ours);
}

async fn many_series(folder: &Path) {
    let data = folder.join("many");
    let server = Server::start(&data);
    let batch = bars(0..100);
    send(&server, (0..SERIES).map(move |series| (format!("S{series}"), batch.clone()))).await;
    drop(server);
    let mut starts: Vec<_> = (0..5).map(|_| Server::start(&data).start).collect();
    starts.sort_unstable();
    println!("start with {SERIES} series of 100 rows, after a kill: {:.0?}", starts[2]);
}

async fn resident(folder: &Path) {
    let data = folder.join("resident");
    let server = Server::start(&data);
    send(&server, (0..10).map(|at| ("A".to_owned(), bars(at * 100_000..(at + 1) * 100_000)))).await;
    drop(server);
    let server = Server::start(&data);
    let before = server.anonymous_mb();
    let arguments = ["compute", "A", "1m", "sma(volume, 50)", "ema(200)", "high", "low", "--last", "1", "--server"];
    let output =
        Command::new(env!("CARGO_BIN_EXE_atrad")).args(arguments).arg(&server.address).output().expect("started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    println!(
        "private memory, files apart: {before:.1} MB at the start with 1M rows, {:.1} MB after all were read",
        server.anonymous_mb()
    );
}

/// Single rows where each sync takes longer. SQLite alone is in a process of its own, whose syncs take as long.
async fn slow(folder: &Path) {
    let Some(library) = slow_sync(folder) else {
        return println!("single durable rows on slower disks: no C compiler");
    };
    for millis in [5, 20] {
        let slowed = |program: &Path| {
            let mut command = Command::new(program);
            command.env("LD_PRELOAD", &library).env("SLOW_SYNC_MICROS", (1000 * millis).to_string());
            command
        };
        let server =
            Server::start_as(slowed(Path::new(env!("CARGO_BIN_EXE_atrad"))), &folder.join(format!("slow{millis}")));
        let ours = single_rows(&server).await;
        drop(server);
        let this = std::env::current_exe().expect("this program");
        let output = slowed(&this).arg(SQLITE).arg(folder).output().expect("started");
        let alone: f64 = String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number");
        println!(
            "single durable rows, {millis} ms longer a sync: {ours:.0}/s of {CALLERS} callers, SQLite alone {alone:.0}/s: {:.0}x",
            ours / alone
        );
    }
}

/// Builds the library that makes syncs slow.
fn slow_sync(folder: &Path) -> Option<PathBuf> {
    let library = folder.join("slow_sync.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/slow_sync.c");
    let built = Command::new("cc").args(["-O2", "-shared", "-fPIC", "-o"]).arg(&library).arg(source).status();
    built.is_ok_and(|status| status.success()).then_some(library)
}

/// Calls of ten thousand bars, one after the other, to one series.
async fn calls(folder: &Path) {
    let server = Server::start(&folder.join("calls"));
    let mut client = server.ingest().await;
    let mut times = Vec::with_capacity(CALLS);
    for at in 0..CALLS {
        let bars = Some(bars(at * CALL_ROWS..(at + 1) * CALL_ROWS));
        let request = IngestRequest { series: id("A".into()), bars, ..Default::default() };
        let started = Instant::now();
        client.ingest(request).await.expect("stored");
        times.push(started.elapsed());
    }
    times.sort_unstable();
    let at = |share: usize| times[CALLS * share / 100];
    println!(
        "{CALL_ROWS} bars a call, durable: p50 {:.1?}, p90 {:.1?}, p99 {:.1?}, worst {:.1?}",
        at(50),
        at(90),
        at(99),
        times[CALLS - 1]
    );
}

async fn single(folder: &Path) {
    let server = Server::start(&folder.join("single"));
    let ours = single_rows(&server).await;
    drop(server);
    let alone = single_rows_by_sqlite(folder);
    println!("single durable rows: {ours:.0}/s of {CALLERS} callers, SQLite alone {alone:.0}/s: {:.1}x", ours / alone);
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let [first, folder] = &*arguments
        && first == SQLITE
    {
        return println!("{}", single_rows_by_sqlite(Path::new(folder)));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let is_asked = |name: &str| arguments.is_empty() || arguments.iter().any(|asked| asked == name);
    if is_asked("single") {
        single(folder).await;
    }
    if is_asked("slow") {
        slow(folder).await;
    }
    if is_asked("calls") {
        calls(folder).await;
    }
    if is_asked("series") {
        many_series(folder).await;
    }
    if is_asked("memory") {
        resident(folder).await;
    }
    if is_asked("bulk") {
        bulk(folder).await;
    }
}
