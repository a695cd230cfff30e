//! Price files: their size on real series, and the speed of writing and reading them beside raw columns.
//!
//! `cargo bench --bench prices` prints the tables, `-- size write decode scan plan memory` some of them; ratios are of one
//! run.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Instant;

use atrad::indicator::{Expression, Graph, Limits, Plan, PlanReader};
use atrad::prices::{Folder, Segment};
use atrad::series::{Bars, Column, Columns, CommitId, Matrix, Origin, SeriesId, Source};
use flate2::read::GzDecoder;

const SECOND: i64 = 1_000_000_000;
const RAW_ROW_BYTES: f64 = 48.0;
const BLOCK: usize = 1024;
/// The number of the file of a million rows.
const MILLION: u64 = 1;
const DENSER: i64 = 24;

fn main() {
    let directory = tempfile::tempdir().expect("a folder");
    let folder = Folder::open(directory.path()).expect("opens");
    let series = real_series();
    let million = joined(&series, 1_000_000);
    folder.write(MILLION, &origin(), &million).expect("written");
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let parts: [(&str, &dyn Fn()); 6] = [
        ("size", &|| sizes(&folder, &series)),
        ("write", &|| write_speed(&folder, &million)),
        ("decode", &|| decode_speed(&folder, &million)),
        ("scan", &|| scans(&forms(&folder, &million))),
        ("plan", &|| plans(&forms(&folder, &million))),
        ("memory", &|| memory(&folder)),
    ];
    for (name, part) in parts {
        if asked.is_empty() || asked.iter().any(|asked| asked == name) {
            part();
        }
    }
}

/// The bundled series, and those in the folder that `ATRAD_SERIES` names.
fn real_series() -> Vec<(String, Columns)> {
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let more = std::env::var_os("ATRAD_SERIES").map(Into::into);
    let mut series = Vec::new();
    for folder in [Some(bundled), more].into_iter().flatten() {
        let entries = fs::read_dir(&folder).expect("a folder of series").map(|entry| entry.expect("an entry").path());
        series.extend(entries.filter(|path| path.extension().is_some_and(|extension| extension == "gz")).map(load));
    }
    series.sort_by(|(one, _), (other, _)| one.cmp(other));
    series.dedup_by(|(one, _), (other, _)| one == other);
    series
}

fn load(path: std::path::PathBuf) -> (String, Columns) {
    let mut text = String::new();
    GzDecoder::new(File::open(&path).expect("opens")).read_to_string(&mut text).expect("text");
    let mut columns = Columns::default();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let value = |at: usize| fields[at].parse::<f64>().expect("a number");
        columns.times.push(fields[0].parse::<i64>().expect("a time") * SECOND);
        columns.open.push(value(1));
        columns.high.push(value(2));
        columns.low.push(value(3));
        columns.close.push(value(4));
        columns.volume.push(value(5));
    }
    let name = path.file_name().expect("a name").to_string_lossy().replace(".csv.gz", "");
    (name, columns)
}

/// All series one after the other, again and again, moved in time so that times go up, and 24 times as dense, as nanoseconds
/// do not reach further.
fn joined(series: &[(String, Columns)], rows: usize) -> Bars {
    let mut columns = Columns::with_capacity(rows);
    let mut end = 0;
    for (_, one) in series.iter().cycle() {
        let shift = end - one.times[0] / DENSER + 3600 * SECOND;
        let take = one.times.len().min(rows - columns.times.len());
        columns.times.extend(one.times[..take].iter().map(|time| time / DENSER + shift));
        columns.open.extend_from_slice(&one.open[..take]);
        columns.high.extend_from_slice(&one.high[..take]);
        columns.low.extend_from_slice(&one.low[..take]);
        columns.close.extend_from_slice(&one.close[..take]);
        columns.volume.extend_from_slice(&one.volume[..take]);
        end = *columns.times.last().expect("at least one");
        if columns.times.len() == rows {
            break;
        }
    }
    Bars::with_gaps(columns).expect("valid")
}

fn sizes(folder: &Folder, series: &[(String, Columns)]) {
    println!("size\n{:<32}{:>9}{:>12}{:>9}", "series", "rows", "bytes/row", "of raw");
    let (mut rows, mut bytes) = (0, 0);
    let line = |name: &str, rows: u64, bytes: u64| {
        let per_row = bytes as f64 / rows as f64;
        println!("{name:<32}{rows:>9}{per_row:>12.2}{:>8.1}%", per_row / RAW_ROW_BYTES * 100.0);
    };
    for (number, (name, columns)) in series.iter().enumerate() {
        let bars = Bars::with_gaps(columns.clone()).expect("valid");
        let facts = folder.write(100 + number as u64, &origin(), &bars).expect("written");
        (rows, bytes) = (rows + facts.rows, bytes + facts.bytes);
        line(name, facts.rows, facts.bytes);
    }
    line("all, a file each", rows, bytes);
    let facts = folder.segment(MILLION).expect("opens").facts();
    line("all, joined to 1M rows", facts.rows, facts.bytes);
}

/// The least time that `work` takes, in seconds.
fn best(repeats: usize, mut work: impl FnMut()) -> f64 {
    (0..repeats)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}

fn write_speed(folder: &Folder, bars: &Bars) {
    let mut number = 1000;
    let mut cpu = f64::INFINITY;
    let seconds = best(3, || {
        number += 1;
        let before = cpu_seconds();
        folder.write(number, &origin(), bars).expect("written");
        cpu = cpu.min(cpu_seconds() - before);
    });
    let speed = |seconds: f64| bars.len() as f64 * 48e-6 / seconds;
    println!(
        "\nwrite 1M rows: {:.0} MB/s of raw by the clock with fsync, {:.0} by CPU time",
        speed(seconds),
        speed(cpu)
    );
}

/// The time that this thread has run.
fn cpu_seconds() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

/// Bars whose columns have one kind of value, to read one encoding at a time.
fn kind(rows: usize, value: impl Fn(usize) -> f64) -> Bars {
    let values: Vec<f64> = (0..rows).map(value).collect();
    let times = (0..rows as i64).map(|row| row * 60 * SECOND).collect();
    let [open, high, low, close, volume] = std::array::from_fn(|_| values.clone());
    Bars::with_gaps(Columns { times, open, high, low, close, volume, extra: vec![] }).expect("valid")
}

fn random(row: usize) -> u64 {
    (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

fn decode_speed(folder: &Folder, million: &Bars) {
    println!("\ndecode, 64 blocks again and again, one thread\n{:<44}{:>9}", "column", "ns/value");
    let rows = 64 * BLOCK;
    let kinds: [(&str, Bars, Column); 5] = [
        ("raw (a view)", kind(rows, |row| f64::from_bits(random(row) >> 2)), Column::Volume),
        ("constant", kind(rows, |_| 1.5), Column::Volume),
        ("decimals, 15 bits", kind(rows, |row| (random(row) >> 49) as f64 / 10.0), Column::Volume),
        ("decimals, 42 bits", kind(rows, |row| (random(row) >> 22) as f64 / 1e8), Column::Volume),
        ("decimals, 15 bits, from the middle of a block", kind(rows, |row| (random(row) >> 49) as f64), Column::Volume),
    ];
    for (number, (name, bars, column)) in kinds.into_iter().enumerate() {
        folder.write(200 + number as u64, &origin(), &bars).expect("written");
        let segment = folder.segment(200 + number as u64).expect("opens");
        let start = if name.contains("middle") { 500 } else { 0 };
        print_decode(name, &segment, column, start..rows - (start > 0) as usize * 524);
    }
    let columns = million.clone().into_columns();
    let part = |values: &[f64]| values[..rows].to_vec();
    let real = Columns {
        times: columns.times[..rows].to_vec(),
        open: part(&columns.open),
        high: part(&columns.high),
        low: part(&columns.low),
        close: part(&columns.close),
        volume: part(&columns.volume),
        extra: vec![],
    };
    folder.write(300, &origin(), &Bars::with_gaps(real).expect("valid")).expect("written");
    let segment = folder.segment(300).expect("opens");
    for column in Column::ALL {
        print_decode(&format!("real {}", column.name()), &segment, column, 0..rows);
    }
    let mut times = Vec::with_capacity(rows);
    segment.verify_times(0..rows).expect("sound");
    let seconds = best(50, || {
        times.clear();
        segment.times(0..rows, &mut times);
        black_box(&times);
    });
    println!("{:<44}{:>9.3}", "real times", seconds * 1e9 / rows as f64);
}

fn print_decode(name: &str, segment: &Segment, column: Column, rows: Range<usize>) {
    segment.verify(0..segment.rows(), &Column::ALL).expect("sound");
    let mut scratch = [0.0; BLOCK];
    let seconds = best(200, || {
        for start in rows.clone().step_by(BLOCK) {
            black_box(segment.values(column, start..(start + BLOCK).min(rows.end), &mut scratch));
        }
    });
    println!("{name:<44}{:>9.3}", seconds * 1e9 / rows.len() as f64);
}

/// Eight sums, as fast as the values come.
fn sum(values: &[f64]) -> f64 {
    let (eights, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for eight in eights {
        for lane in 0..8 {
            sums[lane] += eight[lane];
        }
    }
    sums.iter().sum::<f64>() + rest.iter().sum::<f64>()
}

fn scan(source: &dyn Source, columns: &[Column], rows: Range<usize>) -> f64 {
    let mut scratch = [0.0; BLOCK];
    let mut total = 0.0;
    for start in rows.clone().step_by(BLOCK) {
        for &column in columns {
            total += sum(source.values(column, start..(start + BLOCK).min(rows.end), &mut scratch));
        }
    }
    total
}

/// Rows of the same bars in both forms; those out of cache in many files.
struct Forms {
    what: &'static str,
    packed: Vec<Arc<Segment>>,
    raw: Vec<Arc<Bars>>,
}

fn forms(folder: &Folder, million: &Bars) -> [Forms; 3] {
    let small = |what, blocks: usize| {
        let mut bars = Bars::with_capacity(blocks * BLOCK);
        bars.extend(million, 0..blocks * BLOCK);
        let packed = vec![written(folder, &bars)];
        Forms { what, packed, raw: vec![Arc::new(bars)] }
    };
    let many = Forms {
        what: "out of cache, 12M rows",
        packed: (0..12).map(|_| written(folder, million)).collect(),
        raw: (0..12).map(|_| Arc::new(million.clone())).collect(),
    };
    [small("in L2, 8k rows", 8), small("in L3, 50k rows", 50), many]
}

fn written(folder: &Folder, bars: &Bars) -> Arc<Segment> {
    static NUMBER: AtomicU64 = AtomicU64::new(10_000);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    folder.write(number, &origin(), bars).expect("written");
    let segment = folder.segment(number).expect("opens");
    segment.verify(0..segment.rows(), &Column::ALL).expect("sound");
    Arc::new(segment)
}

fn scans(forms: &[Forms]) {
    println!("\nsum of columns, ns/value of one thread\n{:<44}{:>9}{:>9}{:>9}", "what", "packed", "raw", "ratio");
    let cases = [("close", &[Column::Close][..]), ("all five", &Column::ALL[..])];
    for (form, (name, columns)) in forms.iter().flat_map(|form| cases.map(|case| (form, case))) {
        fn work<S: Source>(part: &Arc<S>, columns: &[Column], share: Share) {
            black_box(scan(&**part, columns, share.rows(part.rows())));
        }
        let packed = |part: usize, share| work(&form.packed[part], columns, share);
        let raw = |part: usize, share| work(&form.raw[part], columns, share);
        compare(&format!("{}, {name}", form.what), form, columns.len() as f64, &packed, &raw);
    }
}

/// The indicators of a plan computed over both forms.
fn plans(forms: &[Forms]) {
    println!("\nindicators, ns/bar of one thread\n{:<44}{:>9}{:>9}{:>9}", "what", "packed", "raw", "ratio");
    let cases = [("sma", &["sma(20)"][..]), ("five", &["sma(20)", "ema(20)", "rsi(14)", "macd", "bbands(20)"][..])];
    for (form, (name, texts)) in forms.iter().flat_map(|form| cases.map(|case| (form, case))) {
        let expressions = Expression::parse_all(texts, &Limits::default()).expect("known indicators");
        let mut graph = Graph::default();
        let ports: Vec<_> = expressions.iter().map(|expression| expression.port(&mut graph)).collect();
        let plan = Arc::new(Plan::new(graph, &ports));
        fn work<S: Source>(plan: &Arc<Plan>, part: &Arc<S>, share: Share) {
            let mut matrix = Matrix::zeros(BLOCK, plan.outputs());
            let rows = share.rows(part.rows());
            let mut reading = PlanReader::new(plan, part, rows.start);
            for _ in rows.step_by(BLOCK) {
                reading.next(BLOCK, &mut matrix, &|| true).expect("goes on");
            }
            black_box(&matrix);
        }
        let packed = |part: usize, share| work(&plan, &form.packed[part], share);
        let raw = |part: usize, share| work(&plan, &form.raw[part], share);
        compare(&format!("{}, {name}", form.what), form, 1.0, &packed, &raw);
    }
}

/// Which part of the rows a thread takes.
#[derive(Clone, Copy)]
struct Share {
    thread: usize,
    threads: usize,
}

impl Share {
    fn rows(self, rows: usize) -> Range<usize> {
        let blocks = rows / BLOCK;
        blocks * self.thread / self.threads * BLOCK..blocks * (self.thread + 1) / self.threads * BLOCK
    }
}

type Work<'a> = &'a (dyn Fn(usize, Share) + Sync);

/// Prints what both forms take, on one thread and, out of cache, on all. Each part is timed on its own and the best times
/// are added, so that other work on the machine is seen as little as can be.
fn compare(what: &str, form: &Forms, each: f64, packed: Work<'_>, raw: Work<'_>) {
    let rows: usize = form.raw.iter().map(|bars| bars.len()).sum();
    let all = std::thread::available_parallelism().map_or(1, usize::from);
    let (repeats, threads) = if rows < 1 << 20 { (300, vec![1]) } else { (15, vec![1, all]) };
    for threads in threads {
        let [mut best_packed, mut best_raw] =
            [vec![f64::INFINITY; form.raw.len()], vec![f64::INFINITY; form.raw.len()]];
        for _ in 0..repeats {
            for (best, work) in [(&mut best_packed, packed), (&mut best_raw, raw)] {
                for (part, best) in best.iter_mut().enumerate() {
                    *best = best.min(in_threads(threads, part, work));
                }
            }
        }
        let ns = |best: &[f64]| best.iter().sum::<f64>() * 1e9 * threads as f64 / (rows as f64 * each);
        let (packed, raw) = (ns(&best_packed), ns(&best_raw));
        println!("{:<44}{packed:>9.3}{raw:>9.3}{:>8.2}x", format!("{what}, {threads} threads"), raw / packed);
    }
}

/// The seconds from when all threads are ready until the last is done.
fn in_threads(threads: usize, part: usize, work: Work<'_>) -> f64 {
    let ready = Barrier::new(threads);
    let timed = |thread| {
        ready.wait();
        let start = Instant::now();
        work(part, Share { thread, threads });
        start.elapsed().as_secs_f64()
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            .map(|thread| {
                let timed = &timed;
                scope.spawn(move || timed(thread))
            })
            .collect();
        let own = timed(0);
        others.into_iter().map(|other| other.join().expect("no panic")).fold(own, f64::max)
    })
}

/// What a scan of a file leaves behind in memory that is the process's own.
fn memory(folder: &Folder) {
    let before = private_kib();
    let segment = folder.segment(MILLION).expect("opens");
    segment.verify(0..segment.rows(), &Column::ALL).expect("sound");
    black_box(scan(&segment, &Column::ALL, 0..segment.rows()));
    let private = private_kib().saturating_sub(before);
    println!(
        "\nscan of 1M rows: {private} KiB more private memory, beside {} KiB of the file itself",
        segment.bytes() / 1024
    );
}

/// Memory that is the process's own; pages of files go when others need room.
fn private_kib() -> u64 {
    let smaps = fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
    let field = |name: &str| {
        let line = smaps.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    field("Private_Dirty:").unwrap_or(0)
}

fn origin() -> Origin {
    Origin { id: SeriesId::parse("BENCH", "1m").expect("valid"), series: 1, commit: CommitId::default() }
}
