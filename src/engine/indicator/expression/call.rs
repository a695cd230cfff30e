//! Calls of indicators: binds arguments to inputs and parameters.

use std::fmt;

use super::number::constant;
use super::parser::{Argument, Formula, Node, Term};
use super::resolved::{Resolved, write_list};
use crate::indicator::session::{CALENDAR, UTC_OFFSET};
use crate::indicator::{Args, Error, Graph, Indicator, Kind, Param, Port, Value, registry};
use crate::series::Calendar;

/// An indicator with its arguments.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    pub(super) indicator: &'static Indicator,
    pub(super) inputs: Vec<Resolved>,
    values: Vec<Value>,
}

impl Call {
    /// Adds the indicator to a graph: a port for each output.
    pub(super) fn ports(&self, graph: &mut Graph) -> Vec<Port> {
        let inputs: Vec<_> = self.inputs.iter().map(|input| input.port(graph)).collect();
        (self.indicator.build)(graph, &Args { indicator: self.indicator, inputs: &inputs, values: &self.values })
    }

    /// The versions of the tables that it reads: those of its calendar, which another version of this program may know better.
    pub(super) fn tables(&self) -> impl Iterator<Item = u32> {
        let calendar = |(param, value): (&Param, &Value)| match value {
            Value::Choice(word) if param.name == CALENDAR.name && *value != param.kind.default() => {
                Calendar::of_word(word)
            }
            _ => None,
        };
        let calendars = self.indicator.params.iter().zip(&self.values).filter_map(calendar);
        // The upper half of a digest is as good as any other.
        calendars.map(|calendar| (calendar.digest() >> 32) as u32)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.indicator.name)?;
        write_list(f, &self.inputs)?;
        for (param, value) in self.indicator.params.iter().zip(&self.values) {
            write!(f, ", {}={value}", param.name)?;
        }
        f.write_str(")")
    }
}

/// Resolves a call.
pub(super) fn call(indicator: &'static Indicator, term: &Term<'_>) -> Result<Call, Error> {
    let mut arguments = term.arguments.as_deref().unwrap_or_default();
    let inputs = inputs(indicator, &mut arguments)?;
    let values = values(indicator, arguments)?;
    check_clock(indicator, &values)?;
    Ok(Call { indicator, inputs, values })
}

/// Refuses an offset of the clock of UTC with a calendar, which would not read it.
fn check_clock(indicator: &'static Indicator, values: &[Value]) -> Result<(), Error> {
    let value = |name: &str| indicator.params.iter().position(|param| param.name == name).map(|at| values[at]);
    match (value(CALENDAR.name), value(UTC_OFFSET.name)) {
        (Some(Value::Choice(calendar)), Some(Value::Real(given)))
            if given != 0.0 && Value::Choice(calendar) != CALENDAR.kind.default() =>
        {
            Err(Error::CalendarOffset { indicator: indicator.name, calendar, given })
        }
        _ => Ok(()),
    }
}

/// The index of the output of this name, ignoring case.
pub(super) fn output_named(indicator: &'static Indicator, name: &str) -> Result<usize, Error> {
    let found = indicator.outputs.iter().position(|output| output.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| Error::UnknownOutput {
        indicator: indicator.name,
        name: name.into(),
        similar: registry::nearest_of_few(name, indicator.outputs.iter().map(|output| output.name)),
        known: outputs_known(indicator),
    })
}

/// The names of the outputs, for error messages.
pub(super) fn outputs_known(indicator: &Indicator) -> String {
    listed(indicator.outputs.iter().map(|output| output.name))
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// The number of leading arguments that are inputs: positional and not constant. The first of them may be a word of the first
/// parameter instead, as in `vwap(quarter)`; behind an input it is an input too, as in `obv(close, volume)`.
pub(super) fn leading_inputs(indicator: &'static Indicator, arguments: &[Argument<'_>]) -> usize {
    let first = indicator.params.first();
    let is_word = |formula: &Formula<'_>| first.is_some_and(|param| word(param.kind, formula).is_some());
    let is_input = |(at, argument): &(usize, &Argument<'_>)| {
        let is_word = *at == 0 && is_word(&argument.value);
        argument.name.is_none() && !is_word && constant(&argument.value).is_none()
    };
    arguments.iter().take(indicator.inputs.len()).enumerate().take_while(is_input).count()
}

/// Consumes the leading arguments that are inputs.
fn inputs(indicator: &'static Indicator, arguments: &mut &[Argument<'_>]) -> Result<Vec<Resolved>, Error> {
    let first = indicator.params.first();
    let mistaken = arguments.first().map_or("", |argument| argument.value.text);
    let (leading, rest) = arguments.split_at(leading_inputs(indicator, arguments));
    let given = leading.iter().map(|argument| input(indicator, &argument.value)).collect::<Result<Vec<_>, _>>()?;
    *arguments = rest;
    if given.is_empty() {
        return Ok(indicator.inputs.iter().map(|&input| Resolved::Input(input)).collect());
    }
    if given.len() != indicator.inputs.len() {
        let known = listed(indicator.inputs.iter().map(|input| input.name()));
        let similar = match first.map(|param| param.kind) {
            Some(Kind::Choice { words }) => registry::nearest_of_few(mistaken, words.iter().copied()),
            _ => None,
        };
        return Err(Error::InputCount { indicator: indicator.name, known, given: given.len(), similar });
    }
    Ok(given)
}

/// Resolves an input; functions of constants are constants too.
fn input(indicator: &'static Indicator, formula: &Formula<'_>) -> Result<Resolved, Error> {
    match Resolved::of(formula)? {
        Resolved::Constant(_) => Err(Error::ConstantInput { indicator: indicator.name, given: formula.text.into() }),
        resolved => Ok(resolved),
    }
}

/// The formula as a word of a choice, if it is one.
fn word(kind: Kind, formula: &Formula<'_>) -> Option<&'static str> {
    match (kind, &formula.node) {
        (Kind::Choice { words }, Node::Term(Term { name, symbol: None, arguments: None, output: None })) => {
            words.iter().copied().find(|word| word.eq_ignore_ascii_case(name))
        }
        _ => None,
    }
}

fn values(indicator: &'static Indicator, arguments: &[Argument<'_>]) -> Result<Vec<Value>, Error> {
    let mut values: Vec<Option<Value>> = vec![None; indicator.params.len()];
    if arguments.len() > values.len() {
        let (given, max) = (arguments.len(), values.len());
        return Err(Error::TooManyArguments { indicator: indicator.name, given, max });
    }
    for (place, argument) in arguments.iter().enumerate() {
        let at = match argument.name {
            None => place,
            Some(name) => param_named(indicator, name)?,
        };
        let param = &indicator.params[at];
        if values[at].replace(value(indicator, param, &argument.value)?).is_some() {
            return Err(Error::Repeated { indicator: indicator.name, param: param.name });
        }
    }
    let filled = values.into_iter().zip(indicator.params);
    Ok(filled.map(|(value, param)| value.unwrap_or_else(|| param.kind.default())).collect())
}

pub(super) fn param_named(indicator: &'static Indicator, name: &str) -> Result<usize, Error> {
    let found = indicator.params.iter().position(|param| param.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| Error::UnknownParam {
        indicator: indicator.name,
        name: name.into(),
        similar: registry::nearest_of_few(name, indicator.params.iter().map(|param| param.name)),
        known: match indicator.params {
            [] => "none".into(),
            params => listed(params.iter().map(|param| param.name)),
        },
    })
}

fn value(indicator: &'static Indicator, param: &'static Param, formula: &Formula<'_>) -> Result<Value, Error> {
    let wrong = |expected: &str| Error::WrongKind {
        indicator: indicator.name,
        param: param.name,
        expected: expected.into(),
        given: formula.text.into(),
        similar: match param.kind {
            Kind::Choice { words } => registry::nearest_of_few(formula.text, words.iter().copied()),
            _ => None,
        },
    };
    let outside = |min: &dyn fmt::Display, max: &dyn fmt::Display| Error::OutOfRange {
        indicator: indicator.name,
        param: param.name,
        given: formula.text.into(),
        min: min.to_string(),
        max: max.to_string(),
    };
    match (param.kind, constant(formula)) {
        (Kind::Integer { min, max, .. }, Some(number)) if number.fract() == 0.0 => {
            // Compared as real numbers, so that large numbers do not overflow.
            let inside = number >= min as f64 && number <= max as f64;
            if inside { Ok(Value::Integer(number as usize)) } else { Err(outside(&min, &max)) }
        }
        (Kind::Real { min, max, .. }, Some(number)) => {
            // Normalise -0, so that equal questions have equal texts.
            let inside = number >= min && number <= max;
            if inside { Ok(Value::Real(number + 0.0)) } else { Err(outside(&format!("{min:?}"), &format!("{max:?}"))) }
        }
        (Kind::Choice { words }, _) => word(param.kind, formula)
            .map(Value::Choice)
            .ok_or_else(|| wrong(&format!("one of {}", listed(words.iter().copied())))),
        (Kind::Integer { .. }, _) => Err(wrong("a whole number")),
        (Kind::Real { .. }, None) => Err(wrong("a number")),
    }
}
