//! Pivot points.

use super::days::{day, gathered, per_pair};
use super::*;
use crate::common::trials::assert_none;

/// The levels of a method, p r1 r2 r3 r4 s1 s2 s3 s4, from the bar before and the open now.
pub(super) fn levels(method: &str, [open, high, low, close]: [f64; 4], now: f64) -> [Exact; 9] {
    let [h, l, c, none] = [high, low, close, f64::NAN].map(Exact::from);
    let (w, two) = (h - l, n(2));
    let p = (h + l + c) / n(3);
    match method {
        "traditional" => {
            let (r, s) = (|k: usize| n(k) * p + h - n(k) * l, |k: usize| n(k) * p - n(k) * h + l);
            [p, two * p - l, p + w, r(2), r(3), two * p - h, p - w, s(2), s(3)]
        }
        "fibonacci" => {
            let [a, b] = [382, 618].map(|share| n(share) / n(1000) * w);
            [p, p + a, p + b, p + w, none, p - a, p - b, p - w, none]
        }
        "camarilla" => {
            let [a, b, d, f] = [12, 6, 4, 2].map(|parts| n(11) / n(10) * w / n(parts));
            [p, c + a, c + b, c + d, c + f, c - a, c - b, c - d, c - f]
        }
        "woodie" => {
            let p = (h + l + two * e(now)) / n(4);
            let (r3, s3) = (h + two * (p - l), l - two * (h - p));
            [p, two * p - l, p + w, r3, r3 + w, two * p - h, p - w, s3, s3 - w]
        }
        "demark" => {
            let more = if close > open {
                h
            } else if close < open {
                l
            } else {
                c
            };
            let x = h + l + c + more;
            [x / n(4), x / two - l, none, none, none, x / two - h, none, none, none]
        }
        _ => [p, two * p - l, p + w, p + two * w, p + n(3) * w, two * p - h, p - w, p - two * w, p - n(3) * w],
    }
}

pub(super) const LEVELS: [&str; 9] = ["p", "r1", "r2", "r3", "r4", "s1", "s2", "s3", "s4"];

const METHODS: [&str; 6] = ["classic", "traditional", "fibonacci", "camarilla", "woodie", "demark"];

pub(super) fn add(trials: &mut Trials) {
    trials.single("levels::pivot_points", || {
        assert_levels(|bars, method, index| {
            let reference = per_pair(bars, day, 0, |before, now| levels(method, before, now[0])[index]);
            (format!("pivot_points({method}).{}", LEVELS[index]), reference)
        });
    });
    trials.single("levels::rolling_pivots", || {
        assert_levels(|bars, method, index| {
            let at = |row: usize| {
                let start = row.checked_sub(9)?;
                Some(levels(method, gathered(bars, start..row), bars.bar(row).open)[index])
            };
            let reference = (0..ROWS).map(|row| at(row).unwrap_or(Exact::MISSING)).collect();
            (format!("rolling_pivots(9, {method}).{}", LEVELS[index]), reference)
        });
    });
}

/// Compares each level by each method with the reference that is made for it.
fn assert_levels(expression_and_twin: fn(&Bars, &str, usize) -> (String, Values)) {
    let mut wrong = Vec::new();
    for series in &*ALL {
        for (method, index) in METHODS.iter().flat_map(|method| (0..LEVELS.len()).map(move |index| (method, index))) {
            let (text, reference) = expression_and_twin(&series.bars, method, index);
            wrong.extend(complaint(&text, series, &reference, TOLERANCE));
        }
    }
    assert_none(&wrong);
}
