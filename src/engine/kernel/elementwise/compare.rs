//! Elementwise comparison and logic: 1 for true, 0 for false, NaN where an input is missing (three-valued logic).

use super::map::{boxed, elementwise_map};
use crate::kernel::{Kernel, State, parameters};

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The first is less.
    Less,
    /// The first is less, or they are equal.
    LessOrEqual,
    /// The first is more.
    Greater,
    /// The first is more, or they are equal.
    GreaterOrEqual,
    /// They are equal.
    Equal,
    /// They are not equal.
    NotEqual,
}

parameters!(Comparison as number);

impl Comparison {
    /// The comparison with its operands swapped.
    pub fn swapped(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Equal | Self::NotEqual => self,
        }
    }
}

/// The comparison of two inputs.
#[derive(Debug, Clone)]
pub struct Compare {
    /// The comparison.
    pub op: Comparison,
}

parameters!(Compare { op });

/// The comparison of the input with a constant.
#[derive(Debug, Clone)]
pub struct CompareConstant {
    /// The comparison.
    pub op: Comparison,
    /// The constant.
    pub value: f64,
}

parameters!(CompareConstant { op, value });

#[inline(always)]
fn truth(missing: bool, holds: bool) -> f64 {
    let truth = if holds { 1.0 } else { 0.0 };
    if missing { f64::NAN } else { truth }
}

/// A predicate of two values.
trait Predicate: Fn(f64, f64) -> bool + Clone + Send + Sync + 'static {}

impl<F: Fn(f64, f64) -> bool + Clone + Send + Sync + 'static> Predicate for F {}

fn binary(holds: impl Predicate) -> Box<dyn State> {
    boxed(move |[a, b]| truth(a.is_nan() | b.is_nan(), holds(a, b)))
}

fn unary(value: f64, holds: impl Predicate) -> Box<dyn State> {
    boxed(move |[a]| truth(a.is_nan(), holds(a, value)))
}

/// Calls `$start` with the operator of the comparison.
macro_rules! compared {
    ($op:expr, $start:ident($($arg:expr)?)) => {
        match $op {
            Comparison::Less => $start($($arg,)? |a, b| a < b),
            Comparison::LessOrEqual => $start($($arg,)? |a, b| a <= b),
            Comparison::Greater => $start($($arg,)? |a, b| a > b),
            Comparison::GreaterOrEqual => $start($($arg,)? |a, b| a >= b),
            Comparison::Equal => $start($($arg,)? |a, b| a == b),
            Comparison::NotEqual => $start($($arg,)? |a, b| a != b),
        }
    };
}

/// Whether both inputs are true (nonzero).
#[derive(Debug, Clone)]
pub struct And;

parameters!(And);

/// Whether at least one input is true.
#[derive(Debug, Clone)]
pub struct Or;

parameters!(Or);

elementwise_map!(
    Compare: |kernel| compared!(kernel.op, binary()),
    CompareConstant: |&CompareConstant { op, value }| compared!(op, unary(value)),
    And: |_| binary(|a, b| (a != 0.0) & (b != 0.0)),
    Or: |_| binary(|a, b| (a != 0.0) | (b != 0.0)),
);

/// The second input where the first is true, else the third. A constant takes the place of an input. NaN in the input
/// that is not selected is ignored.
#[derive(Debug, Clone)]
pub struct Select {
    /// The value where the first input is true, if it is a constant.
    pub yes: Option<f64>,
    /// The value where it is not, if it is a constant.
    pub no: Option<f64>,
}

parameters!(Select { yes, no });

#[inline(always)]
fn choose(condition: f64, yes: f64, no: f64) -> f64 {
    let chosen = if condition == 0.0 { no } else { yes };
    if condition.is_nan() { f64::NAN } else { chosen }
}

impl Kernel for Select {
    fn lookback(&self) -> usize {
        0
    }

    fn lookback_after(&self, inputs: &[usize]) -> usize {
        let [condition, choices @ ..] = inputs else { unreachable!("a selection has a condition") };
        let least = choices.iter().copied().min().unwrap_or(0);
        let constant = [self.yes, self.no].into_iter().flatten().any(|value| !value.is_nan());
        if constant { *condition } else { least.max(*condition) }
    }

    fn start(&self) -> Box<dyn State> {
        match (self.yes, self.no) {
            (None, None) => boxed(|[condition, yes, no]| choose(condition, yes, no)),
            (Some(yes), None) => boxed(move |[condition, no]| choose(condition, yes, no)),
            (None, Some(no)) => boxed(move |[condition, yes]| choose(condition, yes, no)),
            (Some(yes), Some(no)) => boxed(move |[condition]| choose(condition, yes, no)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: f64 = f64::NAN;

    fn values(kernel: &dyn Kernel, inputs: &[&[f64]]) -> Vec<f64> {
        let mut output = vec![9.0; inputs[0].len()];
        kernel.start().feed(inputs, &mut [&mut output]);
        output
    }

    fn bits(values: &[f64]) -> Vec<u64> {
        values.iter().map(|value| value.to_bits()).collect()
    }

    #[test]
    fn comparisons_are_three_valued() {
        let a = [1.0, 2.0, 3.0, NONE, 2.0, NONE, f64::INFINITY, -0.0, 1.0, 1.0];
        let b = [2.0, 2.0, 2.0, 2.0, NONE, NONE, f64::INFINITY, 0.0, 0.0, 3.0];
        let less = [1.0, 0.0, 0.0, NONE, NONE, NONE, 0.0, 0.0, 0.0, 1.0];
        let equal = [0.0, 1.0, 0.0, NONE, NONE, NONE, 1.0, 1.0, 0.0, 0.0];
        let not = |values: &[f64]| values.iter().map(|value| 1.0 - value).collect::<Vec<_>>();
        let greater: Vec<f64> = less.iter().zip(equal).map(|(less, equal)| 1.0 - less - equal).collect();
        let cases = [
            (Comparison::Less, less.to_vec()),
            (Comparison::LessOrEqual, not(&greater)),
            (Comparison::Greater, greater.clone()),
            (Comparison::GreaterOrEqual, not(&less)),
            (Comparison::Equal, equal.to_vec()),
            (Comparison::NotEqual, not(&equal)),
        ];
        for (op, expected) in cases {
            let expected = bits(&expected);
            assert_eq!(bits(&values(&Compare { op }, &[&a, &b])), expected, "{op:?}");
            assert_eq!(bits(&values(&Compare { op: op.swapped() }, &[&b, &a])), expected, "{op:?}");
            for (at, &value) in b.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
                let found = values(&CompareConstant { op, value }, &[&a]);
                assert_eq!(found[at].to_bits(), expected[at], "{op:?} {value}");
            }
        }
    }

    #[test]
    fn nonzero_is_true() {
        let a = [0.0, 0.0, 5.0, -1.0, NONE, 1.0, -0.0];
        let b = [0.0, 2.0, 0.0, 3.0, 1.0, NONE, 0.0];
        assert_eq!(bits(&values(&And, &[&a, &b])), bits(&[0.0, 0.0, 0.0, 1.0, NONE, NONE, 0.0]));
        assert_eq!(bits(&values(&Or, &[&a, &b])), bits(&[0.0, 1.0, 1.0, 1.0, NONE, NONE, 0.0]));
    }

    #[test]
    fn select_needs_only_the_chosen_input() {
        let [condition, yes, no] =
            [&[1.0, 0.0, NONE, 2.0, 0.0], &[7.0, NONE, 7.0, NONE, 7.0], &[8.0, 8.0, 8.0, 8.0, NONE]];
        let both = Select { yes: None, no: None };
        assert_eq!(bits(&values(&both, &[condition, yes, no])), bits(&[7.0, 8.0, NONE, NONE, NONE]));
        let yes_only = Select { yes: Some(1.5), no: None };
        assert_eq!(bits(&values(&yes_only, &[condition, no])), bits(&[1.5, 8.0, NONE, 1.5, NONE]));
        let no_only = Select { yes: None, no: Some(2.5) };
        assert_eq!(bits(&values(&no_only, &[condition, yes])), bits(&[7.0, 2.5, NONE, NONE, 2.5]));
        let neither = Select { yes: Some(1.5), no: Some(2.5) };
        assert_eq!(bits(&values(&neither, &[condition])), bits(&[1.5, 2.5, NONE, 1.5, 2.5]));
        let lookbacks =
            [both.lookback_after(&[3, 9, 5]), both.lookback_after(&[7, 9, 5]), yes_only.lookback_after(&[3, 9])];
        assert_eq!(lookbacks, [5, 7, 3]);
    }
}
