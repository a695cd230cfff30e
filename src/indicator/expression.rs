//! Expressions: text understood once, with every input and parameter known and legal.

use std::fmt;

use super::registry::{self, Preset};
use super::syntax::{self, Argument, Limits, Term, Tree, Written};
use super::{Args, Error, Graph, Indicator, Input, Kind, Param, Port, Value};

/// One column that an expression asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    label: String,
    term: Meaning,
}

/// What a term means.
#[derive(Debug, Clone, PartialEq)]
enum Meaning {
    Input(Input),
    Output(Call, usize),
}

/// An indicator with all that it is asked with.
#[derive(Debug, Clone, PartialEq)]
struct Call {
    indicator: &'static Indicator,
    inputs: Vec<Meaning>,
    values: Vec<Value>,
}

impl Expression {
    /// Understands a text that asks for one or more columns: one per output, or those of a preset.
    pub fn parse(text: &str, limits: &Limits) -> Result<Vec<Self>, Error> {
        let tree = syntax::parse(text, limits)?;
        let alone = tree.term.arguments.is_none() && tree.term.output.is_none() && tree.label.is_none();
        match registry::preset(tree.term.name) {
            Some(preset) if alone => Ok(expand(preset, limits)),
            _ => columns(&tree),
        }
    }

    /// Understands several texts; their labels differ.
    pub fn parse_all<T: AsRef<str>>(texts: &[T], limits: &Limits) -> Result<Vec<Self>, (usize, Error)> {
        let mut all: Vec<Self> = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            for expression in Self::parse(text.as_ref(), limits).map_err(|error| (index, error))? {
                if all.iter().any(|known| known.label == expression.label && *known != expression) {
                    return Err((index, Error::RepeatedLabel { label: expression.label }));
                }
                all.push(expression);
            }
        }
        Ok(all)
    }

    /// The label of the column: the name given, or the text as it was written, with `.output` when there are several.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The canonical form with the revision of every indicator in it: equal keys, equal values.
    pub fn key(&self) -> String {
        let mut revisions = Vec::new();
        self.term.revisions(&mut revisions);
        format!("{self}#{}", revisions.iter().map(u32::to_string).collect::<Vec<_>>().join("."))
    }

    /// Adds what is asked for to a graph.
    pub fn port(&self, graph: &mut Graph) -> Port {
        self.term.port(graph)
    }
}

/// The canonical form: every input and parameter named, every default filled in.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.term.fmt(f)
    }
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (call, output) = match self {
            Self::Input(input) => return f.write_str(input.name()),
            Self::Output(call, output) => (call, *output),
        };
        write!(f, "{}(", call.indicator.name)?;
        for (index, input) in call.inputs.iter().enumerate() {
            write!(f, "{}{input}", if index > 0 { ", " } else { "" })?;
        }
        for (param, value) in call.indicator.params.iter().zip(&call.values) {
            write!(f, ", {}={value}", param.name)?;
        }
        f.write_str(")")?;
        match call.indicator.outputs {
            [_] => Ok(()),
            several => write!(f, ".{}", several[output].name),
        }
    }
}

impl Meaning {
    fn revisions(&self, revisions: &mut Vec<u32>) {
        if let Self::Output(call, _) = self {
            revisions.push(call.indicator.revision);
            call.inputs.iter().for_each(|input| input.revisions(revisions));
        }
    }

    fn port(&self, graph: &mut Graph) -> Port {
        match self {
            Self::Input(input) => input.port(graph),
            Self::Output(call, output) => call.ports(graph)[*output],
        }
    }
}

impl Call {
    fn ports(&self, graph: &mut Graph) -> Vec<Port> {
        let inputs: Vec<_> = self.inputs.iter().map(|input| input.port(graph)).collect();
        (self.indicator.build)(graph, &Args { indicator: self.indicator, inputs: &inputs, values: &self.values })
    }
}

fn expand(preset: &Preset, limits: &Limits) -> Vec<Expression> {
    let parse = |text: &&str| Expression::parse(text, limits).expect("presets are checked by a test");
    preset.expressions.iter().flat_map(parse).collect()
}

fn columns(tree: &Tree<'_>) -> Result<Vec<Expression>, Error> {
    let label = tree.label.unwrap_or(tree.text);
    let one = |term| Ok(vec![Expression { label: label.into(), term }]);
    if let Some(input) = input(&tree.term)? {
        return one(Meaning::Input(input));
    }
    let call = call(&tree.term)?;
    match (call.indicator.outputs, tree.term.output) {
        ([_], None) => one(Meaning::Output(call, 0)),
        (outputs, Some(name)) => {
            let output = output_named(call.indicator, name)?;
            debug_assert!(output < outputs.len());
            one(Meaning::Output(call, output))
        }
        (outputs, None) => {
            let column = |(index, output): (usize, &super::Output)| Expression {
                label: format!("{label}.{}", output.name),
                term: Meaning::Output(call.clone(), index),
            };
            Ok(outputs.iter().enumerate().map(column).collect())
        }
    }
}

/// What a term inside another means: one column.
fn meaning(term: &Term<'_>) -> Result<Meaning, Error> {
    if let Some(input) = input(term)? {
        return Ok(Meaning::Input(input));
    }
    let call = call(term)?;
    let output = match (call.indicator.outputs, term.output) {
        (_, Some(name)) => output_named(call.indicator, name)?,
        ([_], None) => 0,
        _ => return Err(Error::PickOutput { indicator: call.indicator.name, known: outputs_known(call.indicator) }),
    };
    Ok(Meaning::Output(call, output))
}

fn input(term: &Term<'_>) -> Result<Option<Input>, Error> {
    match Input::by_name(term.name) {
        Some(_) if term.arguments.is_some() || term.output.is_some() => {
            Err(Error::ColumnCalled { name: term.name.into() })
        }
        found => Ok(found),
    }
}

fn output_named(indicator: &'static Indicator, name: &str) -> Result<usize, Error> {
    let found = indicator.outputs.iter().position(|output| output.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| Error::UnknownOutput {
        indicator: indicator.name,
        name: name.into(),
        known: outputs_known(indicator),
    })
}

fn outputs_known(indicator: &Indicator) -> String {
    listed(indicator.outputs.iter().map(|output| output.name))
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

fn call(term: &Term<'_>) -> Result<Call, Error> {
    let Some(indicator) = registry::indicator(term.name) else {
        return Err(match registry::preset(term.name) {
            Some(preset) => Error::PresetInside { name: preset.name },
            None => Error::UnknownName { name: term.name.into(), similar: registry::similar(term.name) },
        });
    };
    let mut arguments = term.arguments.as_deref().unwrap_or_default();
    let inputs = inputs(indicator, &mut arguments)?;
    let values = values(indicator, arguments)?;
    Ok(Call { indicator, inputs, values })
}

/// Takes the leading arguments that are inputs: terms without a name, where no word of a choice could stand.
fn inputs(indicator: &'static Indicator, arguments: &mut &[Argument<'_>]) -> Result<Vec<Meaning>, Error> {
    let word_first = matches!(indicator.params.first(), Some(Param { kind: Kind::Choice { .. }, .. }));
    let mut given = Vec::new();
    while let [Argument { name: None, value: Written::Term(term) }, rest @ ..] = *arguments {
        let word = word_first && is_word(indicator.params[0].kind, term);
        if given.len() == indicator.inputs.len() || word {
            break;
        }
        given.push(meaning(term)?);
        *arguments = rest;
    }
    if given.is_empty() {
        return Ok(indicator.inputs.iter().map(|&input| Meaning::Input(input)).collect());
    }
    if given.len() != indicator.inputs.len() {
        let known = listed(indicator.inputs.iter().map(|input| input.name()));
        return Err(Error::InputCount { indicator: indicator.name, known, given: given.len() });
    }
    Ok(given)
}

fn is_word(kind: Kind, term: &Term<'_>) -> bool {
    let Kind::Choice { words } = kind else { return false };
    term.arguments.is_none() && term.output.is_none() && words.iter().any(|word| word.eq_ignore_ascii_case(term.name))
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

fn param_named(indicator: &'static Indicator, name: &str) -> Result<usize, Error> {
    let found = indicator.params.iter().position(|param| param.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| Error::UnknownParam {
        indicator: indicator.name,
        name: name.into(),
        known: match indicator.params {
            [] => "none".into(),
            params => listed(params.iter().map(|param| param.name)),
        },
    })
}

fn value(indicator: &'static Indicator, param: &'static Param, written: &Written<'_>) -> Result<Value, Error> {
    let text = match written {
        Written::Number(text) => *text,
        Written::Term(term) => term.name,
    };
    let wrong = |expected: &str| Error::WrongKind {
        indicator: indicator.name,
        param: param.name,
        expected: expected.into(),
        given: text.into(),
    };
    let outside = |min: &dyn fmt::Display, max: &dyn fmt::Display| Error::OutOfRange {
        indicator: indicator.name,
        param: param.name,
        given: text.into(),
        min: min.to_string(),
        max: max.to_string(),
    };
    match (param.kind, written) {
        (Kind::Integer { min, max, .. }, Written::Number(text)) => {
            let number = text.parse::<f64>().map_err(|_| wrong("a whole number"))?;
            if number.fract() != 0.0 {
                return Err(wrong("a whole number"));
            }
            // Compared as real numbers first, so that no size of number is out of reach.
            let inside = number >= min as f64 && number <= max as f64;
            if inside { Ok(Value::Integer(number as usize)) } else { Err(outside(&min, &max)) }
        }
        (Kind::Real { min, max, .. }, Written::Number(text)) => {
            let number = text.parse::<f64>().map_err(|_| wrong("a number"))?;
            // Zero has one sign, so that equal questions have equal texts.
            let inside = number >= min && number <= max;
            if inside { Ok(Value::Real(number + 0.0)) } else { Err(outside(&format!("{min:?}"), &format!("{max:?}"))) }
        }
        (Kind::Choice { words }, Written::Term(term)) if is_word(param.kind, term) => {
            let word = words.iter().find(|word| word.eq_ignore_ascii_case(term.name));
            Ok(Value::Choice(word.expect("the term is one of the words")))
        }
        (Kind::Choice { words }, _) => Err(wrong(&format!("one of {}", listed(words.iter().copied())))),
        (Kind::Integer { .. }, _) => Err(wrong("a whole number")),
        (Kind::Real { .. }, _) => Err(wrong("a number")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Vec<Expression>, Error> {
        Expression::parse(text, &Limits::default())
    }

    #[test]
    fn every_way_of_writing_has_one_canonical_form() {
        let rsi = "rsi(close, period=14, method=wilder)";
        let hist = "macd(close, fast=12, slow=26, signal=9).hist";
        let bands = "bbands(hl2, period=20, up=2.5, down=0, ma=ema, ddof=0).upper";
        for (text, canonical) in [
            ("rsi", rsi),
            (" RSI ( 14.0 ) ", rsi),
            ("x = rsi(c, 1.4e1, WILDER)", rsi),
            ("rsi(Method=wilder, PERIOD=+14)", rsi),
            ("macd.hist", hist),
            ("MACD(CLOSE, 12, 26).Hist", hist),
            ("bbands(hl2, 20, 2.5, -0, ema).upper", bands),
            ("bbands(hl2, ma=ema, down=0e0, up=.25e1).upper", bands),
            ("ema(macd.hist, 1e3)", &format!("ema({hist}, period=1000, seed=sma)")),
            ("correl(rsi, v)", &format!("correl({rsi}, volume, period=30)")),
            ("Returns", "returns"),
        ] {
            let found = parse(text).expect(text);
            assert_eq!((found.len(), found[0].to_string().as_str()), (1, canonical), "{text}");
            // The canonical form asks for the same.
            assert_eq!(parse(canonical).expect("canonical")[0].term, found[0].term);
        }
    }

    #[test]
    fn labels_are_what_was_written() {
        let labels = |text: &str| parse(text).expect(text).iter().map(|e| e.label().to_owned()).collect::<Vec<_>>();
        assert_eq!(labels(" Rsi( 14 ) "), ["Rsi( 14 )"]);
        assert_eq!(labels("fast=ema(12)"), ["fast"]);
        assert_eq!(labels("macd(3, 6, 2)"), ["macd(3, 6, 2).macd", "macd(3, 6, 2).signal", "macd(3, 6, 2).hist"]);
        assert_eq!(labels("m = macd"), ["m.macd", "m.signal", "m.hist"]);
        assert_eq!(labels("h = macd.hist"), ["h"]);
        let atra = ["ema(7)", "ema(25)", "return_strength(14)", "volume_ratio(20)", "volatility(20)"];
        assert_eq!(labels("ATRA"), atra);
        let all = |texts: &[&str]| Expression::parse_all(texts, &Limits::default()).map(|all| all.len());
        assert_eq!(all(&["rsi", "macd", "rsi"]), Ok(5));
        assert_eq!(all(&["a=rsi", "a=ema"]), Err((1, Error::RepeatedLabel { label: "a".into() })));
        assert!(matches!(all(&["rsi", "rsi("]), Err((1, Error::Syntax { at: 4, .. }))));
    }

    #[test]
    fn mistakes_are_told() {
        let unequal = "period of sma must be between 1 and 100000, got";
        for (text, message) in [
            ("smaa(3)", "no indicator or column is named smaa; did you mean sma?"),
            ("sma(nan)", "no indicator or column is named nan"),
            ("sma(close(3))", "close is a column and takes no arguments"),
            ("x = atra", "atra is a preset of several expressions and can only stand alone"),
            ("sma(days=3)", "sma has no parameter days; it has period"),
            ("obv(days=3)", "obv takes at most 0 parameters, got 1"),
            ("macd.histogram", "macd has no output histogram; it has macd, signal, hist"),
            ("ema(macd)", "macd has several outputs; pick one as in macd(...).macd, of macd, signal, hist"),
            ("sma(0)", &format!("{unequal} 0")),
            ("sma(2147483648)", &format!("{unequal} 2147483648")),
            ("sma(5.5)", "period of sma must be a whole number, got 5.5"),
            ("sma(+inf)", "period of sma must be a whole number, got +inf"),
            ("bbands(up=-nan)", "up of bbands must be between -3e37 and 3e37, got -nan"),
            ("supertrend(multiplier=x)", "multiplier of supertrend must be a number, got x"),
            ("rsi(14, fast)", "method of rsi must be one of wilder, cutler, ewm, got fast"),
            ("rsi(14, period=15)", "period of rsi is given twice"),
            ("sma(3, 4)", "sma takes at most 1 parameters, got 2"),
            ("stoch(high, low, 5)", "stoch reads high, low, close; name all of them or none, got 2"),
        ] {
            assert_eq!(parse(text).expect_err(text).to_string(), message, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "\\PC*", pieces in "(rsi|macd|close|hl2|atra|period|[(),.= ]|1e3|-|nan){0,40}") {
            for text in [text, pieces] {
                if let Ok(found) = parse(&text) {
                    let again = parse(&found[0].to_string()).expect("the canonical form is an expression");
                    prop_assert_eq!(&again[0].term, &found[0].term);
                }
            }
        }
    }
}
