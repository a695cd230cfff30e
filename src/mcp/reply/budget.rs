//! Replies within a budget of bytes: less detail first, then fewer items, and what is left out is said.

use serde_json::{Value, json};

/// The marks of a text that was cut.
const CUT: &str = "...";

/// The first of these renderings that fits, each with less in it; the last if none does.
pub(in crate::mcp) fn first_that_fits<T>(budget: usize, levels: &[T], render: impl Fn(&T) -> Value) -> String {
    let mut text = String::new();
    for level in levels {
        text = render(level).to_string();
        if text.len() <= budget {
            break;
        }
    }
    text
}

/// An object with as many of the items as fit, under this name. `left_out` has the number of others.
pub(in crate::mcp) fn items(budget: usize, object: &Value, name: &str, items: &[Value]) -> String {
    items_of(budget, |_| object.clone(), name, items)
}

/// As `items`, in an object that says more the more of them are shown.
pub(in crate::mcp) fn items_of(budget: usize, object: impl Fn(usize) -> Value, name: &str, items: &[Value]) -> String {
    let render = |shown: usize| {
        let mut object = object(shown);
        object[name] = items[..shown].into();
        if shown < items.len() {
            object["left_out"] = json!(items.len() - shown);
        }
        object.to_string()
    };
    let whole = render(items.len());
    if whole.len() <= budget {
        return whole;
    }
    // The length grows with the items: the most that fit are found by bisection.
    let (mut fits, mut too_many) = (0, items.len());
    while fits + 1 < too_many {
        let middle = usize::midpoint(fits, too_many);
        if render(middle).len() <= budget { fits = middle } else { too_many = middle }
    }
    render(fits)
}

/// Cuts a text to at most `bytes` bytes, at the boundary of a character.
pub(in crate::mcp) fn cut(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = bytes.saturating_sub(CUT.len()).min(text.len());
    let end = (0..=end).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    format!("{}{CUT}", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_items_as_fit() {
        let all: Vec<Value> = (0..100).map(|at| json!(format!("item {at}"))).collect();
        let object = json!({ "total": 100 });
        for budget in [60, 100, 500, 1000] {
            let text = items(budget, &object, "list", &all);
            let value: Value = serde_json::from_str(&text).expect("JSON");
            let shown = value["list"].as_array().expect("a list").len();
            assert!(text.len() <= budget && value["left_out"] == json!(100 - shown), "{text}");
            assert!(shown > 0 || budget == 60, "{text}");
        }
        assert!(!items(10_000, &object, "list", &all).contains("left_out"));
        assert!(items(0, &object, "list", &[]).contains("list"));
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abc...");
        assert_eq!(cut("ab\u{e9}\u{e9}\u{e9}\u{e9}", 6), "ab...");
    }
}
