//! Between wire and domain: messages that carry columns, and how each message becomes a word of the house and back.

mod cache;
mod columns;
mod indicator;
mod ingest;
mod packed;
mod series;
#[cfg(test)]
mod tests;

pub use columns::{Bars, Column, ComputeResponse};
pub use packed::Packed;

pub(super) use cache::ttl;
pub use indicator::catalogue;
pub(super) use indicator::{Batch, answer, batch, correlate, question};
pub(super) use series::page_token;

use super::Error;
use super::error::field;

/// The value of a field that must be set.
pub(super) fn required<T, D: TryFrom<T, Error = Error>>(value: Option<T>, path: &'static str) -> Result<D, Error> {
    let value = value.ok_or_else(|| field(path, "set", "nothing"))?;
    value.try_into().map_err(|error: Error| error.inside(path))
}
