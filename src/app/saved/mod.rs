//! Saved results: answers that are stored until their TTL expires, with the description of what was asked.
//!
//! Does not know how an answer is computed.

pub(crate) mod checksum;
pub(crate) mod description;
pub(crate) mod edit;
pub(crate) mod service;
pub(crate) mod store;
