//! Computes indicators over bars in memory, with the library alone.
//!
//! `cargo run --no-default-features --example compute`

use std::error::Error;
use std::sync::Arc;

use atrad::indicator::{Expression, Graph, Limits, Plan};
use atrad::series::{Bar, Bars, Columns};

fn main() -> Result<(), Box<dyn Error>> {
    let mut columns = Columns::default();
    for minute in 0..500_i64 {
        let open = 100.0 + (minute as f64 * 0.1).sin();
        let close = open + 0.05;
        let time = minute * 60_000_000_000;
        columns.push(Bar { time, open, high: close + 0.1, low: open - 0.1, close, volume: 10.0 });
    }
    let bars = Arc::new(Bars::new(columns)?);

    // Parse once: equal parts of several expressions become one step of the plan.
    let texts = ["rsi(14)", "macd(12, 26, 9).hist", "fast = ema(rsi(14), 9)"];
    let expressions = Expression::parse_all(&texts, &Limits::default()).map_err(|(_, error)| error)?;
    let mut graph = Graph::new();
    let ports: Vec<_> = expressions.iter().map(|expression| expression.port(&mut graph)).collect();
    let plan = Arc::new(Plan::new(graph, &ports));

    // The last five rows; what recurrences need before them is read as well.
    let rows = bars.len() - 5..bars.len();
    let values = plan.compute(&bars, rows, &|| true).map_err(|_| "stopped")?;
    for (index, expression) in expressions.iter().enumerate() {
        println!("{:<24} {:?}", expression.label(), values.column(index));
    }
    Ok(())
}
