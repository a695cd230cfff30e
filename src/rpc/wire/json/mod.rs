//! Messages as JSON, by the descriptors of the protos (the ProtoJSON format), without a message type in between.
//!
//! `read` turns JSON into the bytes of a message and `write` turns bytes into JSON, each in one pass, so that a column of
//! a million doubles costs its digits and little else. Two things differ from ProtoJSON: in a repeated field of doubles
//! NaN may be `null`, and a field that the message does not have is an error.

#[cfg(test)]
mod fuzz;
mod number;
mod read;
mod schema;
#[cfg(test)]
mod tests;
mod write;

pub(in crate::rpc) use number::base64;
pub(in crate::rpc) use read::read;
pub(in crate::rpc) use schema::{Method, schema};
pub(in crate::rpc) use write::{NanForm, write};
