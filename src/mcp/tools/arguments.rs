//! Arguments of a tool, checked against its schema: an unknown name, a wrong type and a value out of range are errors that
//! name the argument, what it must be and what was given.

use rmcp::model::JsonObject;
use serde_json::Value;

use crate::indicator::registry;
use crate::mcp::error::Error;
use crate::mcp::reply::{budget, time};
use crate::rpc::proto::{Adjust, Resampling};

/// As much of a wrong value as its error repeats, in bytes.
const SHOWN_BYTES_MAX: usize = 60;

/// The arguments of a call.
pub(in crate::mcp) struct Arguments {
    given: JsonObject,
}

impl Arguments {
    /// Arguments whose names, types and ranges are those of the schema. Null means that an argument is not given.
    pub(in crate::mcp) fn new(mut given: JsonObject, schema: &JsonObject) -> Result<Self, Error> {
        given.retain(|_, value| !value.is_null());
        let properties = schema.get("properties").and_then(Value::as_object);
        let known = || properties.into_iter().flat_map(|all| all.keys().map(String::as_str));
        for (name, value) in &mut given {
            match properties.and_then(|all| all.get(name)) {
                Some(property) => check(name, value, property)?,
                None => {
                    let similar = registry::nearest_of_few(name, known().collect::<Vec<_>>());
                    let hint = similar.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
                    let (name, known) = (budget::cut(name, SHOWN_BYTES_MAX), known().collect::<Vec<_>>().join(", "));
                    return Err(Error::Argument(format!("unknown argument {name}{hint}; arguments are {known}")));
                }
            }
        }
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        match required.filter_map(Value::as_str).find(|&name| !given.contains_key(name)) {
            Some(name) => Err(Error::Argument(format!("{name} is missing"))),
            None => Ok(Self { given }),
        }
    }

    /// A text, if it is given.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.given.get(name).and_then(Value::as_str)
    }

    /// A text, empty if it is not given.
    pub(super) fn text_or_empty(&self, name: &str) -> String {
        self.text(name).unwrap_or_default().to_owned()
    }

    /// How to resample bars: by the calendar, if one is given.
    pub(super) fn resampling(&self) -> Option<Resampling> {
        Some(Resampling { calendar: self.text_or_empty("calendar"), ..Resampling::default() })
    }

    /// Which corporate actions adjust the bars.
    pub(super) fn adjust(&self) -> Adjust {
        match self.text("adjust") {
            Some("split") => Adjust::Split,
            Some("total") => Adjust::Total,
            _ => Adjust::Unspecified,
        }
    }

    /// A list of texts, empty if it is not given.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let list = self.given.get(name).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// An integer, if it is given.
    pub(super) fn integer(&self, name: &str) -> Option<u64> {
        self.given.get(name).and_then(Value::as_u64)
    }

    /// Whether a flag is set.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.given.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// A time in nanoseconds since the Unix epoch, if it is given.
    pub(super) fn time(&self, name: &str) -> Result<Option<i64>, Error> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let wrong = || wrong(name, "a time, as in 2021-06-17 or 2021-06-17T08:30Z", &text.into());
        time::parse(text).map(Some).ok_or_else(wrong)
    }
}

/// A value against the schema of its property. One text where a list is expected is a list of one.
fn check(name: &str, value: &mut Value, property: &Value) -> Result<(), Error> {
    let bound = |key: &str| property[key].as_u64();
    match property["type"].as_str().unwrap_or_default() {
        "array" => {
            if value.is_string() {
                *value = Value::Array(vec![value.take()]);
            }
            let list = value.as_array().filter(|list| list.iter().all(Value::is_string));
            let (least, most) = (bound("minItems").unwrap_or(0), bound("maxItems").unwrap_or(u64::MAX));
            let fits = list.is_some_and(|list| (least..=most).contains(&(list.len() as u64)));
            if !fits {
                let given = value.as_array().map(|list| format!("a list of {}", list.len()));
                let expected = format!("a list of {least} to {most} texts");
                return Err(wrong(name, &expected, &given.map_or_else(|| value.clone(), Value::from)));
            }
        }
        "integer" => {
            let (least, most) = (bound("minimum").unwrap_or(0), bound("maximum").unwrap_or(u64::MAX));
            // 5.0 is an integer in JSON Schema.
            let whole = value.as_f64().filter(|number| number.fract() == 0.0 && (0.0..=9e15).contains(number));
            match value.as_u64().or(whole.map(|number| number as u64)).filter(|number| (least..=most).contains(number))
            {
                Some(number) => *value = number.into(),
                None => return Err(wrong(name, &format!("an integer from {least} to {most}"), value)),
            }
        }
        "boolean" if !value.is_boolean() => return Err(wrong(name, "true or false", value)),
        "string" => {
            let words = property["enum"].as_array();
            if let Some(words) = words.filter(|words| !words.contains(value)) {
                let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
                return Err(wrong(name, &format!("one of {}", words.join(", ")), value));
            }
            if !value.is_string() {
                return Err(wrong(name, "a text", value));
            }
        }
        _ => {}
    }
    Ok(())
}

fn wrong(name: &str, expected: &str, given: &Value) -> Error {
    let given = budget::cut(&given.to_string(), SHOWN_BYTES_MAX);
    Error::Argument(format!("{name} must be {expected}, got {given}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::mcp::schema;

    fn arguments(given: Value) -> Result<Arguments, String> {
        let properties = vec![
            ("symbol", schema::symbol()),
            ("expressions", schema::texts(1, 3, "")),
            ("last", schema::integer(1, 100, Some(10), "")),
            ("returns", schema::flag("")),
            ("method", schema::choice(&["pearson", "spearman"], "")),
            ("as_of", schema::time("")),
        ];
        let Value::Object(given) = given else { panic!("an object") };
        Arguments::new(given, &schema::object(properties, &["symbol"])).map_err(|error| error.to_string())
    }

    #[test]
    fn what_fits_is_read() {
        let given = json!({"symbol": "S", "expressions": "close", "last": 5.0, "returns": true, "method": null,
            "as_of": "2021-06-17"});
        let read = arguments(given).expect("good");
        assert_eq!((read.text("symbol"), read.texts("expressions")), (Some("S"), vec!["close".to_owned()]));
        assert_eq!((read.integer("last"), read.flag("returns"), read.text("method")), (Some(5), true, None));
        assert_eq!(read.time("as_of").expect("a time"), Some(1_623_888_000_000_000_000));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (given, expected) in [
            (json!({}), "symbol is missing"),
            (json!({"symbol": 5}), "symbol must be a text, got 5"),
            (json!({"symbol": "S", "expresions": []}), "unknown argument expresions; did you mean expressions?"),
            (
                json!({"symbol": "S", "expressions": []}),
                "expressions must be a list of 1 to 3 texts, got \"a list of 0\"",
            ),
            (json!({"symbol": "S", "expressions": [1]}), "a list of 1 to 3 texts"),
            (json!({"symbol": "S", "expressions": {"a": 1}}), "got {\"a\":1}"),
            (json!({"symbol": "S", "last": 0}), "last must be an integer from 1 to 100, got 0"),
            (json!({"symbol": "S", "last": -1}), "got -1"),
            (json!({"symbol": "S", "last": 1.5}), "got 1.5"),
            (json!({"symbol": "S", "last": "5"}), "got \"5\""),
            (json!({"symbol": "S", "returns": "yes"}), "returns must be true or false, got \"yes\""),
            (json!({"symbol": "S", "method": "kendall"}), "method must be one of pearson, spearman, got \"kendall\""),
        ] {
            let error = arguments(given.clone()).err().expect("refused");
            assert!(error.starts_with("INVALID_ARGUMENT: ") && error.contains(expected), "{given}: {error}");
        }
        let read = arguments(json!({"symbol": "S", "as_of": "x".repeat(10_000)})).expect("a text");
        let error = read.time("as_of").expect_err("no time").to_string();
        assert!(error.contains("as_of must be a time") && error.len() < 200, "{error}");
    }
}
