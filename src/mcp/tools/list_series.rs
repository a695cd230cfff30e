//! `list_series`: which series there are.

use std::sync::Arc;

use rmcp::model::JsonObject;
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::session::{Declaration, Session};
use crate::mcp::error::Error;
use crate::mcp::reply::{budget, time};
use crate::mcp::{Options, schema};
use crate::rpc::proto::{ListSeriesRequest, SeriesInfo};

/// The most series of a reply; more do not fit.
const SERIES_MAX: u64 = 200;

/// The series of a reply unless it is said.
const SERIES: u64 = 40;

pub(super) const DECLARATION: Declaration = Declaration {
    name: "list_series",
    description: "List the stored price series with their number of bars and times. Longer timeframes are resampled from \
                  stored ones: 4h works where 15m is stored.",
    schema,
};

fn schema(_: &Options) -> Arc<JsonObject> {
    let properties = vec![
        ("prefix", schema::text("only symbols that begin so")),
        ("timeframe", schema::timeframe()),
        ("limit", schema::integer(1, SERIES_MAX, Some(SERIES), "series to return")),
        ("page", schema::text("next of the reply before")),
    ];
    schema::object(properties, &[])
}

pub(super) async fn run(session: &Session<'_>, arguments: Arguments) -> Result<String, Error> {
    let request = ListSeriesRequest {
        symbol_prefix: arguments.text_or_empty("prefix"),
        timeframe: arguments.text_or_empty("timeframe"),
        page_size: arguments.integer("limit").unwrap_or(SERIES) as u32,
        page_token: arguments.text_or_empty("page"),
        as_of: session.as_of(None),
    };
    let answer = session.clients.series().list_series(request).await?.into_inner();
    let lines: Vec<Value> = answer.series.iter().map(line).collect();
    let mut object = json!({});
    if !answer.next_page_token.is_empty() {
        object["next"] = answer.next_page_token.into();
    }
    if lines.is_empty() {
        object["hint"] = "no series; without prefix and timeframe all are listed".into();
    }
    Ok(budget::items(session.budget(), &object, "series", &lines))
}

fn line(info: &SeriesInfo) -> Value {
    let id = info.id.clone().unwrap_or_default();
    let span = info.first_time.zip(info.last_time);
    let span = span.map(|(first, last)| format!(", {} to {}", time::text(first), time::text(last)));
    let extra = if info.extra.is_empty() { String::new() } else { format!(", also {}", info.extra.join(" ")) };
    format!("{} {}: {} bars{}{extra}", id.symbol, id.timeframe, info.rows, span.unwrap_or_default()).into()
}
