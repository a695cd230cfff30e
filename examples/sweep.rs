//! Sweeps a parameter: every moving average crossover of a grid, in one plan that shares what the variants have in common.
//!
//! `cargo run --release --no-default-features --example sweep`

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use atrad::indicator::{Expression, Graph, Limits, Plan};
use atrad::series::{Bar, Bars, Column, Columns};

/// Averages over 5 to 50 bars against averages over 60 to 200.
fn grid() -> Vec<(usize, usize)> {
    let slow: Vec<usize> = (60..=200).step_by(10).collect();
    (5..=50).step_by(5).flat_map(|fast| slow.iter().map(move |&slow| (fast, slow))).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut columns = Columns::default();
    let (mut close, mut noise) = (100.0, 1_u64);
    for hour in 0..20_000_i64 {
        let open = close;
        // A random walk (xorshift) along a slow wave.
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        close *= 1.0 + 0.01 * (noise as f64 / u64::MAX as f64 - 0.5) + 0.0002 * (hour as f64 * 0.01).sin();
        let (high, low) = (open.max(close), open.min(close));
        columns.push(Bar { time: hour * 3_600_000_000_000, open, high, low, close, volume: 1.0 });
    }
    let bars = Arc::new(Bars::new(columns)?);

    // 150 variants need 25 averages: each is one step of the plan, whichever variants read it.
    let variants = grid();
    let texts: Vec<String> = variants.iter().map(|(fast, slow)| format!("ema({fast}) > ema({slow})")).collect();
    let limits = Limits::default();
    let mut graph = Graph::new();
    let mut ports = Vec::new();
    for text in &texts {
        ports.push(Expression::parse(text, &limits)?[0].port(&mut graph));
    }
    let plan = Arc::new(Plan::new(graph, &ports));
    println!("{} variants, {} kernels, {} bars", variants.len(), plan.kernels(), bars.len());

    let start = Instant::now();
    let signals = plan.compute(&bars, 0..bars.len(), &|| true).map_err(|_| "stopped")?;
    println!("computed in {:.1} ms", start.elapsed().as_secs_f64() * 1e3);

    // Long while the fast average is above the slow one, from the next bar on; before costs.
    let prices = bars.column(Column::Close);
    let profit = |signal: &[f64]| -> f64 {
        let returns = prices.windows(2).map(|pair| pair[1] / pair[0] - 1.0);
        signal.iter().zip(returns).filter(|(signal, _)| **signal == 1.0).map(|(_, change)| (1.0 + change).ln()).sum()
    };
    let mut ranked: Vec<_> =
        variants.iter().enumerate().map(|(index, variant)| (profit(signals.column(index)), variant)).collect();
    ranked.sort_by(|one, two| two.0.total_cmp(&one.0));
    for (profit, (fast, slow)) in &ranked[..5] {
        println!("ema({fast}) over ema({slow}): {:+.1} %", 100.0 * (profit.exp() - 1.0));
    }
    Ok(())
}
