//! `screen`: the series where a condition holds.

use std::sync::Arc;

use rmcp::model::JsonObject;
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::session::{Declaration, Session};
use crate::mcp::error::Error;
use crate::mcp::reply::number::{DIGITS, number};
use crate::mcp::reply::{budget, time};
use crate::mcp::{Options, schema};
use crate::rpc::proto::screen_response::Part;
use crate::rpc::proto::{ScreenRequest, ScreenSummary};

/// The series of a reply unless it is said.
const TOP: u64 = 20;

/// The most series of a reply.
const TOP_MAX: u64 = 200;

pub(super) const DECLARATION: Declaration = Declaration {
    name: "screen",
    description: "Find the series where a condition holds at their newest closed bar, as in rsi(14) < 30 and close > \
                  sma(200), best first by rank_by.",
    schema,
};

fn schema(_: &Options) -> Arc<JsonObject> {
    let properties = vec![
        ("condition", schema::text("as in rsi(14) < 30")),
        ("timeframe", schema::timeframe()),
        ("calendar", schema::calendar()),
        ("symbols", schema::texts(0, 1000, "some with wildcards, as in BTC*; all unless given")),
        ("show", schema::texts(0, schema::limit("expressions_max"), "values to show, as in rsi(14)")),
        ("rank_by", schema::text("the expression that ranks; the first of show unless given")),
        ("ascending", schema::flag("the smallest first")),
        ("top", schema::integer(1, TOP_MAX, Some(TOP), "series to return")),
        ("as_of", schema::time("only bars closed at this time")),
        ("adjust", schema::adjust()),
    ];
    schema::object(properties, &["condition", "timeframe"])
}

pub(super) async fn run(session: &Session<'_>, arguments: Arguments) -> Result<String, Error> {
    let show = arguments.texts("show");
    let condition = arguments.text_or_empty("condition");
    // Bounded also if nothing is shown: any value of each series ranks them, in the order of the request.
    let rank_by = arguments.text("rank_by").map(str::to_owned).or_else(|| show.first().cloned());
    let request = ScreenRequest {
        symbols: arguments.texts("symbols"),
        timeframe: arguments.text_or_empty("timeframe"),
        condition,
        expressions: show,
        rank_by: rank_by.unwrap_or_else(|| "close".into()),
        ascending: arguments.flag("ascending"),
        top: arguments.integer("top").unwrap_or(TOP) as u32,
        resampling: arguments.resampling(),
        as_of: session.as_of(arguments.time("as_of")?),
        adjust: arguments.adjust().into(),
    };
    let mut parts = session.clients.indicators().screen(request).await?.into_inner();
    let (mut rows, mut summary) = (Vec::new(), ScreenSummary::default());
    while let Some(response) = parts.message().await? {
        match response.part {
            Some(Part::Hit(hit)) => {
                let first = [hit.series.unwrap_or_default().symbol.into(), time::text(hit.time).into()];
                let values = hit.values.iter().map(|&value| number(value, DIGITS));
                rows.push(Value::Array(first.into_iter().chain(values).collect()));
            }
            Some(Part::Summary(end)) => summary = end,
            None => {}
        }
    }
    Ok(reply(&rows, &summary, session.budget()))
}

fn reply(rows: &[Value], summary: &ScreenSummary, budget: usize) -> String {
    let ScreenSummary { labels, scanned, matched, undefined, failed, failures, as_of } = summary;
    let header = ["symbol", "time"].into_iter().chain(labels.iter().map(String::as_str));
    let mut object = json!({
        "matched": matched, "scanned": scanned, "as_of": time::text(*as_of), "header": header.collect::<Vec<_>>(),
    });
    if *undefined > 0 {
        object["too_few_bars"] = json!(undefined);
    }
    if *failed > 0 {
        let first = failures.first().and_then(|failure| failure.failure.as_ref());
        object["failed"] = json!(failed);
        object["first_failure"] = budget::cut(first.map_or("", |failure| &failure.message), 200).into();
    }
    budget::items(budget, &object, "rows", rows)
}
