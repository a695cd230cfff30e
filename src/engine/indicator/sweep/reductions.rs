//! The names of reductions of one column: `last`, `stddev(1)`, `quantile(0.95)`.

use crate::indicator::{Error, registry};
use crate::kernel::Reduction;

/// The names, as error messages list them.
pub(super) const NAMES: [&str; 21] = [
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
    "count",
    "hit_rate",
    "expectancy",
    "holding",
    "exposure",
    "forward_quantiles(bars, q)",
    "max_drawdown",
    "sharpe",
    "probabilistic_sharpe",
    "deflated_sharpe",
];

/// Understands a reduction by its name and its argument, if it has one.
pub(super) fn parse_reduction(text: &str, name: &str, argument: Option<&str>) -> Result<Reduction, Error> {
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
        "count" => without(Reduction::Count, "count"),
        "holding" => without(Reduction::Holding, "holding"),
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

/// The name of a reduction with its argument, as [`parse_reduction`] understands them.
pub(super) fn reduction_text(reduction: Reduction) -> String {
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
        Reduction::Count => "count".into(),
        Reduction::Holding => "holding".into(),
        // Parts of other statistics.
        Reduction::Skewness => "skewness".into(),
        Reduction::Kurtosis => "kurtosis".into(),
        Reduction::Quantile(share) => format!("quantile({share})"),
    }
}

/// The error of a name that is not known.
pub(super) fn unknown(given: &str) -> Error {
    let similar = registry::nearest_of_few(given, NAMES);
    Error::UnknownReduction { given: given.into(), known: NAMES.join(", "), similar }
}

/// The error of a wrong argument.
pub(super) fn wrong(reduction: &'static str, expected: &'static str, given: &str) -> Error {
    Error::ReductionArgument { reduction, expected, given: given.into() }
}
