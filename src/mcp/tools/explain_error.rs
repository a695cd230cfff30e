//! `explain_error`: what an error means and what to do about it, and where an expression is wrong.

use std::sync::Arc;

use rmcp::model::JsonObject;
use serde_json::{Map, Value, json};

use super::arguments::Arguments;
use super::session::{Declaration, Session};
use crate::app::{Limit, Limits};
use crate::indicator::{self, Expression, SweptExpression};
use crate::mcp::error::Error;
use crate::mcp::reply::budget;
use crate::mcp::{Options, schema};

/// What each code means and what to do, as docs/errors.md has it.
const CODES: [(&str, &str, &str); 11] = [
    (
        "INVALID_ARGUMENT",
        "the request is wrong; the message names the field, the value and what is allowed",
        "correct it",
    ),
    ("NOT_FOUND", "there is no such series, or its timeframe cannot be resampled from the stored ones", "list_series"),
    (
        "RESOURCE_EXHAUSTED",
        "with a delay: the server is busy or its disk is full; without: a limit",
        "after the delay, try again; without one, ask for less",
    ),
    (
        "DEADLINE_EXCEEDED",
        "the work took longer than its deadline",
        "ask for less: fewer bars, expressions or variants",
    ),
    ("UNAVAILABLE", "the server is stopping, or cannot be reached", "try again"),
    ("UNAUTHENTICATED", "the token is missing or wrong", "ask whoever runs the server for a token"),
    ("PERMISSION_DENIED", "the token does not reach this call, series or time", "ask for what the token reaches"),
    (
        "DATA_LOSS",
        "stored bars of the series cannot be read",
        "tell whoever runs the server; other spans may be readable",
    ),
    ("INTERNAL", "a fault of the server; its log has the cause under the id in the message", "report it"),
    ("UNIMPLEMENTED", "the server is older or newer than its client", "compare their versions"),
    ("CANCELLED", "the caller cancelled the call", "nothing"),
];

pub(super) const DECLARATION: Declaration = Declaration {
    name: "explain_error",
    description: "Explain an error of another tool and what to do about it, or check an expression without computing it.",
    schema,
};

fn schema(_: &Options) -> Arc<JsonObject> {
    let properties =
        vec![("error", schema::text("the text of the error")), ("expression", schema::text("the expression to check"))];
    schema::object(properties, &[])
}

pub(super) fn run(session: &Session<'_>, arguments: Arguments) -> Result<String, Error> {
    let mut explanation = Map::new();
    if let Some(text) = arguments.text("error") {
        add_error(&mut explanation, text);
    }
    if let Some(text) = arguments.text("expression") {
        explanation.insert("expression".into(), checked(text));
    }
    if explanation.is_empty() {
        return Err(Error::Argument("error or expression must be given".into()));
    }
    // Each echoes at most a part of what was given.
    let without: [&[&str]; 3] = [&[], &["limit"], &["limit", "meaning"]];
    Ok(budget::first_that_fits(session.budget(), &without, |without| {
        let mut explanation = explanation.clone();
        explanation.retain(|name, _| !without.contains(&name.as_str()));
        Value::Object(explanation)
    }))
}

fn add_error(explanation: &mut Map<String, Value>, text: &str) {
    let upper = text.to_uppercase();
    match CODES.iter().find(|(code, ..)| upper.contains(code)) {
        Some((code, meaning, action)) => {
            explanation.insert("code".into(), (*code).into());
            explanation.insert("meaning".into(), (*meaning).into());
            explanation.insert("action".into(), (*action).into());
        }
        None => {
            let codes = CODES.map(|(code, ..)| code).join(", ");
            explanation.insert("meaning".into(), format!("the text has none of the codes {codes}").into());
        }
    }
    let words = || text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    if let Some(limit) = Limits::ALL.iter().find(|limit| words().any(|word| word == limit.name)) {
        explanation.insert("limit".into(), described(limit));
    }
}

fn described(limit: &Limit) -> Value {
    json!({
        "name": limit.name, "help": limit.help.trim(), "default": limit.default,
        "flag": format!("--{}", limit.name.replace('_', "-")),
    })
}

/// Whether an expression is one, and else where it is wrong.
fn checked(text: &str) -> Value {
    let limits = indicator::Limits::default();
    match Expression::parse(text, &limits) {
        Ok(found) => {
            let labels: Vec<_> = found.iter().take(8).map(|one| budget::cut(one.label(), 60)).collect();
            json!({ "valid": true, "columns": labels })
        }
        Err(indicator::Error::RangeOutsideSweep { .. }) => match SweptExpression::parse(text, &limits) {
            Ok(found) => json!({ "valid": "in sweep only", "variants": found.variants() }),
            Err(error) => wrong(text, &error.to_string()),
        },
        Err(error) => wrong(text, &error.to_string()),
    }
}

fn wrong(text: &str, message: &str) -> Value {
    let mut explanation = json!({ "valid": false, "why": budget::cut(message, 400) });
    let digits = message.split_once(" at byte ").map(|(_, rest)| rest.split(|c: char| !c.is_ascii_digit()).next());
    let at = digits.flatten().and_then(|digits| digits.parse::<usize>().ok());
    if let Some((before, after)) = at.and_then(|at| text.split_at_checked(at)) {
        let start = before.len().saturating_sub(60);
        let start = (start..before.len()).find(|&start| before.is_char_boundary(start)).unwrap_or(before.len());
        explanation["here"] = format!("{} >>> {}", &before[start..], budget::cut(after, 60)).into();
    }
    explanation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_explained_with_its_limit() {
        let mut explanation = Map::new();
        add_error(&mut explanation, "RESOURCE_EXHAUSTED: answer_rows_max allows at most 5 bars");
        assert_eq!(explanation["code"], "RESOURCE_EXHAUSTED");
        assert_eq!(explanation["limit"]["flag"], "--answer-rows-max");
        let mut explanation = Map::new();
        add_error(&mut explanation, "something else");
        assert!(
            explanation["meaning"].as_str().expect("text").contains("INVALID_ARGUMENT")
                && !explanation.contains_key("code")
        );
    }

    #[test]
    fn an_expression_is_checked_where_it_is_wrong() {
        assert_eq!(checked("macd(12, 26, 9)")["columns"].as_array().expect("three").len(), 3);
        assert_eq!(checked("ema(5..10)"), json!({ "valid": "in sweep only", "variants": 6 }));
        let wrong = checked("ema(close, 5) + ) 3");
        assert!(wrong["valid"] == false && wrong["here"] == "ema(close, 5) +  >>> ) 3", "{wrong}");
        assert!(checked("rsy(14)")["why"].as_str().expect("text").contains("rsi"));
        let long = checked(&"(".repeat(5000));
        assert!(long.to_string().len() < 700, "{long}");
    }
}
