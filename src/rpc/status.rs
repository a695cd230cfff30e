//! Errors as gRPC statuses: codes, google.rpc details and retry delays, all in one table.

use std::time::Duration;

use tonic::metadata::MetadataValue;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::Error;
use super::proto::Failure;
use crate::app::{self, Kind};

/// The delay before a retry in milliseconds (gRFC A6).
const PUSHBACK: &str = "grpc-retry-pushback-ms";

/// The maximum length of a message, in bytes.
const MESSAGE_BYTES_MAX: usize = 1024;
/// The end of a message that was cut.
const CUT: &str = " ...";

/// The status of a failed call. An internal error is logged here, once; the caller gets its request id.
pub(super) fn status(error: &Error, id: &str) -> Status {
    let (code, message) = (code(error), message(error, id));
    let mut status = Status::with_error_details(code, message, details(error, id));
    if let Some(after) = retry_after(error) {
        let millis = MetadataValue::from(u64::try_from(after.as_millis()).unwrap_or(u64::MAX));
        status.metadata_mut().insert(PUSHBACK, millis);
    } else if forbids_retry(error) {
        // A number below 0 forbids it (gRFC A6).
        status.metadata_mut().insert(PUSHBACK, MetadataValue::from_static("-1"));
    }
    status
}

/// The failure of one item of a stream or a batch.
pub(super) fn failure(error: &Error, id: &str) -> Failure {
    let retry_after_ms = retry_after(error).map_or(0, |after| after.as_millis().max(1) as u64);
    let field = error.field().unwrap_or_default();
    Failure { code: code(error) as i32, message: message(error, id), field, retry_after_ms }
}

/// Replaces the status of tonic for an unreadable message: RESOURCE_EXHAUSTED or INVALID_ARGUMENT, not a server fault.
pub(super) fn unreadable(status: &Status, message_bytes_max: usize) -> Option<Status> {
    const WRONG: [&str; 5] = [
        "failed to decode",
        "Missing request message",
        "protocol error: received message",
        "Unexpected EOF",
        "Error decompressing",
    ];
    let message = status.message();
    match status.code() {
        Code::OutOfRange => {
            let message = format!("message_bytes_max allows at most {message_bytes_max} bytes; {message}");
            let details = ErrorDetails::with_quota_failure_violation("message_bytes_max", &message);
            Some(Status::with_error_details(Code::ResourceExhausted, message, details))
        }
        Code::Internal if WRONG.iter().any(|start| message.starts_with(start)) => {
            Some(Status::invalid_argument(message))
        }
        _ => None,
    }
}

fn code(error: &Error) -> Code {
    match error {
        Error::Malformed { .. } => Code::InvalidArgument,
        Error::Unauthenticated { .. } | Error::Revoked { .. } => Code::Unauthenticated,
        Error::OtherRights { .. } => Code::Unavailable,
        Error::OutOfScope { .. } | Error::Denied { .. } => Code::PermissionDenied,
        Error::App(error) | Error::Inside { error, .. } => match error.kind() {
            Kind::Invalid => Code::InvalidArgument,
            Kind::NotFound => Code::NotFound,
            Kind::Exhausted => Code::ResourceExhausted,
            Kind::Denied => Code::PermissionDenied,
            Kind::Precondition => Code::FailedPrecondition,
            Kind::Conflict => Code::Aborted,
            Kind::Late => Code::DeadlineExceeded,
            Kind::Unavailable => Code::Unavailable,
            Kind::Lost => Code::DataLoss,
            Kind::Broken => Code::Internal,
        },
    }
}

fn message(error: &Error, id: &str) -> String {
    if code(error) == Code::Internal {
        tracing::error!(request = id, %error, "internal error");
        return format!("internal error; the server log has the cause under request {id}");
    }
    shortened(error.to_string())
}

/// Cuts a long message. Clients refuse metadata of more than 8 KiB, in which the message stands up to three times, and
/// would tell of that instead of the error.
fn shortened(mut message: String) -> String {
    if message.len() > MESSAGE_BYTES_MAX {
        let fits = (0..=MESSAGE_BYTES_MAX - CUT.len()).rev().find(|&at| message.is_char_boundary(at));
        message.truncate(fits.unwrap_or_default());
        message.push_str(CUT);
    }
    message
}

fn forbids_retry(error: &Error) -> bool {
    matches!(error, Error::App(error) | Error::Inside { error, .. } if error.forbids_retry())
}

fn retry_after(error: &Error) -> Option<Duration> {
    match error {
        Error::App(error) | Error::Inside { error, .. } => error.retry_after(),
        Error::Malformed { .. }
        | Error::Unauthenticated { .. }
        | Error::Revoked { .. }
        | Error::OtherRights { .. }
        | Error::OutOfScope { .. }
        | Error::Denied { .. } => None,
    }
}

fn details(error: &Error, id: &str) -> ErrorDetails {
    let mut details = ErrorDetails::new();
    details.set_request_info(id, "");
    if let Some(field) = error.field() {
        details.add_bad_request_violation(field, shortened(error.to_string()));
    }
    if let Some(after) = retry_after(error) {
        details.set_retry_info(Some(after));
    }
    if let Error::App(error) | Error::Inside { error, .. } = error {
        resource(error, &mut details);
    }
    details
}

fn resource(error: &app::Error, details: &mut ErrorDetails) {
    match error {
        app::Error::NoSeries(id) | app::Error::NoFrame { id, .. } => {
            details.set_resource_info("series", id.to_string(), "", shortened(error.to_string()));
        }
        app::Error::NoAlert { name } => {
            details.set_resource_info("alert", name.as_str(), "", error.to_string());
        }
        app::Error::NoMatch { pattern, timeframe } => {
            details.set_resource_info("series", format!("{pattern} {timeframe}"), "", error.to_string());
        }
        app::Error::NoEntry { namespace, key } => {
            details.set_resource_info("cache entry", format!("{namespace}/{key}"), "", error.to_string());
        }
        app::Error::NoSavedResult { key }
        | app::Error::DamagedSavedResult { key }
        | app::Error::SavedResultVersion { key, .. } => {
            details.set_resource_info("saved result", key.as_str(), "", error.to_string());
        }
        app::Error::Sharing(app::SharingError::NoValue { namespace, name }) => {
            details.set_resource_info("board value", format!("{namespace}/{name}"), "", error.to_string());
        }
        app::Error::NotPermitted { what, requested, .. } => {
            details.set_resource_info(*what, requested.as_str(), "", shortened(error.to_string()));
        }
        app::Error::TooMuch { limit, .. } | app::Error::Full { limit, .. } => {
            details.add_quota_failure_violation(*limit, error.to_string());
        }
        app::Error::Overloaded { .. } | app::Error::TooLong { .. } => {
            details.add_quota_failure_violation("cpu", error.to_string());
        }
        app::Error::Shared(error) => resource(error, details),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::SeriesId;

    #[test]
    fn details_name_the_field_under_its_path() {
        let inner = SeriesId::parse("", "1d").expect_err("refused");
        let error = Error::from(inner).inside("series[3]");
        let status = status(&error, "r1");
        assert_eq!(status.code(), Code::InvalidArgument);
        let bad = status.get_details_bad_request().expect("there");
        assert_eq!(bad.field_violations[0].field, "series[3].symbol");
        assert_eq!(status.get_details_request_info().expect("there").request_id, "r1");
    }

    #[test]
    fn a_full_queue_says_when_to_come_back() {
        let retry_after = Duration::from_millis(20);
        let error = Error::from(app::Error::Full { limit: "ingest_queue_max", max: 8, retry_after });
        let sent = status(&error, "r1");
        assert_eq!(sent.code(), Code::ResourceExhausted);
        assert_eq!(sent.metadata().get(PUSHBACK).expect("there"), "20");
        assert_eq!(sent.get_details_retry_info().expect("there").retry_delay, Some(retry_after));
        assert_eq!(sent.get_details_quota_failure().expect("there").violations[0].subject, "ingest_queue_max");
        assert_eq!(failure(&error, "r1").retry_after_ms, 20);
    }

    #[test]
    fn what_may_have_been_done_is_not_repeated() {
        let error = Error::from(app::Error::from(crate::cache::Error::Unconfirmed));
        let sent = status(&error, "r1");
        assert_eq!(
            (sent.code(), sent.metadata().get(PUSHBACK).expect("there").as_bytes()),
            (Code::Unavailable, &b"-1"[..])
        );
        assert!(sent.get_details_retry_info().is_none());
    }

    #[test]
    fn our_faults_tell_only_an_id() {
        for fault in [app::Error::Panicked("secret".into()), app::Error::Internal("secret")] {
            let sent = status(&Error::from(fault), "r7");
            assert_eq!(sent.code(), Code::Internal);
            assert!(sent.message().contains("r7") && !sent.message().contains("secret"), "{}", sent.message());
        }
    }

    #[test]
    fn a_long_message_fits_into_the_metadata_of_any_client() {
        let error = super::super::error::field("name", "short", "\u{20ac}".repeat(100_000));
        let http: http::HeaderMap = status(&error, "r1").into_http::<()>().into_parts().0.headers;
        let bytes: usize = http.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum();
        assert!(bytes < 8 << 10, "{bytes}");
        let sent = failure(&error, "r1");
        assert!(sent.message.starts_with("name must be short, got") && sent.message.ends_with(CUT), "{}", sent.message);
    }

    #[test]
    fn unreadable_messages_are_no_fault_of_ours() {
        let sent = unreadable(&Status::out_of_range("Error, decoded message length too large"), 100).expect("reported");
        assert_eq!(sent.code(), Code::ResourceExhausted);
        assert!(sent.message().starts_with("message_bytes_max allows at most 100 bytes"));
        let sent = unreadable(&Status::internal("Error decompressing: corrupt deflate stream"), 100).expect("reported");
        assert_eq!(sent.code(), Code::InvalidArgument);
        assert!(unreadable(&Status::internal("internal error"), 100).is_none());
    }
}
