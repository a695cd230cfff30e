//! Nanoseconds per bar of every indicator beside TA-Lib: 100,000 bars, one thread, the caller's buffers, defaults.
//!
//! `cargo bench --bench indicators [-- NAME... LEVEL]`

#[path = "../tests/common/mod.rs"]
mod common;

use std::sync::Arc;
use std::time::Instant;

use atrad::indicator::{Plan, registry};
use atrad::kernel::Level;
use atrad::series::Bars;
use common::{Question, plan, series, talib};
use ta_lib::Core;

const ROWS: usize = 100_000;
const RUNS: usize = 31;

fn main() {
    let mut names: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    names.retain(|name| Level::by_name(name).map(Level::choose).is_none());
    let bars = Bars::new(series::walk(1, ROWS, 100.0, 2.0)).expect("good bars");
    println!("{ROWS} bars, medians of {RUNS} runs in turn, {}", Level::current().name());
    println!("{:24}{:>10}{:>10}{:>8}", "indicator", "atrad", "TA-Lib", "ratio");
    let mut ratios = Vec::new();
    for indicator in registry::INDICATORS.iter() {
        if names.is_empty() || names.iter().any(|name| name == indicator.name) {
            let (ours, theirs) = measure(&Question::default(indicator), &bars);
            let ratio = theirs.map(|theirs| theirs / ours);
            let text = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.2}"));
            println!("{:24}{ours:>10.2}{:>10}{:>8}", indicator.name, text(theirs), text(ratio));
            ratios.extend(ratio.map(|ratio| (ratio, indicator.name)));
        }
    }
    ratios.sort_by(|one, two| one.0.total_cmp(&two.0));
    if let Some((ratio, name)) = ratios.first() {
        let mean = ratios.iter().map(|(ratio, _)| ratio.ln()).sum::<f64>() / ratios.len() as f64;
        println!("geometric mean {:.2}, slowest {name} {ratio:.2}", mean.exp());
    }
}

/// The median nanoseconds per bar of both.
fn measure(question: &Question, bars: &Bars) -> (f64, Option<f64>) {
    let core = Core::new();
    let plan = plan(&[question.text()]);
    let mut outputs = vec![vec![0.0; ROWS]; plan.outputs()];
    let function = talib::function(question.indicator);
    let mut room = function.map_or(vec![], |function| talib::Room::of(function.info(), ROWS));
    let mut call = function.map(|_| talib::call(&core, question, bars, &mut room));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.push(nanoseconds(|| run(&plan, bars, &mut outputs)));
        if let Some(call) = &mut call {
            theirs.push(nanoseconds(|| {
                call.call(0, ROWS - 1).expect("TA-Lib answers");
            }));
        }
    }
    (median(ours).expect("measured"), median(theirs))
}

fn run(plan: &Arc<Plan>, bars: &Bars, outputs: &mut [Vec<f64>]) {
    let columns: Vec<&[f64]> = plan.columns().iter().map(|&column| bars.column(column)).collect();
    let mut outputs: Vec<&mut [f64]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
    plan.start().feed(&columns, &mut outputs);
}

fn nanoseconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_nanos() as f64 / ROWS as f64
}

fn median(mut times: Vec<f64>) -> Option<f64> {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}
