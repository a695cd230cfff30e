//! `sweep`: every variant of expressions with ranges, reduced to a few numbers each.

use std::collections::BTreeSet;
use std::sync::Arc;

use rmcp::model::JsonObject;
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::session::{Declaration, Session};
use crate::mcp::error::Error;
use crate::mcp::reply::number::{DIGITS, number};
use crate::mcp::reply::{budget, time};
use crate::mcp::{Options, schema};
use crate::rpc::proto::sweep_request::Source;
use crate::rpc::proto::sweep_response::Part;
use crate::rpc::proto::{Range, SeriesId, SweepHeader, SweepRequest, SweepRows, SweepSummary, SweptExpression};

/// The variants of a reply unless it is said.
const TOP: u64 = 10;

/// The most variants of a reply.
const TOP_MAX: u64 = 200;

pub(super) const DECLARATION: Declaration = Declaration {
    name: "sweep",
    description: "Try every variant of expressions with ranges, as in ema(5..200 step 5) or crossover(ema(5..50 as fast), \
                  ema(10..200 step 10 as slow)), and return the best by a reduction of its values.",
    schema,
};

fn schema(_: &Options) -> Arc<JsonObject> {
    let reductions = "last, min, max, mean, sum, stddev, argmax, argmin, count_true, first_true or quantile(q)";
    let properties = vec![
        ("symbol", schema::symbol()),
        ("timeframe", schema::timeframe()),
        ("calendar", schema::calendar()),
        ("expressions", schema::expressions("with ranges")),
        ("reduce", schema::texts(1, 16, reductions)),
        ("where", schema::text("only variants for which this holds, as in fast < slow")),
        ("by", schema::text("the column that ranks; the first unless given")),
        ("ascending", schema::flag("the smallest first")),
        ("top", schema::integer(1, TOP_MAX, Some(TOP), "variants to return")),
        ("last", schema::integer(1, u64::from(u32::MAX), None, "newest bars; all unless given")),
        ("from", schema::time("only bars from this time on")),
        ("to", schema::time("only bars before this time")),
        ("as_of", schema::time("only bars closed at this time")),
        ("adjust", schema::adjust()),
    ];
    schema::object(properties, &["symbol", "timeframe", "expressions"])
}

pub(super) async fn run(session: &Session<'_>, arguments: Arguments) -> Result<String, Error> {
    let id = SeriesId { symbol: arguments.text_or_empty("symbol"), timeframe: arguments.text_or_empty("timeframe") };
    let reductions = arguments.texts("reduce");
    let request = SweepRequest {
        source: Some(Source::Series(id)),
        range: Some(Range {
            start_time: arguments.time("from")?,
            end_time: arguments.time("to")?,
            last: arguments.integer("last"),
            as_of: session.as_of(arguments.time("as_of")?),
        }),
        expressions: arguments.texts("expressions"),
        resampling: arguments.resampling(),
        reductions: if reductions.is_empty() { vec!["last".into()] } else { reductions },
        r#where: arguments.text_or_empty("where"),
        top: arguments.integer("top").unwrap_or(TOP) as u32,
        by: arguments.text_or_empty("by"),
        ascending: arguments.flag("ascending"),
        adjust: arguments.adjust().into(),
        ..SweepRequest::default()
    };
    let mut parts = session.clients.indicators().sweep(request).await?.into_inner();
    let (mut header, mut summary, mut rows) = (SweepHeader::default(), SweepSummary::default(), Rows::default());
    while let Some(response) = parts.message().await? {
        match response.part {
            Some(Part::Header(first)) => header = first,
            Some(Part::Rows(part)) => add(&mut rows, &header, &part),
            Some(Part::Summary(end)) => summary = end,
            // Reduced variants have no columns, and without folds there is nothing of these.
            Some(Part::Times(_) | Part::Columns(_) | Part::Fold(_) | Part::OutOfSample(_)) | None => {}
        }
    }
    Ok(reply(&rows, &header, &summary, session.budget()))
}

/// The variants of a reply.
#[derive(Default)]
struct Rows {
    values: Vec<Value>,
    /// The index of the expression of each.
    expressions: Vec<usize>,
}

/// The rows of a part: the expression if there are several, the parameters, and the reductions.
fn add(rows: &mut Rows, header: &SweepHeader, part: &SweepRows) {
    let Some(own) = header.expressions.get(part.expression as usize) else { return };
    let parameters: Vec<Vec<f64>> = part.parameters.iter().map(|column| column.values.values()).collect();
    let columns: Vec<Vec<f64>> = part.columns.iter().map(|column| column.values.values()).collect();
    for row in 0..columns.first().map_or(0, Vec::len) {
        let label = (header.expressions.len() > 1).then(|| Value::from(budget::cut(&own.label, 80)));
        let parameters = parameters.iter().map(|values| number(values[row], DIGITS));
        let reduced = columns.iter().zip(&own.columns).map(|(values, column)| match column.is_time {
            true if values[row].is_nan() => Value::Null,
            true => time::text((values[row] * 1e9) as i64).into(),
            false => number(values[row], DIGITS),
        });
        rows.values.push(Value::Array(label.into_iter().chain(parameters).chain(reduced).collect()));
        rows.expressions.push(part.expression as usize);
    }
}

fn reply(rows: &Rows, header: &SweepHeader, summary: &SweepSummary, budget: usize) -> String {
    let names = |one: &SweptExpression| -> Vec<String> {
        let columns = one.columns.iter().map(|column| budget::cut(&column.label, 80));
        one.parameters.iter().cloned().chain(columns).collect()
    };
    let mut object = json!({ "tried": summary.tried, "bars": header.rows });
    if let Some(as_of) = header.as_of {
        object["as_of"] = time::text(as_of).into();
    }
    // Each expression has parameters and columns of its own: a header of those that are shown, which begins as their rows do.
    let with_headers = |shown: usize| {
        let mut object = object.clone();
        match &header.expressions[..] {
            [_, _, ..] => {
                let of = |at: usize| {
                    let one = &header.expressions[at];
                    json!(std::iter::once(budget::cut(&one.label, 80)).chain(names(one)).collect::<Vec<_>>())
                };
                let shown: BTreeSet<usize> = rows.expressions[..shown].iter().copied().collect();
                object["headers"] = shown.into_iter().map(of).collect();
            }
            one => object["header"] = json!(one.first().map(names).unwrap_or_default()),
        }
        object
    };
    budget::items_of(budget, with_headers, "rows", &rows.values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::proto::SweptColumn;
    use crate::rpc::wire::{Column, Packed};

    /// Two expressions with one and two parameters, and rows of variants of each in turn.
    fn swept(variants: usize) -> (Rows, SweepHeader) {
        let expression = |label: &str, parameters: &[&str]| SweptExpression {
            label: label.into(),
            parameters: parameters.iter().map(|&name| name.into()).collect(),
            columns: vec![SweptColumn { label: "last".into(), is_time: false }],
            ..SweptExpression::default()
        };
        let expressions = vec![expression("ema(5..9)", &["period"]), expression("macd(a, b)", &["fast", "slow"])];
        let header = SweepHeader { expressions, ..SweepHeader::default() };
        let mut rows = Rows::default();
        for at in 0..variants {
            let own = &header.expressions[at % 2];
            let parameters = own.parameters.iter().map(|name| Column::new(name.clone(), Packed::of(&[7.0])));
            let columns = vec![Column::new("last".to_owned(), Packed::of(&[0.5]))];
            let part = SweepRows { expression: at as u32 % 2, parameters: parameters.collect(), columns };
            add(&mut rows, &header, &part);
        }
        (rows, header)
    }

    #[test]
    fn every_row_has_a_header_of_its_width() {
        for (variants, budget) in [(2, 2048), (100, 2048), (100, 200), (1, 2048)] {
            let (rows, header) = swept(variants);
            let text = reply(&rows, &header, &SweepSummary::default(), budget);
            let reply: Value = serde_json::from_str(&text).expect("JSON");
            assert!(text.len() <= budget, "{text}");
            let headers = reply["headers"].as_array().expect("a list");
            let shown = reply["rows"].as_array().expect("a list");
            assert!(!shown.is_empty() && headers.len() == variants.min(2), "{text}");
            for row in shown {
                let own = headers.iter().find(|header| header[0] == row[0]).expect("a header");
                assert_eq!(own.as_array().map(Vec::len), row.as_array().map(Vec::len), "{text}");
            }
        }
    }
}
