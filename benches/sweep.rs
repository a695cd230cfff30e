//! Sweeps and screens: many variants of an expression over one series, and one condition over many series.
//!
//! `cargo bench --bench sweep [-- NAME... LEVEL]`: `newest` (200 EMA periods beside 200 calls of TA-Lib), `grid` (10,000
//! crossovers), `screen` (five indicators over many series); at the highest level of SIMD, or that which is named.

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use atrad::app::{
    Adjust, App, BarsFrom, Config, Screen, ScreenPart, ScreenTexts, Selection, Sweep, SweepPart, SweepQuery, SweepTexts,
};
use atrad::kernel::Level;
use atrad::series::{Bars, Column, Resampling, SeriesId, Span};
use common::{Question, series, talib};
use futures_util::StreamExt;
use ta_lib::Core;

/// The allocator of the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut names: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    names.retain(|name| Level::by_name(name).map(Level::choose).is_none());
    println!("{}", Level::current().name());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let app = runtime
        .block_on(async { App::open(Config { data: folder.path().into(), ..Config::default() }).expect("opens") });
    for (name, work) in
        [("newest", newest as fn(&tokio::runtime::Runtime, &Arc<App>)), ("grid", grid), ("screen", screen)]
    {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            work(&runtime, &app);
        }
    }
    runtime.block_on(app.close());
}

fn walk(seed: u64, rows: usize) -> Bars {
    Bars::new(series::walk(seed, rows, 100.0, 2.0)).expect("good bars")
}

/// The median seconds of several runs.
fn median(runs: usize, mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[runs / 2]
}

/// Sweeps, and returns the number of variants.
fn sweep(
    runtime: &tokio::runtime::Runtime,
    app: &Arc<App>,
    bars: &Arc<Bars>,
    expression: &str,
    reduction: &str,
) -> u64 {
    runtime.block_on(async {
        let texts = SweepTexts {
            expressions: vec![expression.into()],
            reductions: vec![reduction.into()],
            ..SweepTexts::default()
        };
        let query = SweepQuery::parse(texts, app.limits()).expect("valid");
        let from = BarsFrom::Bars(Arc::clone(bars));
        let question = Sweep { from, resampling: Resampling::default(), span: Span::ALL, query, adjust: Adjust::None };
        let mut parts = pin!(app.compute.sweep(question, None).await.expect("begun"));
        let mut tried = 0;
        while let Some(part) = parts.next().await {
            if let SweepPart::Summary(summary) = black_box(part.expect("swept")) {
                tried = summary.tried;
            }
        }
        tried
    })
}

/// The newest value of 200 averages.
fn newest(runtime: &tokio::runtime::Runtime, app: &Arc<App>) {
    for rows in [50_000, 1_000_000] {
        let bars = Arc::new(walk(1, rows));
        let core = Core::new();
        let ema = atrad::indicator::registry::indicator("ema").expect("there");
        let function = talib::function(ema).expect("TA-Lib has it");
        let mut room = talib::Room::of(function.info(), rows);
        let theirs = median(5, || {
            for period in 5..205 {
                let question = Question::default(ema).with_bars(period);
                let mut call = talib::call(&core, &question, &bars, &mut room);
                call.call(0, rows - 1).expect("TA-Lib answers");
            }
        });
        let ours = median(99, || assert_eq!(sweep(runtime, app, &bars, "ema(5..204)", "last"), 200));
        let all = median(29, || assert_eq!(sweep(runtime, app, &bars, "ema(5..204)", "mean"), 200));
        println!(
            "200 EMA periods, {rows} bars: last {:.2} ms, mean {:.2} ms, TA-Lib {:.2} ms: {:.1}x and {:.1}x",
            ours * 1e3,
            all * 1e3,
            theirs * 1e3,
            theirs / ours,
            theirs / all
        );
    }
    black_box(Column::Close);
}

/// The return of 10,000 crossovers.
fn grid(runtime: &tokio::runtime::Runtime, app: &Arc<App>) {
    const ROWS: usize = 50_000;
    let bars = Arc::new(walk(2, ROWS));
    let pair = "ema(5..104 as fast), ema(105..304 step 2 as slow)";
    for (text, reduction) in [
        (format!("crossover({pair})"), "count_true"),
        (format!("shift({}, 1) * returns", pair.replace(", ema", " > ema")), "sum"),
    ] {
        let seconds = median(3, || assert_eq!(sweep(runtime, app, &bars, &text, reduction), 10_000));
        let each = seconds * 1e9 / (10_000.0 * ROWS as f64);
        println!(
            "10,000 variants x {ROWS} bars, {reduction} of {text}: {seconds:.2} s, {each:.2} ns per variant and bar"
        );
    }
    println!("peak memory {} MB", peak_kib() / 1024);
}

/// The peak of the resident memory of this process.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// A condition of five indicators at the newest bar of many series.
fn screen(runtime: &tokio::runtime::Runtime, app: &Arc<App>) {
    const SERIES: usize = 1000;
    const ROWS: usize = 2500;
    runtime.block_on(async {
        for number in 0..SERIES {
            let id = SeriesId::parse(&format!("S{number:04}"), "1d").expect("valid");
            app.write.ingest(id, walk(number as u64, ROWS)).await.expect("stored");
        }
    });
    let condition = "rsi(14) < 60 and close > sma(200) and adx(14) > 10 and atr(14) > 0 and macd(12, 26, 9).hist < 100";
    let run = |condition: &str| {
        runtime.block_on(async {
            let texts = ScreenTexts { condition: condition.into(), ..ScreenTexts::default() };
            let selection = Selection::parse(&[], "1d", app.limits()).expect("valid");
            let query = app.compute.screen_query(texts).expect("valid");
            let question =
                Screen { selection, resampling: Resampling::default(), as_of: None, query, adjust: Adjust::None };
            let mut parts = pin!(app.compute.screen(question, None).expect("begun"));
            while let Some(part) = parts.next().await {
                if let ScreenPart::Summary(summary) = part.expect("screened") {
                    assert_eq!((summary.scanned, summary.failed), (SERIES as u64, 0));
                }
            }
        });
    };
    run("close > 0");
    let start = Instant::now();
    run(condition);
    let cold = start.elapsed().as_secs_f64();
    let warm = median(9, || run(condition));
    let each = cold * 1e9 / (SERIES * ROWS) as f64;
    println!(
        "{SERIES} series x {ROWS} bars, five indicators: cold {:.2} ms ({each:.2} ns per bar), warm {:.2} ms",
        cold * 1e3,
        warm * 1e3
    );
}
