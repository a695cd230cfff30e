//! The grammar of expressions: from text to a syntax tree, names unresolved.
//!
//! ```text
//! expression = [ name "=" ] formula
//! formula    = and { "or" and }
//! and        = not { "and" not }
//! not        = "not" not | comparison
//! comparison = sum [ ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum ]        does not chain
//! sum        = product { ( "+" | "-" ) product }
//! product    = sign { ( "*" | "/" ) sign }
//! sign       = ( "-" | "+" ) sign | power
//! power      = value [ "^" sign ]                                          to the right first
//! value      = number | range | "(" formula ")" | name [ "@" symbol ] | name [ "(" [ argument { "," argument } ] ")" ] [ "." name ]
//! range      = ( bound ".." bound [ "step" bound ] | "[" bound { "," bound } "]" ) [ "as" name ]      only in a sweep
//! bound      = [ "-" | "+" ] number
//! argument   = [ name "=" ] formula
//! symbol     = letters, digits, "_", "." and ":" | '"' any of these, "/" and "-" '"'
//! ```
//!
//! An argument made of numbers, operators and functions of numbers only is a constant and fills a parameter, as in
//! `sma(4 * 5)` and `sma(sqrt(400))`; any other formula is an input, as in `sma(close - open, 20)`, or the word of a
//! choice. Names and words ignore case.

mod ranges;

use super::Operation;
use super::range::Range;
use crate::indicator::Error;

/// The maximum number of numbers and names in an expression: bounds recursion over the tree.
const TERMS_MAX: usize = 512;

/// The limits of one expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The maximum length of the text, in bytes.
    pub bytes_max: usize,
    /// The maximum nesting of calls, parentheses, signs and powers; at most 64.
    pub depth_max: usize,
}

impl Limits {
    /// The hard limit of nesting: bounds recursion.
    const DEPTH_MAX: usize = 64;

    fn depth(&self) -> usize {
        self.depth_max.min(Self::DEPTH_MAX)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes_max: 1024, depth_max: 16 }
    }
}

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree<'a> {
    /// The name given with `name =`.
    pub(crate) label: Option<&'a str>,
    pub(crate) formula: Formula<'a>,
    /// Its ranges, in the order of the text.
    pub(crate) ranges: Vec<Range<'a>>,
}

/// A formula and its text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Formula<'a> {
    pub(crate) text: &'a str,
    pub(crate) node: Node<'a>,
}

/// The root node of a formula.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node<'a> {
    Number(f64),
    /// The index of a range, one of whose values stands here in each variant.
    Range(usize),
    Term(Term<'a>),
    Operation(Operation, Vec<Formula<'a>>),
}

/// A name, optionally with a symbol, with arguments, or with an output.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term<'a> {
    pub(crate) name: &'a str,
    /// The other series.
    pub(crate) symbol: Option<&'a str>,
    /// `None` without parentheses.
    pub(crate) arguments: Option<Vec<Argument<'a>>>,
    pub(crate) output: Option<&'a str>,
}

/// An argument.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Argument<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) value: Formula<'a>,
}

/// Parses an expression.
pub(crate) fn parse<'a>(text: &'a str, limits: &Limits) -> Result<Tree<'a>, Error> {
    if text.len() > limits.bytes_max {
        return Err(Error::TooLong { given: text.len(), max: limits.bytes_max });
    }
    let depth_left = limits.depth();
    let mut parser = Parser { text, at: 0, depth_left, terms_left: TERMS_MAX, limits, ranges: vec![] };
    let label = parser.label();
    let formula = parser.formula(0)?;
    match parser.rest() {
        "" => Ok(Tree { label, formula, ranges: parser.ranges }),
        _ => Err(parser.expected("an operator or the end of the expression")),
    }
}

/// The words that are operators.
pub(crate) const WORDS: [&str; 3] = ["and", "or", "not"];

struct Parser<'a, 'l> {
    text: &'a str,
    at: usize,
    depth_left: usize,
    terms_left: usize,
    limits: &'l Limits,
    ranges: Vec<Range<'a>>,
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

impl<'a> Parser<'a, '_> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Consumes the longest run of characters that `accepts`.
    fn run(&mut self, accepts: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|c| !accepts(c)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    /// Consumes `mark` if it is next.
    fn mark(&mut self, mark: char) -> bool {
        self.space();
        let found = self.rest().starts_with(mark);
        self.at += if found { mark.len_utf8() } else { 0 };
        found
    }

    /// Consumes a name if it is next.
    fn name(&mut self) -> Option<&'a str> {
        self.space();
        let starts = self.rest().starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        starts.then(|| self.run(is_name))
    }

    /// Consumes `name =` if it is next.
    fn label(&mut self) -> Option<&'a str> {
        let start = self.at;
        let name = self.name().filter(|_| self.mark('=') && !self.rest().starts_with('='));
        self.at = if name.is_some() { self.at } else { start };
        name
    }

    /// Parses one nesting level deeper.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        let too_deep = Error::TooDeep { max: self.limits.depth() };
        self.depth_left = self.depth_left.checked_sub(1).ok_or(too_deep)?;
        let found = read(self)?;
        self.depth_left += 1;
        Ok(found)
    }

    /// Parses a formula whose operators have at least this precedence (precedence climbing).
    fn formula(&mut self, least: u8) -> Result<Formula<'a>, Error> {
        self.space();
        let start = self.at;
        let mut left = self.operand(least)?;
        let mut is_compared = false;
        while let Some((operation, len)) = self.infix().filter(|(operation, _)| operation.precedence() >= least) {
            if operation.compares() && is_compared {
                return Err(self.expected("`and` or `or` between comparisons, which do not chain"));
            }
            is_compared = operation.compares();
            self.at += len;
            let right = match operation {
                Operation::Power => self.deeper(|parser| parser.formula(Operation::Negate.precedence()))?,
                _ => self.formula(operation.precedence() + 1)?,
            };
            left = self.since(start, Node::Operation(operation, vec![left, right]));
        }
        Ok(left)
    }

    fn since(&mut self, start: usize, node: Node<'a>) -> Formula<'a> {
        let text = self.text[start..self.at].trim_end();
        self.space();
        Formula { text, node }
    }

    /// The infix operator that is next, if any, and its length.
    fn infix(&self) -> Option<(Operation, usize)> {
        let comes = |symbol: &str| {
            let rest = self.rest();
            let same = rest.get(..symbol.len()).is_some_and(|start| start.eq_ignore_ascii_case(symbol));
            same && !(WORDS.contains(&symbol) && rest[symbol.len()..].starts_with(is_name))
        };
        Operation::INFIX.iter().find(|(symbol, _)| comes(symbol)).map(|(symbol, operation)| (*operation, symbol.len()))
    }

    /// Parses a value with its prefix operators.
    fn operand(&mut self, least: u8) -> Result<Formula<'a>, Error> {
        let start = self.at;
        if let Some(range) = self.range()? {
            return Ok(self.since(start, range));
        }
        let sign = Operation::Negate.precedence();
        if self.mark('-') {
            let operand = self.deeper(|parser| parser.formula(sign))?;
            return Ok(self.since(start, Node::Operation(Operation::Negate, vec![operand])));
        }
        if self.mark('+') {
            let operand = self.deeper(|parser| parser.formula(sign))?;
            return Ok(self.since(start, operand.node));
        }
        match self.name() {
            Some(name) if name.eq_ignore_ascii_case("not") && least <= Operation::Not.precedence() => {
                let operand = self.deeper(|parser| parser.formula(Operation::Not.precedence()))?;
                Ok(self.since(start, Node::Operation(Operation::Not, vec![operand])))
            }
            Some(name) if WORDS.iter().any(|word| name.eq_ignore_ascii_case(word)) => {
                self.at = start;
                Err(self.expected("a name, a number or `(`"))
            }
            name => self.value(start, name),
        }
    }

    /// Counts a number, name or range.
    fn count_term(&mut self) -> Result<(), Error> {
        self.terms_left = self.terms_left.checked_sub(1).ok_or(Error::TooManyTerms { max: TERMS_MAX })?;
        Ok(())
    }

    fn value(&mut self, start: usize, name: Option<&'a str>) -> Result<Formula<'a>, Error> {
        self.count_term()?;
        if let Some(name) = name {
            let term = self.term(name)?;
            return Ok(self.since(start, Node::Term(term)));
        }
        if self.mark('(') {
            let inner = self.deeper(|parser| parser.formula(0))?;
            if !self.mark(')') {
                return Err(self.expected("an operator or `)`"));
            }
            return Ok(self.since(start, inner.node));
        }
        let number = self.number().ok_or_else(|| self.expected("a name, a number or `(`"))?;
        Ok(self.since(start, Node::Number(number)))
    }

    /// Consumes a number if it is next.
    fn number(&mut self) -> Option<f64> {
        let start = self.at;
        self.run(|c| c.is_ascii_digit());
        // Two points are a range.
        if self.rest().starts_with('.') && !self.rest().starts_with("..") {
            self.at += 1;
            self.run(|c| c.is_ascii_digit());
        }
        let mantissa = self.at;
        if self.rest().starts_with(['e', 'E']) {
            self.at += 1;
            self.at += usize::from(self.rest().starts_with(['+', '-']));
            if self.run(|c| c.is_ascii_digit()).is_empty() {
                self.at = mantissa;
            }
        }
        let number = self.text[start..self.at].parse().ok();
        self.at = if number.is_some() { self.at } else { start };
        number
    }

    fn term(&mut self, name: &'a str) -> Result<Term<'a>, Error> {
        if self.mark('@') {
            return Ok(Term { name, symbol: Some(self.symbol()?), arguments: None, output: None });
        }
        let arguments = if self.mark('(') { Some(self.deeper(Self::arguments)?) } else { None };
        let output = match self.mark('.') {
            true => Some(self.name().ok_or_else(|| self.expected("the name of an output"))?),
            false => None,
        };
        Ok(Term { name, symbol: None, arguments, output })
    }

    /// Parses a symbol. Symbols with operator characters are quoted.
    fn symbol(&mut self) -> Result<&'a str, Error> {
        if !self.mark('"') {
            let symbol = self.run(|c| is_name(c) || c == '.' || c == ':');
            return if symbol.is_empty() { Err(self.expected("a symbol")) } else { Ok(symbol) };
        }
        let symbol = self.run(|c| c != '"');
        if self.mark('"') { Ok(symbol) } else { Err(self.expected("`\"`")) }
    }

    fn arguments(&mut self) -> Result<Vec<Argument<'a>>, Error> {
        let mut arguments = Vec::new();
        while !self.mark(')') {
            if !arguments.is_empty() && !self.mark(',') {
                return Err(self.expected("an operator, `,` or `)`"));
            }
            arguments.push(Argument { name: self.label(), value: self.formula(0)? });
        }
        Ok(arguments)
    }

    fn expected(&self, expected: &'static str) -> Error {
        let found = match self.rest().chars().next() {
            None => "the end".into(),
            Some(c) => format!("{c:?}"),
        };
        Error::Syntax { at: self.at, expected, found }
    }
}

#[cfg(test)]
mod tests;
