//! Stores bars, and watches an indicator over them while another one comes.
//!
//! Run `atrad serve --demo`, then `cargo run -p atrad-client --example watch`; ATRAD_ADDRESS names a server elsewhere.

use atrad_client::indicators::ema;
use atrad_client::{Bars, CLOSE, Client, Error, Expression, Ingestion, Watching, exprs};
use futures_util::StreamExt;

mod common;

const MINUTE: i64 = 60_000_000_000;
const START: i64 = 1_704_067_200_000_000_000;

/// The bars of some minutes.
fn bars(minutes: std::ops::Range<i32>) -> Bars {
    let price: Vec<f64> = minutes.clone().map(|minute| 100.0 + f64::from(minute * minute % 17) / 4.0).collect();
    let moved = |by: f64| price.iter().map(|price| price + by).collect();
    Bars {
        times: minutes.clone().map(|minute| START + i64::from(minute) * MINUTE).collect(),
        high: moved(1.0),
        low: moved(-1.0),
        close: moved(0.25),
        volume: minutes.map(f64::from).collect(),
        open: price,
        ..Bars::default()
    }
}

async fn store(client: &Client, symbol: &str, minutes: std::ops::Range<i32>) -> Result<(), Error> {
    let receipt = client.ingest(symbol, "1m", &bars(minutes), &Ingestion::default()).await?;
    println!("accepted {}, replaced {}, ignored {}", receipt.accepted, receipt.replaced, receipt.ignored);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::connect(&common::address())?;
    let symbol = format!("SAMPLE-RS-{}", common::unique());
    store(&client, &symbol, 0..50).await?;
    store(&client, &symbol, 49..50).await?;

    let of = Watching { series: vec![(symbol.clone(), "1m".to_owned())], last: 2, ..Watching::default() };
    let mut updates = client.watch(of, exprs![CLOSE, ema().period(9).named("ema")]);
    for next in 50.. {
        let Some(update) = updates.next().await else { break };
        for (time, values) in update?.answer.rows() {
            println!("{}\t{:.6}\t{:.6}", common::utc(time), values[0], values[1]);
        }
        if next == 53 {
            break;
        }
        store(&client, &symbol, next..next + 1).await?;
    }
    Ok(())
}
