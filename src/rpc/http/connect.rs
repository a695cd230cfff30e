//! Calls of Connect: unary by POST or GET, and streams.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body::Body as HttpBody;
use http_body_util::{Empty, Full};
use percent_encoding::percent_decode_str;
use tonic::Status;
use tonic::body::Body;

use super::error::{self, Answer};
use super::protocol::Codec;
use super::request::{self, Reader};
use super::respond::{self, Writer};
use super::{compression, cors};
use crate::rpc::connection::state::Connection;
use crate::rpc::middleware::stack::Middleware;
use crate::rpc::wire::json::{Method, NanForm, base64};
use crate::rpc::{Error, status};

/// The version of Connect, which generated clients send.
const VERSION: &str = "connect-protocol-version";

/// What is wrong before the body is read.
type Refusal = Result<(), Error>;

/// A unary call.
pub(super) async fn unary<B>(
    middleware: Arc<Middleware>,
    request: Request<B>,
    connection: Arc<Connection>,
    (method, codec): (Method, Codec),
) -> Answer
where
    B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (mut parts, body) = request.into_parts();
    let id = request::id(&mut parts.headers);
    let is_gzip = compression::accepts(&parts.headers, "accept-encoding");
    let writer = writer(&parts.headers, is_gzip, (method, codec), &connection, &id);
    let reader = Reader {
        message: method.input,
        codec,
        is_gzip: false,
        bytes_max: middleware.settings.message_bytes_max,
        budget: Arc::clone(&connection.own.requests),
        id: id.clone(),
    };
    let (body, timeout) = match opened(&parts.headers, header::CONTENT_ENCODING.as_str(), &id) {
        Ok((is_gzip, timeout)) => (request::unary(body, Reader { is_gzip, ..reader }), timeout),
        Err(status) => (request::failing(status), None),
    };
    let Ok(response) = middleware.call(request::grpc(parts, body, timeout), connection).await;
    respond::unary(response, writer).await
}

/// A call whose requests or responses are a stream.
pub(super) async fn stream<B>(
    middleware: Arc<Middleware>,
    request: Request<B>,
    connection: Arc<Connection>,
    (method, codec): (Method, Codec),
) -> Answer
where
    B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (mut parts, body) = request.into_parts();
    let id = request::id(&mut parts.headers);
    let is_gzip = compression::accepts(&parts.headers, "connect-accept-encoding");
    let writer = writer(&parts.headers, is_gzip, (method, codec), &connection, &id);
    let reader = Reader {
        message: method.input,
        codec,
        is_gzip: false,
        bytes_max: middleware.settings.message_bytes_max,
        budget: Arc::clone(&connection.own.requests),
        id: id.clone(),
    };
    let (body, timeout) = match opened(&parts.headers, "connect-content-encoding", &id) {
        Ok((is_gzip, timeout)) => (request::stream(body, Reader { is_gzip, ..reader }), timeout),
        Err(status) => (request::failing(status), None),
    };
    let Ok(response) = middleware.call(request::grpc(parts, body, timeout), connection).await;
    respond::stream(response, writer)
}

/// A call of a method that the server does not have; the middleware counts it.
pub(super) async fn unknown<B>(
    middleware: Arc<Middleware>,
    request: Request<B>,
    connection: Arc<Connection>,
) -> Answer {
    let (mut parts, _) = request.into_parts();
    let path = parts.uri.path().to_owned();
    request::id(&mut parts.headers);
    let body = Body::new(Empty::new());
    let Ok(response) = middleware.call(request::grpc(parts, body, None), connection).await;
    let status = Status::from_header_map(response.headers());
    let status = status.filter(|status| status.code() != tonic::Code::Unimplemented);
    match status {
        Some(status) => error::answer(error::http_status(status.code()), &status),
        None => error::not_found(&path),
    }
}

/// A unary call by GET: the message stands in the query.
pub(super) async fn get<B>(
    middleware: Arc<Middleware>,
    request: Request<B>,
    connection: Arc<Connection>,
    method: Method,
) -> Answer {
    if cors::is_rebound(&request, connection.peer.origin(), &middleware.settings) {
        let message =
            "a GET on this machine must name it by an address or as localhost, or the server must have a token";
        return error::forbidden(message);
    }
    let (mut parts, _) = request.into_parts();
    let query = match Query::parse(parts.uri.query().unwrap_or_default()) {
        Ok(query) => query,
        Err(problem) => return error::answer(StatusCode::BAD_REQUEST, &Status::invalid_argument(problem)),
    };
    let encoding = if query.is_gzip { "gzip" } else { "identity" };
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    if query.is_connect {
        parts.headers.insert(VERSION, HeaderValue::from_static("1"));
    }
    let request = Request::from_parts(parts, Full::new(Bytes::from(query.message)));
    unary(middleware, request, connection, (method, query.codec)).await
}

/// How responses are written. Generated clients say that they speak Connect, and read ProtoJSON to the letter.
fn writer(
    headers: &HeaderMap,
    is_gzip: bool,
    (method, codec): (Method, Codec),
    connection: &Arc<Connection>,
    id: &Arc<str>,
) -> Writer {
    let nan = if headers.contains_key(VERSION) { NanForm::Text } else { NanForm::Null };
    Writer { message: method.output, codec, nan, is_gzip, connection: Arc::clone(connection), id: Arc::clone(id) }
}

/// Whether messages are compressed, and the time that the caller has.
fn opened(headers: &HeaderMap, encoding: &str, id: &str) -> Result<(bool, Option<HeaderValue>), Status> {
    let to_status = |error: Error| status::status(&error, id);
    version(headers).map_err(to_status)?;
    let timeout = request::timeout(headers).map_err(to_status)?;
    Ok((compression::is_gzip(headers, encoding)?, timeout))
}

fn version(headers: &HeaderMap) -> Refusal {
    match headers.get(VERSION) {
        Some(version) if version != "1" => {
            let problem = format!("header {VERSION} must be 1, got {version:?}");
            Err(Error::Malformed { field: None, problem })
        }
        _ => Ok(()),
    }
}

/// The query of a GET.
struct Query {
    message: Vec<u8>,
    codec: Codec,
    is_gzip: bool,
    /// It says that it is of Connect.
    is_connect: bool,
}

impl Query {
    fn parse(text: &str) -> Result<Self, String> {
        let (mut message, mut codec) = (None, Codec::Json);
        let (mut is_base64, mut is_gzip, mut is_connect) = (false, false, false);
        for part in text.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let value: Vec<u8> = percent_decode_str(&value.replace('+', "%20")).collect();
            let given = || String::from_utf8_lossy(&value).chars().take(80).collect::<String>();
            match (name, &*value) {
                ("connect", b"v1") => is_connect = true,
                ("encoding", b"json") | ("base64", b"0") | ("compression", b"identity") => {}
                ("encoding", b"proto") => codec = Codec::Proto,
                ("base64", b"1") => is_base64 = true,
                ("compression", b"gzip") => is_gzip = true,
                ("message", _) => message = Some(value),
                ("connect", _) => return Err(format!("connect must be v1, got {:?}", given())),
                ("encoding", _) => return Err(format!("encoding must be json or proto, got {:?}", given())),
                ("base64", _) => return Err(format!("base64 must be 0 or 1, got {:?}", given())),
                ("compression", _) => return Err(format!("compression must be gzip or identity, got {:?}", given())),
                _ => {
                    return Err(format!(
                        "{name:?} is not a parameter; there are connect, encoding, base64, compression, message"
                    ));
                }
            }
        }
        let message = message.ok_or("message must be set, as in ?encoding=json&message={}")?;
        let decoded = |text: Vec<u8>| base64(str::from_utf8(&text).ok()?);
        let message = if is_base64 { decoded(message).ok_or("message is not base64")? } else { message };
        Ok(Self { message, codec, is_gzip, is_connect })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_read() {
        let query = Query::parse("connect=v1&encoding=json&message=%7B%22a%22%3A+1%7D").expect("good");
        assert_eq!((&*query.message, query.codec, query.is_gzip), (&b"{\"a\": 1}"[..], Codec::Json, false));
        let query = Query::parse("encoding=proto&base64=1&compression=gzip&message=-_8").expect("good");
        assert_eq!((&*query.message, query.codec, query.is_gzip), (&[0xfb, 0xff][..], Codec::Proto, true));
        for (wrong, part) in [
            ("", "message must be set"),
            ("message={}&encoding=xml", "encoding must be json or proto, got \"xml\""),
            ("message=*&base64=1", "message is not base64"),
            ("message={}&connect=v2", "connect must be v1"),
            ("massage={}", "\"massage\" is not a parameter"),
        ] {
            let problem = Query::parse(wrong).err().expect("refused");
            assert!(problem.contains(part), "{wrong}: {problem}");
        }
    }
}
