//! Declarations of indicators: the single source for the catalogue, the parser, the documentation and the clients.

use std::fmt;

use crate::indicator::{Facts, Graph, Input, Port};

/// An indicator, declared once.
pub struct Indicator {
    /// Its name in expressions: lower case, digits and `_`.
    pub name: &'static str,
    /// Its name in words.
    pub title: &'static str,
    /// What it measures, one sentence.
    pub summary: &'static str,
    /// The formula.
    pub formula: &'static str,
    /// Where the definition comes from.
    pub source: &'static str,
    /// What kind of indicator it is.
    pub group: Group,
    /// Raised when the meaning of its values changes.
    pub revision: u32,
    /// Its default inputs.
    pub inputs: &'static [Input],
    /// Its parameters, in the order of positional arguments.
    pub params: &'static [Param],
    /// Its outputs, one or more.
    pub outputs: &'static [Output],
    /// Adds its kernels to a graph and returns one port per output.
    pub build: fn(&mut Graph, &Args<'_>) -> Vec<Port>,
}

/// The kinds of indicators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Averages and bands on the scale of the prices.
    Overlap,
    /// Speed and direction of price changes.
    Momentum,
    /// The dispersion of prices.
    Volatility,
    /// Traded volume.
    Volume,
    /// Counts of rising and falling issues of a market.
    Breadth,
    /// Statistics over windows.
    Statistic,
    /// Risk and risk-adjusted returns.
    Risk,
    /// Prices derived from other prices.
    Price,
    /// Cycles of prices.
    Cycle,
    /// Mathematical functions and operators.
    Math,
    /// Candlestick patterns.
    Pattern,
    /// Relations of a bar to preceding bars.
    Logic,
}

impl Group {
    /// Every group, in the order of the catalogue.
    pub const ALL: [Self; 12] = [
        Self::Overlap,
        Self::Momentum,
        Self::Volatility,
        Self::Volume,
        Self::Breadth,
        Self::Statistic,
        Self::Risk,
        Self::Price,
        Self::Cycle,
        Self::Math,
        Self::Pattern,
        Self::Logic,
    ];

    /// The name of the group.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overlap => "overlap",
            Self::Momentum => "momentum",
            Self::Volatility => "volatility",
            Self::Volume => "volume",
            Self::Breadth => "breadth",
            Self::Statistic => "statistic",
            Self::Risk => "risk",
            Self::Price => "price",
            Self::Cycle => "cycle",
            Self::Math => "math",
            Self::Pattern => "pattern",
            Self::Logic => "logic",
        }
    }
}

/// A parameter.
pub struct Param {
    /// Its name in expressions.
    pub name: &'static str,
    /// Its kind, default and range.
    pub kind: Kind,
    /// What it does, one sentence.
    pub help: &'static str,
}

/// The domain of a parameter; ranges are inclusive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// An integer.
    Integer {
        /// The default.
        default: usize,
        /// The smallest value.
        min: usize,
        /// The largest value.
        max: usize,
    },
    /// A real number.
    Real {
        /// The default.
        default: f64,
        /// The smallest value.
        min: f64,
        /// The largest value.
        max: f64,
    },
    /// One of several words, the first of which is the default.
    Choice {
        /// The words.
        words: &'static [&'static str],
    },
}

impl Kind {
    /// The default value.
    pub fn default(self) -> Value {
        match self {
            Self::Integer { default, .. } => Value::Integer(default),
            Self::Real { default, .. } => Value::Real(default),
            Self::Choice { words } => Value::Choice(words[0]),
        }
    }
}

/// The longest window of any indicator, as in TA-Lib.
pub const PERIOD_MAX: usize = 100_000;

impl Param {
    /// A number of bars between `min` and [`PERIOD_MAX`].
    pub const fn bars(name: &'static str, default: usize, min: usize, help: &'static str) -> Self {
        Self { name, kind: Kind::Integer { default, min, max: PERIOD_MAX }, help }
    }

    /// The usual `period`, 1 or more bars.
    pub const fn period(default: usize) -> Self {
        Self::bars("period", default, 1, "the number of bars in the window")
    }

    /// A real number.
    pub const fn real(name: &'static str, default: f64, min: f64, max: f64, help: &'static str) -> Self {
        Self { name, kind: Kind::Real { default, min, max }, help }
    }

    /// One of several words, the first of which is the default.
    pub const fn choice(name: &'static str, words: &'static [&'static str], help: &'static str) -> Self {
        Self { name, kind: Kind::Choice { words }, help }
    }
}

/// An output.
pub struct Output {
    /// Its name after a dot in expressions.
    pub name: &'static str,
    /// What it is, one sentence.
    pub help: &'static str,
}

impl Output {
    /// The output of an indicator that has one.
    pub const ONE: &'static [Self] = &[Self { name: "value", help: "the value of the indicator" }];
}

/// The value of a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// An integer.
    Integer(usize),
    /// A real number.
    Real(f64),
    /// A word.
    Choice(&'static str),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => write!(f, "{value}"),
            Self::Real(value) => write!(f, "{value}"),
            Self::Choice(value) => f.write_str(value),
        }
    }
}

/// The arguments of an indicator: a port for each input, a valid value for each parameter.
pub struct Args<'a> {
    pub(crate) indicator: &'static Indicator,
    pub(crate) inputs: &'a [Port],
    pub(crate) values: &'a [Value],
}

impl Args<'_> {
    /// The inputs, as many as declared.
    ///
    /// # Panics
    /// When `N` is another number.
    pub fn inputs<const N: usize>(&self) -> [Port; N] {
        self.inputs.try_into().expect("an indicator reads as many inputs as it declares")
    }

    /// The value of an integer parameter.
    ///
    /// # Panics
    /// When there is no such parameter.
    pub fn integer(&self, name: &str) -> usize {
        match self.value(name) {
            Value::Integer(value) => value,
            _ => panic!("{name} is declared as an integer"),
        }
    }

    /// The value of a real parameter.
    ///
    /// # Panics
    /// When there is no such parameter.
    pub fn real(&self, name: &str) -> f64 {
        match self.value(name) {
            Value::Real(value) => value,
            _ => panic!("{name} is declared as a real number"),
        }
    }

    /// The value of a choice.
    ///
    /// # Panics
    /// When there is no such parameter.
    pub fn choice(&self, name: &str) -> &'static str {
        match self.value(name) {
            Value::Choice(value) => value,
            _ => panic!("{name} is declared as a choice"),
        }
    }

    fn value(&self, name: &str) -> Value {
        let at = self.indicator.params.iter().position(|param| param.name == name);
        self.values[at.expect("an indicator reads only parameters it declares")]
    }
}

impl fmt::Debug for Indicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Indicator {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Indicator {
    /// Static properties of each output, with all parameters at their defaults.
    pub fn facts(&'static self) -> Vec<Facts> {
        let mut graph = Graph::new();
        let inputs: Vec<_> = self.inputs.iter().map(|input| input.port(&mut graph)).collect();
        let values: Vec<_> = self.params.iter().map(|param| param.kind.default()).collect();
        let ports = (self.build)(&mut graph, &Args { indicator: self, inputs: &inputs, values: &values });
        ports.into_iter().map(|port| graph.facts(port)).collect()
    }

    /// The maximum lookback of the outputs, with all parameters at their defaults.
    pub fn lookback(&'static self) -> usize {
        self.facts().iter().map(|facts| facts.lookback).max().unwrap_or(0)
    }
}
