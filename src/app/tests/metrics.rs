//! Benchmarks, printed for a person: `cargo test --release --lib -- --ignored --nocapture app::tests::metrics`.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::fixture::{app, bars, id, ingest, last, question};

const REPEATS: i64 = 101;

fn show(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let percentile = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!("{what}: p50 {:?}, p99 {:?}", percentile(50), percentile(99));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "prints metrics, tests nothing"]
async fn metrics() {
    let (_directory, app) = app();
    let mut times = Vec::new();
    for batch in 0..REPEATS {
        let bars = bars(batch * 10_000..(batch + 1) * 10_000, 0);
        let start = Instant::now();
        ingest(&app, 1, bars).await;
        times.push(start.elapsed());
    }
    show("10,000 bars ingested durably", times);

    for callers in [1, 64] {
        let start = Instant::now();
        let rounds = 2000 / callers;
        let writers = (0..callers).map(|caller| {
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                for minute in 0..rounds as i64 {
                    ingest(&app, 100 + caller, bars(minute..minute + 1, 0)).await;
                }
            })
        });
        join_all(writers).await.into_iter().for_each(|done| done.expect("stored"));
        let rate = (rounds * callers) as f64 / start.elapsed().as_secs_f64();
        println!("batches of 1 bar from {callers} callers, each its series: {rate:.0} per second");
    }
    let start = Instant::now();
    for minute in 0..500 {
        join_all((0..64).map(|call| app.write.ingest(id(900), bars(minute * 64 + call..minute * 64 + call + 1, 0))))
            .await;
    }
    println!("batches of 1 bar, 64 at once to one series: {:.0} per second", 32_000.0 / start.elapsed().as_secs_f64());

    ingest(&app, 2, bars(0..1000, 0)).await;
    let mut minute = REPEATS * 10_000;
    for (series, text, span) in
        [(2, "rsi(14)", 1000), (1, "rsi(14)", 1000), (1, "sma(20)", 1000), (1, "sma(20)", 50_000)]
    {
        // Each time after a change, so that no answer is cached.
        let mut times = Vec::new();
        for _ in 0..REPEATS {
            minute += 1;
            ingest(&app, series, bars(minute..minute + 1, 0)).await;
            let start = Instant::now();
            app.compute.unary(question(series, last(span), &[text]), None).await.expect("computed");
            times.push(start.elapsed());
        }
        show(&format!("{text} of the last {span} of {} bars", app.bars.get(&id(series)).expect("there").rows), times);
    }
    println!("{:#?}", app.metrics().writer);
    app.close().await;
}
