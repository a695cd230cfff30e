//! Columns of bars by name.

use std::fmt;
use std::str::FromStr;

/// A column, standard or extra.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// Opening prices.
    Open,
    /// Highest prices.
    High,
    /// Lowest prices.
    Low,
    /// Closing prices.
    Close,
    /// Volumes.
    Volume,
    /// An extra column, which a series may or may not have.
    Extra(ColumnName),
}

impl Column {
    /// The standard columns, in storage order.
    pub const ALL: [Self; 5] = [Self::Open, Self::High, Self::Low, Self::Close, Self::Volume];

    /// The name of the column.
    pub fn name(&self) -> &str {
        match self {
            Self::Extra(name) => name.as_str(),
            column => column.fixed_name().expect("all others have one"),
        }
    }

    /// The name of a standard column; `None` for an extra one.
    pub fn fixed_name(self) -> Option<&'static str> {
        match self {
            Self::Open => Some("open"),
            Self::High => Some("high"),
            Self::Low => Some("low"),
            Self::Close => Some("close"),
            Self::Volume => Some("volume"),
            Self::Extra(_) => None,
        }
    }
}

/// The name of an extra column: 1 to 32 of `a-z 0-9 _`, as in `open_interest`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnName([u8; Self::BYTES_MAX]);

impl ColumnName {
    const BYTES_MAX: usize = 32;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|&byte| byte == 0).unwrap_or(Self::BYTES_MAX);
        str::from_utf8(&self.0[..end]).expect("names are ASCII")
    }
}

/// A text that is not the name of an extra column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidColumnName {
    /// The text, truncated for the message.
    pub given: String,
}

impl fmt::Display for InvalidColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "name of an extra column must be 1 to 32 of a-z 0-9 _, got {:?}", self.given)
    }
}

impl std::error::Error for InvalidColumnName {}

impl FromStr for ColumnName {
    type Err = InvalidColumnName;

    fn from_str(text: &str) -> Result<Self, InvalidColumnName> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if text.is_empty() || text.len() > Self::BYTES_MAX || !text.bytes().all(plain) {
            return Err(InvalidColumnName { given: text.chars().take(80).collect() });
        }
        let mut bytes = [0; Self::BYTES_MAX];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self(bytes))
    }
}

impl fmt::Display for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_short() {
        let longest = "a".repeat(32);
        for good in ["a", "open_interest", "v2", longest.as_str()] {
            assert_eq!(good.parse::<ColumnName>().expect("valid").as_str(), good);
        }
        for bad in ["", "Funding", "a b", "a-b", "\0", "\u{e4}", &"a".repeat(33)] {
            assert!(bad.parse::<ColumnName>().is_err(), "{bad:?}");
        }
    }
}
