//! What the server checks of bars that are sent along, on slices, and with its messages.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use atrad::kernel::leveled;
use atrad::series::{Column, Error};

/// Columns by name, as Python gave them.
pub(crate) type Given<'a> = BTreeMap<String, &'a [f64]>;

/// Checks the bars of each group: the order of their times, prices and volumes not below 0 or NaN, extremes that bound the
/// other prices, no infinite values. An error counts rows from the start of all groups.
pub(crate) fn check(
    rows: usize,
    times: Option<&[i64]>,
    given: &Given<'_>,
    groups: &[Range<usize>],
) -> Result<(), Error> {
    if rows == 0 {
        return Err(Error::Empty);
    }
    for (times, group) in times.into_iter().flat_map(|times| groups.iter().map(move |group| (times, group))) {
        let own = &times[group.clone()];
        if let Some(at) = own.windows(2).position(|pair| pair[0] >= pair[1]) {
            return Err(Error::TimeOrder { index: group.start + at + 1, before: own[at], given: own[at + 1] });
        }
    }
    for column in Column::ALL {
        let name = column.fixed_name().expect("these have one");
        let Some(values) = given.get(name) else { continue };
        if let Some(index) = first_no_price(values) {
            return Err(Error::Value { column: name, index, given: values[index] });
        }
    }
    let extra = given.iter().filter(|(name, _)| Column::ALL.iter().all(|column| column.name() != *name));
    for (column, (name, values)) in extra.enumerate() {
        if let Some(index) = first_infinite(values) {
            return Err(Error::ExtraValue { column, name: name.parse()?, index, given: values[index] });
        }
    }
    check_extremes(given)
}

// The first row of a kind. There is nearly always none, which is found out without a branch per value.
leveled! {
    /// The first infinite value.
    fn first_infinite(values: &[f64]) -> Option<usize> {
        first(values, |value| value.abs() == f64::INFINITY)
    }

    /// The first value that no price is: below 0 or infinite. NaN is neither.
    fn first_no_price(values: &[f64]) -> Option<usize> {
        first(values, |value| *value < 0.0 || *value == f64::INFINITY)
    }

    fn first_negative_zero(values: &[f64]) -> Option<usize> {
        first(values, |value| value.to_bits() == (-0.0_f64).to_bits())
    }

    /// The first row where one column is below another.
    fn first_below(low: &[f64], high: &[f64]) -> Option<usize> {
        let any = low.iter().zip(high).fold(false, |any, (low, high)| any | (low < high));
        any.then(|| low.iter().zip(high).position(|(low, high)| low < high)).flatten()
    }
}

#[inline(always)]
fn first(values: &[f64], is_bad: impl Fn(&f64) -> bool) -> Option<usize> {
    let any = values.iter().fold(false, |any, value| any | is_bad(value));
    any.then(|| values.iter().position(is_bad)).flatten()
}

fn check_extremes(given: &Given<'_>) -> Result<(), Error> {
    let mut found: Option<Error> = None;
    // As the server, which goes row by row: the error of the first row, and of the first column there.
    let mut row_of_found = usize::MAX;
    for column in ["open", "high", "low", "close"] {
        let Some(&values) = given.get(column) else { continue };
        let highs = given.get("high").and_then(|&high| Some((first_below(high, values)?, high, true)));
        let lows = given.get("low").and_then(|&low| Some((first_below(values, low)?, low, false)));
        for (index, extremes, is_high) in highs.into_iter().chain(lows) {
            let (other, given) = (values[index], extremes[index]);
            if index < row_of_found {
                row_of_found = index;
                found = Some(match is_high {
                    true => Error::HighBelow { index, column, other, given },
                    false => Error::LowAbove { index, column, other, given },
                });
            }
        }
    }
    found.map_or(Ok(()), Err)
}

/// The values with -0 as 0, as bars have them: the column itself, unless it holds such a value.
pub(crate) fn without_negative_zero(values: &[f64]) -> Cow<'_, [f64]> {
    match first_negative_zero(values) {
        Some(_) => Cow::Owned(values.iter().map(|value| value + 0.0).collect()),
        None => Cow::Borrowed(values),
    }
}
