//! The flags that say how to resample bars of a timeframe that is not stored, and how to adjust prices.

use atrad::rpc::proto;
use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};

/// The heading of these flags in the help. As the next heading of the command, it would also stand over the flags that
/// follow.
const HEADING: &str = "Resampling, if the timeframe is not stored";

/// How to resample bars.
#[derive(Debug, Clone, Args)]
pub(crate) struct ResampleArgs {
    /// The session start in minutes from 00:00 UTC, as in 570 or -120
    #[arg(long, env = "ATRAD_SESSION_OFFSET_MINUTES", default_value_t = 0, allow_negative_numbers = true)]
    #[arg(help_heading = HEADING)]
    session_offset_minutes: i32,
    /// The calendar of the bars: an exchange, as in XNYS, or a time zone, as in America/New_York; `atrad calendars` lists them
    #[arg(long, env = "ATRAD_CALENDAR", default_value = "", hide_default_value = true, help_heading = HEADING)]
    calendar: String,
    /// Return the newest bar before it is closed
    #[arg(long, env = "ATRAD_INCLUDE_FORMING", value_parser = BoolishValueParser::new(), help_heading = HEADING)]
    include_forming: bool,
    /// What fills gaps
    #[arg(long, env = "ATRAD_FILL", value_enum, default_value = "none", help_heading = HEADING)]
    fill: Fill,
}

/// What fills gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Fill {
    /// Nothing: gaps stay gaps.
    None,
    /// The previous close.
    Previous,
    /// NaN.
    Nan,
}

/// Which corporate actions adjust prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Adjust {
    /// None: prices as they were traded.
    None,
    /// Splits.
    Split,
    /// Splits and dividends.
    Total,
}

impl From<Adjust> for i32 {
    fn from(adjust: Adjust) -> Self {
        match adjust {
            Adjust::None => proto::Adjust::None.into(),
            Adjust::Split => proto::Adjust::Split.into(),
            Adjust::Total => proto::Adjust::Total.into(),
        }
    }
}

impl ResampleArgs {
    /// The flags as a message.
    pub(crate) fn message(&self) -> Option<proto::Resampling> {
        let fill = match self.fill {
            Fill::None => proto::Fill::None,
            Fill::Previous => proto::Fill::Previous,
            Fill::Nan => proto::Fill::Nan,
        };
        let Self { session_offset_minutes, include_forming, calendar, .. } = self.clone();
        Some(proto::Resampling { session_offset_minutes, include_forming, fill: fill.into(), calendar })
    }
}
