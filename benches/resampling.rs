//! Resampling of a million 1m bars to 1h, from raw columns and from a price file, beside `group_by_dynamic` of Polars.
//!
//! `cargo bench --bench resampling` prints medians and ratios of one run. Polars is run by the Python that `ATRAD_PYTHON` names,
//! or else `python3`; without it only our figures are printed.

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use atrad::prices::Folder;
use atrad::series::{Bar, Bars, Column, Columns, CommitId, Fill, Fold, Grid, Origin, Resampling, SeriesId, Source};

const ROWS: usize = 1_000_000;
const MINUTE: i64 = 60_000_000_000;
const BLOCK: usize = 1024;
const TIMES: usize = 21;

fn main() {
    let bars = minutes();
    let directory = tempfile::tempdir().expect("a folder");
    let folder = Folder::open(directory.path()).expect("opens");
    let id = SeriesId::parse("BENCH", "1m").expect("valid");
    let origin = Origin { id, series: 1, commit: CommitId::default() };
    folder.write(1, &origin, &bars).expect("written");
    let packed = folder.segment(1).expect("opens");
    assert_eq!(hours(&bars), hours(&packed), "the same bars wherever they lie");
    let raw = median(|| hours(&bars));
    let packed = median(|| hours(&packed));
    println!("1h of {ROWS} minutes, one thread, median of {TIMES}");
    println!("raw columns    {raw:8.3} ms");
    println!("a price file   {packed:8.3} ms");
    match polars(directory.path(), &bars) {
        Some(polars) => println!(
            "Polars         {polars:8.3} ms   {:.1}x of raw columns, {:.1}x of a price file",
            polars / raw,
            polars / packed
        ),
        None => println!("Polars         not installed"),
    }
}

/// A walk of prices, a bar a minute, with every seventh hour left out.
fn minutes() -> Bars {
    let mut columns = Columns::with_capacity(ROWS);
    let (mut seed, mut price) = (1_u64, 100.0_f64);
    let mut random = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 40) as f64 / (1 << 24) as f64
    };
    for minute in (0_i64..).filter(|minute| minute / 60 % 7 != 6).take(ROWS) {
        let open = price;
        price = ((price + random() - 0.5).abs() * 100.0).round() / 100.0;
        let (high, low) = (open.max(price) + 0.25, (open.min(price) - 0.25).max(0.0));
        columns.push(Bar { time: minute * MINUTE, open, high, low, close: price, volume: (random() * 1e4).round() });
    }
    Bars::new(columns).expect("valid")
}

fn hours(source: &impl Source) -> Bars {
    let mut fold = Fold::new(Grid::new("1h".parse().expect("valid"), &Resampling::default()), Fill::None);
    let (mut hours, mut times) = (Bars::default(), Vec::with_capacity(BLOCK));
    let mut scratch = [[0.0; BLOCK]; 5];
    for start in (0..source.rows()).step_by(BLOCK) {
        let rows = start..source.rows().min(start + BLOCK);
        times.clear();
        source.times(rows.clone(), &mut times);
        let mut scratch = scratch.iter_mut();
        let columns = Column::ALL
            .map(|column| source.values(column, rows.clone(), &mut scratch.next().expect("five")[..rows.len()]));
        fold.feed(&times, columns, |bar| hours.push(bar));
    }
    hours.extend(&newest(&fold), 0..1);
    hours
}

fn newest(fold: &Fold) -> Bars {
    let mut bars = Bars::default();
    bars.push(fold.newest(i64::MAX).expect("there are bars").0);
    bars
}

/// The median time of `work` in milliseconds.
fn median<T>(work: impl Fn() -> T) -> f64 {
    let mut times: Vec<f64> = (0..TIMES)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[TIMES / 2]
}

const SCRIPT: &str = r#"
import sys, time, array
import polars as pl
columns = {}
for name, kind in [("time", "q")] + [(name, "d") for name in ("open", "high", "low", "close", "volume")]:
    values = array.array(kind)
    with open(f"{sys.argv[1]}/{name}", "rb") as file:
        values.frombytes(file.read())
    columns[name] = pl.Series(name, values.tolist(), dtype=pl.Int64 if kind == "q" else pl.Float64)
frame = pl.DataFrame(columns).with_columns(pl.col("time").cast(pl.Datetime("ns"))).set_sorted("time")
times = []
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    hours = frame.group_by_dynamic("time", every="1h").agg(
        pl.col("open").first(), pl.col("high").max(), pl.col("low").min(), pl.col("close").last(), pl.col("volume").sum())
    times.append(time.perf_counter() - start)
print(sorted(times)[len(times) // 2] * 1e3, hours.height, hours["volume"].sum())
"#;

/// The median time of Polars in milliseconds; `None` when there is no Polars.
fn polars(folder: &Path, bars: &Bars) -> Option<f64> {
    let write = |name: &str, bytes: Vec<u8>| std::fs::write(folder.join(name), bytes).expect("written");
    write("time", bars.times().iter().flat_map(|time| time.to_le_bytes()).collect());
    for column in Column::ALL {
        write(column.name(), bars.column(column).iter().flat_map(|value| value.to_le_bytes()).collect());
    }
    let python = std::env::var("ATRAD_PYTHON").unwrap_or_else(|_| "python3".into());
    let output = Command::new(python).arg("-c").arg(SCRIPT).arg(folder).arg(TIMES.to_string()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    let numbers: Vec<f64> = text.split_whitespace().map(|number| number.parse().expect("a number")).collect();
    let ours = hours(bars);
    assert_eq!(numbers[1] as usize, ours.len(), "the same hours");
    assert_eq!(numbers[2], ours.column(Column::Volume).iter().sum::<f64>(), "of the same bars");
    Some(numbers[0])
}
