//! Conditions on candlestick measures of a bar and the preceding ones, as data.

use crate::kernel::{Parameters, parameters};

/// A measure of one candlestick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The first price.
    Open,
    /// The highest price.
    High,
    /// The lowest price.
    Low,
    /// The last price.
    Close,
    /// The larger of open and close.
    Top,
    /// The smaller of open and close.
    Bottom,
    /// The absolute difference of open and close.
    Body,
    /// High minus low.
    Range,
    /// The high minus the top of the body.
    UpperShadow,
    /// The bottom of the body minus the low.
    LowerShadow,
    /// The sum of both shadows.
    Shadows,
}

/// A number at each bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Quantity {
    /// A measure.
    Of(Measure),
    /// A measure times a factor.
    Times(Measure, f64),
    /// The mean of a measure over the preceding bars, 1 or more, times a factor.
    Mean(Measure, usize, f64),
}

/// A quantity at the bar or at an earlier one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// The quantity.
    pub quantity: Quantity,
    /// The lag in bars, less than 8.
    pub lag: usize,
}

/// The lags of conditions are below this.
pub(super) const AGO_END: usize = 8;

/// A predicate of a bar.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// The sum of the first terms, one to three, added from left to right, is greater than the sum of the second; one
    /// side has one term.
    Greater(Vec<Term>, Vec<Term>),
    /// The negation.
    Not(Box<Self>),
    /// The conjunction.
    All(Vec<Self>),
    /// The disjunction.
    Any(Vec<Self>),
}

impl Quantity {
    /// The negated quantity.
    pub fn negative(self) -> Self {
        match self {
            Self::Of(measure) => Self::Times(measure, -1.0),
            Self::Times(measure, factor) => Self::Times(measure, -factor),
            Self::Mean(measure, bars, factor) => Self::Mean(measure, bars, -factor),
        }
    }
}

impl Condition {
    /// The condition, lagged by some bars.
    pub fn earlier(self, bars: usize) -> Self {
        let terms = |terms: Vec<Term>| terms.into_iter().map(|term| Term { lag: term.lag + bars, ..term }).collect();
        let all = |all: Vec<Self>| all.into_iter().map(|one| one.earlier(bars)).collect();
        match self {
            Self::Greater(more, less) => Self::Greater(terms(more), terms(less)),
            Self::Not(one) => !one.earlier(bars),
            Self::All(conditions) => Self::All(all(conditions)),
            Self::Any(conditions) => Self::Any(all(conditions)),
        }
    }

    /// Comparisons between bars, without a mean, one of which is true wherever this condition is: rare and cheap to test.
    pub(super) fn needed(&self) -> Option<Vec<&Self>> {
        match self {
            Self::Greater(more, less) => {
                let (first, rest) = more.split_first()?;
                let terms = || rest.iter().chain(less);
                let is_mean = |term: &Term| matches!(term.quantity, Quantity::Mean(..));
                let is_rare = terms().any(|term| term.lag != first.lag) && !is_mean(first) && !terms().any(is_mean);
                is_rare.then(|| vec![self])
            }
            Self::Not(one) => match **one {
                Self::Greater(..) => one.needed().map(|_| vec![self]),
                _ => None,
            },
            Self::All(conditions) => conditions.iter().find_map(Self::needed),
            Self::Any(conditions) => {
                let needed: Option<Vec<_>> = conditions.iter().map(Self::needed).collect();
                needed.map(|needed| needed.concat())
            }
        }
    }
}

impl std::ops::Not for Condition {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Not(one) => *one,
            one => Self::Not(Box::new(one)),
        }
    }
}

impl std::ops::BitAnd for Condition {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        match self {
            Self::All(mut conditions) => {
                conditions.push(other);
                Self::All(conditions)
            }
            one => Self::All(vec![one, other]),
        }
    }
}

impl std::ops::BitOr for Condition {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        match self {
            Self::Any(mut conditions) => {
                conditions.push(other);
                Self::Any(conditions)
            }
            one => Self::Any(vec![one, other]),
        }
    }
}

/// A pattern: 0 unless `always` is true, then the value of the first answer whose condition is.
///
/// Inputs are open, high, low and close.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// The number of bars without a value; no condition reads further back.
    pub lookback: usize,
    /// The condition of every nonzero answer.
    pub always: Condition,
    /// The answers.
    pub answers: Vec<(f64, Condition)>,
}

parameters!(Pattern { lookback, always, answers });
parameters!(Term { quantity, lag });
parameters!(Measure as number);

impl Parameters for Quantity {
    fn write(&self, words: &mut Vec<u64>) {
        match self {
            Self::Of(measure) => (0_usize, *measure).write(words),
            Self::Times(measure, factor) => (1_usize, (*measure, *factor)).write(words),
            Self::Mean(measure, bars, factor) => (2_usize, (*measure, (*bars, *factor))).write(words),
        }
    }
}

impl Parameters for Condition {
    fn write(&self, words: &mut Vec<u64>) {
        let variant: usize = match self {
            Self::Greater(..) => 0,
            Self::Not(_) => 1,
            Self::All(_) => 2,
            Self::Any(_) => 3,
        };
        variant.write(words);
        match self {
            Self::Greater(more, less) => {
                more.write(words);
                less.write(words);
            }
            Self::Not(one) => one.write(words),
            Self::All(conditions) | Self::Any(conditions) => conditions.write(words),
        }
    }
}
