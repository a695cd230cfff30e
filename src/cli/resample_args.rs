//! The flags that say how to resample bars of a timeframe that is not stored.

use atrad::rpc::proto;
use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};

/// How to resample bars.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Resampling, if the timeframe is not stored")]
pub(crate) struct ResampleArgs {
    /// The session start in minutes from 00:00 UTC, as in 570 or -120
    #[arg(long, env = "ATRAD_SESSION_OFFSET_MINUTES", default_value_t = 0, allow_negative_numbers = true)]
    session_offset_minutes: i32,
    /// Return the newest bar before it is closed
    #[arg(long, env = "ATRAD_INCLUDE_FORMING", value_parser = FalseyValueParser::new())]
    include_forming: bool,
    /// What fills gaps
    #[arg(long, env = "ATRAD_FILL", value_enum, default_value = "none")]
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

impl ResampleArgs {
    /// The flags as a message.
    pub(crate) fn message(&self) -> Option<proto::Resampling> {
        let fill = match self.fill {
            Fill::None => proto::Fill::None,
            Fill::Previous => proto::Fill::Previous,
            Fill::Nan => proto::Fill::Nan,
        };
        let Self { session_offset_minutes, include_forming, .. } = *self;
        Some(proto::Resampling { session_offset_minutes, include_forming, fill: fill.into() })
    }
}
