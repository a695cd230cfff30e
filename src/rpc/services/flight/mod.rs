//! Arrow Flight: the same questions and bars for clients that speak Arrow, as batches of columns.
//!
//! A ticket is a question: a request of another service, in JSON or protobuf. Columns go from an answer into the frame of
//! the response by one copy, as in gRPC.

mod data;
#[cfg(test)]
mod fuzz;
mod get;
mod info;
mod ipc;
mod put;
mod query;
mod server;
mod service;

pub(super) use server::Server;
