//! `atrad mcp`: the tools of an agent, over standard input and output.

use atrad::mcp::{Agent, Options};
use clap::Args;
use clap::builder::{BoolishValueParser, RangedU64ValueParser};

use crate::cli::connection::Connection;
use crate::cli::{Error, times};
use crate::config::Source;

/// Serve tools to an agent (Model Context Protocol) over standard input and output
///
/// The program of the agent starts it, as in: claude mcp add atrad -- atrad mcp --server localhost:50051. Without --server,
/// the tools work on a data folder. The tools only read.
#[derive(Debug, Args)]
pub(crate) struct Mcp {
    /// Only bars that were closed at this time, as a caller at that time would have seen them; no question can see more
    #[arg(long, env = "ATRAD_AS_OF", value_parser = times::argument, allow_negative_numbers = true)]
    as_of: Option<i64>,
    /// Let the agent save results
    #[arg(long, env = "ATRAD_ALLOW_WRITE", value_parser = BoolishValueParser::new())]
    allow_write: bool,
    /// The maximum length of the text of a reply, in bytes
    #[arg(long, env = "ATRAD_BUDGET_BYTES", default_value_t = Options::default().budget_bytes, value_parser = budget())]
    budget_bytes: usize,
    /// Where the bars are.
    #[command(flatten)]
    source: Source,
}

fn budget() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(Options::BUDGET_BYTES_MIN as u64..=Options::BUDGET_BYTES_MAX as u64)
}

/// Runs the verb until the agent closes the input.
pub(crate) async fn run(mcp: Mcp) -> Result<(), Error> {
    let Mcp { as_of, allow_write, budget_bytes, source } = mcp;
    let connection = Connection::open(source).await?;
    let agent = Agent::new(connection.for_agents(), Options { as_of, allow_write, budget_bytes });
    let served = agent.serve_stdio().await;
    connection.close().await;
    Ok(served?)
}
