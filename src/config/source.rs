//! Where the bars are, as settings of the clients of the command line.

use std::path::PathBuf;

use atrad::rpc::Token;
use clap::Args;

use super::address::ServerAddress;
use super::doors::ParseToken;

/// Where the bars are: behind a running server, or in a data folder without one.
#[derive(Debug, Clone, Args)]
pub(crate) struct Source {
    /// The server address, as in localhost:50051 or unix:/run/atrad.sock [default: none; opens the data folder directly]
    #[arg(long, env = "ATRAD_SERVER", value_name = "ADDRESS")]
    pub(crate) server: Option<ServerAddress>,
    /// The bearer token of the server; for admin calls, its admin token if it has one
    #[arg(long, env = "ATRAD_TOKEN", hide_env_values = true, value_parser = ParseToken)]
    pub(crate) token: Option<Token>,
    /// The data folder [default: atrad in the user's data folder]
    #[arg(long, env = "ATRAD_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}
