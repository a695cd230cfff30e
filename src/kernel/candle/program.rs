//! Conditions made ready to run: every quantity and every test once, whoever asks for it.

use super::Pattern;
use super::condition::{AGO_END, Condition, Measure, Quantity, Term};
use super::marks::Leaf;

/// What is computed for some patterns.
#[derive(Debug, Default)]
pub(super) struct Program {
    /// Means of measures over so many bars.
    pub(super) means: Vec<(Measure, usize)>,
    pub(super) quantities: Vec<Quantity>,
    pub(super) tests: Vec<Test>,
    pub(super) steps: Vec<Step>,
    /// How many bars before the bar are looked at.
    pub(super) ago_max: usize,
}

/// A comparison: the sum of the first quantities is greater than that of the others. The newest is of the bar itself.
#[derive(Debug, PartialEq)]
pub(super) struct Test {
    pub(super) more: Vec<Place>,
    pub(super) less: Vec<Place>,
}

/// Where a value is found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    /// The index of its quantity.
    pub(super) quantity: usize,
    pub(super) ago: usize,
}

/// A pattern in terms of tests.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) lookback: usize,
    pub(super) always: Logic,
    pub(super) answers: Vec<(f64, Logic)>,
}

/// A condition in terms of tests.
#[derive(Debug)]
pub(super) enum Logic {
    /// All of these, and all of those.
    All(Vec<Leaf>, Vec<Logic>),
    Any(Vec<Logic>),
    Not(Box<Logic>),
}

impl Program {
    pub(super) fn new(patterns: &[&Pattern]) -> Self {
        let mut program = Self::default();
        for pattern in patterns {
            let always = program.logic(&pattern.always);
            let answers = pattern.answers.iter().map(|(value, when)| (*value, program.logic(when))).collect();
            program.steps.push(Step { lookback: pattern.lookback, always, answers });
        }
        assert!(program.ago_max < AGO_END, "patterns look back at a few bars");
        program
    }

    fn logic(&mut self, condition: &Condition) -> Logic {
        match condition {
            Condition::Greater(more, less) => self.leaf(more, less, false),
            Condition::Not(one) => match &**one {
                Condition::Greater(more, less) => self.leaf(more, less, true),
                other => Logic::Not(Box::new(self.logic(other))),
            },
            Condition::All(conditions) => flat(conditions.iter().map(|one| self.logic(one)).collect()),
            Condition::Any(conditions) => Logic::Any(conditions.iter().map(|one| self.logic(one)).collect()),
        }
    }

    fn leaf(&mut self, more: &[Term], less: &[Term], contrary: bool) -> Logic {
        let ago = more.iter().chain(less).map(|term| term.ago).min().expect("a sum has terms");
        let test = Test { more: self.places(more, ago), less: self.places(less, ago) };
        Logic::All(vec![Leaf { test: position(&mut self.tests, test), ago, contrary }], vec![])
    }

    fn places(&mut self, terms: &[Term], newest: usize) -> Vec<Place> {
        let place = |term: &Term| {
            if let Quantity::Mean(measure, bars, _) = term.quantity {
                position(&mut self.means, (measure, bars));
            }
            let quantity = match term.quantity {
                Quantity::Times(measure, 1.0) => Quantity::Of(measure),
                quantity => quantity,
            };
            self.ago_max = self.ago_max.max(term.ago);
            Place { quantity: position(&mut self.quantities, quantity), ago: term.ago - newest }
        };
        terms.iter().map(place).collect()
    }

    /// The index of a mean.
    pub(super) fn mean(&self, measure: Measure, bars: usize) -> usize {
        let known = self.means.iter().position(|&known| known == (measure, bars));
        known.expect("the means of all quantities are computed")
    }
}

/// All of these as one.
fn flat(conditions: Vec<Logic>) -> Logic {
    let (mut leaves, mut others) = (Vec::new(), Vec::new());
    for condition in conditions {
        match condition {
            Logic::All(more, rest) => {
                leaves.extend(more);
                others.extend(rest);
            }
            other => others.push(other),
        }
    }
    Logic::All(leaves, others)
}

/// Where a value is in the list, at the end if it was not.
fn position<T: PartialEq>(list: &mut Vec<T>, value: T) -> usize {
    list.iter().position(|known| *known == value).unwrap_or_else(|| {
        list.push(value);
        list.len() - 1
    })
}
