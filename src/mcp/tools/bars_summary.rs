//! `bars_summary`: what the bars of a series were like.

use std::sync::Arc;

use rmcp::model::JsonObject;
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::compute::{BARS, VALUES_MAX};
use super::session::{Declaration, Session};
use crate::mcp::error::Error;
use crate::mcp::reply::number::{CURVE_DIGITS, DIGITS, number};
use crate::mcp::reply::summary::{extreme, stride};
use crate::mcp::reply::{budget, time};
use crate::mcp::resources::Values;
use crate::mcp::{Options, schema};
use crate::rpc::proto::{GetSeriesRequest, SeriesId};

/// What is computed of the bars, besides their own columns: the bars of VALUES_MAX hold them all.
const COLUMNS: [&str; 5] = ["open", "high", "low", "close", "volume"];

/// The points of the curve of closes, which get fewer until the reply fits.
const POINTS: [usize; 4] = [20, 10, 5, 0];

pub(super) const DECLARATION: Declaration = Declaration {
    name: "bars_summary",
    description: "Summarise the newest bars of a series: the last bar, the change, high and low with their times, \
                  volatility, volume and a curve of closes.",
    schema,
};

fn schema(_: &Options) -> Arc<JsonObject> {
    let properties = vec![
        ("symbol", schema::symbol()),
        ("timeframe", schema::timeframe()),
        ("calendar", schema::calendar()),
        ("last", schema::integer(1, VALUES_MAX / COLUMNS.len() as u64, Some(BARS), "newest bars")),
        ("as_of", schema::time("only bars closed at this time")),
        ("adjust", schema::adjust()),
    ];
    schema::object(properties, &["symbol", "timeframe"])
}

pub(super) async fn run(session: &Session<'_>, arguments: Arguments) -> Result<String, Error> {
    let id = SeriesId { symbol: arguments.text_or_empty("symbol"), timeframe: arguments.text_or_empty("timeframe") };
    let as_of = session.as_of(arguments.time("as_of")?);
    let request = GetSeriesRequest { series: Some(id.clone()), resampling: arguments.resampling(), as_of };
    let info = session.clients.series().get_series(request).await?.into_inner().series.unwrap_or_default();
    let values = Values {
        series: id.clone(),
        expressions: COLUMNS.map(str::to_owned).to_vec(),
        last: arguments.integer("last").unwrap_or(BARS),
        from: None,
        to: None,
        as_of,
        adjust: arguments.adjust(),
        calendar: arguments.text_or_empty("calendar"),
    };
    let answer = values.compute(&session.clients, None).await?;
    let times: Vec<i64> = answer.times.values();
    let mut columns = answer.columns.iter().map(|column| column.values.values());
    let mut next = || columns.next().unwrap_or_default();
    let bars = Bars { times, open: next(), high: next(), low: next(), close: next(), volume: next() };
    let mut summary = json!({ "series": format!("{} {}", id.symbol, id.timeframe), "stored_bars": info.rows });
    if !info.resampled_from.is_empty() {
        summary["resampled_from"] = info.resampled_from.clone().into();
    }
    if let Some(first) = info.first_time {
        summary["stored_from"] = time::text(first).into();
    }
    if !info.missing.is_empty() {
        summary["missing_bars"] = info.missing.iter().map(|missing| missing.rows).sum::<u64>().into();
    }
    bars.add_to(&mut summary);
    Ok(budget::first_that_fits(session.budget(), &POINTS, |&points| bars.with_curve(summary.clone(), points)))
}

/// The columns of bars, all of one length.
struct Bars {
    times: Vec<i64>,
    open: Vec<f64>,
    high: Vec<f64>,
    low: Vec<f64>,
    close: Vec<f64>,
    volume: Vec<f64>,
}

impl Bars {
    fn add_to(&self, summary: &mut Value) {
        let Self { times, open, high, low, close, volume } = self;
        let ([first, .., newest] | [first @ newest]) = &times[..] else { return };
        let last = times.len() - 1;
        summary["bars"] = json!(times.len());
        summary["from"] = time::text(*first).into();
        let value = |column: &[f64]| number(column[last], DIGITS);
        summary["last_bar"] = json!({
            "time": time::text(*newest), "open": value(open), "high": value(high), "low": value(low),
            "close": value(close), "volume": value(volume),
        });
        if last > 0 {
            summary["change_pct"] = number(100.0 * (close[last] / close[0] - 1.0), 4);
            summary["last_change_pct"] = number(100.0 * (close[last] / close[last - 1] - 1.0), 4);
            summary["volatility_pct_per_bar"] = number(100.0 * deviation(close), 4);
        }
        let at = |column: &[f64], row: usize| json!([number(column[row], DIGITS), time::text(times[row])]);
        if let Some(row) = extreme(high, f64::gt) {
            summary["high"] = at(high, row);
        }
        if let Some(row) = extreme(low, f64::lt) {
            summary["low"] = at(low, row);
        }
        summary["mean_volume"] = number(volume.iter().sum::<f64>() / volume.len() as f64, DIGITS);
        summary["rising_bars"] = json!(open.iter().zip(close).filter(|(open, close)| close > open).count());
    }

    fn with_curve(&self, mut summary: Value, points: usize) -> Value {
        if points > 0 && !self.close.is_empty() {
            let stride = stride(self.close.len(), points);
            let mut curve: Vec<_> =
                self.close.iter().rev().step_by(stride).map(|&value| number(value, CURVE_DIGITS)).collect();
            curve.reverse();
            summary["close_curve"] = curve.into();
            summary["curve_every"] = json!(format!("{stride} bars"));
        }
        summary
    }
}

/// The standard deviation of the returns from bar to bar.
fn deviation(close: &[f64]) -> f64 {
    let returns: Vec<f64> = close.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect();
    let mean = returns.iter().sum::<f64>() / returns.len() as f64;
    let squares: f64 = returns.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / returns.len() as f64).sqrt()
}
