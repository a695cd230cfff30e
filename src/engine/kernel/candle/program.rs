//! Compilation of patterns: quantities, comparisons and conjunctions, each deduplicated over all patterns.

use super::column::SHORT;
use super::condition::{AGO_END, Condition, Measure, Pattern, Quantity, Term};
use super::marks::Literal;

/// What is computed for some patterns.
#[derive(Debug, Default)]
pub(super) struct Program {
    /// What is compared; each from what is before it in the list, where the four prices come first.
    pub(super) quantities: Vec<Value>,
    pub(super) tests: Vec<Test>,
    /// What is known of a bar in the end; each from what is before it in the list.
    pub(super) facts: Vec<Fact>,
    pub(super) steps: Vec<Step>,
    /// What is looked at first, if there is one pattern only.
    pub(super) gate: Option<Gate>,
}

/// What makes answers but 0 possible: they all need one of some tests, at the bar or shortly before it.
#[derive(Debug)]
pub(super) struct Gate {
    /// The indices of the tests, and whether it is the contrary of what they tell that counts.
    pub(super) tests: Vec<(usize, bool)>,
    /// The number of leading quantities that the tests read.
    pub(super) quantities: usize,
}

/// A number at each bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    Measure(Measure),
    /// A quantity, by its index, times a factor.
    Times(usize, f64),
    /// A quantity at a bar and the one before together.
    Pairs(usize),
    /// The mean of a quantity, whose pairs are the next, over the preceding bars, `SHORT` or fewer.
    Mean(usize, usize, usize),
    /// The mean over more bars.
    LongMean(usize, usize),
}

/// The four prices.
pub(super) const PRICES: [Measure; 4] = [Measure::Open, Measure::High, Measure::Low, Measure::Close];

/// A comparison; the newest place is the bar itself.
#[derive(Debug, PartialEq)]
pub(super) enum Test {
    /// The first is greater than the second.
    OneOverOne([Place; 2]),
    /// The first is greater than the sum of the others.
    OneOverTwo([Place; 3]),
    OneOverThree([Place; 4]),
    /// The sum of all but the last is greater than that.
    TwoOverOne([Place; 3]),
    ThreeOverOne([Place; 4]),
}

/// Where a value is found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    /// The index of its quantity.
    pub(super) quantity: u32,
    pub(super) ago: u32,
}

/// What is true at a bar or not.
#[derive(Debug, PartialEq)]
pub(super) enum Fact {
    /// The result of a test some bars earlier.
    Told { test: usize, ago: usize },
    /// All of these.
    All(Vec<Literal>),
}

/// A pattern: its answers and the facts that mark them, two at a time, as they are written.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) lookback: usize,
    pub(super) answers: Vec<[(f64, usize); 2]>,
}

impl Program {
    pub(super) fn new(patterns: &[&Pattern]) -> Self {
        let mut program = Self { quantities: PRICES.map(Value::Measure).into(), ..Self::default() };
        if let [pattern] = patterns {
            // Before all else, so that what it looks at comes first.
            program.gate = program.gate(pattern);
        }
        for pattern in patterns {
            // What an answer needs: that it is the first.
            let mut needs = vec![program.literal(&pattern.always)];
            let mut answers = Vec::new();
            for (value, when) in &pattern.answers {
                let when = program.literal(when);
                let all = needs.iter().copied().chain([when]).collect();
                answers.push((*value, program.all(all).fact));
                needs.push(when.not());
            }
            let never = program.all(vec![needs[0], needs[0].not()]).fact;
            let pairs = answers.chunks(2).map(|pair| [pair[0], *pair.get(1).unwrap_or(&(0.0, never))]);
            program.steps.push(Step { lookback: pattern.lookback, answers: pairs.collect() });
        }
        // Long means must be fed all bars.
        if program.quantities.iter().any(|value| matches!(value, Value::LongMean(..))) {
            program.gate = None;
        }
        program
    }

    fn gate(&mut self, pattern: &Pattern) -> Option<Gate> {
        let of_answers = || pattern.answers.iter().map(|(_, when)| when.needed()).collect::<Option<Vec<_>>>();
        let needed = pattern.always.needed().or_else(|| Some(of_answers()?.concat()))?;
        let mut tests = Vec::new();
        for condition in needed {
            let literal = self.literal(condition);
            if let Fact::Told { test, .. } = self.facts[literal.fact] {
                tests.push((test, literal.contrary));
            }
        }
        Some(Gate { tests, quantities: self.quantities.len() })
    }

    fn literal(&mut self, condition: &Condition) -> Literal {
        match condition {
            Condition::Greater(more, less) => self.told(more, less),
            Condition::Not(one) => self.literal(one).not(),
            Condition::All(conditions) => {
                let all = conditions.iter().map(|one| self.literal(one)).collect();
                self.all(all)
            }
            // Any of them is not the contrary of all of them.
            Condition::Any(conditions) => {
                let none = conditions.iter().map(|one| self.literal(one).not()).collect();
                self.all(none).not()
            }
        }
    }

    fn all(&mut self, literals: Vec<Literal>) -> Literal {
        match literals[..] {
            [one] => one,
            _ => Literal { fact: position(&mut self.facts, Fact::All(literals)), contrary: false },
        }
    }

    fn told(&mut self, more: &[Term], less: &[Term]) -> Literal {
        let ago = more.iter().chain(less).map(|term| term.ago).min().expect("a sum has terms");
        let places: Vec<Place> = more.iter().chain(less).map(|term| self.place(term, ago)).collect();
        let test = match (more.len(), &places[..]) {
            (1, &[a, x]) => Test::OneOverOne([a, x]),
            (1, &[a, x, y]) => Test::OneOverTwo([a, x, y]),
            (1, &[a, x, y, z]) => Test::OneOverThree([a, x, y, z]),
            (2, &[a, b, x]) => Test::TwoOverOne([a, b, x]),
            (3, &[a, b, c, x]) => Test::ThreeOverOne([a, b, c, x]),
            _ => unreachable!("one term is compared with one to three"),
        };
        let test = position(&mut self.tests, test);
        Literal { fact: position(&mut self.facts, Fact::Told { test, ago }), contrary: false }
    }

    fn place(&mut self, term: &Term, newest: usize) -> Place {
        assert!(term.ago < AGO_END, "patterns look back at a few bars");
        let quantity = match term.quantity {
            Quantity::Of(measure) => self.quantity(Value::Measure(measure)),
            Quantity::Times(measure, factor) => {
                let of = self.quantity(Value::Measure(measure));
                self.quantity(Value::Times(of, factor))
            }
            Quantity::Mean(measure, bars, factor) => {
                let of = self.quantity(Value::Measure(measure));
                let mean = match bars {
                    0..=SHORT => Value::Mean(of, self.quantity(Value::Pairs(of)), bars),
                    _ => Value::LongMean(of, bars),
                };
                let mean = self.quantity(mean);
                if factor == 1.0 { mean } else { self.quantity(Value::Times(mean, factor)) }
            }
        };
        // Small, as many comparisons are looked at again and again.
        Place { quantity: quantity as u32, ago: (term.ago - newest) as u32 }
    }

    fn quantity(&mut self, value: Value) -> usize {
        position(&mut self.quantities, value)
    }
}

impl Literal {
    fn not(self) -> Self {
        Self { contrary: !self.contrary, ..self }
    }
}

/// Where a value is in the list, at the end if it was not.
fn position<T: PartialEq>(list: &mut Vec<T>, value: T) -> usize {
    list.iter().position(|known| *known == value).unwrap_or_else(|| {
        list.push(value);
        list.len() - 1
    })
}
