//! Statistics: what a sweep tells of a column, made of reductions.

use super::reductions::{NAMES, parse_reduction, reduction_text, unknown, wrong};
use super::sharpe::SharpeEstimate;
use crate::indicator::{Error, PERIOD_MAX};
use crate::kernel::Reduction;

/// What a column is reduced to by name: a reduction, or several and a function of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Statistic {
    /// A reduction.
    Of(Reduction),
    /// The mean of the values: of trades, the expectancy of a trade.
    Expectancy,
    /// The share of the values that are not 0: of a position, the time in the market.
    Exposure,
    /// A quantile of the return of the close over the next bars after those at which the column is true.
    ForwardQuantile {
        /// The number of bars, 1 or more.
        bars: usize,
        /// The quantile, 0 to 1.
        q: f64,
    },
    /// The probability that the true Sharpe ratio of the values is above a benchmark.
    ProbabilisticSharpe {
        /// The benchmark, a Sharpe ratio per value.
        benchmark: f64,
    },
    /// The probability that the true Sharpe ratio is above what the best of all variants is expected to have by chance.
    DeflatedSharpe {
        /// The number of variants that were tried; `None` for those of the sweep.
        trials: Option<f64>,
    },
}

/// The names of those that judge: the last of all.
const JUDGING: &[&str] = NAMES.split_at(11).1;

impl Statistic {
    /// Understands a name, with its arguments in parentheses.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let called =
            text.split_once('(').map(|(name, rest)| (name.trim(), rest.trim_end().strip_suffix(')').map(str::trim)));
        let (name, argument) = match called {
            None => (text, None),
            Some((name, Some(argument))) => (name, Some(argument)),
            Some((_, None)) => return Err(unknown(text)),
        };
        let without = |statistic: Self, name: &'static str| match argument {
            None => Ok(statistic),
            Some(given) => Err(wrong(name, "no argument", given)),
        };
        match name.to_ascii_lowercase().as_str() {
            "expectancy" => without(Self::Expectancy, "expectancy"),
            "exposure" => without(Self::Exposure, "exposure"),
            "forward_quantiles" => forward_quantile(argument),
            "probabilistic_sharpe" => {
                let benchmark = argument.map_or(Some(0.0), |argument| argument.parse().ok());
                let benchmark = benchmark.filter(|benchmark| (-1e3..=1e3).contains(benchmark));
                let expected = "a Sharpe ratio per value from -1000 to 1000";
                let benchmark =
                    benchmark.ok_or_else(|| wrong("probabilistic_sharpe", expected, argument.unwrap_or("none")))?;
                Ok(Self::ProbabilisticSharpe { benchmark: benchmark + 0.0 })
            }
            "deflated_sharpe" => {
                let Some(given) = argument else { return Ok(Self::DeflatedSharpe { trials: None }) };
                let trials = given.parse().ok().filter(|trials: &f64| trials.fract() == 0.0);
                let trials = trials.filter(|trials| (1.0..=1e12).contains(trials));
                let expected = "a number of trials from 1 to 1000000000000";
                Ok(Self::DeflatedSharpe {
                    trials: Some(trials.ok_or_else(|| wrong("deflated_sharpe", expected, given))?),
                })
            }
            _ => parse_reduction(text, name, argument).map(Self::Of),
        }
    }

    /// Its name with its arguments, as [`Self::parse`] understands it.
    pub fn text(self) -> String {
        match self {
            Self::Of(reduction) => reduction_text(reduction),
            Self::Expectancy => "expectancy".into(),
            Self::Exposure => "exposure".into(),
            Self::ForwardQuantile { bars, q } => format!("forward_quantiles({bars}, {q})"),
            Self::ProbabilisticSharpe { benchmark: 0.0 } => "probabilistic_sharpe".into(),
            Self::ProbabilisticSharpe { benchmark } => format!("probabilistic_sharpe({benchmark})"),
            Self::DeflatedSharpe { trials: None } => "deflated_sharpe".into(),
            Self::DeflatedSharpe { trials: Some(trials) } => format!("deflated_sharpe({trials})"),
        }
    }

    /// Whether it judges values by what came of them, so that they may look ahead.
    pub fn judges(self) -> bool {
        match self {
            Self::Of(reduction) => matches!(
                reduction,
                Reduction::Count
                    | Reduction::HitRate
                    | Reduction::Holding
                    | Reduction::MaxDrawdown
                    | Reduction::Sharpe { .. }
            ),
            // It looks ahead itself, from a signal that does not.
            Self::ForwardQuantile { .. } => false,
            Self::Expectancy | Self::Exposure | Self::ProbabilisticSharpe { .. } | Self::DeflatedSharpe { .. } => true,
        }
    }

    /// The error of reducing values that look ahead to something that does not judge: this one, or the columns themselves.
    pub fn ahead_refused(statistic: Option<Self>) -> Error {
        let reduction = statistic.map_or_else(|| "a sweep without reductions".into(), Self::text);
        let judging = JUDGING.iter().copied().filter(|name| !name.starts_with("forward_quantiles"));
        Error::AheadReduced { reduction, known: judging.collect::<Vec<_>>().join(", ") }
    }

    /// The number of bars of the return that it judges a signal by, instead of the values themselves.
    pub fn forward_bars(self) -> Option<usize> {
        if let Self::ForwardQuantile { bars, .. } = self { Some(bars) } else { None }
    }

    /// What it is made of.
    pub fn reductions(self) -> Vec<Reduction> {
        match self {
            Self::Of(reduction) => vec![reduction],
            Self::Expectancy => vec![Reduction::Mean],
            Self::Exposure => vec![Reduction::CountTrue, Reduction::Count],
            Self::ForwardQuantile { q, .. } => vec![Reduction::Quantile(q)],
            Self::ProbabilisticSharpe { .. } | Self::DeflatedSharpe { .. } => SharpeEstimate::REDUCTIONS.to_vec(),
        }
    }

    /// Its value, given the results of its reductions. That of a deflated ratio is the Sharpe ratio, until all variants are
    /// known.
    pub fn value(self, results: &[f64]) -> f64 {
        match (self, results) {
            (Self::Exposure, &[trues, count]) => trues / count,
            (Self::ProbabilisticSharpe { benchmark }, &[sharpe, count, skewness, kurtosis]) => {
                SharpeEstimate { sharpe, count, skewness, kurtosis }.probability_above(benchmark)
            }
            _ => results[0],
        }
    }

    /// Whether it needs the newest row only.
    pub fn is_of_newest(self) -> bool {
        matches!(self, Self::Of(reduction) if reduction.is_of_newest())
    }

    /// Whether it needs all values at once.
    pub fn needs_all(self) -> bool {
        self.reductions().into_iter().any(Reduction::needs_all)
    }

    /// Whether its value is a row.
    pub fn is_row(self) -> bool {
        matches!(self, Self::Of(reduction) if reduction.is_row())
    }
}

/// A quantile of forward returns, of the text `bars, q`.
fn forward_quantile(argument: Option<&str>) -> Result<Statistic, Error> {
    let expected = "a number of bars from 1 to 100000 and a quantile from 0 to 1, as in forward_quantiles(5, 0.9)";
    let read = |text: &str| {
        let (bars, q) = text.split_once(',')?;
        let bars = bars.trim().parse().ok().filter(|bars| (1..=PERIOD_MAX).contains(bars))?;
        let q = q.trim().parse::<f64>().ok().filter(|q| (0.0..=1.0).contains(q))?;
        // Normalise -0, so that equal questions have equal texts.
        Some(Statistic::ForwardQuantile { bars, q: q + 0.0 })
    };
    argument.and_then(read).ok_or_else(|| wrong("forward_quantiles", expected, argument.unwrap_or("none")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_understood_and_written_alike() {
        for name in NAMES {
            let text = name.replace("(q)", "(0.95)").replace("(bars, q)", "(5, 0.1)");
            let statistic = Statistic::parse(&text).expect("valid");
            assert_eq!(statistic.text(), text);
            assert_eq!(Statistic::parse(&format!(" {} ", text.to_uppercase())), Ok(statistic));
            let judges = JUDGING.contains(&name) && !name.starts_with("forward");
            assert_eq!(statistic.judges(), judges, "{name}");
        }
        for (text, canonical) in [
            ("stddev( 1 )", "stddev(1)"),
            ("sharpe(252)", "sharpe(252)"),
            ("forward_quantiles( 10,.5 )", "forward_quantiles(10, 0.5)"),
            ("probabilistic_sharpe(0.1)", "probabilistic_sharpe(0.1)"),
            ("deflated_sharpe(1e3)", "deflated_sharpe(1000)"),
        ] {
            assert_eq!(Statistic::parse(text).expect(text).text(), canonical);
        }
    }

    #[test]
    fn mistakes_are_told() {
        let known = NAMES.join(", ");
        for (text, message) in [
            ("", format!(" is not a reduction; it must be one of {known}")),
            ("lst", format!("lst is not a reduction; it must be one of {known}; did you mean last?")),
            ("last(", format!("last( is not a reduction; it must be one of {known}; did you mean last?")),
            ("last(3)", "last must have no argument, got 3".into()),
            ("holding(3)", "holding must have no argument, got 3".into()),
            ("exposure()", "exposure must have no argument, got ".into()),
            ("stddev(2)", "stddev must have a ddof of 0 or 1, got 2".into()),
            ("quantile", "quantile must have a number from 0 to 1, got none".into()),
            ("quantile(1.1)", "quantile must have a number from 0 to 1, got 1.1".into()),
            ("quantile(nan)", "quantile must have a number from 0 to 1, got nan".into()),
            (
                "deflated_sharpe(0)",
                "deflated_sharpe must have a number of trials from 1 to 1000000000000, got 0".into(),
            ),
            (
                "deflated_sharpe(2.5)",
                "deflated_sharpe must have a number of trials from 1 to 1000000000000, got 2.5".into(),
            ),
            (
                "probabilistic_sharpe(inf)",
                "probabilistic_sharpe must have a Sharpe ratio per value from -1000 to 1000, got inf".into(),
            ),
        ] {
            assert_eq!(Statistic::parse(text).expect_err(text).to_string(), message, "{text}");
        }
        let expected = "a number of bars from 1 to 100000 and a quantile from 0 to 1, as in forward_quantiles(5, 0.9)";
        for given in ["5", "0, 0.5", "-1, 0.5", "1.5, 0.5", "5, 1.01", "5, -0.1", "5, nan", "5, 0.1, 0.9", "100001, 0"]
        {
            let error = Statistic::parse(&format!("forward_quantiles({given})")).expect_err(given).to_string();
            assert_eq!(error, format!("forward_quantiles must have {expected}, got {given}"));
        }
    }
}
