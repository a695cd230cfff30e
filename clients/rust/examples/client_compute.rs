//! Lists an indicator, computes two expressions over a series, and shows how an error is told.
//!
//! Run `atrad serve --demo`, then `cargo run -p atrad-client --example compute`; ATRAD_ADDRESS names a server elsewhere.

use atrad_client::indicators::{macd, rsi};
use atrad_client::{Client, Error, Expression, Span, exprs};

mod common;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::connect(&common::address())?;
    for found in client.list_indicators("rsi").await?.into_iter().filter(|found| found.name == "rsi") {
        let params: Vec<_> = found.params.iter().map(|each| format!("{}={}", each.name, each.default_value)).collect();
        println!("rsi({}): {}", params.join(", "), found.summary);
    }

    let asked = exprs![rsi().period(14).named("rsi"), macd().fast(12).slow(26).signal(9).hist().named("hist")];
    let answer = client.compute("BTCUSDT", "15m", asked, Span::last(5)).await?;
    println!("time\t{}", answer.labels.join("\t"));
    for (time, values) in answer.rows() {
        println!("{}\t{:.6}\t{:.6}", common::utc(time), values[0], values[1]);
    }

    let whole = client.compute("BTCUSDT", "15m", exprs!["sma(close, 50)"], Span::all()).await?;
    let sum: f64 = whole.columns[0][49..].iter().sum();
    println!("sum of {}\t{sum:.6}", whole.len());

    for (symbol, text) in [("NOSUCH", "rsi(14)"), ("BTCUSDT", "rsi(0)")] {
        if let Err(error) = client.compute(symbol, "15m", exprs![text], Span::last(1)).await {
            println!("error {}: {}", error.code as i32, error.message);
            if let Some(resource) = &error.resource {
                println!("  resource: {} {}", resource.kind, resource.name);
            }
            for field in &error.fields {
                println!("  field {}: {}", field.path, field.message);
            }
        }
    }
    Ok(())
}
