//! What is wrong with corporate actions, by themselves or for the bars that they adjust.

use crate::series::{SeriesId, Symbol};

/// Why an action is refused, or bars cannot be adjusted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AdjustError {
    /// A corporate action is out of range.
    #[error("actions[{index}].value of a {kind} must be {expected}, got {given}")]
    Value {
        /// Its index.
        index: usize,
        /// Its kind.
        kind: &'static str,
        /// The expected value.
        expected: &'static str,
        /// The given value.
        given: f64,
    },
    /// A dividend is as high as the price before it.
    #[error(
        "adjust cannot be total: the dividend {dividend} of {} at {ex_time} must be below {close}, the close of {series} before it",
        series.symbol
    )]
    Dividend {
        /// The series.
        series: SeriesId,
        /// The beginning of the ex-date.
        ex_time: i64,
        /// The dividend per share.
        dividend: f64,
        /// The close of the last bar before.
        close: f64,
    },
    /// The factors of all corporate actions together are out of range.
    #[error(
        "adjust must be none: the actions of {symbol} from {ex_time} on multiply prices by {price} and volume by {volume}, which is out of range"
    )]
    Factors {
        /// The symbol.
        symbol: Symbol,
        /// The beginning of the ex-date of the oldest of these actions.
        ex_time: i64,
        /// The factor of prices.
        price: f64,
        /// The factor of volume.
        volume: f64,
    },
}

impl AdjustError {
    /// The path of the invalid field.
    pub(super) fn field(&self) -> String {
        match self {
            Self::Value { index, .. } => format!("actions[{index}].value"),
            Self::Dividend { .. } | Self::Factors { .. } => "adjust".into(),
        }
    }
}
