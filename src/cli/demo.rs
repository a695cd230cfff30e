//! The demo: six series of real history that the program carries with it.

use std::sync::Arc;

use atrad::app::App;
use atrad::series::SeriesId;
use flate2::read::GzDecoder;

use super::{Error, rows};

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

/// Stores those of the series that are not there.
pub(crate) async fn load(app: &Arc<App>) -> Result<(), Error> {
    for (symbol, timeframe, file) in SERIES {
        let id = SeriesId::parse(symbol, timeframe)?;
        if app.get(&id).is_ok() {
            continue;
        }
        let bars = rows::read(GzDecoder::new(file)).ok().and_then(|rows| rows.bars);
        let bars = bars.expect("the series of the demo are checked by a test");
        let receipt = app.ingest(id.clone(), bars).await.map_err(Error::data)?;
        tracing::info!(series = %id, bars = receipt.accepted, "demo series loaded");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_is_whole() {
        for (symbol, timeframe, file) in SERIES {
            SeriesId::parse(symbol, timeframe).expect("legal names");
            let rows = rows::read(GzDecoder::new(file)).expect("read");
            assert_eq!((rows.skipped, rows.duplicates, rows.sorted), (0, 0, false), "{symbol}");
            assert!(rows.bars.expect("there are bars").len() > 2000, "{symbol}");
        }
    }
}
