//! What the server checks of bars that are sent along, on slices, and with its messages.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use atrad_engine::series::{Column, Error};

/// Columns by name, as Python gave them.
pub(crate) type Given<'a> = BTreeMap<String, &'a [f64]>;

/// Checks the bars of each group: the order of their times, prices and volumes not below 0 or NaN, extremes that bound the
/// other prices, no infinite values. An error counts rows from the start of all groups.
pub(crate) fn check(times: &[i64], given: &Given<'_>, groups: &[Range<usize>]) -> Result<(), Error> {
    if times.is_empty() {
        return Err(Error::Empty);
    }
    for group in groups {
        let own = &times[group.clone()];
        if let Some(at) = own.windows(2).position(|pair| pair[0] >= pair[1]) {
            return Err(Error::TimeOrder { index: group.start + at + 1, before: own[at], given: own[at + 1] });
        }
    }
    for column in Column::ALL {
        let name = column.fixed_name().expect("these have one");
        let is_bad = |value: &f64| !(value.is_nan() || (value.is_finite() && *value >= 0.0));
        let Some(values) = given.get(name) else { continue };
        if let Some(index) = values.iter().position(is_bad) {
            return Err(Error::Value { column: name, index, given: values[index] });
        }
    }
    let extra = given.iter().filter(|(name, _)| Column::ALL.iter().all(|column| column.name() != *name));
    for (column, (name, values)) in extra.enumerate() {
        if let Some(index) = values.iter().position(|value| value.is_infinite()) {
            return Err(Error::ExtraValue { column, name: name.parse()?, index, given: values[index] });
        }
    }
    check_extremes(given)
}

fn check_extremes(given: &Given<'_>) -> Result<(), Error> {
    let prices = ["open", "high", "low", "close"];
    let found: Vec<_> = prices.iter().filter_map(|&name| Some((name, *given.get(name)?))).collect();
    let rows = found.first().map_or(0, |(_, values)| values.len());
    for index in 0..rows {
        for &(column, values) in &found {
            let other = values[index];
            if let Some(&high) = given.get("high").map(|high| &high[index])
                && high < other
            {
                return Err(Error::HighBelow { index, column, other, given: high });
            }
            if let Some(&low) = given.get("low").map(|low| &low[index])
                && low > other
            {
                return Err(Error::LowAbove { index, column, other, given: low });
            }
        }
    }
    Ok(())
}

/// The values with -0 as 0, as bars have them: the column itself, unless it holds such a value.
pub(crate) fn without_negative_zero(values: &[f64]) -> Cow<'_, [f64]> {
    match values.iter().any(|value| value.to_bits() == (-0.0_f64).to_bits()) {
        true => Cow::Owned(values.iter().map(|value| value + 0.0).collect()),
        false => Cow::Borrowed(values),
    }
}
