//! Conditions over the parameters of variants: `fast < slow and period > 5`.

use crate::indicator::expression::number::value;
use crate::indicator::expression::parser::{self, Argument, Formula, Limits, Node, Term};
use crate::indicator::{Error, Parameter, is_true};

/// A formula of numbers and of the parameters of variants.
#[derive(Debug)]
pub(crate) struct Condition<'a> {
    /// The parameters as ranges, by their index.
    formula: Formula<'a>,
}

impl<'a> Condition<'a> {
    /// Understands a condition over these parameters.
    pub(crate) fn parse(text: &'a str, parameters: &[Parameter], limits: &Limits) -> Result<Self, Error> {
        let tree = parser::parse(text, limits)?;
        if let Some(range) = tree.ranges.first() {
            return Err(Error::NotScalar { text: range.text.into() });
        }
        let condition = Self { formula: bound(&tree.formula, parameters)? };
        match value(&condition.formula, &vec![1.0; parameters.len()]) {
            Some(_) => Ok(condition),
            None => Err(Error::NotScalar { text: text.into() }),
        }
    }

    /// Whether it holds for a variant. NaN is not true.
    pub(crate) fn holds(&self, values: &[f64]) -> bool {
        value(&self.formula, values).is_some_and(is_true)
    }
}

/// The formula with every name bound to a parameter.
fn bound<'a>(formula: &Formula<'a>, parameters: &[Parameter]) -> Result<Formula<'a>, Error> {
    let node = match &formula.node {
        Node::Number(number) => Node::Number(*number),
        Node::Range(_) => return Err(Error::NotScalar { text: formula.text.into() }),
        Node::Operation(operation, operands) => Node::Operation(
            *operation,
            operands.iter().map(|operand| bound(operand, parameters)).collect::<Result<_, _>>()?,
        ),
        Node::Term(term @ Term { arguments: Some(arguments), .. }) => {
            let argument = |argument: &Argument<'a>| {
                Ok(Argument { name: argument.name, value: bound(&argument.value, parameters)? })
            };
            let arguments = arguments.iter().map(argument).collect::<Result<Vec<_>, Error>>()?;
            let term = Term { arguments: Some(arguments), ..term.clone() };
            if value(&Formula { text: formula.text, node: Node::Term(term.clone()) }, &[]).is_none() {
                return Err(Error::NotScalar { text: formula.text.into() });
            }
            Node::Term(term)
        }
        Node::Term(Term { arguments: None, .. }) => Node::Range(index_of(formula.text, parameters)?),
    };
    Ok(Formula { text: formula.text, node })
}

/// The index of the parameter of this name.
fn index_of(text: &str, parameters: &[Parameter]) -> Result<usize, Error> {
    let name: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if let Some(index) = parameters.iter().position(|parameter| parameter.name.eq_ignore_ascii_case(&name)) {
        return Ok(index);
    }
    let known = |parameters: &mut dyn Iterator<Item = &Parameter>| {
        let names: Vec<_> = parameters.map(|parameter| parameter.name.as_str()).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    let called: Vec<usize> = (0..parameters.len()).filter(|&index| parameters[index].is_called(&name)).collect();
    match called[..] {
        [index] => Ok(index),
        [] => Err(Error::UnknownVariable { name, known: known(&mut parameters.iter()) }),
        _ => {
            let known = known(&mut called.iter().map(|&index| &parameters[index]));
            Err(Error::AmbiguousVariable { name, known })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::SweptExpression;

    fn holds(swept: &str, condition: &str, values: &[f64]) -> Result<bool, String> {
        let limits = Limits::default();
        let swept = SweptExpression::parse(swept, &limits).expect("valid");
        let condition = Condition::parse(condition, swept.parameters(), &limits).map_err(|error| error.to_string())?;
        Ok(condition.holds(values))
    }

    #[test]
    fn parameters_are_variables() {
        let macd = "macd(5..9, 20..30, 9).hist";
        assert_eq!(holds(macd, "fast * 2 < slow", &[5.0, 20.0]), Ok(true));
        assert_eq!(holds(macd, "Fast >= slow or max(fast, slow) == 30", &[5.0, 20.0]), Ok(false));
        assert_eq!(holds(macd, "fast - 5", &[5.0, 20.0]), Ok(false));
        let two = "ema(5..9) > rsi(2..4)";
        assert_eq!(holds(two, "ema.period > rsi . period", &[7.0, 2.0]), Ok(true));
        let pair = "ema(5..9) > ema(6..20)";
        assert_eq!(holds(pair, "period1 < period2 and not (period2 == 7)", &[5.0, 8.0]), Ok(true));
        assert_eq!(holds("ema(5..9) > 20..30", "period < 9 and value > 20", &[5.0, 22.0]), Ok(true));
    }

    #[test]
    fn mistakes_are_told() {
        let pair = "ema(5..9) > ema(6..20)";
        for (condition, message) in [
            ("fast < 3", "fast is not a parameter of the variants; they have period1, period2"),
            (
                "period < 3",
                "period is the name of several ranges; use one of period1, period2, or name them, as in ema(5..50 as fast)",
            ),
            ("rsi(period1) < 3", "rsi(period1) is not a number, a parameter of the variants or a function of them"),
            ("period1 < 2..3", "2..3 is not a number, a parameter of the variants or a function of them"),
            ("period1 <", "expected a name, a number or `(` at byte 9, got the end"),
        ] {
            assert_eq!(holds(pair, condition, &[5.0, 6.0]).expect_err(condition), message);
        }
        let none = holds("rsi", "period > 3", &[]).expect_err("no parameters");
        assert_eq!(none, "period is not a parameter of the variants; they have none");
    }
}
