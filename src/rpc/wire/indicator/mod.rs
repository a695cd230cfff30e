//! Computations, results and the catalogue between wire and domain.

mod answers;
mod catalogue;
mod downsample;
mod questions;

pub(in crate::rpc) use self::answers::{ResponseForm, answer, formed, labelled, shared_answer};
pub use self::catalogue::catalogue;
pub(in crate::rpc) use self::downsample::{DownsampleAsked, downsample, downsampled};
pub(in crate::rpc) use self::questions::{bars_from, batch, correlate, named, question, take_delivery, take_form};
