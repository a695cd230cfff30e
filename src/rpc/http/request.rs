//! Requests of Connect as the middleware takes them: gRPC's headers, and messages in envelopes.
//!
//! A body is read when the service asks for it, which is after the caller was let in. Its memory counts against the budget
//! of requests, and what is wrong with it is the status of the call.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tonic::Status;
use tonic::body::Body;

use super::compression;
use super::envelopes::{COMPRESSED, Envelope, Envelopes, envelope};
use super::protocol::Codec;
use crate::app::{self, ByteBudget, BytesHeld, UNCOUNTED_BYTES_MAX};
use crate::rpc::middleware::stack::{REQUEST_ID, request_id};
use crate::rpc::wire::json;
use crate::rpc::{Error, status};

/// The caller's time in milliseconds.
const TIMEOUT: &str = "connect-timeout-ms";

/// Headers of the transport, or that mean something else in gRPC.
const DROPPED: [&str; 12] = [
    "accept",
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "grpc-accept-encoding",
    "grpc-encoding",
    "grpc-timeout",
    "keep-alive",
    "te",
    "transfer-encoding",
];

/// Work on more bytes than these is done on a thread of its own: parsing a megabyte takes milliseconds.
const ASIDE_BYTES: usize = 256 << 10;

/// How messages of one call are read.
#[derive(Clone)]
pub(super) struct Reader {
    /// The index of the message.
    pub(super) message: usize,
    pub(super) codec: Codec,
    pub(super) is_gzip: bool,
    pub(super) bytes_max: usize,
    pub(super) budget: Arc<ByteBudget>,
    pub(super) id: Arc<str>,
}

/// The request of gRPC with this body, and its id.
pub(super) fn grpc(parts: Parts, body: Body, timeout: Option<HeaderValue>) -> Request<Body> {
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    *request.version_mut() = parts.version;
    *request.uri_mut() = parts.uri.path().parse().expect("the path of a URI is one");
    *request.extensions_mut() = parts.extensions;
    *request.headers_mut() = headers(parts.headers, timeout);
    request
}

fn headers(given: HeaderMap, timeout: Option<HeaderValue>) -> HeaderMap {
    let mut headers = given;
    DROPPED.iter().for_each(|&name| drop(headers.remove(name)));
    let of_connect: Vec<HeaderName> =
        headers.keys().filter(|name| name.as_str().starts_with("connect-")).cloned().collect();
    of_connect.into_iter().for_each(|name| drop(headers.remove(name)));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(header::TE, HeaderValue::from_static("trailers"));
    if let Some(timeout) = timeout {
        headers.insert("grpc-timeout", timeout);
    }
    headers
}

/// Gives the request an id, unless the caller gave a good one: it links the errors of a body to its call.
pub(super) fn id(headers: &mut HeaderMap) -> Arc<str> {
    let id = request_id(headers);
    headers.insert(REQUEST_ID, id.parse().expect("printable ASCII"));
    id
}

/// `connect-timeout-ms` as `grpc-timeout`.
pub(super) fn timeout(headers: &HeaderMap) -> Result<Option<HeaderValue>, Error> {
    let Some(given) = headers.get(TIMEOUT) else { return Ok(None) };
    let text = given.to_str().unwrap_or_default();
    let millis = text.parse::<u64>().ok().filter(|_| text.len() <= 10 && text.bytes().all(|c| c.is_ascii_digit()));
    let Some(millis) = millis else {
        let problem = format!("header {TIMEOUT} must be 1 to 10 digits, got {given:?}");
        return Err(Error::Malformed { field: None, problem });
    };
    let timeout = if millis < 100_000_000 { format!("{millis}m") } else { format!("{}S", millis / 1000) };
    Ok(Some(timeout.parse().expect("digits and a letter")))
}

/// A body that fails.
pub(super) fn failing(status: Status) -> Body {
    Body::new(StreamBody::new(stream::once(async move { Err::<Frame<Bytes>, _>(status) })))
}

/// The body of a unary call, from the bytes of a message.
pub(super) fn unary<B>(body: B, reader: Reader) -> Body
where
    B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let message = async move {
        let (text, held) = reader.collect(body).await?;
        let message = reader.message(text).await;
        drop(held);
        message.map(|message| Frame::data(envelope(0, &message).into()))
    };
    Body::new(StreamBody::new(stream::once(message)))
}

/// The body of a streaming call, from messages in envelopes.
pub(super) fn stream<B>(body: B, reader: Reader) -> Body
where
    B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let incoming = Incoming { body, envelopes: Envelopes::default(), reader };
    let frames = stream::try_unfold(incoming, async |mut incoming| {
        let message = incoming.next().await?;
        Ok::<_, Status>(message.map(|message| (Frame::data(Bytes::from(envelope(0, &message))), incoming)))
    });
    Body::new(StreamBody::new(frames))
}

impl Reader {
    /// Collects a body, and the memory that it holds.
    async fn collect<B>(&self, mut body: B) -> Result<(Bytes, Vec<BytesHeld>), Status>
    where
        B: http_body::Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let announced = body.size_hint().exact().map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        self.check_size(announced.unwrap_or(0))?;
        let (mut held, mut counted) = (Vec::new(), UNCOUNTED_BYTES_MAX);
        if let Some(bytes) = announced.filter(|&bytes| bytes > counted) {
            held.push(self.budget.hold(bytes).await);
            counted = bytes;
        }
        let mut whole = BytesMut::with_capacity(announced.unwrap_or(0));
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(cut)?.into_data() else { continue };
            self.check_size(whole.len() + data.len())?;
            while whole.len() + data.len() > counted {
                // Who does not announce the length must not wait while holding a part.
                held.push(self.budget.try_hold(counted).ok_or_else(|| self.status(app::Error::NoMemory.into()))?);
                counted *= 2;
            }
            whole.extend_from_slice(&data);
        }
        Ok((whole.freeze(), held))
    }

    /// The bytes of a message, from the bytes of its text.
    async fn message(&self, text: Bytes) -> Result<Bytes, Status> {
        if !self.is_gzip && self.codec == Codec::Proto {
            return Ok(text);
        }
        let reader = self.clone();
        aside(text.len(), move || reader.decode(text)).await
    }

    fn decode(&self, text: Bytes) -> Result<Bytes, Status> {
        let text = if self.is_gzip { compression::unpack(&text, self.bytes_max)?.into() } else { text };
        self.check_size(text.len())?;
        match self.codec {
            Codec::Proto => Ok(text),
            Codec::Json => {
                let read = json::read(self.message, &text, self.bytes_max);
                read.map(Bytes::from).map_err(|error| self.status(error.into()))
            }
        }
    }

    fn check_size(&self, bytes: usize) -> Result<(), Status> {
        if bytes <= self.bytes_max {
            return Ok(());
        }
        let (max, needed) = (self.bytes_max as u64, bytes as u64);
        let error =
            app::Error::TooMuch { limit: "message_bytes_max", max, needed, hint: Some("send smaller messages") };
        Err(self.status(error.into()))
    }

    fn status(&self, error: Error) -> Status {
        status::status(&error, &self.id)
    }
}

/// Messages in envelopes, as they come.
struct Incoming<B> {
    body: B,
    envelopes: Envelopes,
    reader: Reader,
}

impl<B> Incoming<B>
where
    B: http_body::Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    async fn next(&mut self) -> Result<Option<Bytes>, Status> {
        let mut held = BytesHeld::default();
        let mut is_counted = false;
        loop {
            if let Some(bytes) = self.envelopes.announced().filter(|_| !is_counted) {
                self.reader.check_size(bytes)?;
                if bytes > UNCOUNTED_BYTES_MAX {
                    held = self.reader.budget.hold(bytes).await;
                }
                is_counted = true;
            }
            if let Some(Envelope { flags, message }) = self.envelopes.next() {
                let is_compressed = flags & COMPRESSED != 0;
                if flags > COMPRESSED || (is_compressed && !self.reader.is_gzip) {
                    let expected = if self.reader.is_gzip { "0 or 1" } else { "0 without connect-content-encoding" };
                    return Err(Status::invalid_argument(format!(
                        "the flags of an envelope must be {expected}, got {flags}"
                    )));
                }
                let reader = Reader { is_gzip: is_compressed, ..self.reader.clone() };
                let message = reader.message(message).await;
                drop(held);
                return message.map(Some);
            }
            match self.body.frame().await {
                Some(frame) => {
                    if let Ok(data) = frame.map_err(cut)?.into_data() {
                        self.envelopes.push(data);
                    }
                }
                None if self.envelopes.len() > 0 => {
                    return Err(Status::invalid_argument("the body ends within an envelope"));
                }
                None => return Ok(None),
            }
        }
    }
}

/// A body that ended early.
fn cut(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Status {
    Status::invalid_argument(format!("the body ended early: {}", error.into()))
}

/// Does work on `bytes` bytes: on a blocking thread if that takes long.
pub(super) async fn aside<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> Result<T, Status> + Send + 'static,
) -> Result<T, Status> {
    if bytes <= ASIDE_BYTES {
        return work();
    }
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Status::internal(error.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_keeps_its_length() {
        let read = |text: &str| {
            let headers = [(HeaderName::from_static(TIMEOUT), text.parse().expect("legal"))].into_iter().collect();
            timeout(&headers).map(|found| found.map(|value| value.to_str().expect("text").to_owned()))
        };
        for (millis, grpc) in [("1", "1m"), ("99999999", "99999999m"), ("9999999999", "9999999S")] {
            assert_eq!(read(millis).expect("good").as_deref(), Some(grpc));
        }
        for wrong in ["", "-1", "1.5", "+5", "soon", "12345678901"] {
            let error = read(wrong).expect_err("refused").to_string();
            assert!(error.starts_with("header connect-timeout-ms must be 1 to 10 digits, got"), "{error}");
        }
        assert!(timeout(&HeaderMap::new()).expect("good").is_none());
    }
}
