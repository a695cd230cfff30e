//! Names of series: a symbol and a timeframe, validated on construction.

use std::fmt;
use std::str::FromStr;

use super::error::{Error, SYMBOL_CHARACTERS};
use super::timeframe::Timeframe;

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

    /// The series of a stored symbol and the code of a timeframe.
    pub fn stored(symbol: &str, code: i64) -> Result<Self, Error> {
        let timeframe = u32::try_from(code).ok().and_then(Timeframe::from_code);
        let wrong = || Error::Timeframe { given: code.to_string(), max_days: Timeframe::DAYS_MAX };
        Ok(Self { symbol: symbol.parse()?, timeframe: timeframe.ok_or_else(wrong)? })
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
}
