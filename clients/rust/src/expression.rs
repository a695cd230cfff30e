//! Expressions: they print to the text that the server reads. Wherever one is taken, its text will do as well.

use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::error::Error;

const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const SIGN: u8 = 7;
const POWER: u8 = 8;
pub(crate) const VALUE: u8 = 9;

/// One expression. What is wrong with it is told when it is sent, and by [`Expr::text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    pub(crate) text: String,
    precedence: u8,
    pub(crate) wrong: Option<String>,
}

/// A column of the bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column(&'static str);

macro_rules! columns {
    ($($name:ident $text:literal,)*) => {
        $(#[doc = concat!("The column `", $text, "`.")] pub const $name: Column = Column($text);)*
    };
}
columns! {
    OPEN "open", HIGH "high", LOW "low", CLOSE "close", VOLUME "volume",
    HL2 "hl2", HLC3 "hlc3", OHLC4 "ohlc4", HLCC4 "hlcc4", RETURNS "returns",
}

impl Expr {
    pub(crate) fn new(text: String, precedence: u8, wrong: Option<String>) -> Self {
        Self { text, precedence, wrong }
    }

    /// The text to send.
    ///
    /// # Errors
    ///
    /// A value out of range, or a name that cannot be one.
    pub fn text(&self) -> Result<String, Error> {
        match &self.wrong {
            Some(wrong) => Err(Error::invalid("expressions", wrong.clone())),
            None => Ok(self.text.clone()),
        }
    }

    fn wrapped(&self, least: u8) -> String {
        if self.precedence >= least { self.text.clone() } else { format!("({})", self.text) }
    }

    fn infix(self, operator: &str, other: Self, precedence: u8) -> Self {
        let text = format!("{} {operator} {}", self.wrapped(precedence), other.wrapped(precedence + 1));
        Self::new(text, precedence, self.wrong.or(other.wrong))
    }

    fn compared(self, operator: &str, other: Self) -> Self {
        let text = format!("{} {operator} {}", self.wrapped(SUM), other.wrapped(SUM));
        Self::new(text, COMPARE, self.wrong.or(other.wrong))
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

pub(crate) fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl From<&str> for Expr {
    fn from(text: &str) -> Self {
        // How tightly a text binds is not known.
        Self::new(text.to_owned(), if is_word(text) { VALUE } else { 0 }, None)
    }
}

impl From<String> for Expr {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Column> for Expr {
    fn from(column: Column) -> Self {
        Self::from(column.0)
    }
}

impl From<f64> for Expr {
    fn from(value: f64) -> Self {
        let wrong = (!value.is_finite()).then(|| format!("a number in an expression is finite, got {value}"));
        Self::new(value.to_string(), if value < 0.0 { SIGN } else { VALUE }, wrong)
    }
}

impl From<i32> for Expr {
    fn from(value: i32) -> Self {
        Self::from(f64::from(value))
    }
}

/// What expressions can do. `+ - * /` are operators of [`Expr`].
pub trait Expression: Into<Expr> + Sized {
    /// The expression.
    fn expr(self) -> Expr {
        self.into()
    }
    /// Whether it is less.
    fn lt(self, other: impl Into<Expr>) -> Expr {
        self.into().compared("<", other.into())
    }
    /// Whether it is less or equal.
    fn le(self, other: impl Into<Expr>) -> Expr {
        self.into().compared("<=", other.into())
    }
    /// Whether it is greater.
    fn gt(self, other: impl Into<Expr>) -> Expr {
        self.into().compared(">", other.into())
    }
    /// Whether it is greater or equal.
    fn ge(self, other: impl Into<Expr>) -> Expr {
        self.into().compared(">=", other.into())
    }
    /// Whether it is equal.
    fn equal_to(self, other: impl Into<Expr>) -> Expr {
        self.into().compared("==", other.into())
    }
    /// Whether it is different.
    fn unequal_to(self, other: impl Into<Expr>) -> Expr {
        self.into().compared("!=", other.into())
    }
    /// Whether both are true.
    fn and(self, other: impl Into<Expr>) -> Expr {
        self.into().infix("and", other.into(), AND)
    }
    /// Whether one is true.
    fn or(self, other: impl Into<Expr>) -> Expr {
        self.into().infix("or", other.into(), OR)
    }
    /// Whether it is false.
    fn negated(self) -> Expr {
        let inner = self.into();
        Expr::new(format!("not {}", inner.wrapped(NOT)), NOT, inner.wrong)
    }
    /// To this power.
    fn pow(self, other: impl Into<Expr>) -> Expr {
        let (base, exponent) = (self.into(), other.into());
        let text = format!("{} ^ {}", base.wrapped(VALUE), exponent.wrapped(POWER));
        Expr::new(text, POWER, base.wrong.or(exponent.wrong))
    }
    /// The value this many bars earlier.
    fn shift(self, bars: u32) -> Expr {
        function("shift", [self.into(), Expr::from(f64::from(bars))])
    }
    /// This column of another series: `CLOSE.of_series("AAPL")` is `close@AAPL`.
    fn of_series(self, symbol: &str) -> Expr {
        let mut made = self.into();
        let is_symbol = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:/-^=$#&".contains(&byte);
        if !is_word(&made.text) {
            made.wrong.get_or_insert(format!("only a column is of another series, not {}", made.text));
        } else if symbol.is_empty() || symbol.len() > 64 || !symbol.bytes().all(is_symbol) {
            made.wrong.get_or_insert(format!("not a symbol: {symbol:?}"));
        }
        let is_plain = symbol.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:".contains(&byte));
        made.text += &if is_plain { format!("@{symbol}") } else { format!("@\"{symbol}\"") };
        made
    }
    /// The expression with a label for its column. It cannot be part of another one then.
    fn named(self, label: &str) -> Expr {
        let made = self.into();
        let wrong = (!is_word(label)).then(|| format!("a label is of letters, digits and _, got {label:?}"));
        Expr::new(format!("{label} = {}", made.text), 0, made.wrong.or(wrong))
    }
}

impl<T: Into<Expr>> Expression for T {}

macro_rules! operators {
    ($($trait:ident $method:ident $symbol:literal $precedence:ident,)*) => {
        $(impl<T: Into<Expr>> $trait<T> for Expr {
            type Output = Expr;
            fn $method(self, other: T) -> Expr {
                self.infix($symbol, other.into(), $precedence)
            }
        })*
    };
}
operators! { Add add "+" SUM, Sub sub "-" SUM, Mul mul "*" PRODUCT, Div div "/" PRODUCT, }

impl Neg for Expr {
    type Output = Self;

    fn neg(self) -> Self {
        Self::new(format!("-{}", self.wrapped(SIGN)), SIGN, self.wrong)
    }
}

/// A column by its name, such as an extra column of a series.
#[must_use]
pub fn column(name: &str) -> Expr {
    let wrong = (!is_word(name) || name.len() > 32).then(|| format!("not a column: {name:?}"));
    Expr::new(name.to_owned(), VALUE, wrong)
}

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident $text:literal ($($argument:ident),*);)*) => {
        $($(#[$doc])* pub fn $name($($argument: impl Into<Expr>),*) -> Expr {
            function($text, [$($argument.into()),*])
        })*
    };
}
functions! {
    /// The value without its sign.
    abs "abs" (x);
    /// Whether a is above b and was not at the bar before, or below it and was not.
    cross "cross" (a, b);
    /// Whether a is above b and was not at the bar before.
    crossover "crossover" (a, b);
    /// Whether a is below b and was not at the bar before.
    crossunder "crossunder" (a, b);
    /// The newest value there is, at the bar or before it.
    ffill "ffill" (x);
    /// The value of a where the condition is true, else of b.
    if_else "if" (condition, a, b);
    /// The larger of two values at each bar.
    larger "larger" (a, b);
    /// The smaller of two values at each bar.
    smaller "smaller" (a, b);
    /// Above zero 1, below it -1, else 0.
    sign "sign" (x);
}

fn function<const N: usize>(name: &str, operands: [Expr; N]) -> Expr {
    let texts: Vec<_> = operands.iter().map(|each| each.text.as_str()).collect();
    let text = format!("{name}({})", texts.join(", "));
    Expr::new(text, VALUE, operands.into_iter().find_map(|each| each.wrong))
}

/// The texts of expressions.
pub(crate) fn texts(expressions: Vec<Expr>) -> Result<Vec<String>, Error> {
    if expressions.is_empty() {
        return Err(Error::invalid("expressions", "give at least one expression, as in rsi(14)"));
    }
    expressions.iter().map(Expr::text).collect()
}
