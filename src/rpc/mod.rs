//! Floor 5, speaking: gRPC, from bytes to use-cases and back.
//!
//! A request is turned into words of the house at the door and is refused here or never; an answer is turned into bytes.
//! Nothing is computed here, and nobody here knows where figures and traces go.

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
