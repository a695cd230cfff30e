//! Nanoseconds per bar of every kernel that an indicator uses, beside what the kernel declares: the measure of admission
//! and scheduling. A ratio outside 0.5 to 2 is marked.
//!
//! `cargo bench --bench costs [-- LEVEL] [--write FILE]`

#[path = "../tests/common/mod.rs"]
mod common;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Instant;

use atrad::indicator::registry;
use atrad::kernel::{BLOCK, Kernel, Level};
use common::{Question, kernel_name, plan, series};

/// The numbers of bars of the windows, besides the defaults.
const WINDOWS: [usize; 3] = [50, 400, 2000];
const RUNS: usize = 15;
/// A run ends after this time, or after `BLOCKS`.
const RUN_SECONDS: f64 = 0.001;
const BLOCKS: usize = 8;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    for name in &arguments {
        if let Some(level) = Level::by_name(name) {
            level.choose();
        }
    }
    let mut report = String::new();
    let mut found = BTreeMap::new();
    for indicator in registry::INDICATORS.iter() {
        let default = Question::default(indicator);
        let questions = WINDOWS.map(|bars| default.with_bars(bars));
        for question in std::iter::once(&default).chain(&questions) {
            for (kernel, inputs) in plan(&[question.text()]).steps() {
                let name = kernel_name(kernel);
                found.entry(name).or_insert_with(|| (kernel.cost(), measure(kernel, inputs)));
            }
        }
    }
    println!("{} kernels, the fastest of {RUNS} runs, {}", found.len(), Level::current().name());
    println!("{:>10}{:>10}{:>8}  kernel", "declared", "measured", "ratio");
    for (name, (declared, measured)) in &found {
        let ratio = declared / measured;
        let mark = if (0.5..=2.0).contains(&ratio) { ' ' } else { '!' };
        println!("{declared:>10.1}{measured:>10.1}{ratio:>7.2}{mark}  {name}");
        writeln!(report, "{measured:.1}\t{name}").expect("a string takes any text");
    }
    if let [.., option, path] = &arguments[..]
        && option == "--write"
    {
        std::fs::write(path, report).expect("writable");
    }
}

/// The least nanoseconds per bar of a kernel whose window is full: other load only adds.
fn measure(kernel: &dyn Kernel, inputs: usize) -> f64 {
    let walk = series::walk(1, BLOCK * BLOCKS, 100.0, 2.0);
    let columns = [&walk.close, &walk.open, &walk.high, &walk.low, &walk.volume];
    let mut outputs = vec![vec![0.0; BLOCK]; kernel.outputs()];
    let mut times: Vec<f64> = Vec::with_capacity(RUNS);
    let mut state = kernel.start();
    let mut feed = |state: &mut dyn atrad::kernel::State, block: usize| {
        let rows = block % BLOCKS * BLOCK..(block % BLOCKS + 1) * BLOCK;
        let inputs: Vec<&[f64]> = (0..inputs).map(|input| &columns[input % columns.len()][rows.clone()]).collect();
        let mut outputs: Vec<&mut [f64]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
        state.feed(&inputs, &mut outputs);
    };
    for block in 0..=kernel.lookback().div_ceil(BLOCK).min(8) {
        feed(&mut *state, block);
    }
    for _ in 0..RUNS {
        let (start, mut blocks) = (Instant::now(), 0);
        while blocks < BLOCKS && start.elapsed().as_secs_f64() < RUN_SECONDS {
            feed(&mut *state, blocks);
            blocks += 1;
        }
        times.push(start.elapsed().as_nanos() as f64 / (blocks * BLOCK) as f64);
    }
    times.into_iter().fold(f64::INFINITY, f64::min)
}
