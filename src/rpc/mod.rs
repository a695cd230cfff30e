//! Floor 5: the gRPC server, from messages to use-cases and back.
//!
//! Requests are validated here and become domain types; results become messages. This module computes nothing and does
//! not know where metrics and traces go.

mod admin;
mod cache;
mod call;
mod deadline;
mod door;
mod error;
mod indicator;
mod ingest;
mod methods;
mod observer;
#[allow(missing_docs, unreachable_pub, reason = "generated; the protos are the documentation")]
#[allow(clippy::all, clippy::unwrap_used, clippy::allow_attributes_without_reason, reason = "generated")]
pub mod proto {
    //! Messages, clients and services as the build makes them from `proto/`.
    tonic::include_proto!("atrad.v1");
}
mod saved_result;
mod series;
mod server;
mod services;
mod status;
mod token;
pub mod wire;

pub use error::Error;
pub use observer::{Observer, Unwatched};
pub use server::{Settings, local, serve};
pub use wire::catalogue;
