//! Errors as Connect writes them: JSON with a code, a message and details, under the HTTP status of the code.

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use prost::Message;
use serde_json::{Map, Value, json};
use tonic::body::Body;
use tonic::{Code, Status};

use crate::rpc::wire::json;

/// A response that was translated.
pub(super) type Answer = Response<Body>;

/// The server has no such path.
pub(super) fn not_found(path: &str) -> Answer {
    answer(StatusCode::NOT_FOUND, &Status::unimplemented(format!("the server has no {path}")))
}

/// Another method than the path takes: 405, with those that it takes.
pub(super) fn not_allowed(takes: &'static str) -> Answer {
    let status = Status::unimplemented(format!("the method of the request must be {}", takes.replace(", ", " or ")));
    let mut answer = answer(StatusCode::METHOD_NOT_ALLOWED, &status);
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(takes));
    answer
}

/// The caller may not do this, whoever it is.
pub(super) fn forbidden(message: impl Into<String>) -> Answer {
    answer(StatusCode::FORBIDDEN, &Status::permission_denied(message))
}

/// The request is not one of HTTP.
pub(super) fn bad_request(message: impl Into<String>) -> Answer {
    answer(StatusCode::BAD_REQUEST, &Status::internal(message))
}

/// Another content type than the method takes: 415, with those that it takes.
pub(super) fn wrong_type(headers: &HeaderMap, is_stream: bool) -> Answer {
    const UNARY: &str = "application/json, application/proto";
    const STREAM: &str = "application/connect+json, application/connect+proto";
    let takes = if is_stream { STREAM } else { UNARY };
    let given = headers.get(header::CONTENT_TYPE);
    let given = given.map_or("none".into(), |given| String::from_utf8_lossy(given.as_bytes()).into_owned());
    let message = format!(
        "content-type must be one of {takes}, application/grpc-web, or application/grpc over HTTP/2, got {given}"
    );
    let mut answer = answer(StatusCode::UNSUPPORTED_MEDIA_TYPE, &Status::unknown(message));
    answer.headers_mut().insert("accept-post", HeaderValue::from_static(takes));
    answer
}

/// An error response.
pub(super) fn answer(http: StatusCode, status: &Status) -> Answer {
    let text = value(status).to_string();
    let mut response = Response::new(Body::new(http_body_util::Full::from(text)));
    *response.status_mut() = http;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if http == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// An error as JSON.
pub(super) fn value(status: &Status) -> Value {
    let mut error = Map::new();
    error.insert("code".into(), name(status.code()).into());
    if !status.message().is_empty() {
        error.insert("message".into(), status.message().into());
    }
    let details = tonic_types::pb::Status::decode(status.details()).unwrap_or_default().details;
    if !details.is_empty() {
        error.insert("details".into(), details.iter().map(detail).collect());
    }
    error.into()
}

/// A detail: its type, its bytes, and the same to read.
fn detail(any: &prost_types::Any) -> Value {
    let name = any.type_url.rsplit('/').next().unwrap_or_default();
    let mut detail = json!({ "type": name, "value": BASE64_STANDARD_NO_PAD.encode(&any.value) });
    let mut text = Vec::new();
    let written =
        json::schema().index(name).and_then(|index| json::write(index, &any.value, json::NanForm::Text, &mut text));
    if let (Some(()), Ok(debug)) = (written, serde_json::from_slice::<Value>(&text)) {
        detail["debug"] = debug;
    }
    detail
}

/// The name of a code in Connect.
pub(super) fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "ok",
        Code::Cancelled => "canceled",
        Code::Unknown => "unknown",
        Code::InvalidArgument => "invalid_argument",
        Code::DeadlineExceeded => "deadline_exceeded",
        Code::NotFound => "not_found",
        Code::AlreadyExists => "already_exists",
        Code::PermissionDenied => "permission_denied",
        Code::ResourceExhausted => "resource_exhausted",
        Code::FailedPrecondition => "failed_precondition",
        Code::Aborted => "aborted",
        Code::OutOfRange => "out_of_range",
        Code::Unimplemented => "unimplemented",
        Code::Internal => "internal",
        Code::Unavailable => "unavailable",
        Code::DataLoss => "data_loss",
        Code::Unauthenticated => "unauthenticated",
    }
}

/// The HTTP status of a code in Connect.
pub(super) fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::Cancelled => StatusCode::from_u16(499).expect("a status has three digits"),
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Unknown | Code::Internal | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tonic_types::{ErrorDetails, StatusExt};

    use super::*;

    #[test]
    fn details_can_be_read_and_decoded() {
        let mut details = ErrorDetails::with_bad_request_violation("range.last", "too many");
        details.set_retry_info(Some(Duration::from_millis(1500)));
        let body = value(&Status::with_error_details(Code::InvalidArgument, "no", details));
        assert_eq!((&body["code"], &body["message"]), (&json!("invalid_argument"), &json!("no")));
        let found = |name: &str| {
            let details = body["details"].as_array().expect("there");
            details.iter().find(|detail| detail["type"] == name).expect("there").clone()
        };
        assert_eq!(found("google.rpc.RetryInfo")["debug"], json!({ "retryDelay": "1.5s" }));
        let bad = found("google.rpc.BadRequest");
        let violation = json!({ "field": "range.last", "description": "too many" });
        assert_eq!(bad["debug"], json!({ "fieldViolations": [violation] }));
        let bytes = BASE64_STANDARD_NO_PAD.decode(bad["value"].as_str().expect("text")).expect("base64");
        let bad = tonic_types::pb::BadRequest::decode(&*bytes).expect("legal");
        assert_eq!(bad.field_violations[0].field, "range.last");
    }
}
