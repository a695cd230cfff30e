//! CSV import: rows per second through `atrad import`, durable, beside Polars' `read_csv` of the same file in the same run.
//!
//! `ATRAD_POLARS` names a Python that has Polars; without it only our figures are printed. `-- ROWS` sets the rows.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use flate2::read::GzDecoder;

const ROWS: usize = 5_000_000;
const ROUNDS: usize = 3;

/// Reads the file on two threads and prints the seconds, without the start of Python.
const POLARS: &str = "import sys, time, polars\nstart = time.perf_counter()\n\
    rows = polars.read_csv(sys.argv[1]).height\nprint(time.perf_counter() - start, rows)";

fn main() {
    let rows = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(ROWS);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bars.csv");
    write(&file, rows);
    let bytes = file.metadata().expect("written").len();
    println!("{rows} rows, {bytes} bytes, the real bars of BTCUSDT over and over");
    let polars = std::env::var_os("ATRAD_POLARS");
    let mut seconds: [Vec<f64>; 3] = Default::default();
    for round in 0..ROUNDS {
        let data = folder.path().join(format!("data{round}"));
        seconds[0].push(import(&file, &["--data", data.to_str().expect("text")]));
        let (mut server, address) = serve(&folder.path().join(format!("served{round}")));
        seconds[1].push(import(&file, &["--server", &address]));
        server.kill().expect("it runs");
        server.wait().expect("it ended");
        if let Some(python) = &polars {
            let output = Command::new(python).args(["-c", POLARS]).arg(&file).env("POLARS_MAX_THREADS", "2").output();
            let text = String::from_utf8(output.expect("started").stdout).expect("text");
            seconds[2].push(text.split(' ').next().and_then(|text| text.parse().ok()).expect("seconds"));
        }
    }
    let medians = seconds.map(|mut seconds| {
        seconds.sort_by(f64::total_cmp);
        seconds.get(seconds.len() / 2).copied()
    });
    for (name, median) in ["into a data folder", "through a server", "polars.read_csv"].iter().zip(medians) {
        let Some(median) = median else { continue };
        let ratio = medians[2].map(|polars| format!("{:.2}x", polars / median)).unwrap_or_default();
        println!("{name:<20} {:>6.2} M rows/s {ratio}", rows as f64 / median / 1e6);
    }
}

/// Seconds of an import, from the start of the process to its end.
fn import(file: &Path, place: &[&str]) -> f64 {
    let started = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_atrad"));
    command.arg("import").arg(file).args(["--symbol", "A", "--timeframe", "1m", "--log", "warn"]).args(place);
    let output = command.output().expect("started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    started.elapsed().as_secs_f64()
}

fn serve(data: &Path) -> (Child, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atrad"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--log", "warn", "--data"]).arg(data);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("started");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("read");
    (child, line.trim_end().strip_prefix("listening on ").expect("it listens").to_owned())
}

/// The bundled bars again and again, a minute apart, in the shape of most exchanges: milliseconds and five numbers.
fn write(path: &Path, rows: usize) {
    let bundled = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/dolphindb_btcusdtswap_15m.csv.gz");
    let mut text = String::new();
    GzDecoder::new(File::open(bundled).expect("there")).read_to_string(&mut text).expect("read");
    let bars: Vec<&str> = text.lines().skip(1).filter_map(|line| Some(line.split_once(',')?.1)).collect();
    let mut output = BufWriter::new(File::create(path).expect("made"));
    writeln!(output, "time,open,high,low,close,volume").expect("written");
    for (row, bar) in bars.iter().cycle().take(rows).enumerate() {
        writeln!(output, "{},{bar}", 1_500_000_000_000 + row * 60_000).expect("written");
    }
}
