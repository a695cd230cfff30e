//! The operations on eight lanes, and their definition in plain arrays.

use std::ops::{Add, Div, Mul, Sub};

use super::register::Register;

/// A number that is the same in all lanes: the carry of a scan. One register where eight lanes take two.
pub(crate) trait Same: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> {
    /// The number.
    fn new(value: f64) -> Self;

    /// The number.
    fn value(self) -> f64;

    /// `self * by + to`, rounded once.
    fn times_plus(self, by: Self, to: Self) -> Self;
}

impl Same for f64 {
    #[inline(always)]
    fn new(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn value(self) -> f64 {
        self
    }

    #[inline(always)]
    fn times_plus(self, by: Self, to: Self) -> Self {
        self.mul_add(by, to)
    }
}

/// Eight lanes.
pub(crate) trait Vector8:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    /// A number for all lanes.
    type Same: Same;

    /// One register of lanes.
    type Register: Register;

    /// The number in all lanes.
    fn spread(value: Self::Same) -> Self;

    /// Lane 7.
    fn last(self) -> Self::Same;

    /// Lane 6.
    fn last_but_one(self) -> Self::Same;

    /// The lanes of an array.
    fn load(values: &[f64; 8]) -> Self;

    /// Writes the lanes.
    fn store(self, values: &mut [f64; 8]);

    /// The first lane.
    fn first(self) -> f64;

    /// `self * by + to`, rounded once.
    fn times_plus(self, by: Self, to: Self) -> Self;

    /// Eight times the same.
    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self::spread(Self::Same::new(value))
    }

    /// The square roots.
    fn sqrt(self) -> Self;

    /// The magnitudes.
    fn magnitude(self) -> Self;

    /// `other` where `of` is 0, else `self`.
    fn unless_zero(self, of: Self, other: Self) -> Self;

    /// `self` where `a > b`, else 0.
    fn where_greater(self, a: Self, b: Self) -> Self;

    /// `then` where `a > b`, else `otherwise`.
    fn if_greater(a: Self, b: Self, then: Self, otherwise: Self) -> Self;

    /// `then` where `a >= b`, else `otherwise`.
    fn if_at_least(a: Self, b: Self, then: Self, otherwise: Self) -> Self;

    /// `self` where `of` is a number, else `other`.
    fn if_number(self, of: Self, other: Self) -> Self;

    /// The lanes, with NaN in its canonical form.
    #[inline(always)]
    fn canonical(self) -> Self {
        self.if_number(self, Self::splat(f64::NAN))
    }

    /// `self` where it is larger, else `other`, also where one of them is NaN.
    fn larger(self, other: Self) -> Self;

    /// `self` where it is smaller, else `other`, also where one of them is NaN.
    fn smaller(self, other: Self) -> Self;

    /// A bit for each lane that is 0, the first lane lowest.
    fn zeros(self) -> u32;

    /// The lanes one bar before: lane 7 of the block before, then lanes 0 to 6.
    fn one_before(self, before: Self) -> Self;

    /// The lanes one bar after: lanes 1 to 7, then lane 0 of the block after.
    fn one_after(self, after: Self) -> Self;

    /// The lanes two bars before.
    fn two_before(self, before: Self) -> Self;

    /// The lanes four bars before.
    fn four_before(self, before: Self) -> Self;

    /// The first lane of each pair, twice.
    fn first_of_pairs(self) -> Self;

    /// Lanes 0, 0, 1, 1 of each half.
    fn first_pair_of_halves(self) -> Self;

    /// The first lane of each pair in the place of the second, and `first` in that of the first.
    fn firsts_in_pairs(self, first: Self) -> Self;

    /// Lane 1 of each half in the places of lanes 2 and 3, and `first` in those of lanes 0 and 1.
    fn seconds_in_halves(self, first: Self) -> Self;

    /// Lane 0 of each half.
    fn first_of_halves(self) -> Self;

    /// Lane 3 in the second half, and the first half of `first`.
    fn broadcast_3(self, first: Self) -> Self;

    /// Lane 3 times `by` is added to the second half, rounded once; the first half stays as it is.
    fn add_3(self, by: Self) -> Self;

    /// Lane 2 times `two`, then lane 3 times `three`, is added to the second half, each rounded once; the first half stays
    /// as it is.
    fn add_2_and_3(self, two: Self, three: Self) -> Self;
}

/// The eight lanes as an array: any level, and the definition.
#[derive(Clone, Copy)]
pub(crate) struct Lanes([f64; 8]);

impl Lanes {
    #[inline(always)]
    fn zip(mut self, other: Self, of: impl Fn(f64, f64) -> f64) -> Self {
        for (one, other) in self.0.iter_mut().zip(other.0) {
            *one = of(*one, other);
        }
        self
    }

    #[inline(always)]
    fn lanes(self, from: [usize; 8]) -> Self {
        Self(from.map(|lane| self.0[lane]))
    }
}

/// Operators of lanes, by that of one.
macro_rules! operators {
    ($($operator:ident $name:ident: $symbol:tt),+) => {$(
        impl $operator for Lanes {
            type Output = Self;

            #[inline(always)]
            fn $name(self, other: Self) -> Self {
                self.zip(other, |one, other| one $symbol other)
            }
        }
    )+};
}

operators!(Add add: +, Sub sub: -, Mul mul: *, Div div: /);

/// Operators with a number for all lanes.
macro_rules! scalar_operators {
    ($($lanes:ty),+) => {$(
        impl std::ops::Mul<f64> for $lanes {
            type Output = Self;

            #[inline(always)]
            fn mul(self, by: f64) -> Self {
                self * <Self as $crate::kernel::simd::vector8::Vector8>::splat(by)
            }
        }

        impl std::ops::Div<f64> for $lanes {
            type Output = Self;

            #[inline(always)]
            fn div(self, by: f64) -> Self {
                self / <Self as $crate::kernel::simd::vector8::Vector8>::splat(by)
            }
        }
    )+};
}
pub(super) use scalar_operators;

scalar_operators!(Lanes);

impl Vector8 for Lanes {
    type Same = f64;
    type Register = Self;

    #[inline(always)]
    fn spread(value: f64) -> Self {
        Self([value; 8])
    }

    #[inline(always)]
    fn last(self) -> f64 {
        self.0[7]
    }

    #[inline(always)]
    fn last_but_one(self) -> f64 {
        self.0[6]
    }

    #[inline(always)]
    fn load(values: &[f64; 8]) -> Self {
        Self(*values)
    }

    #[inline(always)]
    fn store(self, values: &mut [f64; 8]) {
        *values = self.0;
    }

    #[inline(always)]
    fn first(self) -> f64 {
        self.0[0]
    }

    #[inline(always)]
    fn times_plus(mut self, by: Self, to: Self) -> Self {
        for lane in 0..8 {
            self.0[lane] = self.0[lane].mul_add(by.0[lane], to.0[lane]);
        }
        self
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        self.zip(self, |one, _| one.sqrt())
    }

    #[inline(always)]
    fn if_greater(a: Self, b: Self, mut then: Self, otherwise: Self) -> Self {
        for lane in 0..8 {
            then.0[lane] = if a.0[lane] > b.0[lane] { then.0[lane] } else { otherwise.0[lane] };
        }
        then
    }

    #[inline(always)]
    fn if_at_least(a: Self, b: Self, mut then: Self, otherwise: Self) -> Self {
        for lane in 0..8 {
            then.0[lane] = if a.0[lane] >= b.0[lane] { then.0[lane] } else { otherwise.0[lane] };
        }
        then
    }

    #[inline(always)]
    fn if_number(mut self, of: Self, other: Self) -> Self {
        for lane in 0..8 {
            self.0[lane] = if of.0[lane].is_nan() { other.0[lane] } else { self.0[lane] };
        }
        self
    }

    #[inline(always)]
    fn magnitude(self) -> Self {
        self.zip(self, |one, _| one.abs())
    }

    #[inline(always)]
    fn unless_zero(mut self, of: Self, other: Self) -> Self {
        for lane in 0..8 {
            self.0[lane] = if of.0[lane] == 0.0 { other.0[lane] } else { self.0[lane] };
        }
        self
    }

    #[inline(always)]
    fn where_greater(mut self, a: Self, b: Self) -> Self {
        for lane in 0..8 {
            self.0[lane] = if a.0[lane] > b.0[lane] { self.0[lane] } else { 0.0 };
        }
        self
    }

    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        self.zip(other, |one, other| if one > other { one } else { other })
    }

    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        self.zip(other, |one, other| if one < other { one } else { other })
    }

    #[inline(always)]
    fn one_before(self, before: Self) -> Self {
        let [a, b, c, d, e, f, g, _] = self.0;
        Self([before.0[7], a, b, c, d, e, f, g])
    }

    #[inline(always)]
    fn one_after(self, after: Self) -> Self {
        let [_, b, c, d, e, f, g, h] = self.0;
        Self([b, c, d, e, f, g, h, after.0[0]])
    }

    #[inline(always)]
    fn two_before(self, before: Self) -> Self {
        let [a, b, c, d, e, f, _, _] = self.0;
        Self([before.0[6], before.0[7], a, b, c, d, e, f])
    }

    #[inline(always)]
    fn four_before(self, before: Self) -> Self {
        let ([a, b, c, d, ..], [.., e, f, g, h]) = (self.0, before.0);
        Self([e, f, g, h, a, b, c, d])
    }

    #[inline(always)]
    fn zeros(self) -> u32 {
        (0..8).fold(0, |bits, lane| bits | u32::from(self.0[lane] == 0.0) << lane)
    }

    #[inline(always)]
    fn first_of_pairs(self) -> Self {
        self.lanes([0, 0, 2, 2, 4, 4, 6, 6])
    }

    #[inline(always)]
    fn first_pair_of_halves(self) -> Self {
        self.lanes([0, 0, 1, 1, 4, 4, 5, 5])
    }

    #[inline(always)]
    fn firsts_in_pairs(self, mut first: Self) -> Self {
        for lane in (1..8).step_by(2) {
            first.0[lane] = self.0[lane - 1];
        }
        first
    }

    #[inline(always)]
    fn seconds_in_halves(self, mut first: Self) -> Self {
        for lane in [2, 3, 6, 7] {
            first.0[lane] = self.0[lane / 4 * 4 + 1];
        }
        first
    }

    #[inline(always)]
    fn first_of_halves(self) -> Self {
        self.lanes([0, 0, 0, 0, 4, 4, 4, 4])
    }

    #[inline(always)]
    fn broadcast_3(self, mut first: Self) -> Self {
        for lane in 4..8 {
            first.0[lane] = self.0[3];
        }
        first
    }

    #[inline(always)]
    fn add_3(mut self, by: Self) -> Self {
        for lane in 4..8 {
            self.0[lane] = self.0[3].mul_add(by.0[lane], self.0[lane]);
        }
        self
    }

    #[inline(always)]
    fn add_2_and_3(mut self, two: Self, three: Self) -> Self {
        for lane in 4..8 {
            let sum = self.0[2].mul_add(two.0[lane], self.0[lane]);
            self.0[lane] = self.0[3].mul_add(three.0[lane], sum);
        }
        self
    }
}
