//! The flags that say how the bars of a timeframe that is not stored are made.

use atrad::rpc::proto;
use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};

/// How bars are made of shorter ones.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Bars made of shorter ones, where the timeframe is not stored")]
pub(crate) struct Framing {
    /// Minutes from 00:00 UTC to when sessions begin, as in 570 or -120
    #[arg(long, env = "ATRAD_SESSION_OFFSET_MINUTES", default_value_t = 0, allow_negative_numbers = true)]
    session_offset_minutes: i32,
    /// Give the newest bar even before it is closed
    #[arg(long, env = "ATRAD_INCLUDE_FORMING", value_parser = FalseyValueParser::new())]
    include_forming: bool,
    /// What stands where there is no bar
    #[arg(long, env = "ATRAD_FILL", value_enum, default_value = "none")]
    fill: Fill,
}

/// What stands where there is no bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Fill {
    /// Nothing.
    None,
    /// The close of the bar before.
    Previous,
    /// No numbers.
    Nan,
}

impl Framing {
    /// The framing as it is asked for.
    pub(crate) fn asked(&self) -> Option<proto::Framing> {
        let fill = match self.fill {
            Fill::None => proto::Fill::Unspecified,
            Fill::Previous => proto::Fill::Previous,
            Fill::Nan => proto::Fill::Nan,
        };
        let Self { session_offset_minutes, include_forming, .. } = *self;
        Some(proto::Framing { session_offset_minutes, include_forming, fill: fill.into() })
    }
}
