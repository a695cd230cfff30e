//! Name resolution: a formula with every name bound to a column, an indicator or a constant. Constants are folded here.

use std::fmt;

use super::ahead;
use super::call::{Call, call, output_named, outputs_known};
use super::lower::{Operand, build};
use super::number::{constant_term, pairwise};
use super::operation::{Function, Operation, function_named};
use super::parser::{Argument, Formula, Node, Term};
use crate::indicator::{Error, Graph, Input, PERIOD_MAX, Port, registry};
use crate::series::{Column, ColumnName, Symbol};

/// A resolved formula: a series or a constant.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Resolved {
    Constant(f64),
    Input(Input),
    /// An extra column, which bars may lack.
    Extra(ColumnName),
    /// An input of another series.
    Joined(Input, Symbol),
    Output(Call, usize),
    Operation(Operation, Vec<Resolved>),
}

impl Resolved {
    /// Resolves a formula.
    pub(super) fn of(formula: &Formula<'_>) -> Result<Self, Error> {
        let resolved = match &formula.node {
            Node::Number(number) => Self::Constant(*number),
            Node::Range(_) => unreachable!("a variant has a number in the place of each range"),
            Node::Term(term) => Self::of_term(term)?,
            Node::Operation(operation, operands) => {
                Self::applied(*operation, operands.iter().map(Self::of).collect::<Result<_, _>>()?)
            }
        };
        resolved.finite(formula.text)
    }

    /// Rejects a constant that is not finite.
    fn finite(self, text: &str) -> Result<Self, Error> {
        match self {
            Self::Constant(value) if !value.is_finite() => Err(Error::NotFinite { text: text.into() }),
            resolved => Ok(resolved),
        }
    }

    fn of_term(term: &Term<'_>) -> Result<Self, Error> {
        if let Some(value) = constant_term(term) {
            // Normalise -0, so that equal questions have equal texts.
            return Ok(Self::Constant(value + 0.0));
        }
        if let Some(input) = Input::by_name(term.name) {
            return match (term.symbol, &term.arguments, term.output) {
                (None, None, None) => Ok(Self::Input(input)),
                (Some(symbol), ..) => Ok(Self::Joined(input, symbol.parse().map_err(Error::Symbol)?)),
                _ => Err(Error::ColumnCalled { name: term.name.into() }),
            };
        }
        if let Some(symbol) = term.symbol {
            let similar = registry::nearest(term.name, Input::ALL.map(Input::name));
            return Err(Error::JoinedName { name: term.name.into(), symbol: symbol.into(), similar });
        }
        if let (Some(operation), Some(arguments)) = (pairwise(term), &term.arguments) {
            return Self::applied_to(operation, arguments);
        }
        if let Some(indicator) = registry::indicator(term.name) {
            let call = call(indicator, term)?;
            let output = match (indicator.outputs, term.output) {
                (_, Some(name)) => output_named(indicator, name)?,
                ([_], None) => 0,
                _ => return Err(Error::PickOutput { indicator: indicator.name, known: outputs_known(indicator) }),
            };
            return Ok(Self::Output(call, output));
        }
        let is_plain = term.arguments.is_none() && term.output.is_none();
        match (function_named(term.name), registry::preset(term.name)) {
            (Some(function), _) => Self::of_function(function, term),
            (_, Some(preset)) => Err(Error::PresetInside { name: preset.name }),
            _ => match term.name.parse() {
                Ok(name) if is_plain && registry::is_free(term.name) => Ok(Self::Extra(name)),
                _ => Err(Error::UnknownName { name: term.name.into(), similar: registry::similar(term.name) }),
            },
        }
    }

    fn of_function(function: &'static Function, term: &Term<'_>) -> Result<Self, Error> {
        let indicator = function.name;
        let arguments = term.arguments.as_deref().unwrap_or_default();
        if let Some(output) = term.output {
            return Err(Error::UnknownOutput { indicator, name: output.into(), known: "none".into(), similar: None });
        }
        if let Some(name) = arguments.iter().find_map(|argument| argument.name) {
            return Err(Error::UnknownParam { indicator, name: name.into(), known: "none".into(), similar: None });
        }
        if arguments.len() != function.arguments.len() {
            let (expected, given) = (function.arguments.join(", "), arguments.len());
            return Err(Error::ArgumentCount { function: indicator, expected, given });
        }
        Self::applied_to(function.operation, arguments)
    }

    /// An operation on arguments without names.
    fn applied_to(operation: Operation, arguments: &[Argument<'_>]) -> Result<Self, Error> {
        let operands = arguments.iter().map(|argument| Self::of(&argument.value)).collect::<Result<Vec<_>, _>>()?;
        if operation == Operation::Shift {
            check_bars(&operands[1], arguments[1].value.text)?;
        }
        if operation.judges() {
            check_judged(operation, &operands, arguments)?;
        }
        if operation == Operation::Ahead {
            ahead::check_arguments(&operands, arguments)?;
        }
        Ok(Self::applied(operation, operands))
    }

    /// An operation on resolved operands; constants are folded.
    pub(super) fn applied(operation: Operation, mut operands: Vec<Self>) -> Self {
        let constant = |operand: &Self| if let Self::Constant(value) = operand { Some(*value) } else { None };
        let constants: Option<Vec<f64>> = operands.iter().map(constant).collect();
        match (operation, constants, &operands[..]) {
            // Normalise -0, so that equal questions have equal texts.
            (_, Some(constants), _) => Self::Constant(operation.fold(&constants) + 0.0),
            (Operation::If, _, [Self::Constant(condition), ..]) => {
                operands.swap_remove(if *condition == 0.0 { 2 } else { 1 })
            }
            (Operation::Shift, _, [_, Self::Constant(0.0)]) => operands.swap_remove(0),
            // True at every bar.
            (Operation::When, _, [Self::Constant(condition), _]) if *condition != 0.0 => operands.swap_remove(1),
            _ => Self::Operation(operation, operands),
        }
    }

    /// Appends the revisions of everything in it, in text order.
    pub(super) fn revisions(&self, revisions: &mut Vec<u32>) {
        match self {
            Self::Constant(_) | Self::Input(_) | Self::Extra(_) | Self::Joined(..) => {}
            Self::Output(call, _) => {
                revisions.push(call.indicator.revision);
                revisions.extend(call.tables());
                call.inputs.iter().for_each(|input| input.revisions(revisions));
            }
            Self::Operation(_, operands) => {
                revisions.push(Operation::REVISION);
                operands.iter().for_each(|operand| operand.revisions(revisions));
            }
        }
    }

    /// Adds a formula that is not a constant to a graph.
    pub(super) fn port(&self, graph: &mut Graph) -> Port {
        match self {
            Self::Constant(_) => unreachable!("inputs and expressions are not constants"),
            Self::Input(input) => input.port(graph),
            Self::Extra(name) => Port::Column(Column::Extra(*name)),
            Self::Joined(input, symbol) => input.port_of(graph, Some(symbol)),
            Self::Output(call, output) => call.ports(graph)[*output],
            Self::Operation(operation, operands) => {
                let operands: Vec<_> = operands.iter().map(|operand| operand.operand(graph)).collect();
                build(graph, *operation, &operands)
            }
        }
    }

    pub(super) fn operand(&self, graph: &mut Graph) -> Operand {
        match self {
            Self::Constant(value) => Operand::Constant(*value),
            resolved => Operand::Port(resolved.port(graph)),
        }
    }

    /// The precedence of its outermost operator.
    fn precedence(&self) -> u8 {
        match self {
            Self::Constant(value) if *value < 0.0 => Operation::Negate.precedence(),
            Self::Operation(operation, _) => operation.precedence(),
            _ => u8::MAX,
        }
    }

    /// Writes it, in parentheses if its precedence is below `least`.
    fn write(&self, f: &mut fmt::Formatter<'_>, least: u8) -> fmt::Result {
        if self.precedence() < least { write!(f, "({self})") } else { write!(f, "{self}") }
    }
}

/// Validates the number of bars to shift by: a constant, non-negative integer, as the future is unknown.
fn check_bars(bars: &Resolved, text: &str) -> Result<(), Error> {
    let (indicator, param, given) = ("shift", "bars", text.to_owned());
    match *bars {
        Resolved::Constant(bars) if bars.fract() != 0.0 => {
            Err(Error::WrongKind { indicator, param, expected: "a whole number".into(), given, similar: None })
        }
        Resolved::Constant(bars) if (0.0..=PERIOD_MAX as f64).contains(&bars) => Ok(()),
        Resolved::Constant(_) => {
            Err(Error::OutOfRange { indicator, param, given, min: "0".into(), max: PERIOD_MAX.to_string() })
        }
        _ => {
            let expected = "a constant whole number".into();
            Err(Error::WrongKind { indicator, param, expected, given, similar: None })
        }
    }
}

/// The highest cost of trading, in basis points: all of it.
const COST_BPS_MAX: f64 = 10_000.0;

/// Validates what is judged, a series, and the cost of trading, a constant.
fn check_judged(operation: Operation, operands: &[Resolved], arguments: &[Argument<'_>]) -> Result<(), Error> {
    let indicator = operation.function().expect("what judges is a function").name;
    if let Resolved::Constant(_) = operands[0] {
        return Err(Error::ConstantInput { indicator, given: arguments[0].value.text.into() });
    }
    let Some(cost) = operands.get(1) else { return Ok(()) };
    let (param, given) = ("cost_bps", arguments[1].value.text.to_owned());
    match *cost {
        Resolved::Constant(cost) if (0.0..=COST_BPS_MAX).contains(&cost) => Ok(()),
        Resolved::Constant(_) => {
            Err(Error::OutOfRange { indicator, param, given, min: "0".into(), max: COST_BPS_MAX.to_string() })
        }
        _ => Err(Error::WrongKind { indicator, param, expected: "a constant number".into(), given, similar: None }),
    }
}

/// Whether a character of a symbol needs no quotes.
fn is_unquoted(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '_')
}

impl fmt::Display for Resolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // In full if that is short.
            Self::Constant(value) if *value == 0.0 || (1e-5..1e16).contains(&value.abs()) => write!(f, "{value}"),
            Self::Constant(value) => write!(f, "{value:e}"),
            Self::Input(input) => f.write_str(input.name()),
            Self::Extra(name) => write!(f, "{name}"),
            // The parser reads other characters in quotes only.
            Self::Joined(input, symbol) if symbol.as_str().contains(|c: char| !is_unquoted(c)) => {
                write!(f, "{}@\"{symbol}\"", input.name())
            }
            Self::Joined(input, symbol) => write!(f, "{}@{symbol}", input.name()),
            Self::Output(call, output) => {
                call.fmt(f)?;
                match call.indicator.outputs {
                    [_] => Ok(()),
                    several => write!(f, ".{}", several[*output].name),
                }
            }
            Self::Operation(operation, operands) => write_operation(f, *operation, operands),
        }
    }
}

fn write_operation(f: &mut fmt::Formatter<'_>, operation: Operation, operands: &[Resolved]) -> fmt::Result {
    let precedence = operation.precedence();
    match (operation.symbol(), operands) {
        (Some(symbol), [a, b]) => {
            // Powers group to the right, comparisons not at all, the others to the left.
            let (left, right) = match operation {
                Operation::Power => (precedence + 1, Operation::Negate.precedence()),
                Operation::Compare(_) => (precedence + 1, precedence + 1),
                _ => (precedence, precedence + 1),
            };
            a.write(f, left)?;
            write!(f, " {symbol} ")?;
            b.write(f, right)
        }
        (_, [x]) if matches!(operation, Operation::Negate | Operation::Not) => {
            f.write_str(if operation == Operation::Not { "not " } else { "-" })?;
            x.write(f, precedence)
        }
        _ => {
            let function = operation.function().expect("an operation without a symbol has a function");
            write!(f, "{}(", function.name)?;
            write_list(f, operands)?;
            f.write_str(")")
        }
    }
}

/// Writes formulas separated by commas.
pub(super) fn write_list(f: &mut fmt::Formatter<'_>, resolved: &[Resolved]) -> fmt::Result {
    for (index, resolved) in resolved.iter().enumerate() {
        write!(f, "{}{resolved}", if index > 0 { ", " } else { "" })?;
    }
    Ok(())
}
