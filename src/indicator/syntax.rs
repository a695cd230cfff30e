//! The grammar of expressions, from text to a tree that knows no names yet.
//!
//! ```text
//! expression = [ name "=" ] term
//! term       = name [ "(" [ argument { "," argument } ] ")" ] [ "." name ]
//! argument   = [ name "=" ] ( number | term )
//! ```

use super::Error;

/// The limits of one expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of its text.
    pub bytes_max: usize,
    /// The most calls inside each other.
    pub depth_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes_max: 1024, depth_max: 16 }
    }
}

/// An expression as it is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree<'a> {
    /// The name given with `name =`.
    pub(super) label: Option<&'a str>,
    /// The text after it.
    pub(super) text: &'a str,
    pub(super) term: Term<'a>,
}

/// A name, perhaps called, perhaps with an output selected.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term<'a> {
    pub(super) name: &'a str,
    /// `None` when there are no parentheses.
    pub(super) arguments: Option<Vec<Argument<'a>>>,
    pub(super) output: Option<&'a str>,
}

/// What stands between commas.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Argument<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) value: Written<'a>,
}

/// A number or a term.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Written<'a> {
    Number(&'a str),
    Term(Term<'a>),
}

/// Reads an expression.
pub(super) fn parse<'a>(text: &'a str, limits: &Limits) -> Result<Tree<'a>, Error> {
    if text.len() > limits.bytes_max {
        return Err(Error::TooLong { given: text.len(), max: limits.bytes_max });
    }
    let mut parser = Parser { text, at: 0, depth_left: limits.depth_max, limits };
    let label = parser.label()?;
    parser.space();
    let start = parser.at;
    let term = parser.term()?;
    let text = text[start..].trim_end();
    parser.space();
    match parser.rest() {
        "" => Ok(Tree { label, text, term }),
        _ => Err(parser.expected("the end of the expression")),
    }
}

struct Parser<'a, 'l> {
    text: &'a str,
    at: usize,
    depth_left: usize,
    limits: &'l Limits,
}

impl<'a> Parser<'a, '_> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Takes what `accepts`, as much as there is.
    fn run(&mut self, accepts: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|c| !accepts(c)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    /// Takes `mark` if it comes next.
    fn mark(&mut self, mark: char) -> bool {
        self.space();
        let found = self.rest().starts_with(mark);
        self.at += if found { mark.len_utf8() } else { 0 };
        found
    }

    fn name(&mut self) -> Result<&'a str, Error> {
        self.space();
        if !self.rest().starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return Err(self.expected("a name"));
        }
        Ok(self.run(|c| c.is_ascii_alphanumeric() || c == '_'))
    }

    /// Takes `name =` if it comes next.
    fn label(&mut self) -> Result<Option<&'a str>, Error> {
        let start = self.at;
        let name = self.name()?;
        if self.mark('=') {
            return Ok(Some(name));
        }
        self.at = start;
        Ok(None)
    }

    fn term(&mut self) -> Result<Term<'a>, Error> {
        let name = self.name()?;
        let arguments = if self.mark('(') { Some(self.arguments()?) } else { None };
        let output = if self.mark('.') { Some(self.name()?) } else { None };
        Ok(Term { name, arguments, output })
    }

    fn arguments(&mut self) -> Result<Vec<Argument<'a>>, Error> {
        let too_deep = Error::TooDeep { max: self.limits.depth_max };
        self.depth_left = self.depth_left.checked_sub(1).ok_or(too_deep)?;
        let mut arguments = Vec::new();
        while !self.mark(')') {
            if !arguments.is_empty() && !self.mark(',') {
                return Err(self.expected("`,` or `)`"));
            }
            arguments.push(self.argument()?);
        }
        self.depth_left += 1;
        Ok(arguments)
    }

    fn argument(&mut self) -> Result<Argument<'a>, Error> {
        self.space();
        let name = if self.at_number() { None } else { self.label()? };
        self.space();
        let value = if self.at_number() {
            Written::Number(self.run(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)))
        } else {
            Written::Term(self.term()?)
        };
        Ok(Argument { name, value })
    }

    fn at_number(&self) -> bool {
        self.rest().starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
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
mod tests {
    use super::*;

    fn tree(text: &str) -> Result<Tree<'_>, Error> {
        parse(text, &Limits::default())
    }

    #[test]
    fn parts_are_found() {
        let tree = tree("  fast = bbands(ema(rsi, 9), 20, up=-2.5e0) . upper ").expect("valid");
        assert_eq!((tree.label, tree.text), (Some("fast"), "bbands(ema(rsi, 9), 20, up=-2.5e0) . upper"));
        assert_eq!((tree.term.name, tree.term.output), ("bbands", Some("upper")));
        let arguments = tree.term.arguments.expect("called");
        assert_eq!(arguments[1], Argument { name: None, value: Written::Number("20") });
        assert_eq!(arguments[2], Argument { name: Some("up"), value: Written::Number("-2.5e0") });
        let Written::Term(inner) = &arguments[0].value else { panic!("a term") };
        assert_eq!((inner.name, inner.arguments.as_ref().map(Vec::len)), ("ema", Some(2)));
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (text, at) in [
            ("", 0),
            ("rsi(", 4),
            ("rsi(14", 6),
            ("rsi(14))", 7),
            ("rsi(14 15)", 7),
            ("=rsi", 0),
            ("a = b = c", 6),
            ("rsi.", 4),
        ] {
            match tree(text) {
                Err(Error::Syntax { at: found, .. }) => assert_eq!(found, at, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn depth_and_length_are_limited() {
        let nested = |depth: usize| format!("{}c{}", "sma(".repeat(depth), ")".repeat(depth));
        assert!(tree(&nested(16)).is_ok());
        assert_eq!(tree(&nested(17)), Err(Error::TooDeep { max: 16 }));
        let roomy = Limits { bytes_max: usize::MAX, depth_max: 16 };
        assert_eq!(parse(&nested(10_000), &roomy), Err(Error::TooDeep { max: 16 }));
        assert_eq!(tree(&nested(10_000)), Err(Error::TooLong { given: 50_001, max: 1024 }));
        let wide = format!("sma({})", "sma(c),".repeat(30) + "5");
        assert!(tree(&wide).is_ok());
    }
}
