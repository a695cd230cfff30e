//! Ranges: the values of a parameter, one in each variant of a sweep.

use crate::indicator::Error;

/// A range of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Range<'a> {
    /// The byte of the expression where it begins.
    pub(crate) at: usize,
    /// What was written, without the name.
    pub(crate) text: &'a str,
    /// The name given with `as`.
    pub(crate) label: Option<&'a str>,
    pub(crate) values: Values,
}

/// The values of a range, one or more.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Evenly spaced.
    Steps {
        /// The first value.
        start: Decimal,
        /// The distance, above 0.
        step: Decimal,
        /// The number of values.
        count: u64,
    },
    /// As listed.
    List(Vec<f64>),
}

/// A number of a range. Sums of decimals are rounded once, so that `0.1..0.5 step 0.1` has 0.3 and not 0.30000000000000004.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decimal {
    value: f64,
    /// The value times the power of ten of the range, where both are exact.
    units: Option<(i64, i32)>,
}

/// Why a range is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    NotFinite,
    Step,
    Backwards,
}

impl Fault {
    /// The error of the range at this place.
    pub(super) fn of(self, text: &str, at: usize) -> Error {
        let text = text.to_owned();
        match self {
            Self::NotFinite => Error::NotFinite { text },
            Self::Step => Error::RangeStep { text, at },
            Self::Backwards => Error::RangeBackwards { text, at },
        }
    }
}

/// The most decimals that are added exactly: a power of ten that a float64 holds.
const DECIMALS_MAX: i32 = 15;

/// The largest integer below which every integer is a float64.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

impl Decimal {
    fn parse(text: &str) -> Result<Self, Fault> {
        let value: f64 = text.parse().map_err(|_| Fault::NotFinite)?;
        if !value.is_finite() {
            return Err(Fault::NotFinite);
        }
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let fraction = mantissa.split_once('.').map_or(0, |(_, digits)| digits.len() as i32);
        let decimals = exponent.parse::<i32>().ok().map(|exponent| fraction.saturating_sub(exponent).max(0));
        let units = decimals.filter(|decimals| *decimals <= DECIMALS_MAX).and_then(|decimals| {
            let units = (value * 10_f64.powi(decimals)).round();
            (units.abs() < EXACT_MAX).then_some((units as i64, decimals))
        });
        Ok(Self { value, units })
    }

    /// The units at this number of decimals.
    fn at(self, decimals: i32) -> Option<i64> {
        let (units, own) = self.units?;
        units.checked_mul(10_i64.checked_pow(u32::try_from(decimals - own).ok()?)?)
    }
}

impl Values {
    /// The values from `first` to `last`, both included.
    pub(super) fn steps(first: &str, last: &str, step: &str) -> Result<Self, Fault> {
        let [start, end, step] = [first, last, step].map(Decimal::parse);
        let (start, end, step) = (start?, end?, step?);
        if step.value <= 0.0 {
            return Err(Fault::Step);
        }
        if end.value < start.value {
            return Err(Fault::Backwards);
        }
        let count = match exact(start, end, step) {
            Some([start, end, step]) => ((end - start) / step) as u64,
            None => ((end.value - start.value) / step.value) as u64,
        };
        Ok(Self::Steps { start, step, count: count.saturating_add(1) })
    }

    /// The values of a list.
    pub(super) fn list(texts: &[&str]) -> Result<Self, Fault> {
        // Normalise -0, so that equal questions have equal texts.
        let values = texts.iter().map(|text| Decimal::parse(text).map(|number| number.value + 0.0));
        values.collect::<Result<_, _>>().map(Self::List)
    }

    /// The number of values, 1 or more.
    pub fn count(&self) -> u64 {
        match self {
            Self::Steps { count, .. } => *count,
            Self::List(values) => values.len() as u64,
        }
    }

    /// The value at an index below the count.
    pub fn get(&self, index: u64) -> f64 {
        match self {
            Self::Steps { start, step, .. } => {
                let added = exact(*start, *start, *step).and_then(|[start, _, step]| {
                    let units = step.checked_mul(i64::try_from(index).ok()?)?.checked_add(start)?;
                    ((units as f64).abs() < EXACT_MAX).then_some(units as f64)
                });
                let value = match added {
                    Some(units) => units / 10_f64.powi(decimals(*start, *step)),
                    None => step.value.mul_add(index as f64, start.value),
                };
                value + 0.0
            }
            Self::List(values) => values[index as usize],
        }
    }
}

/// The decimals that both have at most.
fn decimals(one: Decimal, two: Decimal) -> i32 {
    let of = |number: Decimal| number.units.map_or(0, |(_, decimals)| decimals);
    of(one).max(of(two))
}

/// Three numbers in the same units, where that is exact.
fn exact(one: Decimal, two: Decimal, three: Decimal) -> Option<[i64; 3]> {
    let shared = decimals(one, two).max(decimals(one, three));
    Some([one.at(shared)?, two.at(shared)?, three.at(shared)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(first: &str, last: &str, step: &str) -> Vec<f64> {
        let values = Values::steps(first, last, step).expect("valid");
        (0..values.count()).map(|index| values.get(index)).collect()
    }

    #[test]
    fn both_ends_are_included_if_the_step_meets_them() {
        assert_eq!(values("5", "8", "1"), [5.0, 6.0, 7.0, 8.0]);
        assert_eq!(values("2", "9", "3"), [2.0, 5.0, 8.0]);
        assert_eq!(values("7", "7", "10"), [7.0]);
        assert_eq!(values("-2", "+2", "2"), [-2.0, 0.0, 2.0]);
    }

    #[test]
    fn decimals_are_those_that_were_written() {
        assert_eq!(values("0.1", "0.5", "0.1"), [0.1, 0.2, 0.3, 0.4, 0.5]);
        assert_eq!(values("1", "1.03", "0.01"), [1.0, 1.01, 1.02, 1.03]);
        assert_eq!(values("1e-3", "3e-3", "1e-3"), [0.001, 0.002, 0.003]);
        assert_eq!(values(".5", "1.", "2.5e-1"), [0.5, 0.75, 1.0]);
        // Beyond exact decimals the values are still evenly spaced.
        assert_eq!(values("0", "4e-20", "2e-20"), [0.0, 2e-20, 4e-20]);
        let wide = Values::steps("0", "1e18", "1").expect("valid");
        assert_eq!(wide.count(), 1_000_000_000_000_000_001);
    }

    #[test]
    fn the_number_of_values_does_not_overflow() {
        assert_eq!(Values::steps("0", "1e300", "1e-300").expect("valid").count(), u64::MAX);
    }

    #[test]
    fn faults_are_told_apart() {
        assert_eq!(Values::steps("1", "5", "0"), Err(Fault::Step));
        assert_eq!(Values::steps("1", "5", "-1"), Err(Fault::Step));
        assert_eq!(Values::steps("5", "1", "1"), Err(Fault::Backwards));
        assert_eq!(Values::steps("1", "1e999", "1"), Err(Fault::NotFinite));
        assert_eq!(Values::list(&["1", "-0", "2.5"]), Ok(Values::List(vec![1.0, 0.0, 2.5])));
    }
}
