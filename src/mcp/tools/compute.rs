//! `compute`: the values of expressions over one series, in short; all of them are a resource.

use std::sync::Arc;

use rmcp::model::JsonObject;
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::session::{Declaration, Session};
use crate::mcp::error::Error;
use crate::mcp::reply::summary::{self, Detail};
use crate::mcp::reply::{budget, time};
use crate::mcp::resources::Values;
use crate::mcp::{Options, schema};
use crate::rpc::proto::{Persist, SeriesId};
use crate::rpc::wire::ComputeResponse;

/// The bars that a reply is about unless it is said.
pub(super) const BARS: u64 = 300;

/// The most bars of a reply.
pub(super) const BARS_MAX: u64 = 100_000;

/// The most values of a reply, over all columns: what is held in memory for it.
pub(super) const VALUES_MAX: u64 = 400_000;

/// The length of the URIs of a reply, in bytes.
const URIS_MAX: usize = 512;

pub(super) const DECLARATION: Declaration = Declaration {
    name: "compute",
    description: "Compute expressions over a series, as in rsi(14), macd(12, 26, 9).hist, ema(rsi(14), 9) > 50, close / \
                  sma(200) - 1. For each: the last value, its change, range, percentile, events and a curve over the newest \
                  bars; every value is at the resource `full`, or those in it.",
    schema,
};

fn schema(options: &Options) -> Arc<JsonObject> {
    let mut properties = vec![
        ("symbol", schema::symbol()),
        ("timeframe", schema::timeframe()),
        ("calendar", schema::calendar()),
        ("expressions", schema::expressions("what to compute")),
        ("last", schema::integer(1, BARS_MAX, Some(BARS), "newest bars")),
        ("from", schema::time("only bars from this time on")),
        ("to", schema::time("only bars before this time")),
        ("as_of", schema::time("only bars closed at this time")),
        ("adjust", schema::adjust()),
    ];
    if options.allow_write {
        properties.push(("save", schema::flag("store all values under a key")));
        properties.push(("ttl_s", schema::integer(0, 1 << 40, Some(0), "how long, in seconds; 0 is for ever")));
    }
    schema::object(properties, &["symbol", "timeframe", "expressions"])
}

pub(super) async fn run(session: &Session<'_>, arguments: Arguments) -> Result<String, Error> {
    let (from, to) = (arguments.time("from")?, arguments.time("to")?);
    let expressions = arguments.texts("expressions");
    let most = VALUES_MAX / expressions.len().max(1) as u64;
    let asked = arguments.integer("last").unwrap_or(if from.is_some() { most } else { BARS });
    let values = Values {
        series: SeriesId { symbol: arguments.text_or_empty("symbol"), timeframe: arguments.text_or_empty("timeframe") },
        expressions,
        last: asked.min(most),
        from,
        to,
        as_of: session.as_of(arguments.time("as_of")?),
        adjust: arguments.adjust(),
        calendar: arguments.text_or_empty("calendar"),
    };
    // Only there if writing is allowed: otherwise it is not in the schema.
    let ttl_ms = arguments.integer("ttl_s").unwrap_or(0) * 1000;
    let persist = arguments.flag("save").then_some(Persist { ttl_ms });
    let answer = values.compute(&session.clients, persist).await?;
    // Never silently less: what was asked for, or what the times hold, may be more than one reply computes.
    let is_cut = answer.times.len() as u64 == most && (asked > most || from.is_some());
    let note = is_cut.then(|| format!("only the newest {most} bars: fewer expressions allow more"));
    Ok(reply(&values, &answer, note, session.budget()))
}

/// The reply: as much detail of as many columns as fit.
fn reply(values: &Values, answer: &ComputeResponse, note: Option<String>, budget: usize) -> String {
    let times: Vec<i64> = answer.times.values();
    let columns: Vec<(&str, Vec<f64>)> =
        answer.columns.iter().map(|column| (&*column.label, column.values.values())).collect();
    let all = columns.len();
    let whole = Detail::LEVELS.map(|detail| (detail, all));
    let least = Detail::LEVELS[Detail::LEVELS.len() - 1];
    let fewer = std::iter::successors(Some(all / 2), |shown| Some(shown / 2)).take_while(|&shown| shown > 0);
    let levels: Vec<_> = whole.into_iter().chain(fewer.map(|shown| (least, shown))).collect();
    budget::first_that_fits(budget, &levels, |&(detail, shown)| {
        let mut reply = head(values, answer, &times);
        if let Some(note) = &note {
            reply["note"] = note.as_str().into();
        }
        let stride = summary::stride(times.len(), detail.points);
        let columns = columns[..shown].iter().map(|(label, values)| summary::column(label, &times, values, detail));
        let columns: Vec<Value> = columns.collect();
        if columns.iter().any(|column| column.get("curve").is_some()) {
            reply["curve_every"] = json!(format!("{stride} bars"));
        }
        reply["columns"] = columns.into();
        if shown < all {
            reply["left_out"] = json!(all - shown);
        }
        reply
    })
}

fn head(values: &Values, answer: &ComputeResponse, times: &[i64]) -> Value {
    let SeriesId { symbol, timeframe } = &values.series;
    let mut reply = json!({ "series": format!("{symbol} {timeframe}"), "bars": times.len() });
    if !values.calendar.is_empty() {
        reply["calendar"] = values.calendar.clone().into();
    }
    if let [first, .., last] | [first @ last] = times {
        reply["from"] = time::text(*first).into();
        reply["to"] = time::text(*last).into();
    }
    if let Some(as_of) = answer.as_of {
        reply["as_of"] = time::text(as_of).into();
    }
    if let Some(adjustment) = answer.adjustments.first() {
        reply["adjusted"] = json!(format!("{} actions, {} bars", adjustment.actions.len(), adjustment.rows));
    }
    if !answer.resampled_from.is_empty() {
        reply["resampled_from"] = answer.resampled_from.clone().into();
    }
    if !answer.saved_result_key.is_empty() {
        reply["saved"] = answer.saved_result_key.clone().into();
    }
    let uris: Vec<_> = values.pages(times, answer.columns.len()).iter().map(Values::uri).collect();
    match &uris[..] {
        all if all.iter().map(String::len).sum::<usize>() > URIS_MAX => {}
        [uri] => reply["full"] = uri.as_str().into(),
        several => reply["full"] = several.into(),
    }
    reply
}
