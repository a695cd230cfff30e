//! JSON Schemas of arguments, with ranges from the declarations of limits and indicators.

use std::sync::Arc;

use rmcp::model::JsonObject;
use serde_json::{Map, Value, json};

use crate::app::Limits;
use crate::indicator::{Indicator, Kind, Param, registry};
use crate::series::Symbol;

/// The schema of an object with these properties and no others.
pub(super) fn object(properties: Vec<(&str, Value)>, required: &[&str]) -> Arc<JsonObject> {
    let properties: Map<String, Value> =
        properties.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    let schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    match schema {
        Value::Object(schema) => Arc::new(schema),
        _ => Arc::default(),
    }
}

/// A text.
pub(super) fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

/// One of these words.
pub(super) fn choice(words: &[&str], description: &str) -> Value {
    json!({"type": "string", "enum": words, "description": description})
}

/// A list of texts.
pub(super) fn texts(least: usize, most: u64, description: &str) -> Value {
    let item = json!({"type": "string"});
    json!({"type": "array", "items": item, "minItems": least, "maxItems": most, "description": description})
}

/// An integer within a range.
pub(super) fn integer(least: u64, most: u64, default: Option<u64>, description: &str) -> Value {
    let mut schema = json!({"type": "integer", "minimum": least, "maximum": most, "description": description});
    if let Some(default) = default {
        schema["default"] = default.into();
    }
    schema
}

/// Yes or no.
pub(super) fn flag(description: &str) -> Value {
    json!({"type": "boolean", "description": description})
}

/// The symbol of a series.
pub(super) fn symbol() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": Symbol::BYTES_MAX, "description": "as in BTCUSDT"})
}

/// The timeframe of a series.
pub(super) fn timeframe() -> Value {
    text("as in 15m, 1h, 1d")
}

/// The calendar of bars.
pub(super) fn calendar() -> Value {
    text(
        "whose sessions or days make bars that are not stored, as in XNYS or America/New_York; atrad://calendars has all",
    )
}

/// A time.
pub(super) fn time(description: &str) -> Value {
    text(&format!("{description}, as in 2021-06-17 or 2021-06-17T08:30Z"))
}

/// Which corporate actions adjust the bars.
pub(super) fn adjust() -> Value {
    choice(&["none", "split", "total"], "prices adjusted by splits, or by splits and dividends")
}

/// The expressions of a request.
pub(super) fn expressions(description: &str) -> Value {
    texts(1, limit("expressions_max"), description)
}

/// The default of a limit of the server.
pub(super) fn limit(name: &str) -> u64 {
    Limits::ALL.iter().find(|limit| limit.name == name).map_or(u64::MAX, |limit| limit.default)
}

/// What an indicator takes: a property for each parameter, with its range and default. `None` if there is none of the name.
pub(super) fn indicator(name: &str) -> Option<Value> {
    let Indicator { name, title, summary, formula, params, .. } = registry::indicator(name)?;
    let property = |param: &Param| {
        let mut schema = match param.kind {
            Kind::Integer { default, min, max } => {
                json!({"type": "integer", "default": default, "minimum": min, "maximum": max})
            }
            Kind::Real { default, min, max } => {
                json!({"type": "number", "default": default, "minimum": min, "maximum": max})
            }
            Kind::Choice { words } => json!({"type": "string", "default": words.first(), "enum": words}),
        };
        schema["description"] = param.help.into();
        (param.name.to_owned(), schema)
    };
    let properties: Map<String, Value> = params.iter().map(property).collect();
    Some(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("{name}: {title}"),
        "description": format!("{summary} {formula}"),
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    }))
}
