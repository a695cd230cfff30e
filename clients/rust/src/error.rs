//! Why a call failed, with what the server said about it in detail.

use std::ops::Deref;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::api;

/// A call failed. The code says of which kind.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}: {}", .0.code, .0.message)]
pub struct Error(Box<Failure>);

/// What is known about a call that failed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Failure {
    /// The kind of failure.
    pub code: Code,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What is wrong with which field of the request; empty when no field is to blame.
    pub fields: Vec<Field>,
    /// What was not found.
    pub resource: Option<Resource>,
    /// The limit of the server that was exceeded, as its flag is named: `answer_bytes_max`.
    pub limit: Option<String>,
    /// How long to wait before a retry may help.
    pub retry_after: Option<Duration>,
    /// The name of the request in the log of the server.
    pub request_id: Option<String>,
    pub(crate) retry_forbidden: bool,
}

/// A field of a request that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its path: `expressions[1]`, `bars.high[17]`.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

/// What was not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Such as `series`.
    pub kind: String,
    /// Such as `BTCUSDT 15m`.
    pub name: String,
}

impl Deref for Error {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.0
    }
}

impl Error {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Failure {
            code,
            message: message.into(),
            fields: Vec::new(),
            resource: None,
            limit: None,
            retry_after: None,
            request_id: None,
            retry_forbidden: false,
        }))
    }

    /// What is refused here, before it is sent.
    pub(crate) fn invalid(path: impl Into<String>, message: impl Into<String>) -> Self {
        let mut made = Self::new(Code::InvalidArgument, message);
        let message = made.message.clone();
        made.0.fields.push(Field { path: path.into(), message });
        made
    }

    /// An answer that is not one of the API.
    pub(crate) fn broken(message: impl Into<String>) -> Self {
        Self::new(Code::Internal, message)
    }

    /// The error of one item of a batch or a stream, whose other items are not affected.
    pub(crate) fn of_failure(failure: api::Failure) -> Self {
        let mut made = Self::new(Code::from(failure.code), failure.message);
        if !failure.field.is_empty() {
            let message = made.message.clone();
            made.0.fields.push(Field { path: failure.field, message });
        }
        made.0.retry_after = (failure.retry_after_ms > 0).then(|| Duration::from_millis(failure.retry_after_ms));
        made
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        // In a stream the question is inside of another message, which nobody who asks has seen.
        let mut made = Self::new(status.code(), status.message().trim_start_matches("request: "));
        let details = status.get_error_details();
        let known = &mut made.0;
        for each in details.bad_request().iter().flat_map(|bad| &bad.field_violations) {
            known.fields.push(Field {
                path: each.field.trim_start_matches("request.").to_owned(),
                message: each.description.trim_start_matches("request: ").to_owned(),
            });
        }
        known.resource = details
            .resource_info()
            .map(|found| Resource { kind: found.resource_type.clone(), name: found.resource_name.clone() });
        known.limit =
            details.quota_failure().and_then(|quota| quota.violations.first()).map(|each| each.subject.clone());
        known.retry_after = details.retry_info().and_then(|retry| retry.retry_delay);
        let metadata = |name| status.metadata().get(name).and_then(|value| value.to_str().ok());
        known.request_id = details
            .request_info()
            .map(|request| request.request_id.clone())
            .or_else(|| metadata("x-request-id").map(str::to_owned));
        if let Some(pushback) = status.metadata().get("grpc-retry-pushback-ms") {
            // Anything but a number of at least 0 forbids a retry.
            let wait = pushback.to_str().ok().and_then(|text| text.parse::<u32>().ok());
            known.retry_forbidden = wait.is_none();
            known.retry_after = wait.map(|ms| Duration::from_millis(ms.into()));
        }
        made
    }
}
