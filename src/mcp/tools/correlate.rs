//! `correlate`: how alike series move.

use std::sync::Arc;

use rmcp::model::JsonObject;
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::session::{Declaration, Session};
use crate::mcp::error::Error;
use crate::mcp::reply::number::number;
use crate::mcp::reply::{budget, time};
use crate::mcp::{Options, schema};
use crate::rpc::proto::{CorrelateRequest, CorrelationMethod, Range, SeriesId};

/// The bars that are compared unless it is said.
const BARS: u64 = 250;

/// The most series of a request; the pairs of a reply are bounded by its budget.
const SERIES_MAX: u64 = 200;

pub(super) const DECLARATION: Declaration = Declaration {
    name: "correlate",
    description: "Correlate series over their newest common bars: pairs, the strongest first.",
    schema,
};

fn schema(_: &Options) -> Arc<JsonObject> {
    let properties = vec![
        ("symbols", schema::texts(2, SERIES_MAX, "two or more")),
        ("timeframe", schema::timeframe()),
        ("expression", schema::text("what to correlate; close unless given")),
        ("returns", schema::flag("correlate returns instead of values")),
        ("method", schema::choice(&["pearson", "spearman"], "of values or of ranks")),
        ("last", schema::integer(2, u64::from(u32::MAX), Some(BARS), "newest bars of each")),
        ("as_of", schema::time("only bars closed at this time")),
        ("adjust", schema::adjust()),
        ("calendar", schema::calendar()),
    ];
    schema::object(properties, &["symbols", "timeframe"])
}

pub(super) async fn run(session: &Session<'_>, arguments: Arguments) -> Result<String, Error> {
    let (symbols, timeframe) = (arguments.texts("symbols"), arguments.text_or_empty("timeframe"));
    let method = match arguments.text("method") {
        Some("spearman") => CorrelationMethod::Spearman,
        _ => CorrelationMethod::Pearson,
    };
    let id = |symbol: &String| SeriesId { symbol: symbol.clone(), timeframe: timeframe.clone() };
    let range = Range {
        start_time: None,
        end_time: None,
        last: Some(arguments.integer("last").unwrap_or(BARS)),
        as_of: session.as_of(arguments.time("as_of")?),
    };
    let request = CorrelateRequest {
        series: symbols.iter().map(id).collect(),
        range: Some(range),
        expression: arguments.text("expression").unwrap_or("close").to_owned(),
        returns: arguments.flag("returns"),
        method: method.into(),
        adjust: arguments.adjust().into(),
        resampling: arguments.resampling(),
    };
    let answer = session.clients.indicators().correlate(request).await?.into_inner();
    let count = symbols.len();
    let mut pairs: Vec<(usize, usize, f64)> = Vec::with_capacity(count * count / 2);
    for one in 0..count {
        for two in one + 1..count {
            pairs.push((one, two, answer.values.get(one * count + two).copied().unwrap_or(f64::NAN)));
        }
    }
    let strength = |value: f64| if value.is_nan() { -1.0 } else { value.abs() };
    pairs.sort_by(|one, two| strength(two.2).total_cmp(&strength(one.2)));
    let pair = |&(one, two, value): &(usize, usize, f64)| json!([symbols[one], symbols[two], number(value, 4)]);
    let mut object = json!({ "common_bars": answer.rows });
    if let Some(as_of) = answer.as_of {
        object["as_of"] = time::text(as_of).into();
    }
    Ok(budget::items(session.budget(), &object, "pairs", &pairs.iter().map(pair).collect::<Vec<Value>>()))
}
