//! Double-double arithmetic for reference implementations.

use std::iter::Sum;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// The unevaluated sum of two `f64`, about 32 digits.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Exact(f64, f64);

impl Exact {
    pub(super) fn value(self) -> f64 {
        self.0 + self.1
    }

    pub(super) fn sqrt(self) -> Self {
        if self.0 == 0.0 {
            return self;
        }
        let root = Self::from(self.0.sqrt());
        root + (self - root * root) / (Self::from(2.0) * root)
    }

    pub(super) fn abs(self) -> Self {
        if self.0 < 0.0 { -self } else { self }
    }

    pub(super) fn is_zero(self) -> bool {
        self.0 == 0.0
    }
}

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

impl Add for Exact {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let Self(high, rest) = two_sum(self.0, other.0);
        let Self(low, tiny) = two_sum(self.1, other.1);
        let Self(high, rest) = two_sum(high, rest + low);
        two_sum(high, rest + tiny)
    }
}

impl Neg for Exact {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}

impl Sub for Exact {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Exact {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let high = self.0 * other.0;
        let rest = self.0.mul_add(other.0, -high);
        two_sum(high, rest + (self.0 * other.1 + self.1 * other.0))
    }
}

impl Div for Exact {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let first = Self::from(self.0 / other.0);
        let rest = self - first * other;
        let second = Self::from(rest.0 / other.0);
        first + second + Self::from((rest - second * other).0 / other.0)
    }
}

impl Sum for Exact {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self::default(), Add::add)
    }
}
