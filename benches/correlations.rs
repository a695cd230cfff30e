//! A correlation matrix beside numpy's `corrcoef` and a product of ndarray, each with its default threads: minimum and
//! median of many runs, in microseconds. Numpy is that of `python3`; without it the others are compared.
//!
//! `cargo bench --bench correlations [-- LEVEL]`

#[path = "../tests/common/mod.rs"]
mod common;

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

use atrad::app::correlations;
use atrad::kernel::Level;
use common::series::Random;
use ndarray::{Array2, ArrayView2, Axis};

const RUNS: usize = 300;

/// Reads a matrix, times `corrcoef` over it, and writes the times and the answer.
const NUMPY: &str = "
import sys, time, numpy as np
series, rows, runs = map(int, sys.argv[1:])
x = np.frombuffer(sys.stdin.buffer.read()).reshape(series, rows)
times = []
for _ in range(runs):
    start = time.perf_counter()
    c = np.corrcoef(x)
    times.append((time.perf_counter() - start) * 1e6)
sys.stdout.buffer.write(np.array(times).tobytes() + c.tobytes())
";

fn main() {
    for level in std::env::args().skip(1).filter_map(|name| Level::by_name(&name)) {
        level.choose();
    }
    println!("microseconds, the quickest and the middle of {RUNS} runs, {}", Level::current().name());
    println!("{:24}{:>18}{:>18}{:>8}{:>18}{:>8}", "", "atrad", "numpy", "ratio", "ndarray", "ratio");
    for (series, rows) in [(200, 250), (50, 250), (500, 250), (200, 2000)] {
        compare(series, rows);
    }
}

fn compare(series: usize, rows: usize) {
    let mut random = Random(5);
    let common: Vec<f64> = (0..rows).map(|_| random.unit()).collect();
    let column = |_| common.iter().map(|common| 100.0 + common + random.unit()).collect();
    let columns: Vec<Vec<f64>> = (0..series).map(column).collect();
    let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let flat = columns.concat();
    let given = ArrayView2::from_shape((series, rows), &flat).expect("as many as there are");

    let own = || correlations(&slices, &|| true).expect("nobody stops it");
    let mut ours = timed(own);
    let theirs = timed(|| product(given));
    let numpy = numpy(series, rows, &flat);
    // Again after the others, so that whoever else uses the machine harms all alike.
    ours.extend(timed(own));

    let mut line = format!("{:24}{}", format!("{series} series, {rows} rows"), formatted(&ours));
    for (times, values) in
        [numpy, Some((theirs, product(given).into_raw_vec_and_offset().0))].into_iter().map(Option::unzip)
    {
        let (Some(times), Some(values)) = (times, values) else {
            line += &format!("{:>18}{:>8}", "-", "-");
            continue;
        };
        let off = values.iter().zip(own().values()).map(|(one, two)| (one - two).abs()).fold(0.0, f64::max);
        assert!(off < 1e-12, "the answers are the same, not {off} apart");
        line += &format!("{}{:>8.2}", formatted(&times), quickest(&times) / quickest(&ours));
    }
    println!("{line}");
}

/// The same by one product of ndarray, which runs on one thread and is compiled with what this CPU has.
fn product(given: ArrayView2<'_, f64>) -> Array2<f64> {
    let mean = given.mean_axis(Axis(1)).expect("there are rows").insert_axis(Axis(1));
    let mut standard = &given - &mean;
    for mut row in standard.rows_mut() {
        let length = row.dot(&row).sqrt();
        row /= length;
    }
    standard.dot(&standard.t())
}

fn numpy(series: usize, rows: usize, flat: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
    let arguments = [series, rows, RUNS].map(|number| number.to_string());
    let mut python = Command::new("python3");
    let python = python.arg("-c").arg(NUMPY).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut python = python.stderr(Stdio::null()).spawn().ok()?;
    let bytes: Vec<u8> = flat.iter().flat_map(|value| value.to_le_bytes()).collect();
    python.stdin.take()?.write_all(&bytes).ok()?;
    let mut answer = Vec::new();
    python.stdout.take()?.read_to_end(&mut answer).ok()?;
    if !python.wait().ok()?.success() {
        return None;
    }
    let mut times: Vec<f64> = answer.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect();
    let values = times.split_off(RUNS);
    Some((times, values))
}

fn timed<T>(mut work: impl FnMut() -> T) -> Vec<f64> {
    let once = |_| {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed().as_nanos() as f64 / 1e3
    };
    (0..RUNS).map(once).collect()
}

fn quickest(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::INFINITY, f64::min)
}

fn formatted(times: &[f64]) -> String {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    format!("{:>18}", format!("{:.0} / {:.0}", sorted[0], sorted[sorted.len() / 2]))
}
