//! Expressions with ranges: an expression for each variant.

use super::Expression;
use super::call::{leading_inputs, param_named};
use super::number::pairwise;
use super::operation::function_named;
use super::parser::{self, Argument, Formula, Limits, Node, Term, Tree};
use super::range::{Range, Values};
use crate::indicator::{Error, Indicator, Kind, registry};
use crate::series::Symbol;

/// An expression with ranges, as in `crossover(ema(5..50 as fast), ema(60..200 step 10 as slow))`. Every combination of
/// their values is a variant. An expression without ranges has one variant.
#[derive(Debug, Clone, PartialEq)]
pub struct SweptExpression {
    text: String,
    limits: Limits,
    label: String,
    parameters: Vec<Parameter>,
    series: Vec<Symbol>,
    outputs: Vec<String>,
    looks_ahead: bool,
}

/// What a range varies.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name among those of the expression: that given with `as`, else that of the parameter, qualified by its indicator
    /// (`ema.period`) or numbered (`period2`) where several ranges would have the same.
    pub name: String,
    /// Its values.
    pub values: Values,
    /// The name before it was qualified.
    plain: String,
    /// The name with that of the indicator.
    qualified: String,
}

/// What a range stands for: a parameter of an indicator, an argument of a function, or an operand.
#[derive(Debug, Clone, Copy)]
struct Place {
    owner: &'static str,
    name: &'static str,
}

/// A range that is an operand: the threshold of a comparison, or a factor.
const OPERAND: Place = Place { owner: "", name: "value" };

impl SweptExpression {
    /// Understands a text whose ranges make variants.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self, Error> {
        let tree = parser::parse(text, limits)?;
        let label = tree.label.unwrap_or(tree.formula.text).to_owned();
        let (mut places, mut series) = (vec![OPERAND; tree.ranges.len()], Vec::new());
        visit(&tree.formula, OPERAND, &mut |formula, place| match &formula.node {
            Node::Range(range) => {
                places[*range] = place;
                Ok(())
            }
            Node::Term(term) => check_words(term, &tree.ranges).map(|()| series.extend(symbol(term))),
            Node::Number(_) | Node::Operation(..) => Ok(()),
        })?;
        let mut known = Vec::new();
        series.retain(|symbol: &Symbol| {
            !known.contains(symbol) && {
                known.push(symbol.clone());
                true
            }
        });
        let parameters = named(&tree.ranges, &places)?;
        let (text, limits) = (text.into(), *limits);
        let mut swept = Self { text, limits, label, parameters, series, outputs: vec![], looks_ahead: false };
        let corner = |last: bool| -> Vec<f64> {
            let value =
                |parameter: &Parameter| parameter.values.get(if last { parameter.values.count() - 1 } else { 0 });
            swept.parameters.iter().map(value).collect()
        };
        // Parameters are checked where they are largest and smallest.
        let both = swept.expressions([corner(false), corner(true)])?;
        swept.looks_ahead = both[0].iter().any(|column| column.lookahead() > 0);
        swept.outputs = match &both[0][..] {
            [_] => vec![String::new()],
            several => several.iter().map(|one| swept.output(one.label())).collect(),
        };
        Ok(swept)
    }

    /// What was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name given with `name =`, else what was written.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What its ranges vary, in the order of the text.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The number of variants: the product of the numbers of values.
    pub fn variants(&self) -> u64 {
        self.parameters.iter().fold(1, |product: u64, parameter| product.saturating_mul(parameter.values.count()))
    }

    /// The symbols of the other series that it reads.
    pub fn series(&self) -> &[Symbol] {
        &self.series
    }

    /// The names of its outputs; a single one has no name.
    pub fn outputs(&self) -> &[String] {
        &self.outputs
    }

    /// Whether it reads later bars, with `ahead`: its values are for reductions that [judge](super::super::Statistic::judges)
    /// only.
    pub fn looks_ahead(&self) -> bool {
        self.looks_ahead
    }

    /// The values of the parameters of the variant of these indices.
    pub fn values(&self, indices: &[u64]) -> Vec<f64> {
        self.parameters.iter().zip(indices).map(|(parameter, &index)| parameter.values.get(index)).collect()
    }

    /// The expressions of variants, one per output, given the values of the parameters of each.
    pub fn expressions(&self, variants: impl IntoIterator<Item = Vec<f64>>) -> Result<Vec<Vec<Expression>>, Error> {
        let tree = parser::parse(&self.text, &self.limits)?;
        let variant = |values: Vec<f64>| {
            let formula = chosen(&tree.formula, &values);
            Expression::of(&Tree { label: tree.label, formula, ranges: vec![] }, &self.limits)
        };
        variants.into_iter().map(variant).collect()
    }

    /// What the label of one of several columns says of it.
    fn output(&self, label: &str) -> String {
        let output = label.strip_prefix(&*self.label).and_then(|rest| rest.strip_prefix('.'));
        output.unwrap_or(label).to_owned()
    }
}

impl Parameter {
    /// Whether this is a name of it, by itself or with that of the indicator.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        [&self.plain, &self.qualified].iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}

/// Visits every formula with its place, parents first.
fn visit<'a>(
    formula: &Formula<'a>,
    place: Place,
    each: &mut impl FnMut(&Formula<'a>, Place) -> Result<(), Error>,
) -> Result<(), Error> {
    each(formula, place)?;
    match &formula.node {
        Node::Number(_) | Node::Range(_) => Ok(()),
        Node::Operation(_, operands) => operands.iter().try_for_each(|operand| visit(operand, OPERAND, each)),
        Node::Term(term) => {
            let arguments = term.arguments.as_deref().unwrap_or_default();
            let places = argument_places(term, arguments);
            arguments.iter().zip(places).try_for_each(|(argument, place)| visit(&argument.value, place, each))
        }
    }
}

/// The indicator that a term calls with parameters.
fn indicator_of(term: &Term<'_>) -> Option<&'static Indicator> {
    if pairwise(term).is_some() { None } else { registry::indicator(term.name) }
}

/// What each argument of a term fills. Wrong names and numbers of arguments are reported when the term is resolved.
fn argument_places(term: &Term<'_>, arguments: &[Argument<'_>]) -> Vec<Place> {
    if let Some(indicator) = indicator_of(term) {
        let inputs = leading_inputs(indicator, arguments);
        let place = |at: usize| {
            let param = param_of(indicator, arguments, inputs, at)?;
            Some(Place { owner: indicator.name, name: indicator.params[param].name })
        };
        return (0..arguments.len()).map(|at| place(at).unwrap_or(OPERAND)).collect();
    }
    let function = function_named(term.name);
    let place = |at: usize| {
        let function = function?;
        Some(Place { owner: function.name, name: function.arguments.get(at)? })
    };
    (0..arguments.len()).map(|at| place(at).unwrap_or(OPERAND)).collect()
}

/// The index of the parameter that an argument fills, if it is no input.
fn param_of(indicator: &'static Indicator, arguments: &[Argument<'_>], inputs: usize, at: usize) -> Option<usize> {
    let param = match arguments[at].name {
        Some(name) => param_named(indicator, name).ok()?,
        None => at.checked_sub(inputs)?,
    };
    (param < indicator.params.len()).then_some(param)
}

/// Refuses ranges in the place of words.
fn check_words(term: &Term<'_>, ranges: &[Range<'_>]) -> Result<(), Error> {
    let (Some(indicator), Some(arguments)) = (indicator_of(term), term.arguments.as_deref()) else { return Ok(()) };
    let inputs = leading_inputs(indicator, arguments);
    for (at, argument) in arguments.iter().enumerate() {
        let (Node::Range(range), Some(param)) =
            (&argument.value.node, param_of(indicator, arguments, inputs, at).map(|param| &indicator.params[param]))
        else {
            continue;
        };
        if let Kind::Choice { words } = param.kind {
            let (text, at) = (ranges[*range].text.to_owned(), ranges[*range].at);
            let expected = format!("one of {}", words.join(", "));
            return Err(Error::RangeOfWords { indicator: indicator.name, param: param.name, expected, text, at });
        }
    }
    Ok(())
}

/// The other series that a term reads. A wrong symbol is reported when the term is resolved.
fn symbol(term: &Term<'_>) -> Option<Symbol> {
    term.symbol?.parse().ok()
}

/// The parameters of ranges, by different names.
fn named(ranges: &[Range<'_>], places: &[Place]) -> Result<Vec<Parameter>, Error> {
    let parameter = |(range, place): (&Range<'_>, &Place)| {
        let plain = range.label.unwrap_or(place.name).to_owned();
        let qualified = if place.owner.is_empty() || range.label.is_some() {
            plain.clone()
        } else {
            format!("{}.{plain}", place.owner)
        };
        Parameter { name: plain.clone(), values: range.values.clone(), plain, qualified }
    };
    let mut all: Vec<Parameter> = ranges.iter().zip(places).map(parameter).collect();
    let before = all.clone();
    for (at, own) in all.iter_mut().enumerate() {
        let alike: Vec<usize> =
            (0..before.len()).filter(|&other| before[other].plain.eq_ignore_ascii_case(&own.plain)).collect();
        if alike.len() == 1 || ranges[at].label.is_some() {
            continue;
        }
        let is_qualified =
            |&other: &usize| alike.iter().filter(|&&one| before[one].qualified == before[other].qualified).count() == 1;
        own.name = if alike.iter().all(is_qualified) {
            own.qualified.clone()
        } else {
            let number = alike.iter().position(|&other| other == at).map_or(0, |place| place + 1);
            format!("{}{number}", own.plain)
        };
    }
    for (at, own) in all.iter().enumerate() {
        if all[..at].iter().any(|other| other.name.eq_ignore_ascii_case(&own.name)) {
            return Err(Error::RepeatedRange { name: own.name.clone(), at: ranges[at].at });
        }
    }
    Ok(all)
}

/// The formula of a variant: each range is the number that was chosen of it.
fn chosen<'a>(formula: &Formula<'a>, values: &[f64]) -> Formula<'a> {
    let node = match &formula.node {
        Node::Number(number) => Node::Number(*number),
        Node::Range(range) => Node::Number(values[*range]),
        Node::Operation(operation, operands) => {
            Node::Operation(*operation, operands.iter().map(|operand| chosen(operand, values)).collect())
        }
        Node::Term(term) => {
            let argument =
                |argument: &Argument<'a>| Argument { name: argument.name, value: chosen(&argument.value, values) };
            let arguments = term.arguments.as_ref().map(|arguments| arguments.iter().map(argument).collect());
            Node::Term(Term { arguments, ..term.clone() })
        }
    };
    Formula { text: formula.text, node }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn swept(text: &str) -> Result<SweptExpression, Error> {
        SweptExpression::parse(text, &Limits::default())
    }

    fn names(text: &str) -> Vec<String> {
        swept(text).expect(text).parameters().iter().map(|parameter| parameter.name.clone()).collect()
    }

    #[test]
    fn every_combination_is_an_expression() {
        let swept = swept("crossover(ema(5..6), sma(hl2, 10..30 step 10)) and rsi(14) < [20, 30.5]").expect("valid");
        assert_eq!(swept.variants(), 2 * 3 * 2);
        let expressions = swept.expressions([swept.values(&[1, 2, 1])]).expect("valid");
        let same = Expression::parse("crossover(ema(6), sma(hl2, 30)) and rsi(14) < 30.5", &Limits::default());
        assert_eq!(expressions[0][0].to_string(), same.expect("valid")[0].to_string());
        assert_eq!(swept.outputs(), [""]);
        assert_eq!(swept.label(), "crossover(ema(5..6), sma(hl2, 10..30 step 10)) and rsi(14) < [20, 30.5]");
    }

    #[test]
    fn parameters_are_named_by_what_they_vary() {
        for (text, expected) in [
            ("ema(5..200)", &["period"][..]),
            ("macd(fast=5..9, slow=20..30)", &["fast", "slow"]),
            ("ema(5..9) > rsi(2..4)", &["ema.period", "rsi.period"]),
            ("ema(5..9) > ema(20..40)", &["period1", "period2"]),
            ("ema(5..9) > ema(20..40) and rsi(2..4) < 30", &["period1", "period2", "period3"]),
            ("crossover(ema(5..9 as fast), ema(20..40 step 2 as slow))", &["fast", "slow"]),
            ("ema(5..9 as fast) > ema(20..40)", &["fast", "period"]),
            ("rsi < 20..30", &["value"]),
            ("close > sma(20) * [1.01, 1.02]", &["value"]),
            ("shift(close, 1..5)", &["bars"]),
            ("max(close, 5..20)", &["period"]),
            ("sma(2 * 5..9)", &["value"]),
            ("bbands(20, 1.5..2.5 step 0.5).upper", &["up"]),
            ("rsi", &[]),
        ] {
            assert_eq!(names(text), expected, "{text}");
        }
    }

    #[test]
    fn outputs_and_other_series_are_known() {
        let macd = swept("m = macd(5..9, 26, 9)").expect("valid");
        assert_eq!((macd.outputs(), macd.label()), (&["macd", "signal", "hist"].map(String::from)[..], "m"));
        let pair = swept("correl(close, close@X, 5..9) + close@\"Y-Z\" + open@X").expect("valid");
        assert_eq!(pair.series().iter().map(Symbol::as_str).collect::<Vec<_>>(), ["X", "Y-Z"]);
        assert_eq!(swept("atra").expect("a preset").outputs().len(), 5);
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (text, message) in [
            ("ema(5..200 step 0)", "the step of 5..200 step 0 at byte 4 must be more than 0"),
            ("ema(5..200 step -1)", "the step of 5..200 step -1 at byte 4 must be more than 0"),
            ("ema(200..5)", "the end of 200..5 at byte 4 must not be less than its start"),
            ("ema(5..)", "expected the end of the range at byte 7, got ')'"),
            ("ema(5..9 step)", "expected the step of the range at byte 13, got ')'"),
            ("ema(5..9 as)", "expected a name after `as` at byte 11, got ')'"),
            ("ema([5, 9)", "expected `,` or `]` at byte 9, got ')'"),
            ("ema([])", "expected a number at byte 5, got ']'"),
            ("ema(..9)", "expected a name, a number or `(` at byte 4, got '.'"),
            ("ema(5..9 9)", "expected an operator, `,` or `)` at byte 9, got '9'"),
            ("rsi(14, 1..3)", "method of rsi must be one of wilder, cutler, ewm, got the range 1..3 at byte 8"),
            ("rsi(method=[1, 2])", "method of rsi must be one of wilder, cutler, ewm, got the range [1, 2] at byte 11"),
            ("ema(0..5)", "period of ema must be between 1 and 100000, got 0..5"),
            ("ema(5..200000)", "period of ema must be between 1 and 100000, got 5..200000"),
            ("ema(1..2 step 0.5)", "period of ema must be a whole number, got 1..2 step 0.5"),
            ("ema(5..6 as a) > ema(5..6 as a)", "a at byte 21 must name one range only"),
            ("5..6", "5..6 is a constant; an expression must read a column or an indicator"),
            ("ema(1..1e400)", "1..1e400 must be a finite number"),
        ] {
            match swept(text) {
                Err(error) => assert_eq!(error.to_string(), message, "{text}"),
                // A value between the corners.
                Ok(swept) => {
                    let all = (0..swept.variants()).map(|index| swept.values(&[index]));
                    assert_eq!(swept.expressions(all).expect_err(text).to_string(), message, "{text}");
                }
            }
        }
    }

    #[test]
    fn only_sweeps_have_variants() {
        let error = Expression::parse("sma(ema(5..200), 3)", &Limits::default()).expect_err("a range").to_string();
        assert_eq!(
            error,
            "5..200 at byte 8 is a range, which makes many variants of an expression; use Sweep to compute them"
        );
    }
}
