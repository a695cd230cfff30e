//! What every call passes before its service: request id, observer, token, deadline and final status.

pub(in crate::rpc) mod deadline;
pub(in crate::rpc) mod methods;
pub(in crate::rpc) mod observer;
mod request_body;
pub(in crate::rpc) mod stack;
pub(in crate::rpc) mod token;
