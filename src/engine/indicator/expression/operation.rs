//! Operators and functions on values and constants: names, precedence, and constant folding.

use super::power::power;
use crate::indicator::builders::round;
use crate::kernel::{Binary, Comparison};

/// An operator, or a function that is not an indicator. True is 1, and any nonzero input is true; missing values propagate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::indicator) enum Operation {
    Negate,
    Not,
    Arithmetic(Binary),
    Power,
    Compare(Comparison),
    And,
    Or,
    If,
    Shift,
    Crossover,
    Crossunder,
    Cross,
    Absolute,
    Sign,
    Round,
    Fill,
    Position,
    Pnl,
    Equity,
    Trades,
    When,
    /// Reads later bars: it is computed late, see [`super::ahead`].
    Ahead,
}

/// A function that is not an indicator.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// The names of its arguments.
    pub arguments: &'static [&'static str],
    /// What it returns, one sentence.
    pub summary: &'static str,
    pub(super) operation: Operation,
}

const fn function(
    name: &'static str,
    arguments: &'static [&'static str],
    operation: Operation,
    summary: &'static str,
) -> Function {
    Function { name, arguments, summary, operation }
}

/// Every function that is not an indicator.
pub static FUNCTIONS: &[Function] = &[
    function("abs", &["x"], Operation::Absolute, "The value without its sign."),
    function(
        "ahead",
        &["x", "bars"],
        Operation::Ahead,
        "The return of x over the next `bars` bars, 1 or more; only in a sweep, and only for reductions that judge.",
    ),
    function(
        "cross",
        &["a", "b"],
        Operation::Cross,
        "Whether a is above b and was not at the bar before, or below it and was not.",
    ),
    function("crossover", &["a", "b"], Operation::Crossover, "Whether a is above b and was not at the bar before."),
    function("crossunder", &["a", "b"], Operation::Crossunder, "Whether a is below b and was not at the bar before."),
    function(
        "equity",
        &["pnl"],
        Operation::Equity,
        "The product of 1 + pnl over all bars so far: the value of 1 invested.",
    ),
    function("ffill", &["x"], Operation::Fill, "The newest value there is, at the bar or before it."),
    function("if", &["condition", "a", "b"], Operation::If, "The value of a where the condition is true, else of b."),
    function("larger", &["a", "b"], Operation::Arithmetic(Binary::Max), "The larger of two values at each bar."),
    function(
        "pnl",
        &["position", "cost_bps"],
        Operation::Pnl,
        "The return of the position of the bar before, less the cost of changing it, in basis points of the change.",
    ),
    function(
        "position",
        &["enter", "exit"],
        Operation::Position,
        "1 from the bar where enter is true until the bar where exit is, else 0.",
    ),
    function("round", &["x"], Operation::Round, "The nearest whole number; halves are rounded away from zero."),
    function("shift", &["x", "bars"], Operation::Shift, "The value `bars` bars earlier, 0 or more."),
    function("sign", &["x"], Operation::Sign, "Above zero 1, below it -1, else 0."),
    function("smaller", &["a", "b"], Operation::Arithmetic(Binary::Min), "The smaller of two values at each bar."),
    function(
        "trades",
        &["position", "cost_bps"],
        Operation::Trades,
        "The net return of each trade at the bar where it ends; no value at other bars.",
    ),
    function(
        "when",
        &["condition", "x"],
        Operation::When,
        "The value of x where the condition is true, else no value.",
    ),
];

/// The function of this name, ignoring case.
pub(super) fn function_named(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name.eq_ignore_ascii_case(name))
}

impl Operation {
    /// Raised when the meaning of an operation changes.
    pub(super) const REVISION: u32 = 1;

    /// The infix operators, longer ones before their prefixes.
    pub(in crate::indicator) const INFIX: [(&'static str, Self); 13] = [
        ("<=", Self::Compare(Comparison::LessOrEqual)),
        (">=", Self::Compare(Comparison::GreaterOrEqual)),
        ("==", Self::Compare(Comparison::Equal)),
        ("!=", Self::Compare(Comparison::NotEqual)),
        ("<", Self::Compare(Comparison::Less)),
        (">", Self::Compare(Comparison::Greater)),
        ("+", Self::Arithmetic(Binary::Add)),
        ("-", Self::Arithmetic(Binary::Subtract)),
        ("*", Self::Arithmetic(Binary::Multiply)),
        ("/", Self::Arithmetic(Binary::Divide)),
        ("^", Self::Power),
        ("and", Self::And),
        ("or", Self::Or),
    ];

    /// Its precedence.
    pub(in crate::indicator) fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Not => 3,
            Self::Compare(_) => 4,
            Self::Arithmetic(Binary::Add | Binary::Subtract) => 5,
            Self::Arithmetic(Binary::Multiply | Binary::Divide) => 6,
            Self::Negate => 7,
            Self::Power => 8,
            _ => 9,
        }
    }

    /// Whether it is a comparison.
    pub(in crate::indicator) fn compares(self) -> bool {
        matches!(self, Self::Compare(_))
    }

    /// Whether it judges its first argument, which is no constant.
    pub(super) fn judges(self) -> bool {
        matches!(self, Self::Pnl | Self::Trades | Self::Equity)
    }

    /// Whether its value at a bar depends on the bars before it.
    pub(super) fn remembers(self) -> bool {
        matches!(
            self,
            Self::Shift
                | Self::Crossover
                | Self::Crossunder
                | Self::Cross
                | Self::Fill
                | Self::Position
                | Self::Pnl
                | Self::Equity
                | Self::Trades
        )
    }

    /// Its symbol, if it is an infix operator.
    pub(super) fn symbol(self) -> Option<&'static str> {
        Self::INFIX.iter().find(|(_, operation)| *operation == self).map(|(symbol, _)| *symbol)
    }

    /// Its function, if it is one.
    pub(super) fn function(self) -> Option<&'static Function> {
        FUNCTIONS.iter().find(|function| function.operation == self)
    }

    /// Evaluates it on constants, as the kernels do.
    pub(super) fn fold(self, constants: &[f64]) -> f64 {
        match (self, constants) {
            (Self::Negate, [x]) => 0.0 - x,
            (Self::Not, [x]) => truth(*x == 0.0),
            (Self::Arithmetic(op), [a, b]) => combined(op, *a, *b),
            (Self::Power, [a, b]) => power(*a, *b),
            (Self::Compare(op), [a, b]) => truth(compared(op, *a, *b)),
            (Self::And, [a, b]) => truth(*a != 0.0 && *b != 0.0),
            (Self::Or, [a, b]) => truth(*a != 0.0 || *b != 0.0),
            (Self::If, [condition, a, b]) => *if *condition == 0.0 { b } else { a },
            (Self::Shift, [x, _]) | (Self::Fill, [x]) => *x,
            (Self::Crossover | Self::Crossunder | Self::Cross, _) => 0.0,
            (Self::Position, [enter, exit]) => truth(*enter != 0.0 && *exit == 0.0),
            // They depend on the bars, whatever the position.
            (Self::Pnl | Self::Equity | Self::Trades | Self::Ahead, _) => f64::NAN,
            (Self::When, [condition, x]) => {
                if *condition == 0.0 {
                    f64::NAN
                } else {
                    *x
                }
            }
            (Self::Absolute, [x]) => x.abs(),
            (Self::Round, [x]) => round(*x),
            (Self::Sign, [x]) => truth(*x > 0.0) - truth(*x < 0.0),
            _ => unreachable!("the arity is checked"),
        }
    }
}

fn truth(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

fn combined(op: Binary, a: f64, b: f64) -> f64 {
    match op {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Multiply => a * b,
        Binary::Divide => a / b,
        Binary::Min => a.min(b),
        Binary::Max => a.max(b),
    }
}

fn compared(op: Comparison, a: f64, b: f64) -> bool {
    match op {
        Comparison::Less => a < b,
        Comparison::LessOrEqual => a <= b,
        Comparison::Greater => a > b,
        Comparison::GreaterOrEqual => a >= b,
        Comparison::Equal => a == b,
        Comparison::NotEqual => a != b,
    }
}
