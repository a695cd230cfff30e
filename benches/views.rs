//! What a view of the bars costs: adjusted for splits and dividends, or as of a time, beside the bars as they are.
//!
//! `cargo bench --bench views` stores a million bars and a hundred actions, and computes all rows of some expressions without
//! caches: medians of one run, in nanoseconds a bar.

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use atrad::app::{ActionKind, Adjust, App, BarsFrom, CallContext, Config, CorporateAction, Question, Since};
use atrad::series::{Bars, Columns, Resampling, SeriesId, Span};
use common::series;

const ROWS: usize = 1_000_000;
const ACTIONS: usize = 100;
const RUNS: usize = 15;

/// One question at a time, each over another range, so that no answer is a cached one.
struct Asker<'a> {
    app: &'a Arc<App>,
    runtime: &'a tokio::runtime::Runtime,
    id: SeriesId,
    asked: u64,
}

impl Asker<'_> {
    /// The nanoseconds a bar of one answer.
    fn seconds(&mut self, texts: &[&str], adjust: Adjust, as_of: Option<i64>) -> f64 {
        self.asked += 1;
        let span = Span::new(None, None, Some(ROWS as u64 - self.asked)).expect("valid").as_of(as_of);
        let compiled = self.app.compute.compile(texts).expect("valid");
        let (from, resampling, since) = (BarsFrom::Series(self.id.clone()), Resampling::default(), None::<Since>);
        let question = Question { from, resampling, span, compiled, persist: None, since, adjust };
        let begun = Instant::now();
        let answer = self.runtime.block_on(self.app.compute.unary(question, CallContext::default()));
        black_box(answer.expect("computed"));
        begun.elapsed().as_secs_f64() * 1e9 / ROWS as f64
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = Config { data: folder.path().into(), ..Config::default() };
    config.limits.answer_bytes_max = 1 << 30;
    let app = runtime.block_on(async { App::open(config).expect("opens") });
    let bars = Bars::new(series::walk(3, ROWS, 100.0, 0.1)).expect("good bars");
    let id = SeriesId::parse("BENCH", "1m").expect("valid");
    runtime.block_on(async {
        for rows in (0..ROWS).step_by(100_000) {
            let mut part = Columns::default();
            (rows..rows + 100_000).for_each(|row| part.push(bars.bar(row)));
            app.write.ingest(id.clone(), Bars::new(part).expect("good bars")).await.expect("stored");
        }
        let action = |number: usize| {
            let (kind, value) =
                if number.is_multiple_of(10) { (ActionKind::Split, 2.0) } else { (ActionKind::Dividend, 0.01) };
            CorporateAction { ex_time: bars.times()[(number + 1) * (ROWS / (ACTIONS + 2))], kind, value }
        };
        let actions = (0..ACTIONS).map(action).collect();
        app.actions.put(id.symbol.clone(), actions, &CallContext::default()).await.expect("stored");
    });
    let now = bars.times().last().copied().map(|last| last + 3600 * 1_000_000_000);
    let mut asker = Asker { app: &app, runtime: &runtime, id, asked: 0 };
    println!("{ROWS} bars, {ACTIONS} actions, ns a bar, medians of {RUNS}; ratios to plain");
    for texts in
        [&["close"][..], &["rsi(14)"], &["atr(14)"], &["rsi(14)", "atr(14)", "sma(volume, 20)", "ema(close, 50)"]]
    {
        let mut found = [const { Vec::new() }; 3];
        for _ in 0..RUNS {
            // In turn, so that a busy machine slows all of them.
            for (times, (adjust, as_of)) in
                found.iter_mut().zip([(Adjust::None, None), (Adjust::Total, None), (Adjust::None, now)])
            {
                times.push(asker.seconds(texts, adjust, as_of));
            }
        }
        let [plain, adjusted, as_of] = found.map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[RUNS / 2]
        });
        println!(
            "{texts:?}: plain {plain:.2}, adjusted {adjusted:.2} ({:.2}x), as of {as_of:.2} ({:.2}x)",
            adjusted / plain,
            as_of / plain
        );
    }
    runtime.block_on(app.close());
}
