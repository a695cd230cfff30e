//! Compilation of patterns: quantities, comparisons and conjunctions, each deduplicated over all patterns.

use super::column::SHORT;
use super::condition::{AGO_END, Condition, Measure, Pattern, Quantity, Term};
use super::marks::Literal;

/// The compiled form of patterns.
#[derive(Debug, Default)]
pub(super) struct Program {
    /// The quantities in topological order, the four prices first.
    pub(super) quantities: Vec<Value>,
    pub(super) tests: Vec<Test>,
    /// The facts in topological order.
    pub(super) facts: Vec<Fact>,
    pub(super) steps: Vec<Step>,
    /// The gate, evaluated first, if there is only one pattern.
    pub(super) gate: Option<Gate>,
    /// The only test, if there is only one pattern and it is one comparison.
    pub(super) single: Option<Single>,
    /// Which of the four prices are read by themselves, not only measured.
    pub(super) reads: [bool; 4],
}

/// A necessary condition of a nonzero answer: one of these tests is true at the bar or shortly before it.
#[derive(Debug)]
pub(super) struct Gate {
    /// The indices of the tests, and whether each is negated.
    pub(super) tests: Vec<(usize, bool)>,
    /// The number of leading quantities that the tests read.
    pub(super) quantities: usize,
}

/// A pattern that is one comparison: its answers need no bitmaps.
#[derive(Debug, Clone, Copy)]
pub(super) struct Single {
    /// The index of the test.
    pub(super) test: usize,
    /// The answers where it is false and where it is true.
    pub(super) answers: [f64; 2],
}

/// A number at each bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    Measure(Measure),
    /// A quantity, by its index, times a factor.
    Times(usize, f64),
    /// The sum of a quantity at a bar and the previous one.
    Pairs(usize),
    /// The mean of a quantity over the preceding bars, `SHORT` or fewer: the quantity, its pairwise sums, the window.
    Mean(usize, usize, usize),
    /// The mean of a quantity over more bars.
    LongMean(usize, usize),
}

/// The four prices.
pub(super) const PRICES: [Measure; 4] = [Measure::Open, Measure::High, Measure::Low, Measure::Close];

/// A comparison; the smallest lag is 0.
#[derive(Debug, PartialEq)]
pub(super) enum Test {
    /// The first is greater than the second.
    OneOverOne([Operand; 2]),
    /// The first is greater than the sum of the others.
    OneOverTwo([Operand; 3]),
    OneOverThree([Operand; 4]),
    /// The sum of all but the last is greater than the last.
    TwoOverOne([Operand; 3]),
    ThreeOverOne([Operand; 4]),
}

impl Test {
    /// What it compares.
    fn operands(&self) -> &[Operand] {
        match self {
            Self::OneOverOne(operands) => operands,
            Self::OneOverTwo(operands) | Self::TwoOverOne(operands) => operands,
            Self::OneOverThree(operands) | Self::ThreeOverOne(operands) => operands,
        }
    }
}

/// A quantity and its lag.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Operand {
    /// The index of its quantity.
    pub(super) quantity: u32,
    pub(super) lag: u32,
}

/// A predicate of a bar.
#[derive(Debug, PartialEq)]
pub(super) enum Fact {
    /// The result of a test, lagged.
    Test { test: usize, lag: usize },
    /// The conjunction of literals.
    All(Vec<Literal>),
}

/// A pattern: its answers and their facts, in pairs, as they are written.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) lookback: usize,
    pub(super) answers: Vec<[(f64, usize); 2]>,
}

impl Program {
    pub(super) fn new(patterns: &[&Pattern]) -> Self {
        let mut program = Self { quantities: PRICES.map(Value::Measure).into(), ..Self::default() };
        if let [pattern] = patterns {
            // First, so that the quantities it reads come first.
            program.gate = program.gate(pattern);
        }
        for pattern in patterns {
            // An answer excludes all earlier ones.
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
        program.reads = std::array::from_fn(|price| program.reads(price));
        if let [pattern] = patterns {
            program.single = program.single(pattern);
        }
        // Long means must be fed every bar.
        if program.quantities.iter().any(|value| matches!(value, Value::LongMean(..))) {
            program.gate = None;
        }
        program
    }

    /// Whether a comparison or another quantity reads a quantity.
    fn reads(&self, quantity: usize) -> bool {
        let is_measured = |value: &Value| match *value {
            Value::Measure(_) => false,
            Value::Times(of, _) | Value::Pairs(of) | Value::Mean(of, ..) | Value::LongMean(of, _) => of == quantity,
        };
        let is_compared = |test: &Test| test.operands().iter().any(|operand| operand.quantity as usize == quantity);
        self.quantities.iter().any(is_measured) || self.tests.iter().any(is_compared)
    }

    fn gate(&mut self, pattern: &Pattern) -> Option<Gate> {
        let of_answers = || pattern.answers.iter().map(|(_, when)| when.needed()).collect::<Option<Vec<_>>>();
        let needed = pattern.always.needed().or_else(|| Some(of_answers()?.concat()))?;
        let mut tests = Vec::new();
        for condition in needed {
            let literal = self.literal(condition);
            if let Fact::Test { test, .. } = self.facts[literal.fact] {
                tests.push((test, literal.negated));
            }
        }
        Some(Gate { tests, quantities: self.quantities.len() })
    }

    fn single(&mut self, pattern: &Pattern) -> Option<Single> {
        let [(value, when)] = &pattern.answers[..] else { return None };
        if *when != Condition::All(vec![]) {
            return None;
        }
        let literal = self.literal(&pattern.always);
        let &Fact::Test { test, lag: 0 } = &self.facts[literal.fact] else { return None };
        Some(Single { test, answers: if literal.negated { [*value, 0.0] } else { [0.0, *value] } })
    }

    fn literal(&mut self, condition: &Condition) -> Literal {
        match condition {
            Condition::Greater(more, less) => self.comparison(more, less),
            Condition::Not(one) => self.literal(one).not(),
            Condition::All(conditions) => {
                let all = conditions.iter().map(|one| self.literal(one)).collect();
                self.all(all)
            }
            // De Morgan.
            Condition::Any(conditions) => {
                let none = conditions.iter().map(|one| self.literal(one).not()).collect();
                self.all(none).not()
            }
        }
    }

    fn all(&mut self, literals: Vec<Literal>) -> Literal {
        match literals[..] {
            [one] => one,
            _ => Literal { fact: position(&mut self.facts, Fact::All(literals)), negated: false },
        }
    }

    fn comparison(&mut self, more: &[Term], less: &[Term]) -> Literal {
        let lag = more.iter().chain(less).map(|term| term.lag).min().expect("a sum has terms");
        let operands: Vec<Operand> = more.iter().chain(less).map(|term| self.operand(term, lag)).collect();
        let test = match (more.len(), &operands[..]) {
            (1, &[a, x]) => Test::OneOverOne([a, x]),
            (1, &[a, x, y]) => Test::OneOverTwo([a, x, y]),
            (1, &[a, x, y, z]) => Test::OneOverThree([a, x, y, z]),
            (2, &[a, b, x]) => Test::TwoOverOne([a, b, x]),
            (3, &[a, b, c, x]) => Test::ThreeOverOne([a, b, c, x]),
            _ => unreachable!("one term is compared with one to three"),
        };
        let test = position(&mut self.tests, test);
        Literal { fact: position(&mut self.facts, Fact::Test { test, lag }), negated: false }
    }

    fn operand(&mut self, term: &Term, newest: usize) -> Operand {
        assert!(term.lag < AGO_END, "patterns look back at a few bars");
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
        // u32: the list of comparisons is read for every tile.
        Operand { quantity: quantity as u32, lag: (term.lag - newest) as u32 }
    }

    fn quantity(&mut self, value: Value) -> usize {
        position(&mut self.quantities, value)
    }
}

impl Literal {
    fn not(self) -> Self {
        Self { negated: !self.negated, ..self }
    }
}

/// The index of a value in the list; appends it if absent.
fn position<T: PartialEq>(list: &mut Vec<T>, value: T) -> usize {
    list.iter().position(|known| *known == value).unwrap_or_else(|| {
        list.push(value);
        list.len() - 1
    })
}
