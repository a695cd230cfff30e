//! What there is to know of a column in a few numbers.

use serde_json::{Map, Value, json};

use super::number::{CURVE_DIGITS, DIGITS, number};
use super::{budget, time};
use crate::indicator::is_true;

/// A column with at most this many different values is a signal: a condition, or a pattern of candles.
const SIGNAL_VALUES_MAX: usize = 3;

/// The longest label that is shown, in bytes.
const LABEL_BYTES_MAX: usize = 80;

/// How much is told of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mcp) struct Detail {
    /// The points of its curve.
    pub(in crate::mcp) points: usize,
    /// Its newest events.
    pub(in crate::mcp) events: usize,
    /// With its range and where its newest value is in it.
    pub(in crate::mcp) range: bool,
}

impl Detail {
    /// Less and less.
    pub(in crate::mcp) const LEVELS: [Self; 5] = [
        Self { points: 16, events: 3, range: true },
        Self { points: 8, events: 2, range: true },
        Self { points: 0, events: 1, range: true },
        Self { points: 0, events: 0, range: true },
        Self { points: 0, events: 0, range: false },
    ];
}

/// The rows between two points of a thinned curve.
pub(in crate::mcp) fn stride(rows: usize, points: usize) -> usize {
    rows.div_ceil(points.max(1)).max(1)
}

/// A column in a few numbers: its newest value, the change from the bar before, its range with times, the percentile of the
/// newest value among all, its newest events, and a curve of every n-th value that ends with the newest.
pub(in crate::mcp) fn column(label: &str, times: &[i64], values: &[f64], detail: Detail) -> Value {
    let mut summary = Map::new();
    summary.insert("label".into(), budget::cut(label, LABEL_BYTES_MAX).into());
    let last = values.last().copied().unwrap_or(f64::NAN);
    summary.insert("last".into(), number(last, DIGITS));
    let defined: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    if defined.len() < values.len() {
        summary.insert("undefined".into(), json!(values.len() - defined.len()));
    }
    match signal(&defined) {
        Some(_) if defined.is_empty() => {}
        Some(kinds) => add_signal(&mut summary, times, values, detail, kinds),
        None => add_series(&mut summary, times, values, detail, &defined),
    }
    summary.into()
}

/// The different values of a signal; `None` if there are too many for one.
fn signal(defined: &[f64]) -> Option<Vec<f64>> {
    let mut kinds: Vec<f64> = Vec::new();
    for &value in defined {
        if !kinds.contains(&value) {
            kinds.push(value);
        }
        if kinds.len() > SIGNAL_VALUES_MAX {
            return None;
        }
    }
    Some(kinds)
}

/// How often a signal is on, and when it changed.
fn add_signal(summary: &mut Map<String, Value>, times: &[i64], values: &[f64], detail: Detail, kinds: Vec<f64>) {
    let on = values.iter().filter(|&&value| is_true(value)).count();
    if kinds.iter().all(|&kind| kind == 0.0 || kind.abs() == 1.0 || kind.abs() == 100.0) {
        summary.insert("true_bars".into(), json!(on));
    }
    let changes = (1..values.len()).rev().filter(|&at| {
        let (before, now) = (values[at - 1], values[at]);
        now != before && !(now.is_nan() || before.is_nan())
    });
    let event = |at: usize| format!("{} -> {}", time::text(times[at]), number(values[at], DIGITS));
    add_events(summary, changes.take(detail.events).map(event).collect());
}

fn add_series(summary: &mut Map<String, Value>, times: &[i64], values: &[f64], detail: Detail, defined: &[f64]) {
    let last = values.last().copied().unwrap_or(f64::NAN);
    if let [.., before, _] = values
        && !(last - before).is_nan()
    {
        summary.insert("change".into(), number(last - before, DIGITS));
    }
    if !detail.range {
        return;
    }
    for (name, best) in [("min", f64::lt as fn(&f64, &f64) -> bool), ("max", f64::gt)] {
        if let Some(at) = extreme(values, best) {
            summary.insert(name.into(), json!([number(values[at], DIGITS), time::text(times[at])]));
        }
    }
    if !last.is_nan() {
        summary.insert("percentile".into(), json!(percentile(defined, last)));
    }
    let crossings = (1..values.len()).rev().filter(|&at| (values[at - 1] < 0.0) != (values[at] < 0.0));
    let crossings = crossings.filter(|&at| !(values[at - 1].is_nan() || values[at].is_nan()));
    let event = |at: usize| {
        let side = if values[at] < 0.0 { "below" } else { "above" };
        format!("{} {side} 0", time::text(times[at]))
    };
    add_events(summary, crossings.take(detail.events).map(event).collect());
    if detail.points > 0 {
        let stride = stride(values.len(), detail.points);
        let mut curve: Vec<_> = values.iter().rev().step_by(stride).map(|&value| number(value, CURVE_DIGITS)).collect();
        curve.reverse();
        summary.insert("curve".into(), curve.into());
    }
}

fn add_events(summary: &mut Map<String, Value>, events: Vec<String>) {
    if !events.is_empty() {
        summary.insert("events".into(), json!(events));
    }
}

/// The newest row of the extreme value.
pub(in crate::mcp) fn extreme(values: &[f64], is_better: fn(&f64, &f64) -> bool) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (at, value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
        if best.is_none_or(|best| !is_better(&values[best], value)) {
            best = Some(at);
        }
    }
    best
}

/// The share of values below this one in percent, those equal to it counted half.
fn percentile(defined: &[f64], value: f64) -> u64 {
    let below = defined.iter().filter(|&&other| other < value).count();
    let equal = defined.iter().filter(|&&other| other == value).count();
    (100.0 * (below as f64 + equal as f64 / 2.0) / defined.len().max(1) as f64).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000_000;

    fn summary(values: &[f64]) -> Value {
        let times: Vec<i64> = (0..values.len() as i64).map(|day| day * DAY).collect();
        column("x", &times, values, Detail::LEVELS[0])
    }

    #[test]
    fn a_series_has_its_range_its_place_in_it_and_a_curve() {
        let values: Vec<f64> = (0..40).map(|at| f64::from((at * 7) % 40) - 10.0).collect();
        let summary = summary(&values);
        assert_eq!((&summary["last"], &summary["change"]), (&json!(23), &json!(7)));
        assert_eq!((&summary["min"], &summary["max"]), (&json!([-10, "1970-01-01"]), &json!([29, "1970-01-18"])));
        assert_eq!(summary["percentile"], json!(84), "33 of 40 are below, and itself half");
        let curve: Vec<f64> = serde_json::from_value(summary["curve"].clone()).expect("numbers");
        assert_eq!((curve.len(), curve.last()), (14, values.last()), "every third");
        assert_eq!(curve[12], values[36]);
        let events = summary["events"].as_array().expect("a list");
        assert_eq!((events.len(), &events[0]), (3, &json!("1970-02-06 above 0")), "{summary}");
    }

    #[test]
    fn a_signal_has_its_changes() {
        let summary = summary(&[f64::NAN, 0.0, 1.0, 1.0, 0.0]);
        let expected = json!({"label": "x", "last": 0, "undefined": 1, "true_bars": 2,
            "events": ["1970-01-05 -> 0", "1970-01-03 -> 1"]});
        assert_eq!(summary, expected);
    }

    #[test]
    fn nothing_is_invented_where_there_is_nothing() {
        assert_eq!(summary(&[]), json!({"label": "x", "last": null}));
        assert_eq!(summary(&[f64::NAN; 3]), json!({"label": "x", "last": null, "undefined": 3}));
        let one = summary(&[1.0, 2.0, 3.0, 4.0, f64::NAN]);
        assert_eq!((&one["last"], one.get("change"), one.get("percentile")), (&json!(null), None, None), "{one}");
        assert_eq!(one["max"], json!([4, "1970-01-04"]));
    }

    #[test]
    fn less_detail_is_shorter() {
        let values: Vec<f64> = (0..1000).map(|at| f64::from(at).sin() * 1e-3).collect();
        let times: Vec<i64> = (0..1000).map(|day| day * DAY).collect();
        let lengths = Detail::LEVELS.map(|detail| column("x", &times, &values, detail).to_string().len());
        assert!(lengths.is_sorted_by(|one, two| one > two), "{lengths:?}");
    }
}
