//! Where the bars are, as settings of the clients of the command line.

use std::path::PathBuf;

use atrad::rpc::Token;
use clap::Args;

use super::address::ServerAddress;
use super::doors::ParseToken;

/// Where the bars are: behind a running server, or in a data folder without one.
#[derive(Debug, Clone, Args)]
pub(crate) struct Source {
    /// The server address, as in localhost:50051, https://atrad.example:50051 or unix:/run/atrad.sock
    /// [default: none; opens the data folder directly]
    #[arg(long, env = "ATRAD_SERVER", value_name = "ADDRESS")]
    pub(crate) server: Option<ServerAddress>,
    /// The bearer token of the server; for admin calls, its admin token if it has one
    #[arg(long, env = "ATRAD_TOKEN", hide_env_values = true, value_parser = ParseToken)]
    pub(crate) token: Option<Token>,
    /// How a server at https:// is known.
    #[command(flatten)]
    pub(crate) tls: ClientTls,
    /// The data folder [default: atrad in the user's data folder]
    #[arg(long, env = "ATRAD_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

/// TLS from the side of a client.
#[derive(Debug, Clone, Args)]
pub(crate) struct ClientTls {
    /// The CAs in PEM that the certificate of the server must be of [default: those of the system]
    #[arg(long, env = "ATRAD_TLS_CA", value_name = "FILE")]
    pub(crate) tls_ca: Option<PathBuf>,
    /// The name that the certificate of the server must have [default: the host of --server]
    #[arg(long, env = "ATRAD_TLS_NAME", value_name = "HOST")]
    pub(crate) tls_name: Option<String>,
    /// The certificate of this client in PEM, for a server that asks for one
    #[arg(long, env = "ATRAD_CLIENT_CERT", value_name = "FILE", requires = "client_key")]
    pub(crate) client_cert: Option<PathBuf>,
    /// The private key of that certificate, in PEM
    #[arg(long, env = "ATRAD_CLIENT_KEY", value_name = "FILE", requires = "client_cert")]
    pub(crate) client_key: Option<PathBuf>,
}
