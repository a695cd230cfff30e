//! Counts the crossovers of many pairs of moving averages, and shows the three best.
//!
//! Run `atrad serve --demo`, then `cargo run -p atrad-client --example sweep`; ATRAD_ADDRESS names a server elsewhere.

use atrad_client::indicators::ema;
use atrad_client::{Client, Error, Span, Sweeping, Variants, crossover, exprs};

mod common;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::connect(&common::address())?;
    let fast = ema().period(Variants::steps(5.0, 50.0, 5.0).named("fast"));
    let slow = ema().period(Variants::of(&[50.0, 100.0, 200.0]).named("slow"));
    let how = Sweeping {
        reductions: vec!["count_true".to_owned(), "mean".to_owned()],
        condition: "fast < slow".to_owned(),
        top: 3,
        ..Sweeping::default()
    };
    let sweep = client.sweep("MSFT", "1d", exprs![crossover(fast, slow)], how, Span::all()).await?;
    let counts = &sweep.summary;
    println!("{} variants, {} tried, {} returned", counts.variants, counts.tried, counts.returned);
    for table in &sweep.tables {
        let value = |label: &str, row: usize| table.column(label).map_or(f64::NAN, |column| column[row]);
        for row in 0..table.len() {
            print!("{}\t{}", value("fast", row), value("slow", row));
            for label in &table.labels {
                print!("\t{label} {:.6}", value(label, row));
            }
            println!();
        }
    }
    Ok(())
}
