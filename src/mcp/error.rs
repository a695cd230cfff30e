//! Errors of tools, as the texts that an agent reads.

use rmcp::ErrorData;
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
    #[error("{}", message(.0))]
    Status(#[from] Box<Status>),
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self::Status(Box::new(status))
    }
}

/// The error of a resource. Only what another request would mend is told as a fault of the request.
impl From<Error> for ErrorData {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::Resource(_) => Self::resource_not_found(text, None),
            Error::Argument(_) => Self::invalid_params(text, None),
            Error::Status(status) => match status.code() {
                Code::NotFound => Self::resource_not_found(text, None),
                Code::InvalidArgument | Code::OutOfRange | Code::FailedPrecondition | Code::AlreadyExists => {
                    Self::invalid_params(text, None)
                }
                Code::PermissionDenied | Code::Unauthenticated => Self::invalid_params(text, None),
                // A limit of one request; with a delay the server is busy.
                Code::ResourceExhausted if status.get_error_details().retry_info().is_none() => {
                    Self::invalid_params(text, None)
                }
                _ => Self::internal_error(text, None),
            },
        }
    }
}

/// The code and the message of a status, and when to try again.
fn message(status: &Status) -> String {
    let retry = status.get_error_details().retry_info().and_then(|info| info.retry_delay);
    let retry = match retry {
        Some(delay) => format!("; try again in {} ms", delay.as_millis()),
        None if status.code() == Code::Unavailable => "; try again".into(),
        None => String::new(),
    };
    format!("{}: {}{retry}", code_name(status.code()), status.message())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rmcp::model::ErrorCode;
    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn only_faults_of_the_request_are_told_as_such() {
        let busy = ErrorDetails::with_retry_info(Some(Duration::from_millis(20)));
        let busy = Status::with_error_details(Code::ResourceExhausted, "queue", busy);
        for (status, code) in [
            (Status::invalid_argument(""), ErrorCode::INVALID_PARAMS),
            (Status::permission_denied(""), ErrorCode::INVALID_PARAMS),
            (Status::resource_exhausted("answer_bytes_max"), ErrorCode::INVALID_PARAMS),
            (Status::not_found(""), ErrorCode::RESOURCE_NOT_FOUND),
            (busy, ErrorCode::INTERNAL_ERROR),
            (Status::internal(""), ErrorCode::INTERNAL_ERROR),
            (Status::unavailable(""), ErrorCode::INTERNAL_ERROR),
            (Status::deadline_exceeded(""), ErrorCode::INTERNAL_ERROR),
            (Status::data_loss(""), ErrorCode::INTERNAL_ERROR),
            (Status::unknown(""), ErrorCode::INTERNAL_ERROR),
        ] {
            let error = Error::from(status);
            let text = error.to_string();
            let message = ErrorData::from(error);
            assert_eq!((message.code, &*message.message), (code, &*text));
        }
    }
}
