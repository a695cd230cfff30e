//! Errors of tools, as the texts that an agent reads.

use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::rpc::code_name;

/// Why a tool or a resource has no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// An argument is wrong.
    #[error("INVALID_ARGUMENT: {0}")]
    Argument(String),
    /// There is no such resource.
    #[error("NOT_FOUND: unknown resource {0}")]
    Resource(String),
    /// The server refused a call.
    #[error("{}", told(.0))]
    Status(#[from] Box<Status>),
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self::Status(Box::new(status))
    }
}

/// The code and the message of a status, and when to try again.
fn told(status: &Status) -> String {
    let retry = status.get_error_details().retry_info().and_then(|info| info.retry_delay);
    let retry = match retry {
        Some(delay) => format!("; try again in {} ms", delay.as_millis()),
        None if status.code() == Code::Unavailable => "; try again".into(),
        None => String::new(),
    };
    format!("{}: {}{retry}", code_name(status.code()), status.message())
}
