//! Sweeps two parameters: the return of every moving average crossover of a grid, tile by tile.
//!
//! The variants of a tile share one plan, so each average is computed once for all variants that read it; each variant is
//! reduced to a number while its block is in cache, so memory does not grow with the number of variants or bars.
//!
//! `cargo run --release --no-default-features --example sweep`

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use atrad::indicator::{Accumulator, Graph, Limits, Plan, PlanReader, Reduction, SweptExpression, Variants};
use atrad::series::{Bar, Bars, Columns};

/// Long while the fast average is above the slow one, from the next bar on; before costs.
const STRATEGY: &str = "shift(ema(5..50 step 5 as fast) > ema(20..200 step 10 as slow), 1) * returns";

fn main() -> Result<(), Box<dyn Error>> {
    let bars = Arc::new(walk(20_000)?);
    let limits = Limits::default();
    let swept = SweptExpression::parse(STRATEGY, &limits)?;
    let variants = Arc::new(Variants::new(&swept, Some("fast * 2 <= slow"), &limits)?);
    let reductions = [Reduction::Sum, Reduction::StandardDeviation { ddof: 0 }];

    let start = Instant::now();
    let mut ranked = Vec::new();
    for tile in variants.tiles(64) {
        let parameters: Vec<Vec<f64>> =
            tile.variants.iter().map(|&number| swept.values(&variants.indices(number))).collect();
        let mut graph = Graph::new();
        let expressions = swept.expressions(parameters.iter().cloned())?;
        let ports: Vec<_> = expressions.iter().map(|outputs| outputs[0].port(&mut graph)).collect();
        let plan = Arc::new(Plan::folded(graph, &ports));
        let mut accumulators = vec![Accumulator::new(&reductions); ports.len()];
        let mut fold = |output: usize, row: usize, values: &[f64]| accumulators[output].add(row, values);
        PlanReader::new(&plan, &bars, 0).fold(bars.len(), &mut fold, &|| true).map_err(|_| "stopped")?;
        let results = accumulators.iter_mut().map(Accumulator::results);
        ranked.extend(parameters.into_iter().zip(results));
    }
    ranked.sort_by(|(_, one), (_, two)| two[0].total_cmp(&one[0]));
    println!("{} variants of {} in {:.1} ms", variants.tried(), swept.variants(), start.elapsed().as_secs_f64() * 1e3);
    for (parameters, results) in &ranked[..5] {
        println!("ema({}) over ema({}): {:+.1} %", parameters[0], parameters[1], 100.0 * results[0]);
    }
    Ok(())
}

/// A random walk (xorshift) along a slow wave.
fn walk(hours: i64) -> Result<Bars, Box<dyn Error>> {
    let mut columns = Columns::default();
    let (mut close, mut noise) = (100.0, 1_u64);
    for hour in 0..hours {
        let open = close;
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        close *= 1.0 + 0.01 * (noise as f64 / u64::MAX as f64 - 0.5) + 0.0002 * (hour as f64 * 0.01).sin();
        let (high, low) = (open.max(close), open.min(close));
        columns.push(Bar { time: hour * 3_600_000_000_000, open, high, low, close, volume: 1.0 });
    }
    Ok(Bars::new(columns)?)
}
