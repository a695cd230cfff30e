//! Forward returns: `ahead(x, bars)`, the return of x over the next bars.
//!
//! No kernel and no port of a graph looks ahead. An expression that reads `n` later bars is computed `n` rows late: row `t + n`
//! has the value of bar `t`, whose future is known by then. So the last `n` bars have no value, and whoever reduces the column
//! leaves out its first `n` rows. Only operators that look at one bar at a time may stand above `ahead`: delayed operands give
//! their delayed result, bit for bit. Indicators and functions with a memory are refused, as they would mix later bars into
//! the values of earlier ones.

use super::lower::{Operand, build, shift};
use super::operation::Operation;
use super::parser::Argument;
use super::resolved::Resolved;
use crate::indicator::{Error, Graph, PERIOD_MAX, Port};
use crate::kernel::SimpleReturn;

/// The return of a series over the next `bars` bars.
pub(super) fn forward_return(of: Resolved, bars: usize) -> Resolved {
    Resolved::Operation(Operation::Ahead, vec![of, Resolved::Constant(bars as f64)])
}

/// Validates a series and the number of bars, a constant whole number of 1 or more.
pub(super) fn check_arguments(operands: &[Resolved], arguments: &[Argument<'_>]) -> Result<(), Error> {
    let (indicator, param, given) = ("ahead", "bars", arguments[1].value.text.to_owned());
    if let Resolved::Constant(_) = operands[0] {
        return Err(Error::ConstantInput { indicator, given: arguments[0].value.text.into() });
    }
    match operands[1] {
        Resolved::Constant(bars) if bars.fract() != 0.0 => {
            Err(Error::WrongKind { indicator, param, expected: "a whole number".into(), given, similar: None })
        }
        Resolved::Constant(bars) if (1.0..=PERIOD_MAX as f64).contains(&bars) => Ok(()),
        Resolved::Constant(_) => {
            Err(Error::OutOfRange { indicator, param, given, min: "1".into(), max: PERIOD_MAX.to_string() })
        }
        _ => {
            let expected = "a constant whole number".into();
            Err(Error::WrongKind { indicator, param, expected, given, similar: None })
        }
    }
}

/// The number of later bars that a formula reads.
pub(super) fn lookahead(resolved: &Resolved) -> Result<usize, Error> {
    let most = |inputs: &[Resolved]| inputs.iter().try_fold(0, |most: usize, one| Ok(most.max(lookahead(one)?)));
    let none = |function: &'static str, inputs: &[Resolved]| match most(inputs)? {
        0 => Ok(0),
        _ => Err(Error::AheadInside { function }),
    };
    match resolved {
        Resolved::Constant(_) | Resolved::Input(_) | Resolved::Extra(_) | Resolved::Joined(..) => Ok(0),
        Resolved::Output(call, _) => none(call.indicator.name, &call.inputs),
        Resolved::Operation(Operation::Ahead, operands) => none("ahead", operands).map(|_| bars_of(operands)),
        Resolved::Operation(operation, operands) if operation.remembers() => {
            none(operation.function().map_or("this function", |function| function.name), operands)
        }
        Resolved::Operation(_, operands) => most(operands),
    }
}

/// The number of bars of the operands of `ahead`.
fn bars_of(operands: &[Resolved]) -> usize {
    match operands {
        [_, Resolved::Constant(bars)] => *bars as usize,
        _ => unreachable!("the number of bars is checked"),
    }
}

/// Adds a formula that is not a constant to a graph, `late` rows late: at least as many as it looks ahead.
pub(super) fn late_port(resolved: &Resolved, late: usize, graph: &mut Graph) -> Port {
    match resolved {
        Resolved::Operation(Operation::Ahead, operands) => {
            let (of, bars) = (operands[0].port(graph), bars_of(operands));
            let past = graph.add(SimpleReturn { bars }, &[of]);
            shift(graph, past, late - bars)
        }
        Resolved::Operation(operation, operands) if lookahead(resolved).is_ok_and(|bars| bars > 0) => {
            let operand = |operand: &Resolved, graph: &mut Graph| match operand {
                Resolved::Constant(value) => Operand::Constant(*value),
                resolved => Operand::Port(late_port(resolved, late, graph)),
            };
            let operands: Vec<_> = operands.iter().map(|one| operand(one, graph)).collect();
            build(graph, *operation, &operands)
        }
        resolved => {
            let port = resolved.port(graph);
            shift(graph, port, late)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::indicator::{Expression, FUNCTIONS, Limits, Plan, PlanReader, SweptExpression, registry};
    use crate::series::{Bar, Bars, Columns};

    const ROWS: usize = 3000;

    fn bars() -> Arc<Bars> {
        let mut columns = Columns::default();
        let mut noise = 7_u64;
        for minute in 0..ROWS as i64 {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let close = 100.0 + 9.0 * (minute as f64 * 0.05).sin() + (noise >> 40) as f64 / 3e6;
            let [open, high, low] = [close - 0.2, close + 1.0, close - 1.0];
            columns.push(Bar { time: minute * 60_000_000_000, open, high, low, close, volume: 5.0 });
        }
        Arc::new(Bars::new(columns).expect("valid"))
    }

    /// The late column of an expression, and its lookahead.
    fn column(text: &str, bars: &Arc<Bars>) -> (Vec<f64>, usize) {
        let swept = SweptExpression::parse(text, &Limits::default()).expect(text);
        let expression = swept.expressions([vec![]]).expect(text).remove(0).remove(0);
        let mut graph = Graph::new();
        let port = expression.port(&mut graph);
        let plan = Arc::new(Plan::folded(graph, &[port]));
        let mut found = Vec::new();
        let mut fold = |_: usize, _: usize, values: &[f64]| found.extend_from_slice(values);
        PlanReader::new(&plan, bars, 0).fold(ROWS, &mut fold, &|| true).expect("not stopped");
        (found, expression.lookahead())
    }

    #[test]
    fn forward_returns_are_those_of_a_loop() {
        let bars = bars();
        let (close, _) = column("close", &bars);
        let (signal, _) = column("rsi(9) < 40", &bars);
        let ahead = |t: usize, bars: usize| (close[t + bars] - close[t]) / close[t];
        type Rule<'a> = &'a dyn Fn(usize) -> f64;
        let cases: [(&str, usize, Rule<'_>); 5] = [
            ("ahead(close, 1)", 1, &|t| ahead(t, 1)),
            ("ahead(close, 2000)", 2000, &|t| ahead(t, 2000)),
            ("ahead(close, 5) - ahead(close, 12)", 12, &|t| ahead(t, 5) - ahead(t, 12)),
            ("when(rsi(9) < 40, ahead(close, 7))", 7, &|t| {
                if signal[t].is_nan() || signal[t] == 0.0 { f64::NAN } else { ahead(t, 7) }
            }),
            ("if(rsi(9) < 40, -ahead(c, 3), 0.5)", 3, &|t| match signal[t] {
                known if known.is_nan() => f64::NAN,
                0.0 => 0.5,
                _ => 0.0 - ahead(t, 3),
            }),
        ];
        for (text, expected, rule) in cases {
            let (found, lookahead) = column(text, &bars);
            assert_eq!(lookahead, expected, "{text}");
            for t in 0..ROWS - lookahead {
                let (found, rule) = (found[t + lookahead], rule(t));
                assert!(found.to_bits() == rule.to_bits() || (found.is_nan() && rule.is_nan()), "{text} at {t}");
            }
        }
    }

    #[test]
    fn nothing_outside_a_sweep_reads_ahead() {
        let limits = Limits::default();
        let mut texts = vec!["ahead(close, 1)".to_owned(), "x = 1 + AHEAD(rsi(14), 3)".into()];
        // In the place of every argument of every function and of every input of every indicator.
        for function in FUNCTIONS {
            for at in 0..function.arguments.len() {
                let argument = |index: usize| match (index == at, function.arguments[index]) {
                    (true, _) => "ahead(close, 3)",
                    (_, "bars" | "cost_bps") => "1",
                    _ => "close",
                };
                let arguments: Vec<_> = (0..function.arguments.len()).map(argument).collect();
                texts.push(format!("{}({})", function.name, arguments.join(", ")));
            }
        }
        for indicator in registry::INDICATORS.iter() {
            for at in 0..indicator.inputs.len() {
                let input = |index: usize| if index == at { "ahead(close, 3)" } else { "close" };
                let inputs: Vec<_> = (0..indicator.inputs.len()).map(input).collect();
                let output =
                    if indicator.outputs.len() > 1 { format!(".{}", indicator.outputs[0].name) } else { String::new() };
                texts.push(format!("{}({}){output}", indicator.name, inputs.join(", ")));
            }
        }
        assert!(texts.len() > 300, "{}", texts.len());
        for text in &texts {
            let error = Expression::parse(text, &limits).expect_err(text);
            let is_told = matches!(
                error,
                Error::AheadOutsideSweep
                    | Error::AheadInside { .. }
                    | Error::WrongKind { param: "bars" | "cost_bps", .. }
            );
            assert!(is_told, "{text}: {error}");
            // In a sweep, nothing that remembers bars reads it either.
            if let Ok(swept) = SweptExpression::parse(text, &limits) {
                assert!(swept.looks_ahead(), "{text}");
            }
        }
    }

    #[test]
    fn mistakes_are_told() {
        for (text, message) in [
            ("ahead(close, 0)", "bars of ahead must be between 1 and 100000, got 0"),
            ("ahead(close, -3)", "bars of ahead must be between 1 and 100000, got -3"),
            ("ahead(close, 0..3)", "bars of ahead must be between 1 and 100000, got 0..3"),
            ("ahead(close, 1.5)", "bars of ahead must be a whole number, got 1.5"),
            ("ahead(close, volume)", "bars of ahead must be a constant whole number, got volume"),
            ("ahead(3, 5)", "inputs of ahead must be columns or indicators, got the constant 3"),
            ("ahead(close)", "ahead takes (x, bars), got 1 arguments"),
            (
                "sma(ahead(close, 5), 3)",
                "sma must not read ahead, as what it remembers would hold later bars; apply sma to x",
            ),
            ("position(ahead(close, 5) > 0, close < 3)", "position must not read ahead"),
            ("shift(ahead(close, 5), 5)", "shift must not read ahead"),
            ("ahead(ahead(close, 5), 5)", "ahead must not read ahead"),
            ("macd(ahead(close, 5))", "macd must not read ahead"),
        ] {
            let error = SweptExpression::parse(text, &Limits::default()).expect_err(text).to_string();
            assert!(error.starts_with(message), "{text}: {error}");
        }
        let error = Expression::parse("ahead(close, 5)", &Limits::default()).expect_err("refused").to_string();
        assert!(
            error.contains("no value that a live caller reads")
                && error.contains("Sweep")
                && error.contains("shift(x, bars)")
        );
    }
}
