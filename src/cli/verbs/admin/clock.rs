//! `atrad clock`: the clock of the token, shown or moved forward.

use std::io::{self, Write};

use atrad::rpc::proto::{AdvanceClockRequest, GetClockRequest};
use clap::Args;

use crate::cli::connection::Connection;
use crate::cli::{Error, times};
use crate::config::Source;

/// Show the clock of the token, or move it forward
///
/// For back-tests: a token made with `atrad token new NAME --as-of TIME --clock` sees what was known at the time of its clock.
#[derive(Debug, Args)]
pub(crate) struct Clock {
    /// The time to move it to, as in 2021-06-17T08:30:00Z or 2021-06-17; not earlier than it is
    #[arg(value_parser = times::argument, allow_negative_numbers = true)]
    time: Option<i64>,
    /// The server, and its token.
    #[command(flatten)]
    source: Source,
}

/// Runs the verb.
pub(crate) async fn run(Clock { time, source }: Clock) -> Result<(), Error> {
    let connection = Connection::open(source).await?;
    let mut client = connection.clock();
    let found = match time {
        Some(time) => {
            let moved = client.advance_clock(AdvanceClockRequest { time: Some(time) }).await;
            moved.map(|response| response.into_inner().time)
        }
        None => client.get_clock(GetClockRequest {}).await.map(|response| response.into_inner().time),
    };
    connection.close().await;
    writeln!(io::stdout(), "{}", times::write(found?))?;
    Ok(())
}
