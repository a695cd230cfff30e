//! The grammar of ranges and lists of values.

use super::{Node, Parser};
use crate::indicator::Error;
use crate::indicator::expression::range::{Fault, Range, Values};

impl<'a> Parser<'a, '_> {
    /// Consumes a range or a list of values if it is next.
    pub(super) fn range(&mut self) -> Result<Option<Node<'a>>, Error> {
        self.space();
        let start = self.at;
        let values = if self.mark('[') { Some(self.list()?) } else { self.steps()? };
        let Some(values) = values else {
            self.at = start;
            return Ok(None);
        };
        self.count_term()?;
        let text = self.text[start..self.at].trim_end();
        let label = match self.word("as") {
            true => Some(self.name().ok_or_else(|| self.expected("a name after `as`"))?),
            false => None,
        };
        self.ranges.push(Range { at: start, text, label, values: values.map_err(|fault| fault.of(text, start))? });
        Ok(Some(Node::Range(self.ranges.len() - 1)))
    }

    /// Consumes `start..end` with its step, if it is next.
    fn steps(&mut self) -> Result<Option<Result<Values, Fault>>, Error> {
        let Some(first) = self.bound() else { return Ok(None) };
        self.space();
        if !self.rest().starts_with("..") {
            return Ok(None);
        }
        self.at += 2;
        let last = self.bound().ok_or_else(|| self.expected("the end of the range"))?;
        let step = match self.word("step") {
            true => self.bound().ok_or_else(|| self.expected("the step of the range"))?,
            false => "1",
        };
        Ok(Some(Values::steps(first, last, step)))
    }

    /// Consumes the values of a list after its bracket.
    fn list(&mut self) -> Result<Result<Values, Fault>, Error> {
        let mut values = Vec::new();
        loop {
            values.push(self.bound().ok_or_else(|| self.expected("a number"))?);
            if self.mark(']') {
                return Ok(Values::list(&values));
            }
            if !self.mark(',') {
                return Err(self.expected("`,` or `]`"));
            }
        }
    }

    /// Consumes a number with its sign if it is next; its text.
    fn bound(&mut self) -> Option<&'a str> {
        self.space();
        let start = self.at;
        self.at += usize::from(self.rest().starts_with(['-', '+']));
        if self.number().is_none() {
            self.at = start;
            return None;
        }
        Some(&self.text[start..self.at])
    }

    /// Consumes a word if it is next.
    fn word(&mut self, word: &str) -> bool {
        let start = self.at;
        let found = self.name().is_some_and(|name| name.eq_ignore_ascii_case(word));
        self.at = if found { self.at } else { start };
        found
    }
}
