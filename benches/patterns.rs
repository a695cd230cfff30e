//! Nanoseconds per bar of the candlestick patterns beside TA-Lib: real bars and a random walk, one thread, defaults. All in
//! one plan against one call of TA-Lib each, into full columns and block by block into reused buffers; then each alone.
//!
//! `cargo bench --bench patterns [-- LEVEL]`

#[path = "../tests/common/mod.rs"]
mod common;

use std::sync::Arc;
use std::time::Instant;

use atrad::indicator::{Group, Plan, registry};
use atrad::kernel::{BLOCK, Level};
use atrad::series::Bars;
use common::{Question, plan, real, series, talib};
use ta_lib::Core;

const ROWS: usize = 100_000;
const RUNS: usize = 31;

fn main() {
    for name in std::env::args().skip(1) {
        if let Some(level) = Level::by_name(&name) {
            level.choose();
        }
    }
    let patterns = registry::INDICATORS.iter().filter(|indicator| indicator.group == Group::Pattern);
    let questions: Vec<Question> = patterns.map(|indicator| Question::default(indicator)).collect();
    println!("{} patterns, the quickest of {RUNS} runs in turn, {}", questions.len(), Level::current().name());
    println!("{:44}{:>10}{:>10}{:>8}", "", "atrad", "TA-Lib", "ratio");
    let (real, walk) = (real(), Bars::new(series::walk(1, ROWS, 100.0, 2.0)).expect("good bars"));
    let all: Vec<(&str, &Bars)> =
        real.iter().map(|real| (&*real.name, &*real.bars)).chain([("a walk", &walk)]).collect();
    for (name, bars) in &all {
        compare(&format!("{name}, {}, columns", bars.len()), &questions, bars, into_columns);
        compare(&format!("{name}, {}, blocks", bars.len()), &questions, bars, into_blocks);
    }
    for (name, bars) in &all {
        println!("{name}, each alone");
        alone(&questions, bars);
    }
}

fn alone(questions: &[Question], bars: &Bars) {
    let ratio = |question: &Question| {
        let name = question.indicator.name;
        (compare(&format!("  {name}"), std::slice::from_ref(question), bars, into_columns), name)
    };
    let ratios: Vec<(f64, &str)> = questions.iter().map(ratio).collect();
    let mean = ratios.iter().map(|(ratio, _)| ratio.ln()).sum::<f64>() / ratios.len() as f64;
    let slowest = ratios.iter().min_by(|one, two| one.0.total_cmp(&two.0)).expect("there are patterns");
    println!("  geometric mean {:.2}, slowest {} {:.2}", mean.exp(), slowest.1, slowest.0);
}

/// A way to run a plan; the buffers are the caller's.
type Way = fn(&Arc<Plan>, &Bars, &mut [Vec<f64>]);

fn compare(name: &str, questions: &[Question], bars: &Bars, way: Way) -> f64 {
    let core = Core::new();
    let texts: Vec<String> = questions.iter().map(Question::text).collect();
    let plan = plan(&texts);
    let mut outputs = vec![vec![0.0; bars.len()]; plan.outputs()];
    let room =
        |question: &Question| talib::Room::of(talib::function(question.indicator).expect("known").info(), bars.len());
    let mut rooms: Vec<_> = questions.iter().map(room).collect();
    let calls = questions.iter().zip(&mut rooms).map(|(question, room)| talib::call(&core, question, bars, room));
    let mut calls: Vec<_> = calls.collect();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.push(nanoseconds(bars.len(), || way(&plan, bars, &mut outputs)));
        theirs.push(nanoseconds(bars.len(), || {
            for call in &mut calls {
                call.call(0, bars.len() - 1).expect("TA-Lib answers");
            }
        }));
    }
    let (ours, theirs) = (least(&ours), least(&theirs));
    println!("{name:44}{ours:>10.2}{theirs:>10.2}{:>8.2}", theirs / ours);
    theirs / ours
}

/// All bars at once, every answer into its place in whole columns.
fn into_columns(plan: &Arc<Plan>, bars: &Bars, outputs: &mut [Vec<f64>]) {
    run(plan, bars, outputs, bars.len());
}

/// Every block into the same buffers, as a consumer does that takes them as they come.
fn into_blocks(plan: &Arc<Plan>, bars: &Bars, outputs: &mut [Vec<f64>]) {
    run(plan, bars, outputs, BLOCK);
}

fn run(plan: &Arc<Plan>, bars: &Bars, outputs: &mut [Vec<f64>], portion: usize) {
    let mut run = plan.start();
    for start in (0..bars.len()).step_by(portion) {
        let len = portion.min(bars.len() - start);
        let columns: Vec<&[f64]> = plan.columns().iter().map(|&column| &bars.column(column)[start..][..len]).collect();
        let mut places: Vec<&mut [f64]> = outputs.iter_mut().map(|output| &mut output[..len]).collect();
        run.feed(&columns, &mut places);
    }
}

fn nanoseconds(rows: usize, work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_nanos() as f64 / rows as f64
}

/// The quickest run: others use the machine too.
fn least(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::INFINITY, f64::min)
}
