//! `find_indicators`: which indicators there are, and what one takes.

use std::collections::BTreeMap;
use std::sync::Arc;

use rmcp::model::JsonObject;
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::session::{Declaration, Session};
use crate::indicator::registry;
use crate::mcp::error::Error;
use crate::mcp::reply::budget;
use crate::mcp::{Options, schema};
use crate::rpc::proto::{Indicator, ListIndicatorsRequest, ListIndicatorsResponse, Param, ParamKind};

/// The indicators that a search shows unless it is said.
const SHOWN: u64 = 12;

pub(super) const DECLARATION: Declaration = Declaration {
    name: "find_indicators",
    description: "Search the indicators by words, or describe one by its name: parameters with ranges, outputs, formula. \
                  Without arguments, the groups.",
    schema,
};

fn schema(_: &Options) -> Arc<JsonObject> {
    let properties = vec![
        ("query", schema::text("a name, as in rsi, or words, as in trend strength")),
        ("group", schema::text("as in momentum")),
        ("limit", schema::integer(1, 100, Some(SHOWN), "indicators to return")),
    ];
    schema::object(properties, &[])
}

pub(super) async fn run(session: &Session<'_>, arguments: Arguments) -> Result<String, Error> {
    let request = ListIndicatorsRequest { group: arguments.text_or_empty("group"), search: String::new() };
    let all = session.clients.indicators().list_indicators(request).await?.into_inner();
    let query = arguments.text_or_empty("query").to_lowercase();
    if query.is_empty() && arguments.text("group").is_none() {
        return Ok(groups(&all, session.budget()));
    }
    // Also in TA-Lib's spelling.
    let meant = registry::indicator(query.trim()).map(|one| one.name);
    if let Some(one) = all.indicators.iter().find(|one| one.name == query.trim() || meant == Some(&*one.name)) {
        return Ok(described(one, session.budget()));
    }
    let mut found = ranked(&all, &query);
    if found.is_empty() {
        let similar = registry::similar(query.trim()).map(|name| format!("; did you mean {name}?")).unwrap_or_default();
        return Err(Error::Argument(format!("no indicator matches {}{similar}", budget::cut(&query, 80))));
    }
    let total = found.len();
    found.truncate(arguments.integer("limit").unwrap_or(SHOWN) as usize);
    let lines: Vec<Value> = found.iter().map(|one| format!("{}: {}", call(one), one.title).into()).collect();
    Ok(budget::items(session.budget(), &json!({ "found": total }), "indicators", &lines))
}

/// The groups with how many indicators they have, the columns and the presets.
fn groups(all: &ListIndicatorsResponse, budget: usize) -> String {
    let mut groups = BTreeMap::<&str, usize>::new();
    all.indicators.iter().for_each(|one| *groups.entry(&one.group).or_default() += 1);
    let presets: Vec<Value> = all.presets.iter().map(|preset| preset.name.clone().into()).collect();
    let object = json!({ "groups": groups, "columns": all.columns.join(" ") });
    budget::items(budget, &object, "presets", &presets)
}

/// The indicators that hold all words, those that hold them in their name first.
fn ranked<'a>(all: &'a ListIndicatorsResponse, query: &str) -> Vec<&'a Indicator> {
    let words: Vec<&str> = query.split_whitespace().take(16).collect();
    let score = |one: &Indicator| {
        let [title, summary, group] = [&one.title, &one.summary, &one.group].map(|text| text.to_lowercase());
        let of = |word: &&str| match () {
            () if one.name.contains(word) => Some(4),
            () if title.contains(word) => Some(2),
            () if summary.contains(word) || group == *word => Some(1),
            () => None,
        };
        let found: Vec<u32> = words.iter().filter_map(of).collect();
        // Words of which only some are found count, but less than all of them.
        (!found.is_empty() || words.is_empty()).then(|| (found.len(), found.iter().sum::<u32>()))
    };
    let mut found: Vec<_> = all.indicators.iter().filter_map(|one| Some((score(one)?, one))).collect();
    found.sort_by_key(|&(score, _)| std::cmp::Reverse(score));
    let best = found.first().map_or(0, |&((words, _), _)| words);
    found.into_iter().filter(|&((words, _), _)| words == best).map(|(_, one)| one).collect()
}

/// An expression of the indicator with its defaults.
fn call(one: &Indicator) -> String {
    let numbers = one.params.iter().take_while(|param| param.kind() != ParamKind::Choice);
    let values: Vec<_> = numbers.map(|param| &*param.default_value).collect();
    if values.is_empty() { one.name.clone() } else { format!("{}({})", one.name, values.join(", ")) }
}

fn described(one: &Indicator, budget: usize) -> String {
    let param = |param: &Param| {
        let range = match (param.min, param.max) {
            (Some(min), Some(max)) => format!("{min} to {max}"),
            _ => param.choices.join(" "),
        };
        Value::from(format!("{} = {} ({range}): {}", param.name, param.default_value, param.help))
    };
    let outputs: Vec<_> = one.outputs.iter().map(|output| format!(".{}: {}", output.name, output.help)).collect();
    let object = json!({
        "name": one.name,
        "title": one.title,
        "summary": one.summary,
        "formula": one.formula,
        "example": call(one),
        "inputs": one.inputs.join(" "),
        "outputs": if outputs.len() > 1 { outputs } else { Vec::new() },
        "lookback": one.lookback,
    });
    budget::items(budget, &object, "parameters", &one.params.iter().map(param).collect::<Vec<_>>())
}
