//! Patterns of symbols: `BTC*`, `*-USD`, `A?C`.

use std::fmt;
use std::str::FromStr;

use super::{Error, Symbol};

/// A pattern of symbols: `*` stands for any number of characters, `?` for one. Other characters stand for themselves.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SymbolPattern(Box<str>);

impl SymbolPattern {
    /// Whether a text is a pattern: symbols have no `*` and no `?`.
    pub fn is_pattern(text: &str) -> bool {
        text.contains(['*', '?'])
    }

    /// What every symbol that it matches begins with.
    pub fn prefix(&self) -> &str {
        self.0.split(['*', '?']).next().unwrap_or_default()
    }

    /// Whether it matches a symbol.
    ///
    /// Greedy with one point to return to: a later `*` makes an earlier one need no second try, so the time is bounded by the
    /// product of the lengths.
    pub fn matches(&self, symbol: &Symbol) -> bool {
        let (pattern, text) = (self.0.as_bytes(), symbol.as_str().as_bytes());
        let (mut at, mut place, mut back) = (0, 0, None);
        while at < text.len() {
            match pattern.get(place) {
                Some(b'*') => {
                    back = Some((place, at));
                    place += 1;
                }
                Some(&c) if c == b'?' || c == text[at] => (at, place) = (at + 1, place + 1),
                _ => match back {
                    Some((star, from)) => {
                        back = Some((star, from + 1));
                        (at, place) = (from + 1, star + 1);
                    }
                    None => return false,
                },
            }
        }
        pattern[place..].iter().all(|&c| c == b'*')
    }
}

impl FromStr for SymbolPattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.is_empty() || text.len() > Symbol::BYTES_MAX {
            return Err(Error::SymbolLength { given: text.len(), max: Symbol::BYTES_MAX });
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || "*?._:/-^=$#&".contains(c);
        match text.char_indices().find(|&(_, c)| !allowed(c)) {
            Some((at, given)) => Err(Error::SymbolCharacter { given, at }),
            None => Ok(Self(text.into())),
        }
    }
}

impl fmt::Display for SymbolPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_stand_for_others() {
        for (pattern, symbol, expected) in [
            ("*", "A", true),
            ("BTC*", "BTC", true),
            ("BTC*", "BTCUSDT", true),
            ("BTC*", "XBTC", false),
            ("*USD", "BTC-USD", true),
            ("*USD", "BTC-USDT", false),
            ("*-USD*", "BTC-USD-SWAP", true),
            ("A?C", "ABC", true),
            ("A?C", "AC", false),
            ("A**C?", "AxyCz", true),
            ("a*", "A", false),
            ("*a*b*c", "xaxbxbxc", true),
            ("*a*b*c", "xaxcxc", false),
            ("?", "AB", false),
        ] {
            let pattern: SymbolPattern = pattern.parse().expect("valid");
            assert_eq!(pattern.matches(&symbol.parse().expect("valid")), expected, "{pattern} {symbol}");
        }
        assert_eq!("BTC*X?".parse::<SymbolPattern>().expect("valid").prefix(), "BTC");
        assert!(SymbolPattern::is_pattern("B?") && !SymbolPattern::is_pattern("BTC-USD"));
    }

    #[test]
    fn a_pattern_of_many_stars_is_matched_in_time() {
        let pattern: SymbolPattern = format!("{}b", "*a".repeat(31)).parse().expect("valid");
        assert!(!pattern.matches(&"a".repeat(64).parse().expect("valid")));
    }

    #[test]
    fn other_characters_are_refused() {
        assert_eq!("BT C*".parse::<SymbolPattern>(), Err(Error::SymbolCharacter { given: ' ', at: 2 }));
        assert!("".parse::<SymbolPattern>().is_err());
    }
}
