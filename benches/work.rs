//! Typical workloads beside peers in the same run: five indicators in one plan, the newest values of many periods, rolling
//! extremes on different kinds of bars, and many series on two threads.
//!
//! `cargo bench --bench work [-- NAME...]`: `five`, `newest`, `ranges`, `threads`

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use atrad::indicator::{Plan, registry};
use atrad::series::{Bar, Bars, Column, Columns};
use common::series::Random;
use common::{Question, plan, series, talib};
use ta_lib::Core;
use wickra_core::{BollingerBands, Ema, Indicator, MacdIndicator, Rsi, Sma};

const MILLION: usize = 1_000_000;

fn main() {
    let names: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    for (name, work) in [("five", five as fn()), ("newest", newest), ("ranges", ranges), ("threads", threads)] {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            work();
        }
    }
}

/// The median seconds of each of several pieces of work, which take turns.
fn medians(runs: usize, work: &mut [&mut dyn FnMut()]) -> Vec<f64> {
    let mut times = vec![Vec::new(); work.len()];
    for _ in 0..runs {
        for (work, times) in work.iter_mut().zip(&mut times) {
            let start = Instant::now();
            work();
            times.push(start.elapsed().as_secs_f64());
        }
    }
    let median = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    times.into_iter().map(median).collect()
}

fn feed(plan: &Arc<Plan>, bars: &Bars, outputs: &mut [Vec<f64>]) {
    let columns: Vec<&[f64]> = plan.columns().iter().map(|&column| bars.column(column)).collect();
    let mut outputs: Vec<&mut [f64]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
    plan.start().feed(&columns, &mut outputs);
}

fn walk(seed: u64, rows: usize) -> Arc<Bars> {
    Arc::new(Bars::new(series::walk(seed, rows, 100.0, 2.0)).expect("good bars"))
}

/// Calls of TA-Lib, with room for what they answer.
struct Calls<'a> {
    core: &'a Core,
    bars: &'a Bars,
    rooms: Vec<(Question, Vec<talib::Room>)>,
}

impl<'a> Calls<'a> {
    fn new(core: &'a Core, bars: &'a Bars, questions: Vec<Question>) -> Self {
        let room = |question: &Question| {
            let function = talib::function(question.indicator).expect("TA-Lib has it");
            talib::Room::of(function.info(), bars.len())
        };
        let rooms = questions.into_iter().map(|question| (room(&question), question)).map(|(room, q)| (q, room));
        Self { core, bars, rooms: rooms.collect() }
    }

    fn run(&mut self) {
        for (question, room) in &mut self.rooms {
            talib::call(self.core, question, self.bars, room).call(0, self.bars.len() - 1).expect("TA-Lib answers");
        }
    }
}

/// The question for an indicator at its defaults, or with so many bars.
fn question(name: &str, bars: Option<usize>) -> Question {
    let indicator = registry::INDICATORS.iter().find(|indicator| indicator.name == name).expect("an indicator");
    let default = Question::default(indicator);
    bars.map_or(default.clone(), |bars| default.with_bars(bars))
}

fn five() {
    let (core, bars) = (Core::new(), walk(1, MILLION));
    let questions = vec![
        question("sma", Some(20)),
        question("ema", Some(20)),
        question("rsi", None),
        question("macd", None),
        question("bbands", Some(20)),
    ];
    let texts: Vec<String> = questions.iter().map(Question::text).collect();
    let plan = plan(&texts);
    let mut outputs = vec![vec![0.0; MILLION]; plan.outputs()];
    let mut calls = Calls::new(&core, &bars, questions);
    let close = bars.column(Column::Close);
    let (mut one, mut three, mut four) = (vec![0.0; MILLION], vec![0.0; 3 * MILLION], vec![0.0; 4 * MILLION]);
    let times = medians(
        15,
        &mut [&mut || feed(&plan, &bars, &mut outputs), &mut || calls.run(), &mut || {
            Sma::new(20).expect("legal").batch_fast_into(close, &mut one);
            Ema::new(20).expect("legal").batch_fast_into(close, &mut one);
            Rsi::new(14).expect("legal").batch_fast_into(close, &mut one);
            MacdIndicator::new(12, 26, 9).expect("legal").batch_macd_fast_into(close, &mut three);
            BollingerBands::new(20, 2.0).expect("legal").batch_bands_fast_into(close, &mut four);
        }],
    );
    let [ours, talib, wickra] = times[..] else { unreachable!("three pieces of work") };
    let nanoseconds = |seconds: f64| seconds * 1e9 / MILLION as f64;
    println!("sma, ema, rsi, macd and bbands, {MILLION} bars, ns/bar");
    println!("  atrad {:.2}   TA-Lib {:.2} ({:.2}x)", nanoseconds(ours), nanoseconds(talib), talib / ours);
    println!("  wickra-core batch_fast {:.2} ({:.2}x)", nanoseconds(wickra), wickra / ours);
}

fn newest() {
    let (core, bars) = (Core::new(), walk(2, MILLION));
    let texts: Vec<String> = (2..202).map(|period| format!("ema({period})")).collect();
    let plan = plan(&texts);
    let mut calls = Calls::new(&core, &bars, (2..202).map(|period| question("ema", Some(period))).collect());
    let mut ours = || {
        black_box(plan.compute(&bars, MILLION - 1..MILLION, &|| true).expect("nobody stops it"));
    };
    let times = medians(3, &mut [&mut ours, &mut || calls.run()]);
    println!("ema of 200 periods, {MILLION} bars, newest value only");
    println!("  atrad {:.1} ms   TA-Lib {:.1} ms ({:.1}x)", times[0] * 1e3, times[1] * 1e3, times[1] / times[0]);
}

/// Bars whose close is made from the one before.
fn bars_of(rows: usize, mut next: impl FnMut(f64, usize) -> f64) -> Bars {
    let mut columns = Columns::with_capacity(rows);
    let mut close = 1000.0;
    for row in 0..rows {
        let open = close;
        close = next(open, row);
        let (high, low) = (open.max(close) * 1.0005, open.min(close) * 0.9995);
        columns.push(Bar { time: row as i64 * 1_000_000_000, open, high, low, close, volume: 1.0 });
    }
    Bars::new(columns).expect("good bars")
}

fn ranges() {
    const ROWS: usize = 100_000;
    let core = Core::new();
    let (mut one, mut two) = (Random(3), Random(4));
    let kinds = [
        ("trending", bars_of(ROWS, |close, _| close * (1.0 + 0.002 * (one.unit() - 0.47)))),
        ("reverting", bars_of(ROWS, |close, _| close + 10.0 * (two.unit() - 0.5) + (1000.0 - close) / 20.0)),
        ("rising", bars_of(ROWS, |close, _| close + 0.1)),
    ];
    println!("ranges, {ROWS} bars, ratio TA-Lib / atrad");
    for name in ["stoch", "willr", "aroon", "cci", "min", "max"] {
        print!("  {name:8}");
        for window in [14, 200] {
            for (kind, bars) in &kinds {
                // The averages of stoch stay as they are: only its first parameter is the window.
                let question = match name {
                    "stoch" => question(name, None).with(0, atrad::indicator::Value::Integer(window)),
                    _ => question(name, Some(window)),
                };
                let plan = plan(&[question.text()]);
                let mut outputs = vec![vec![0.0; ROWS]; plan.outputs()];
                let mut calls = Calls::new(&core, bars, vec![question]);
                let times = medians(15, &mut [&mut || feed(&plan, bars, &mut outputs), &mut || calls.run()]);
                print!("{:>18}", format!("{kind} {window}: {:.1}", times[1] / times[0]));
            }
        }
        println!();
    }
}

fn threads() {
    const ROWS: usize = 10_000;
    let names = "sma ema rsi macd bbands atr adx cci stoch willr mfi obv wma dema tema kama stddev roc aroon ultosc";
    let texts: Vec<&str> = names.split(' ').collect();
    let plan = plan(&texts);
    let all: Vec<Arc<Bars>> = (0..500).map(|seed| walk(seed, ROWS)).collect();
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let run = |pool: &rayon::ThreadPool| {
        use rayon::prelude::*;
        pool.install(|| {
            all.par_iter()
                .for_each_init(|| vec![vec![0.0; ROWS]; plan.outputs()], |outputs, bars| feed(&plan, bars, outputs));
        });
    };
    let (alone, pair) = (pool(1), pool(2));
    let times = medians(5, &mut [&mut || run(&alone), &mut || run(&pair)]);
    println!("500 series of {ROWS} bars, {} indicators in one plan", texts.len());
    println!("  1 thread {:.0} ms   2 threads {:.0} ms ({:.2}x)", times[0] * 1e3, times[1] * 1e3, times[0] / times[1]);
}
