//! Names of series: a symbol and a timeframe, validated on construction.

use std::fmt;
use std::str::FromStr;

use super::error::{Error, SYMBOL_CHARACTERS};

/// A market symbol: 1 to 64 of `A-Z a-z 0-9 . _ : / - ^ = $ # &`, no empty, `.` or `..` part between slashes.
///
/// A symbol is never part of the name of a file: price files have numbers, and the ledger holds symbols as values.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(Box<str>);

impl Symbol {
    /// The maximum length of a symbol, in bytes.
    pub const BYTES_MAX: usize = 64;
    /// The legal characters, as messages name them.
    pub const CHARACTERS: &str = SYMBOL_CHARACTERS;

    /// The text of the symbol.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Symbol {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.is_empty() || text.len() > Self::BYTES_MAX {
            return Err(Error::SymbolLength { given: text.len(), max: Self::BYTES_MAX });
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._:/-^=$#&".contains(c);
        if let Some((at, given)) = text.char_indices().find(|&(_, c)| !allowed(c)) {
            return Err(Error::SymbolCharacter { given, at });
        }
        if text.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(Error::SymbolPart { given: text.into() });
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The length of a bar. Timeframes of equal length are equal: `60m` is `1h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timeframe {
    seconds: u32,
}

/// The units of a timeframe and their seconds, longest first.
const UNITS: [(char, u32); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

impl Timeframe {
    /// The shortest timeframe, a second.
    pub const SHORTEST: Self = Self { seconds: 1 };
    /// The longest timeframe.
    pub const DAYS_MAX: u64 = 366;

    /// The length in seconds, 1 or more.
    pub fn seconds(self) -> u32 {
        self.seconds
    }

    /// The length in nanoseconds.
    pub fn nanos(self) -> i64 {
        i64::from(self.seconds) * 1_000_000_000
    }

    /// The timeframe of this many seconds, if in range.
    pub fn from_seconds(seconds: u32) -> Option<Self> {
        let valid = seconds >= 1 && u64::from(seconds) <= Self::DAYS_MAX * 86_400;
        valid.then_some(Self { seconds })
    }
}

impl FromStr for Timeframe {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parse = || {
            let unit = UNITS.iter().find(|(unit, _)| text.ends_with(*unit))?;
            let count = text.strip_suffix(unit.0)?;
            let plain = !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit()) && !count.starts_with('0');
            let seconds = plain.then(|| count.parse::<u32>().ok())??.checked_mul(unit.1)?;
            Self::from_seconds(seconds)
        };
        parse().ok_or_else(|| Error::Timeframe { given: text.chars().take(32).collect(), max_days: Self::DAYS_MAX })
    }
}

impl fmt::Display for Timeframe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whole weeks are shown in weeks (1w, not 7d), anything else in the longest unit that divides it.
        let divisor = UNITS.iter().find(|(_, seconds)| self.seconds.is_multiple_of(*seconds));
        let (unit, seconds) = divisor.expect("every length is a whole number of seconds");
        write!(f, "{}{unit}", self.seconds / seconds)
    }
}

/// A series: the bars of one symbol at one timeframe.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeriesId {
    /// The market symbol.
    pub symbol: Symbol,
    /// The length of a bar.
    pub timeframe: Timeframe,
}

impl SeriesId {
    /// The series of these two names.
    pub fn parse(symbol: &str, timeframe: &str) -> Result<Self, Error> {
        Ok(Self { symbol: symbol.parse()?, timeframe: timeframe.parse()? })
    }
}

impl fmt::Display for SeriesId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.symbol, self.timeframe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_people_use_are_valid() {
        for text in [
            "BTCUSDT",
            "BRK.B",
            "BTC/USDT",
            "NASDAQ:AAPL",
            ".SPX",
            "a",
            "x_y-z",
            "^GSPC",
            "ES=F",
            "EURUSD=X",
            "$TICK",
            "#CL",
            "M&M",
            &"A".repeat(64),
        ] {
            assert_eq!(text.parse::<Symbol>().expect("valid").as_str(), text);
        }
    }

    #[test]
    fn hostile_symbols_are_rejected() {
        for text in
            ["", "/..", "..", "a/../b", "a//b", "/a", "a/", "a\0", "a b", "\u{202e}a", "%2e%2e", &"A".repeat(4096)]
        {
            assert!(text.parse::<Symbol>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn timeframes_are_lengths() {
        for (text, shown) in [("60m", "1h"), ("1d", "1d"), ("24h", "1d"), ("7d", "1w"), ("90s", "90s"), ("15m", "15m")]
        {
            assert_eq!(text.parse::<Timeframe>().expect("valid").to_string(), shown);
        }
        for text in ["", "m", "0m", "01m", "-1m", "1.5h", "1M", "1y", "99999999999w", "4294967295d", "1m ", "+1m"] {
            assert!(text.parse::<Timeframe>().is_err(), "{text:?}");
        }
    }
}
