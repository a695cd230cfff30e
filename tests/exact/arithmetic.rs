//! Double-double arithmetic for reference implementations.

use std::ops::{Add, Div, Mul, Sub};

use atrad::series::{Bars, Column};

/// A number as the sum of two, the second far smaller than the first. Not a number is missing, and stays so.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exact(f64, f64);

/// Values, one per bar.
pub(crate) type Values = Vec<Exact>;

/// The sum of two numbers and what rounding took from it.
fn two_sum(a: f64, b: f64) -> Exact {
    let sum = a + b;
    let part = sum - a;
    Exact(sum, (a - (sum - part)) + (b - part))
}

impl From<f64> for Exact {
    fn from(value: f64) -> Self {
        Self(value, 0.0)
    }
}

impl From<usize> for Exact {
    fn from(value: usize) -> Self {
        Self(value as f64, 0.0)
    }
}

impl Add for Exact {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (high, low) = (two_sum(self.0, other.0), two_sum(self.1, other.1));
        let sum = two_sum(high.0, high.1 + low.0);
        two_sum(sum.0, sum.1 + low.1)
    }
}

impl Sub for Exact {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + Self(-other.0, -other.1)
    }
}

impl Mul for Exact {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let product = self.0 * other.0;
        let rest = self.0.mul_add(other.0, -product);
        two_sum(product, rest + (self.0 * other.1 + self.1 * other.0))
    }
}

impl Div for Exact {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let first = Self::from(self.0 / other.0);
        let second = Self::from((self - other * first).0 / other.0);
        let third = Self::from((self - other * (first + second)).0 / other.0);
        first + second + third
    }
}

impl Exact {
    pub(crate) const ZERO: Self = Self(0.0, 0.0);
    pub(crate) const MISSING: Self = Self(f64::NAN, 0.0);

    pub(crate) fn value(self) -> f64 {
        self.0 + self.1
    }

    pub(crate) fn abs(self) -> Self {
        if self.0 < 0.0 { Self::ZERO - self } else { self }
    }

    /// The square root, of what is not below zero.
    pub(crate) fn sqrt(self) -> Self {
        if self.0 == 0.0 {
            return Self::ZERO;
        }
        let near = Self::from(self.0.sqrt());
        near + (self - near * near) / (near + near)
    }

    /// This where it is above zero, else zero.
    pub(crate) fn positive(self) -> Self {
        if self.0 <= 0.0 { Self::ZERO } else { self }
    }

    /// This divided by another, and `flat` where that is zero.
    pub(crate) fn over(self, other: Self, flat: f64) -> Self {
        if other.0 == 0.0 { Self::from(flat) } else { self / other }
    }

    pub(crate) fn is_missing(self) -> bool {
        self.0.is_nan()
    }
}

/// The values of a column.
pub(crate) fn exact(column: &[f64]) -> Values {
    column.iter().map(|&value| Exact::from(value)).collect()
}

/// The sum.
pub(crate) fn sum(values: &[Exact]) -> Exact {
    values.iter().fold(Exact::ZERO, |sum, &value| sum + value)
}

/// The mean.
pub(crate) fn mean(values: &[Exact]) -> Exact {
    sum(values) / Exact::from(values.len())
}

/// A function of two values at each bar.
pub(crate) fn zipped(one: &[Exact], two: &[Exact], function: impl Fn(Exact, Exact) -> Exact) -> Values {
    one.iter().zip(two).map(|(&one, &two)| function(one, two)).collect()
}

/// A function of each value and the one before it.
pub(crate) fn paired(values: &[Exact], function: impl Fn(Exact, Exact) -> Exact) -> Values {
    let pairs = values.windows(2).map(|pair| function(pair[1], pair[0]));
    std::iter::once(Exact::MISSING).chain(pairs).collect()
}

/// A function of the newest `window` values at each bar.
pub(crate) fn windows(values: &[Exact], window: usize, function: impl Fn(&[Exact]) -> Exact) -> Values {
    let at = |end: usize| match end.checked_sub(window) {
        Some(start) => function(&values[start..end]),
        None => Exact::MISSING,
    };
    (1..=values.len()).map(at).collect()
}

/// A function of the newest `window` values of two series at each bar.
pub(crate) fn pairs(
    one: &[Exact],
    two: &[Exact],
    window: usize,
    function: impl Fn(&[Exact], &[Exact]) -> Exact,
) -> Values {
    let at = |end: usize| match end.checked_sub(window) {
        Some(start) => function(&one[start..end], &two[start..end]),
        None => Exact::MISSING,
    };
    (1..=one.len()).map(at).collect()
}

/// The recurrence `y = y[1] + share * (x - y[1])` that starts with the mean of the first `seed` values.
pub(crate) fn smoothed(values: &[Exact], share: Exact, seed: usize) -> Values {
    let mut seen = Vec::new();
    let mut last = None;
    let mut next = |x: Exact| {
        if x.is_missing() {
            return x;
        }
        seen.push(x);
        last = match last {
            None if seen.len() == seed => Some(mean(&seen)),
            None => None,
            Some(y) => Some(y + share * (x - y)),
        };
        last.unwrap_or(Exact::MISSING)
    };
    values.iter().map(|&x| next(x)).collect()
}

/// A column.
pub(crate) fn column(bars: &Bars, column: Column) -> Values {
    exact(bars.column(column))
}

/// The closes.
pub(crate) fn close(bars: &Bars) -> Values {
    column(bars, Column::Close)
}

/// The variance.
pub(crate) fn variance(values: &[Exact], ddof: usize) -> Exact {
    let mean = mean(values);
    let squares: Values = values.iter().map(|&x| (x - mean) * (x - mean)).collect();
    sum(&squares) / Exact::from(values.len() - ddof)
}

/// The covariance.
pub(crate) fn covariance(one: &[Exact], two: &[Exact]) -> Exact {
    let (a, b) = (mean(one), mean(two));
    mean(&zipped(one, two, |x, y| (x - a) * (y - b)))
}

/// The slope of the line through the values, and its value `ahead` bars after the newest.
pub(crate) fn line(values: &[Exact], ahead: f64) -> (Exact, Exact) {
    let bars: Values = (0..values.len()).map(Exact::from).collect();
    let slope = covariance(&bars, values) / covariance(&bars, &bars);
    let newest = bars[bars.len() - 1] + Exact::from(ahead);
    (slope, mean(values) + slope * (newest - mean(&bars)))
}

/// Wilder's average.
pub(crate) fn wilder(values: &[Exact], period: usize) -> Values {
    smoothed(values, Exact::from(1usize) / Exact::from(period), period)
}

/// The true range, none at the first bar.
pub(crate) fn true_range(bars: &Bars) -> Values {
    let [high, low, close] = [Column::High, Column::Low, Column::Close].map(|c| bars.column(c));
    let exact = |row: usize| {
        let reach = [high[row], low[row], close[row - 1]];
        let largest = reach.into_iter().fold(f64::MIN, f64::max).into();
        let smallest = reach.into_iter().fold(f64::MAX, f64::min).into();
        let (largest, smallest): (Exact, Exact) = (largest, smallest);
        largest - smallest
    };
    std::iter::once(Exact::MISSING).chain((1..bars.len()).map(exact)).collect()
}
