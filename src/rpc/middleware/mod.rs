//! What every call passes before its service: request id, observer, metadata, access, deadline and
//! final status; and how its messages are encoded.

pub(in crate::rpc) mod access;
pub(in crate::rpc) mod codec;
pub(in crate::rpc) mod deadline;
pub(in crate::rpc) mod metadata;
pub(in crate::rpc) mod methods;
pub(in crate::rpc) mod observer;
mod request_body;
mod revocation;
pub(in crate::rpc) mod routes;
pub(in crate::rpc) mod stack;
