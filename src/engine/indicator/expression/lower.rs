//! Lowering: operations become kernels of a graph, with constants folded into the kernels.

use super::operation::Operation;
use super::power::Power;
use crate::indicator::builders::{Function, Transform};
use crate::indicator::{Graph, Input, Port};
use crate::kernel::{
    Absolute, And, Arithmetic, ArithmeticConstant, Binary, Compare, CompareConstant, Comparison, Compounding,
    ForwardFill, Lag, Latch, Or, Select, SquareRoot, TradeReturn,
};

/// An operand. At least one operand of an operation is not a constant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Operand {
    Port(Port),
    Constant(f64),
}
use Operand::{Constant as Number, Port as Values};

/// Adds an operation to a graph.
pub(super) fn build(graph: &mut Graph, operation: Operation, operands: &[Operand]) -> Port {
    match (operation, operands) {
        (Operation::Negate, &[x]) => combine(graph, Binary::Subtract, Number(0.0), x),
        (Operation::Not, &[x]) => compare(graph, Comparison::Equal, x, Number(0.0)),
        (Operation::Arithmetic(op), &[a, b]) => combine(graph, op, a, b),
        (Operation::Power, &[a, b]) => power(graph, a, b),
        (Operation::Compare(op), &[a, b]) => compare(graph, op, a, b),
        (Operation::And, &[a, b]) => both(graph, a, b),
        (Operation::Or, &[a, b]) => either(graph, a, b),
        (Operation::If, &[Values(condition), a, b]) => choose(graph, condition, a, b),
        (Operation::When, &[condition, x]) => when(graph, condition, x),
        (Operation::Shift, &[Values(x), Number(bars)]) => shift(graph, x, bars as usize),
        (Operation::Crossover, &[a, b]) => cross(graph, OVER, a, b),
        (Operation::Crossunder, &[a, b]) => cross(graph, UNDER, a, b),
        (Operation::Cross, &[a, b]) => {
            let either = [cross(graph, OVER, a, b), cross(graph, UNDER, a, b)];
            graph.add(Or, &either)
        }
        (Operation::Position, &[enter, exit]) => position(graph, enter, exit),
        (Operation::Pnl, &[Values(position), Number(cost)]) => pnl(graph, position, cost / BPS),
        (Operation::Trades, &[Values(position), Number(cost)]) => {
            let returns = Input::Returns.port(graph);
            graph.add(TradeReturn { cost: cost / BPS }, &[position, returns])
        }
        (Operation::Equity, &[Values(pnl)]) => graph.add(Compounding, &[pnl]),
        (Operation::Fill, &[Values(x)]) => graph.add(ForwardFill, &[x]),
        (Operation::Round, &[Values(x)]) => graph.add(Transform { function: Function::Round }, &[x]),
        (Operation::Absolute, &[Values(x)]) => graph.add(Absolute, &[x]),
        (Operation::Sign, &[x]) => {
            let above = compare(graph, Comparison::Greater, x, Number(0.0));
            let below = compare(graph, Comparison::Less, x, Number(0.0));
            graph.add(Arithmetic { op: Binary::Subtract }, &[above, below])
        }
        _ => unreachable!("the arity is checked, and constant operations are folded"),
    }
}

fn combine(graph: &mut Graph, op: Binary, a: Operand, b: Operand) -> Port {
    match (a, b) {
        (Values(a), Values(b)) => graph.add(Arithmetic { op }, &[a, b]),
        (Values(a), Number(value)) => graph.add(ArithmeticConstant { op, value, constant_first: false }, &[a]),
        (Number(value), Values(b)) => graph.add(ArithmeticConstant { op, value, constant_first: true }, &[b]),
        (Number(_), Number(_)) => unreachable!("constant operations are folded"),
    }
}

fn compare(graph: &mut Graph, op: Comparison, a: Operand, b: Operand) -> Port {
    match (a, b) {
        (Values(a), Values(b)) => graph.add(Compare { op }, &[a, b]),
        (Values(a), Number(value)) => graph.add(CompareConstant { op, value }, &[a]),
        (Number(value), Values(b)) => graph.add(CompareConstant { op: op.swapped(), value }, &[b]),
        (Number(_), Number(_)) => unreachable!("constant operations are folded"),
    }
}

fn power(graph: &mut Graph, base: Operand, exponent: Operand) -> Port {
    let multiply = |graph: &mut Graph, a, b| graph.add(Arithmetic { op: Binary::Multiply }, &[a, b]);
    match (base, exponent) {
        // Common exponents are exact and cheap.
        (Values(x), Number(2.0)) => multiply(graph, x, x),
        (Values(x), Number(3.0)) => {
            let square = multiply(graph, x, x);
            multiply(graph, square, x)
        }
        (Values(x), Number(0.5)) => graph.add(SquareRoot, &[x]),
        (Values(x), Values(exponent)) => graph.add(Power { base: None, exponent: None }, &[x, exponent]),
        (Values(x), Number(exponent)) => graph.add(Power { base: None, exponent: Some(exponent) }, &[x]),
        (Number(base), Values(x)) => graph.add(Power { base: Some(base), exponent: None }, &[x]),
        (Number(_), Number(_)) => unreachable!("constant operations are folded"),
    }
}

fn both(graph: &mut Graph, a: Operand, b: Operand) -> Port {
    match (a, b) {
        (Values(a), Values(b)) => graph.add(And, &[a, b]),
        // False where there is a value, NaN where there is none.
        (Values(x), Number(0.0)) | (Number(0.0), Values(x)) => same(graph, Comparison::NotEqual, x),
        (x, Number(_)) | (Number(_), x) => compare(graph, Comparison::NotEqual, x, Number(0.0)),
    }
}

fn either(graph: &mut Graph, a: Operand, b: Operand) -> Port {
    match (a, b) {
        (Values(a), Values(b)) => graph.add(Or, &[a, b]),
        (x, Number(0.0)) | (Number(0.0), x) => compare(graph, Comparison::NotEqual, x, Number(0.0)),
        (Values(x), Number(_)) | (Number(_), Values(x)) => same(graph, Comparison::Equal, x),
        (Number(_), Number(_)) => unreachable!("constant operations are folded"),
    }
}

fn same(graph: &mut Graph, op: Comparison, x: Port) -> Port {
    graph.add(Compare { op }, &[x, x])
}

fn choose(graph: &mut Graph, condition: Port, a: Operand, b: Operand) -> Port {
    match (a, b) {
        (Values(a), Values(b)) => graph.add(Select { yes: None, no: None }, &[condition, a, b]),
        (Number(a), Values(b)) => graph.add(Select { yes: Some(a), no: None }, &[condition, b]),
        (Values(a), Number(b)) => graph.add(Select { yes: None, no: Some(b) }, &[condition, a]),
        (Number(a), Number(b)) => graph.add(Select { yes: Some(a), no: Some(b) }, &[condition]),
    }
}

/// The basis points of 1.
const BPS: f64 = 10_000.0;

fn position(graph: &mut Graph, enter: Operand, exit: Operand) -> Port {
    let constant = |operand: Operand| if let Number(value) = operand { Some(value != 0.0) } else { None };
    let port = |operand: Operand| if let Values(port) = operand { Some(port) } else { None };
    let inputs: Vec<Port> = [enter, exit].into_iter().filter_map(port).collect();
    graph.add(Latch { set: constant(enter), reset: constant(exit) }, &inputs)
}

/// A position that is taken at the close of a bar earns the return of the next bar.
fn pnl(graph: &mut Graph, position: Port, cost: f64) -> Port {
    let before = shift(graph, position, 1);
    let returns = Input::Returns.port(graph);
    let gain = graph.times([before, returns]);
    let change = graph.minus([position, before]);
    let change = graph.add(Absolute, &[change]);
    let cost = combine(graph, Binary::Multiply, Values(change), Number(cost));
    graph.minus([gain, cost])
}

/// Nothing where the condition is not true.
fn when(graph: &mut Graph, condition: Operand, x: Operand) -> Port {
    let no = Some(f64::NAN);
    match (condition, x) {
        (Values(condition), Values(x)) => graph.add(Select { yes: None, no }, &[condition, x]),
        (Values(condition), Number(x)) => graph.add(Select { yes: Some(x), no }, &[condition]),
        // True at every bar is folded.
        (Number(_), Values(x)) => graph.add(Select { yes: no, no }, &[x]),
        (Number(_), Number(_)) => unreachable!("constant operations are folded"),
    }
}

pub(super) fn shift(graph: &mut Graph, x: Port, bars: usize) -> Port {
    if bars == 0 { x } else { graph.add(Lag { bars }, &[x]) }
}

const OVER: [Comparison; 2] = [Comparison::Greater, Comparison::LessOrEqual];
const UNDER: [Comparison; 2] = [Comparison::Less, Comparison::GreaterOrEqual];

/// Whether the first comparison holds and the second held at the previous bar.
fn cross(graph: &mut Graph, [now, before]: [Comparison; 2], a: Operand, b: Operand) -> Port {
    let now = compare(graph, now, a, b);
    let before = compare(graph, before, a, b);
    let before = shift(graph, before, 1);
    graph.add(And, &[now, before])
}
