//! Declares an indicator of one's own: a kernel that is fed blocks, in a graph with kernels that exist.
//!
//! `streak` is the number of bars in a row that closed higher (positive) or lower (negative).
//!
//! `cargo run --no-default-features --example own_indicator`

use std::error::Error;
use std::sync::Arc;

use atrad::indicator::{Graph, Plan, Port};
use atrad::kernel::{Fields, Kernel, Mean, Memory, Parameters, State};
use atrad::series::{Bar, Bars, Column, Columns};

/// What to compute; a kernel with parameters has them as fields and writes each into its key.
#[derive(Debug, Clone)]
struct Streak;

impl Parameters for Streak {
    fn write(&self, _words: &mut Vec<u64>) {}
}

impl Kernel for Streak {
    fn lookback(&self) -> usize {
        1
    }

    // A streak may be as long as the series.
    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(StreakState { previous: f64::NAN, streak: 0.0 })
    }
}

/// What is carried from block to block.
#[derive(Clone)]
struct StreakState {
    previous: f64,
    streak: f64,
}

impl State for StreakState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        for (&close, streak) in inputs[0].iter().zip(&mut *outputs[0]) {
            *streak = f64::NAN;
            // A missing bar has no value and changes nothing.
            if close.is_nan() {
                continue;
            }
            if !self.previous.is_nan() {
                let direction = if close == self.previous { 0.0 } else { (close - self.previous).signum() };
                self.streak = if direction == self.streak.signum() { self.streak + direction } else { direction };
                *streak = self.streak;
            }
            self.previous = close;
        }
    }

    // Every field that `feed` changes, so that checkpoints hold it.
    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.previous, &mut self.streak]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut columns = Columns::default();
    for (day, close) in (0_i64..).zip([10.0, 11.0, 12.0, 12.0, 11.0, 10.0, 9.0, 10.0]) {
        columns.push(Bar { time: day * 86_400_000_000_000, open: close, high: close, low: close, close, volume: 1.0 });
    }
    let bars = Arc::new(Bars::new(columns)?);

    let mut graph = Graph::new();
    let streak = graph.add(Streak, &[Port::Column(Column::Close)]);
    let average = graph.add(Mean { window: 3 }, &[streak]);
    let plan = Arc::new(Plan::new(graph, &[streak, average]));
    let values = plan.compute(&bars, 0..bars.len(), &|| true).map_err(|_| "stopped")?;
    println!("streak         {:?}", values.column(0));
    println!("mean(streak,3) {:?}", values.column(1));

    let expected = [1.0, 2.0, 0.0, -1.0, -2.0, -3.0, 1.0];
    assert!(values.column(0)[0].is_nan() && values.column(0)[1..] == expected);

    // Backtest equals live: the newest bars alone are the same bits.
    let newest = plan.compute(&bars, 6..8, &|| true).map_err(|_| "stopped")?;
    assert_eq!(newest.column(1), &values.column(1)[6..]);
    Ok(())
}
