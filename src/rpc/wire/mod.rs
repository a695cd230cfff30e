//! Conversions between messages and domain types, and the hand-written messages with columns.

mod admin;
mod columns;
#[cfg(test)]
mod fuzz;
mod indicator;
mod ingest;
pub(super) mod json;
mod packed;
mod saved_result;
mod search;
mod series;
mod shared;
#[cfg(test)]
mod tests;
mod watch;

pub use columns::{Bars, Column, ComputeResponse};
pub use packed::Packed;

pub use indicator::catalogue;
pub(super) use indicator::{
    DownsampleAsked, ResponseForm, answer, batch, correlate, downsample, downsampled, formed, question, shared_answer,
    take_delivery, take_form,
};
pub(super) use saved_result::chunks;
pub(super) use search::{Swept, screen, screened, sweep};
pub(super) use series::adjust::{actions, read_kind};
pub(super) use series::calendars::calendars;
pub(super) use series::{bars_question, page_token, read_resampling, read_retention};
pub(super) use shared::{board_value, board_values, posted, ttl};
pub(super) use watch::alert::alert;
pub(super) use watch::{WatchWriter, watch};

use super::Error;
use super::error::field;

/// The default page size.
const PAGE: u32 = 1000;

/// The maximum page size.
const PAGE_MAX: u32 = 10_000;

/// The page size of a request.
pub(super) fn page_size(asked: u32) -> Result<usize, Error> {
    if asked > PAGE_MAX {
        return Err(field("page_size", format!("at most {PAGE_MAX}"), asked.to_string()));
    }
    Ok(if asked == 0 { PAGE } else { asked } as usize)
}

/// The value of a required field.
pub(super) fn required<T, D: TryFrom<T, Error = Error>>(value: Option<T>, path: &'static str) -> Result<D, Error> {
    let value = value.ok_or_else(|| field(path, "set", "nothing"))?;
    value.try_into().map_err(|error: Error| error.inside(path))
}
