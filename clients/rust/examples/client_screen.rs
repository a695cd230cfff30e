//! Finds the series above their moving average, the strongest first.
//!
//! Run `atrad serve --demo`, then `cargo run -p atrad-client --example screen`; ATRAD_ADDRESS names a server elsewhere.

use atrad_client::indicators::{rsi, sma};
use atrad_client::{CLOSE, Client, Error, Expression, Screening, Span, exprs};

mod common;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::connect(&common::address())?;
    let how = Screening {
        symbols: ["AAPL", "MS*", "IBM", "GOOG"].map(str::to_owned).to_vec(),
        rank_by: Some(rsi().period(14).expr()),
        ..Screening::default()
    };
    let condition = CLOSE.gt(sma().period(50));
    let values = exprs![CLOSE, rsi().period(14).named("rsi")];
    let screen = client.screen("1d", Some(condition), values, how, Span::all()).await?;
    for hit in &screen.hits {
        let (symbol, timeframe) = &hit.series;
        print!("{symbol} {timeframe}\t{}\t{:.6}", common::utc(hit.time), hit.rank.unwrap_or(f64::NAN));
        for (label, value) in screen.labels.iter().zip(&hit.values) {
            print!("\t{label} {value:.6}");
        }
        println!();
    }
    println!("{} of {}", screen.summary.matched, screen.summary.scanned);
    Ok(())
}
