//! `atrad watch`: rows as their bars come.

pub(crate) mod live;

use atrad::rpc::proto::WatchRequest;
use atrad::series::Timeframe;
use clap::Args;
use clap::builder::BoolishValueParser;

use self::live::LineFormat;
use crate::cli::Error;
use crate::cli::connection::id;
use crate::cli::resample_args::{Adjust, ResampleArgs};
use crate::config::Source;

/// Watch indicators as bars come
///
/// As in: atrad watch BTCUSDT 15m 'rsi(14)' --when 'rsi(14) < 30'. Begins with the newest rows and ends with Ctrl-C. The last
/// column is empty for a closed bar, `forming` for one that is not closed, and `revised` for rows that replace earlier ones. A
/// lost connection is made again, and continues where it was.
#[derive(Debug, Args)]
pub(crate) struct Watch {
    /// The symbol, as in BTCUSDT, or a pattern of symbols, as in '*USDT'
    symbol: String,
    /// The timeframe, as in 15m
    timeframe: String,
    /// The expressions, as in 'rsi(14)' or 'fast = ema(close, 12)'
    #[arg(required = true)]
    expressions: Vec<String>,
    /// Begin with the newest N closed bars
    #[arg(long, env = "ATRAD_LAST", default_value_t = 1)]
    last: u64,
    /// Only rows at which this condition holds, as in 'rsi(14) < 30'
    #[arg(long, env = "ATRAD_WHEN", value_name = "CONDITION", default_value = "", hide_default_value = true)]
    when: String,
    /// Wait for a series that does not exist yet
    #[arg(long, env = "ATRAD_WAIT", value_parser = BoolishValueParser::new())]
    wait: bool,
    /// Adjust prices by the splits, or by the splits and dividends, of `atrad actions`
    #[arg(long, env = "ATRAD_ADJUST", value_enum, default_value = "none")]
    adjust: Adjust,
    /// How to resample the bars.
    #[command(flatten)]
    resampling: ResampleArgs,
    /// The output format
    #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
    format: LineFormat,
    /// Where the bars are.
    #[command(flatten)]
    source: Source,
}

/// Runs the verb until it is interrupted.
pub(crate) async fn run(watch: Watch) -> Result<(), Error> {
    let (format, source) = (watch.format, watch.source.clone());
    live::run(source, request(watch)?, format).await
}

fn request(watch: Watch) -> Result<WatchRequest, Error> {
    let Watch { symbol, timeframe, expressions, last, when, wait, adjust, resampling, .. } = watch;
    let expressions = expressions.iter().map(|expression| expression.trim_start().to_owned()).collect();
    let request = WatchRequest { expressions, last, only_when: when, wait_for_series: wait, ..Default::default() };
    let request = WatchRequest { resampling: resampling.message(), adjust: adjust.into(), ..request };
    if symbol.contains(['*', '?']) {
        timeframe.parse::<Timeframe>()?;
        return Ok(WatchRequest { symbol_glob: symbol, timeframe, ..request });
    }
    Ok(WatchRequest { series: vec![id(&symbol, &timeframe)?], ..request })
}
