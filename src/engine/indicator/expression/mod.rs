//! Expressions: parse, resolve, lower. Text is parsed once; every [`Expression`] is valid.

mod ahead;
mod call;
mod lower;
pub(crate) mod number;
mod operation;
pub(crate) mod parser;
mod power;
pub(crate) mod range;
mod resolved;
pub(crate) mod swept;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fmt;

pub(super) use operation::Operation;
pub use operation::{FUNCTIONS, Function};

use self::parser::{Formula, Limits, Node, Term, Tree};
use self::resolved::Resolved;
use super::registry::{self, Preset};
use super::{Error, Graph, Input, Output, Plan, Port};
use crate::series::Column;

/// One column that an expression asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    label: String,
    resolved: Resolved,
    /// Which of several texts asks for it.
    text: Option<usize>,
    /// The number of later bars that it reads: 0, except in a sweep.
    lookahead: usize,
}

impl Expression {
    /// Understands a text that asks for one or more columns: one per output, or those of a preset.
    pub fn parse(text: &str, limits: &Limits) -> Result<Vec<Self>, Error> {
        let tree = parser::parse(text, limits)?;
        if let Some(range) = tree.ranges.first() {
            return Err(Error::RangeOutsideSweep { text: range.text.into(), at: range.at });
        }
        let columns = Self::of(&tree, limits)?;
        match columns.iter().any(|column| column.lookahead > 0) {
            true => Err(Error::AheadOutsideSweep),
            false => Ok(columns),
        }
    }

    /// The columns that a tree without ranges asks for.
    fn of(tree: &Tree<'_>, limits: &Limits) -> Result<Vec<Self>, Error> {
        match alone(tree) {
            Some(preset) => Ok(expand(preset, limits)),
            None => columns(tree),
        }
    }

    /// Understands several texts. Their labels differ from each other and from `time`, the times of the bars in every table:
    /// one that was not chosen gets a number, as in `close_2`.
    pub fn parse_all<T: AsRef<str>>(texts: &[T], limits: &Limits) -> Result<Vec<Self>, (usize, Error)> {
        let mut all: Vec<Self> = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            for expression in Self::parse(text.as_ref(), limits).map_err(|error| (index, error))? {
                let differs = |known: &Self| known.label == expression.label && known.resolved != expression.resolved;
                let is_chosen_time = expression.label == TIME && text.as_ref().trim() != TIME;
                if is_chosen_time || all.iter().any(differs) {
                    return Err((index, Error::RepeatedLabel { label: expression.label }));
                }
                all.push(Self { text: Some(index), ..expression });
            }
        }
        number_repeated(all.iter_mut().map(|expression| &mut expression.label), [TIME.to_owned()]);
        Ok(all)
    }

    /// The label of the column: the name given, or the text as it was written, with `.output` when there are several.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Which of several texts asks for it; `None` of one that was understood alone.
    pub fn text(&self) -> Option<usize> {
        self.text
    }

    /// The same expression, asked for by this one of several texts.
    pub fn of_text(self, text: usize) -> Self {
        Self { text: Some(text), ..self }
    }

    /// The number of later bars that its value at a bar depends on: 0, except of a variant of a [`SweptExpression`] with
    /// `ahead`. [`Self::port`] has the value of a bar that many rows late, so that no port of a graph looks ahead.
    ///
    /// [`SweptExpression`]: crate::indicator::SweptExpression
    pub fn lookahead(&self) -> usize {
        self.lookahead
    }

    /// The return of the close over the next `bars` bars, 1 or more, where this is true.
    pub fn forward_return(&self, bars: usize) -> Self {
        let ahead = ahead::forward_return(Resolved::Input(Input::CLOSE), bars);
        let resolved = Resolved::Operation(Operation::When, vec![self.resolved.clone(), ahead]);
        Self { resolved, lookahead: bars, ..self.clone() }
    }

    /// Whether it reads this column of the bars that it is computed over.
    pub fn reads(&self, column: &Column) -> bool {
        let mut graph = Graph::new();
        let port = self.port(&mut graph);
        Plan::new(graph, &[port]).columns().contains(column)
    }

    /// The canonical form with the revision of every indicator and operation in it: equal keys, equal values.
    pub fn key(&self) -> String {
        let mut revisions = Vec::new();
        self.resolved.revisions(&mut revisions);
        format!("{self}#{}", revisions.iter().map(u32::to_string).collect::<Vec<_>>().join("."))
    }

    /// Adds what is asked for to a graph, [`Self::lookahead`] rows late.
    pub fn port(&self, graph: &mut Graph) -> Port {
        ahead::late_port(&self.resolved, self.lookahead, graph)
    }
}

/// The canonical form: every input and parameter named, every default filled in, constants folded, no more parentheses
/// than it takes. It asks for the same, where it is within the limits: it is longer, and defaults are terms of it.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.resolved.fmt(f)
    }
}

/// The label of times in tables.
const TIME: &str = "time";

/// Gives a number to each label that one before it has, or that is reserved, as in `close_2`.
pub fn number_repeated<'a>(
    labels: impl IntoIterator<Item = &'a mut String>,
    reserved: impl IntoIterator<Item = String>,
) {
    let labels: Vec<_> = labels.into_iter().collect();
    let mut seen: HashSet<String> = reserved.into_iter().collect();
    let mut taken: HashSet<String> = labels.iter().map(|label| (*label).clone()).chain(seen.clone()).collect();
    for label in labels {
        if !seen.insert(label.clone()) {
            let numbered = (2..).map(|number| format!("{label}_{number}")).find(|label| !taken.contains(label));
            *label = numbered.expect("fewer labels than numbers");
            taken.insert(label.clone());
        }
    }
}

/// The preset whose name is all there is.
fn alone(tree: &Tree<'_>) -> Option<&'static Preset> {
    match &tree.formula.node {
        Node::Term(Term { name, symbol: None, arguments: None, output: None }) if tree.label.is_none() => {
            registry::preset(name)
        }
        _ => None,
    }
}

fn expand(preset: &Preset, limits: &Limits) -> Vec<Expression> {
    let parse = |text: &&str| Expression::parse(text, limits).expect("presets are checked by a test");
    preset.expressions.iter().flat_map(parse).collect()
}

fn columns(tree: &Tree<'_>) -> Result<Vec<Expression>, Error> {
    let label = tree.label.unwrap_or(tree.formula.text);
    if let Some(several) = several(&tree.formula)? {
        let column = |(resolved, output): (Resolved, &Output)| {
            let lookahead = ahead::lookahead(&resolved)?;
            Ok(Expression { label: format!("{label}.{}", output.name), resolved, text: None, lookahead })
        };
        return several.into_iter().map(column).collect();
    }
    match Resolved::of(&tree.formula)? {
        Resolved::Constant(_) => Err(Error::Constant { text: tree.formula.text.into() }),
        resolved => {
            let lookahead = ahead::lookahead(&resolved)?;
            Ok(vec![Expression { label: label.into(), resolved, text: None, lookahead }])
        }
    }
}

/// Every output of an indicator that has several, of which none is picked.
fn several(formula: &Formula<'_>) -> Result<Option<Vec<(Resolved, &'static Output)>>, Error> {
    let Node::Term(term) = &formula.node else { return Ok(None) };
    match registry::indicator(term.name) {
        Some(indicator) if term.symbol.is_none() && term.output.is_none() && indicator.outputs.len() > 1 => {
            let call = call::call(indicator, term)?;
            let output = |(at, output)| (Resolved::Output(call.clone(), at), output);
            Ok(Some(indicator.outputs.iter().enumerate().map(output).collect()))
        }
        _ => Ok(None),
    }
}
