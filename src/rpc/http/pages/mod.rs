//! What is served beside the methods of the API: the page for browsers, its OpenAPI document, and extensions of the server.

pub(super) mod extended;
mod extension;
pub(super) mod openapi;
pub(super) mod page;

pub use self::extension::{Calls, EXTENSION_BYTES_MAX, Extension};
