//! Floor 5: the server of gRPC, Connect and gRPC-Web, from messages to use-cases and back.
//!
//! Requests are validated here and become domain types; results become messages. This module computes nothing and does
//! not know where metrics and traces go.

mod call;
mod connection;
mod doors;
mod error;
mod http;
mod identity;
mod middleware;
#[allow(missing_docs, unreachable_pub, reason = "generated; the protos are the documentation")]
#[allow(clippy::all, clippy::unwrap_used, clippy::allow_attributes_without_reason, reason = "generated")]
pub mod proto {
    //! Messages, clients and services as the build makes them from `proto/`.
    tonic::include_proto!("atrad.v1");
}
mod server;
mod services;
mod settings;
mod status;
pub mod wire;

pub use doors::{DoorError, Doors, Listener, SOCKET_PATH_BYTES_MAX, Tls, TlsFiles, UnixDoor};
pub use error::Error;
pub use http::{Calls, EXTENSION_BYTES_MAX, Extension};
pub use identity::{Token, TokenHash, TokenLine, TokenSource, Tokens, check_tokens};
pub use middleware::observer::{Observer, Unwatched, code_name};
pub use server::{local, serve};
pub use settings::{CorsOrigin, Settings};
pub use wire::catalogue;
