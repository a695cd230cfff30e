//! The names of reductions: `last`, `stddev(1)`, `quantile(0.95)`.

use crate::indicator::{Error, registry};
use crate::kernel::Reduction;

/// The names, as error messages list them.
const NAMES: [&str; 14] = [
    "last",
    "min",
    "max",
    "mean",
    "sum",
    "stddev",
    "argmax",
    "argmin",
    "count_true",
    "first_true",
    "quantile(q)",
    "sharpe",
    "max_drawdown",
    "hit_rate",
];

/// Understands the name of a reduction, with its argument in parentheses.
pub fn parse_reduction(text: &str) -> Result<Reduction, Error> {
    let text = text.trim();
    let called =
        text.split_once('(').map(|(name, rest)| (name.trim(), rest.trim_end().strip_suffix(')').map(str::trim)));
    let (name, argument) = match called {
        None => (text, None),
        Some((name, Some(argument))) => (name, Some(argument)),
        Some((_, None)) => return Err(unknown(text)),
    };
    let without = |reduction: Reduction, name: &'static str| match argument {
        None => Ok(reduction),
        Some(given) => Err(wrong(name, "no argument", given)),
    };
    match name.to_ascii_lowercase().as_str() {
        "last" => without(Reduction::Last, "last"),
        "min" => without(Reduction::Min, "min"),
        "max" => without(Reduction::Max, "max"),
        "mean" => without(Reduction::Mean, "mean"),
        "sum" => without(Reduction::Sum, "sum"),
        "argmax" => without(Reduction::ArgMax, "argmax"),
        "argmin" => without(Reduction::ArgMin, "argmin"),
        "count_true" => without(Reduction::CountTrue, "count_true"),
        "first_true" => without(Reduction::FirstTrue, "first_true"),
        "stddev" => match argument {
            None | Some("0") => Ok(Reduction::StandardDeviation { ddof: 0 }),
            Some("1") => Ok(Reduction::StandardDeviation { ddof: 1 }),
            Some(given) => Err(wrong("stddev", "a ddof of 0 or 1", given)),
        },
        "max_drawdown" => without(Reduction::MaxDrawdown, "max_drawdown"),
        "hit_rate" => without(Reduction::HitRate, "hit_rate"),
        "sharpe" => {
            let periods = argument.map_or(Some(1.0), |argument| argument.parse().ok());
            let periods = periods.filter(|periods| (1e-3..=1e9).contains(periods));
            let expected = "a number of values a year from 0.001 to 1000000000";
            let periods = periods.ok_or_else(|| wrong("sharpe", expected, argument.unwrap_or("none")))?;
            Ok(Reduction::Sharpe { periods })
        }
        "quantile" => {
            let share = argument.and_then(|argument| argument.parse::<f64>().ok());
            let share = share
                .filter(|share| (0.0..=1.0).contains(share))
                .ok_or_else(|| wrong("quantile", "a number from 0 to 1", argument.unwrap_or("none")))?;
            // Normalise -0, so that equal questions have equal texts.
            Ok(Reduction::Quantile(share + 0.0))
        }
        _ => Err(unknown(text)),
    }
}

/// The name of a reduction, as [`parse_reduction`] understands it.
pub fn reduction_text(reduction: Reduction) -> String {
    match reduction {
        Reduction::Last => "last".into(),
        Reduction::Min => "min".into(),
        Reduction::Max => "max".into(),
        Reduction::Mean => "mean".into(),
        Reduction::Sum => "sum".into(),
        Reduction::StandardDeviation { ddof: 0 } => "stddev".into(),
        Reduction::StandardDeviation { ddof } => format!("stddev({ddof})"),
        Reduction::ArgMin => "argmin".into(),
        Reduction::ArgMax => "argmax".into(),
        Reduction::CountTrue => "count_true".into(),
        Reduction::FirstTrue => "first_true".into(),
        Reduction::Sharpe { periods: 1.0 } => "sharpe".into(),
        Reduction::Sharpe { periods } => format!("sharpe({periods})"),
        Reduction::MaxDrawdown => "max_drawdown".into(),
        Reduction::HitRate => "hit_rate".into(),
        Reduction::Quantile(share) => format!("quantile({share})"),
    }
}

fn unknown(given: &str) -> Error {
    let similar = registry::nearest_of_few(given, NAMES);
    Error::UnknownReduction { given: given.into(), known: NAMES.join(", "), similar }
}

fn wrong(reduction: &'static str, expected: &'static str, given: &str) -> Error {
    Error::ReductionArgument { reduction, expected, given: given.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_understood_and_written_alike() {
        for name in NAMES {
            let text = name.replace("(q)", "(0.95)");
            let reduction = parse_reduction(&text).expect("valid");
            assert_eq!(reduction_text(reduction), text);
            assert_eq!(parse_reduction(&format!(" {} ", text.to_uppercase())), Ok(reduction));
        }
        assert_eq!(parse_reduction("stddev( 1 )"), Ok(Reduction::StandardDeviation { ddof: 1 }));
        assert_eq!(reduction_text(Reduction::StandardDeviation { ddof: 1 }), "stddev(1)");
    }

    #[test]
    fn mistakes_are_told() {
        let known = NAMES.join(", ");
        for (text, message) in [
            ("", format!(" is not a reduction; it must be one of {known}")),
            ("lst", format!("lst is not a reduction; it must be one of {known}; did you mean last?")),
            ("last(", format!("last( is not a reduction; it must be one of {known}; did you mean last?")),
            ("last(3)", "last must have no argument, got 3".into()),
            ("stddev(2)", "stddev must have a ddof of 0 or 1, got 2".into()),
            ("quantile", "quantile must have a number from 0 to 1, got none".into()),
            ("quantile(1.1)", "quantile must have a number from 0 to 1, got 1.1".into()),
            ("quantile(nan)", "quantile must have a number from 0 to 1, got nan".into()),
        ] {
            assert_eq!(parse_reduction(text).expect_err(text).to_string(), message, "{text}");
        }
    }
}
