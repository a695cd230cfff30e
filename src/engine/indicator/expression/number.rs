//! Constants: numbers, operators on them, and functions of them, as in `sqrt(252)`.

use super::operation::{Operation, function_named};
use super::parser::{Argument, Formula, Node, Term};
use crate::indicator::builders::{Function, Transform};
use crate::indicator::registry;
use crate::kernel::{Binary, Kernel};

/// The value of a formula that consists of numbers, operators and functions of numbers only. NaN for a range, which stands
/// for a number that is not chosen yet.
pub(super) fn constant(formula: &Formula<'_>) -> Option<f64> {
    value(formula, &[])
}

/// As [`constant`], of a term: a function whose arguments are all constant.
pub(super) fn constant_term(term: &Term<'_>) -> Option<f64> {
    value_of_term(term, &[])
}

/// As [`constant`], where each range has the number that is chosen for it.
pub(crate) fn value(formula: &Formula<'_>, chosen: &[f64]) -> Option<f64> {
    match &formula.node {
        Node::Number(number) => Some(*number),
        Node::Range(range) => Some(chosen.get(*range).copied().unwrap_or(f64::NAN)),
        Node::Term(term) => value_of_term(term, chosen),
        Node::Operation(operation, operands) => {
            let constants: Option<Vec<f64>> = operands.iter().map(|operand| value(operand, chosen)).collect();
            constants.map(|constants| operation.fold(&constants))
        }
    }
}

fn value_of_term(term: &Term<'_>, chosen: &[f64]) -> Option<f64> {
    let Term { name, symbol: None, arguments: Some(arguments), output: None } = term else { return None };
    let function = of_numbers(name, arguments.len())?;
    let number = |argument: &Argument<'_>| argument.name.is_none().then(|| value(&argument.value, chosen)).flatten();
    let numbers: Vec<f64> = arguments.iter().map(number).collect::<Option<_>>()?;
    Some(match function {
        OfNumbers::Operation(operation) => operation.fold(&numbers),
        OfNumbers::Elementary(function) => elementary(function, numbers[0]),
        OfNumbers::SquareRoot => numbers[0].sqrt(),
    })
}

/// A function of numbers.
enum OfNumbers {
    Operation(Operation),
    Elementary(Function),
    SquareRoot,
}

/// The function of this name of so many numbers: a function of expressions, or an indicator whose value at a bar is a
/// function of its inputs at that bar.
fn of_numbers(name: &str, count: usize) -> Option<OfNumbers> {
    if let Some(function) = function_named(name).filter(|function| !is_checked(function.operation)) {
        return (count == function.arguments.len()).then_some(OfNumbers::Operation(function.operation));
    }
    let indicator = registry::indicator(name)?;
    Some(match (indicator.name, count) {
        ("add", 2) => OfNumbers::Operation(Operation::Arithmetic(Binary::Add)),
        ("sub", 2) => OfNumbers::Operation(Operation::Arithmetic(Binary::Subtract)),
        ("mult", 2) => OfNumbers::Operation(Operation::Arithmetic(Binary::Multiply)),
        ("div", 2) => OfNumbers::Operation(Operation::Arithmetic(Binary::Divide)),
        ("max", 2) => OfNumbers::Operation(Operation::Arithmetic(Binary::Max)),
        ("min", 2) => OfNumbers::Operation(Operation::Arithmetic(Binary::Min)),
        ("sqrt", 1) => OfNumbers::SquareRoot,
        ("acos", 1) => OfNumbers::Elementary(Function::Acos),
        ("asin", 1) => OfNumbers::Elementary(Function::Asin),
        ("atan", 1) => OfNumbers::Elementary(Function::Atan),
        ("ceil", 1) => OfNumbers::Elementary(Function::Ceil),
        ("cos", 1) => OfNumbers::Elementary(Function::Cos),
        ("cosh", 1) => OfNumbers::Elementary(Function::Cosh),
        ("exp", 1) => OfNumbers::Elementary(Function::Exp),
        ("floor", 1) => OfNumbers::Elementary(Function::Floor),
        ("ln", 1) => OfNumbers::Elementary(Function::Ln),
        ("log10", 1) => OfNumbers::Elementary(Function::Log10),
        ("sin", 1) => OfNumbers::Elementary(Function::Sin),
        ("sinh", 1) => OfNumbers::Elementary(Function::Sinh),
        ("tan", 1) => OfNumbers::Elementary(Function::Tan),
        ("tanh", 1) => OfNumbers::Elementary(Function::Tanh),
        _ => return None,
    })
}

/// Whether an operation has limits of its own, which are checked where it is resolved.
fn is_checked(operation: Operation) -> bool {
    matches!(operation, Operation::Shift | Operation::Ahead) || operation.judges()
}

/// An elementary function of a number, with the bits that its kernel gives.
pub(super) fn elementary(function: Function, x: f64) -> f64 {
    let mut value = [0.0];
    Transform { function }.start().feed(&[&[x]], &mut [&mut value]);
    value[0]
}

/// Whether `max` or `min` is asked for the larger or the smaller of two values at each bar, not for the extreme of a
/// window: two arguments without names, where no number stands where the period does. So `max(close, 20)` is the highest of
/// 20 bars, and `max(20, close)` the larger of 20 and the close.
pub(super) fn pairwise(term: &Term<'_>) -> Option<Operation> {
    let Term { symbol: None, arguments: Some(arguments), output: None, .. } = term else { return None };
    let operation = match registry::indicator(term.name)?.name {
        "max" => Operation::Arithmetic(Binary::Max),
        "min" => Operation::Arithmetic(Binary::Min),
        _ => return None,
    };
    let [Argument { name: None, value: first }, Argument { name: None, value: second }] = &arguments[..] else {
        return None;
    };
    (constant(second).is_none() || constant(first).is_some()).then_some(operation)
}
