//! The demo: six series of real history, bundled with the binary.

use std::sync::Arc;

use atrad::app::App;
use atrad::series::{Bars, Columns, SeriesId};
use flate2::read::GzDecoder;

use super::files::Options;
use super::{Error, files};

macro_rules! series {
    ($symbol:literal, $timeframe:literal, $file:literal) => {
        ($symbol, $timeframe, include_bytes!(concat!("../../tests/data/", $file, ".csv.gz")))
    };
}

/// Symbol, timeframe and bars, as a compressed CSV.
const SERIES: [(&str, &str, &[u8]); 6] = [
    series!("BTCUSDT", "15m", "dolphindb_btcusdtswap_15m"),
    series!("BTCUSD", "4h", "vectorta_bitfinex_btcusd_4h"),
    series!("MSFT", "1d", "wiki_msft_1d"),
    series!("AAPL", "1d", "wiki_aapl_1d"),
    series!("IBM", "1d", "wiki_ibm_1d"),
    series!("GOOG", "1d", "wiki_goog_1d"),
];

/// Stores the missing demo series.
pub(crate) async fn load(app: &Arc<App>) -> Result<(), Error> {
    for (symbol, timeframe, file) in SERIES {
        let id = SeriesId::parse(symbol, timeframe)?;
        if app.bars.get(&id).is_ok() {
            continue;
        }
        let bars = read(file).expect("the series of the demo are checked by a test");
        let receipt = app.write.ingest(id.clone(), bars).await.map_err(Error::data)?;
        tracing::info!(series = %id, bars = receipt.accepted, "demo series loaded");
    }
    Ok(())
}

fn read(file: &'static [u8]) -> Option<Bars> {
    let options = Options { date_format: Some("s".parse().ok()?), ..Options::default() };
    let text = files::text(GzDecoder::new(file), &options, false).ok()?;
    let mut columns = Columns::default();
    for rows in text.rows {
        let rows = rows.ok().filter(|rows| rows.skipped.count == 0)?;
        columns.append(rows.columns);
    }
    Bars::new(columns).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_is_whole() {
        for (symbol, timeframe, file) in SERIES {
            SeriesId::parse(symbol, timeframe).expect("legal names");
            assert!(read(file).is_some_and(|bars| bars.len() > 2000), "{symbol}");
        }
    }
}
