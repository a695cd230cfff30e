//! The calls of a load, and which is next.

use std::str::FromStr;

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// `Compute`.
    Compute,
    /// `ComputeStream`, read to its end.
    Stream,
    /// `ReadBars`, read to its end.
    Read,
    /// `Ingest` of bars, durable.
    Ingest,
}

const METHODS: [(&str, Method); 4] =
    [("compute", Method::Compute), ("stream", Method::Stream), ("read", Method::Read), ("ingest", Method::Ingest)];

/// A call and its share of all calls.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    /// The text without the weight.
    pub(super) text: String,
    /// Its share, relative to the other calls.
    pub(super) weight: f64,
    pub(super) method: Method,
    pub(super) symbol: String,
    pub(super) timeframe: String,
    /// The newest bars; `None` is all.
    pub(super) last: Option<u64>,
    pub(super) expressions: Vec<String>,
}

impl FromStr for Call {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (weight, text) = match text.split_once('*') {
            Some((weight, rest)) if weight.trim().parse::<f64>().is_ok() => (weight.trim(), rest.trim()),
            _ => ("1", text.trim()),
        };
        let weight = weight.parse::<f64>().map_err(|error| error.to_string())?;
        if !(weight > 0.0 && weight <= 1e6) {
            return Err(format!("the weight must be more than 0 and at most 1000000, got {weight}"));
        }
        let mut words = text.splitn(4, ' ');
        let (Some(method), Some(symbol), Some(timeframe)) = (words.next(), words.next(), words.next()) else {
            return Err(format!("expected METHOD SYMBOL TIMEFRAME [last=N] [EXPRESSION; ...], got {text:?}"));
        };
        let Some(&(_, method)) = METHODS.iter().find(|(name, _)| *name == method) else {
            return Err(format!("the method must be compute, stream, read or ingest, got {method:?}"));
        };
        let (last, rest) = last(words.next().unwrap_or_default().trim())?;
        let expressions: Vec<_> = rest.split(';').map(str::trim).filter(|text| !text.is_empty()).collect();
        match (method, expressions.is_empty()) {
            (Method::Compute | Method::Stream, true) => return Err("expected at least one expression".into()),
            (Method::Read | Method::Ingest, false) => return Err(format!("expected no expression, got {rest:?}")),
            _ => {}
        }
        atrad::series::SeriesId::parse(symbol, timeframe).map_err(|error| error.to_string())?;
        Ok(Self {
            text: text.into(),
            weight,
            method,
            symbol: symbol.into(),
            timeframe: timeframe.into(),
            last,
            expressions: expressions.into_iter().map(str::to_owned).collect(),
        })
    }
}

/// The number after `last=`, and the rest.
fn last(text: &str) -> Result<(Option<u64>, &str), String> {
    let Some(text) = text.strip_prefix("last=") else { return Ok((None, text)) };
    let (number, rest) = text.split_once(' ').unwrap_or((text, ""));
    match number.parse() {
        Ok(last @ 1..) => Ok((Some(last), rest)),
        _ => Err(format!("last must be a number from 1 on, got {number:?}")),
    }
}

/// Calls in the proportion of their weights.
#[derive(Debug)]
pub(super) struct Mix {
    pub(super) calls: Vec<Call>,
    /// The upper end of each call in a line of length 1.
    ends: Vec<f64>,
}

impl Mix {
    pub(super) fn new(calls: Vec<Call>) -> Self {
        let total: f64 = calls.iter().map(|call| call.weight).sum();
        let mut end = 0.0;
        let ends = calls.iter().map(|call| {
            end += call.weight / total;
            end
        });
        Self { ends: ends.collect(), calls }
    }

    /// The call number `n`: a sequence of low discrepancy (multiples of the golden ratio, modulo 1), so that every stretch of
    /// it has the proportions of the whole, and two runs make the same calls.
    pub(super) fn nth(&self, n: u64) -> usize {
        const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
        let at = n.wrapping_mul(GOLDEN) as f64 / (u64::MAX as f64);
        self.ends.partition_point(|end| *end <= at).min(self.calls.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_whole() {
        let call = "0.5* compute BTC/USDT 15m last=3 rsi(14); a = ema(5) * 2".parse::<Call>().expect("valid");
        assert_eq!((call.weight, call.method, call.last), (0.5, Method::Compute, Some(3)));
        assert_eq!((&*call.symbol, &*call.timeframe), ("BTC/USDT", "15m"));
        assert_eq!(call.expressions, ["rsi(14)", "a = ema(5) * 2"]);
        assert_eq!(call.text, "compute BTC/USDT 15m last=3 rsi(14); a = ema(5) * 2");
        let call = "stream A 1d ema(5) * 2".parse::<Call>().expect("valid");
        assert_eq!((call.weight, call.last, &*call.expressions[0]), (1.0, None, "ema(5) * 2"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, message) in [
            ("compute", "expected METHOD SYMBOL TIMEFRAME"),
            ("guess A 1d x", "the method must be"),
            ("compute A 1d", "expected at least one expression"),
            ("read A 1d rsi(14)", "expected no expression"),
            ("read A 1d last=0", "last must be"),
            ("-1* read A 1d", "the weight must be"),
            ("read A 1y", "timeframe"),
        ] {
            let error = text.parse::<Call>().expect_err("refused");
            assert!(error.contains(message), "{text}: {error}");
        }
    }

    #[test]
    fn every_stretch_has_the_proportions_of_the_weights() {
        let call = |weight: f64| Call { weight, .."read A 1d".parse().expect("valid") };
        let mix = Mix::new(vec![call(6.0), call(3.0), call(1.0)]);
        for start in [0, 1_000_000] {
            let mut counts = [0_i32; 3];
            (start..start + 1000).for_each(|n| counts[mix.nth(n)] += 1);
            assert!((counts[0] - 600).abs() < 10 && (counts[1] - 300).abs() < 10, "{counts:?}");
        }
    }
}
