//! Responses of the middleware as Connect writes them.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use serde_json::{Map, Value, json};
use tonic::Status;
use tonic::body::Body;

use super::compression;
use super::envelopes::{COMPRESSED, END_OF_STREAM, Envelope, Envelopes, envelope};
use super::error;
use super::protocol::Codec;
use super::request::aside;
use crate::app::{self, UNCOUNTED_BYTES_MAX};
use crate::rpc::connection::state::Connection;
use crate::rpc::middleware::stack::ObservedBody;
use crate::rpc::wire::json::{self, NanForm};
use crate::rpc::{Error, status};

/// What stands in the headers and trailers of gRPC only.
const OF_GRPC: [&str; 6] =
    ["content-type", "grpc-accept-encoding", "grpc-encoding", "grpc-message", "grpc-status", "grpc-status-details-bin"];

/// How messages of one call are written.
#[derive(Clone)]
pub(super) struct Writer {
    /// The index of the message.
    pub(super) message: usize,
    pub(super) codec: Codec,
    pub(super) nan: NanForm,
    pub(super) is_gzip: bool,
    pub(super) connection: Arc<Connection>,
    pub(super) id: Arc<str>,
}

impl Writer {
    /// The text of a message, and whether it is compressed.
    async fn text(&self, message: Bytes) -> Result<(Bytes, bool), Status> {
        if self.codec == Codec::Proto && !self.is_gzip {
            return Ok((message, false));
        }
        let writer = self.clone();
        aside(message.len(), move || writer.encode(message)).await
    }

    fn encode(&self, message: Bytes) -> Result<(Bytes, bool), Status> {
        let text = match self.codec {
            Codec::Proto => message,
            Codec::Json => {
                let mut text = Vec::with_capacity(64 + 2 * message.len());
                let written = json::write(self.message, &message, self.nan, &mut text);
                written.ok_or_else(|| Status::internal("the response is not a message of its type"))?;
                text.into()
            }
        };
        let is_packed = self.is_gzip && text.len() >= compression::BYTES_MIN;
        Ok(if is_packed { (compression::pack(&text).into(), true) } else { (text, false) })
    }

    /// A message in its envelope, which holds its memory until it is sent.
    async fn envelope(&self, message: Bytes) -> Result<Bytes, Status> {
        let (text, is_packed) = self.text(message).await?;
        let whole = Bytes::from(envelope(if is_packed { COMPRESSED } else { 0 }, &text));
        if whole.len() <= UNCOUNTED_BYTES_MAX {
            return Ok(whole);
        }
        let held = self.connection.own.responses.hold(whole.len()).await;
        Ok(self.connection.frame(whole, held))
    }

    fn no_memory(&self) -> Status {
        status::status(&Error::from(app::Error::NoMemory), &self.id)
    }
}

/// The response of a unary call: the message alone, or the error under its HTTP status.
pub(super) async fn unary(response: Response<ObservedBody>, writer: Writer) -> Response<Body> {
    let (parts, mut body) = response.into_parts();
    let (status, message, trailers) = match Status::from_header_map(&parts.headers) {
        Some(status) => (status, None, HeaderMap::new()),
        None => collect(&mut body).await,
    };
    let written = match message.filter(|_| status.code() == tonic::Code::Ok) {
        Some(message) => write(message, body, &writer).await,
        None if status.code() == tonic::Code::Ok => Err(Status::internal("the response has no message")),
        None => Err(status),
    };
    let mut response = written.unwrap_or_else(|status| error::answer(error::http_status(status.code()), &status));
    let headers = response.headers_mut();
    for (name, value) in metadata(&parts.headers) {
        headers.append(name.clone(), value.clone());
    }
    for (name, value) in metadata(&trailers) {
        if let Ok(name) = format!("trailer-{name}").parse::<HeaderName>() {
            headers.append(name, value.clone());
        }
    }
    response
}

/// The status, the message and the trailers.
async fn collect(body: &mut ObservedBody) -> (Status, Option<Bytes>, HeaderMap) {
    let mut envelopes = Envelopes::default();
    loop {
        match body.frame().await.map(|frame| frame.map(Frame::into_data)) {
            Some(Ok(Ok(data))) => envelopes.push(data),
            Some(Ok(Err(frame))) => {
                let trailers = frame.into_trailers().unwrap_or_default();
                let status = Status::from_header_map(&trailers).unwrap_or_else(no_status);
                return (status, envelopes.next().map(|envelope| envelope.message), trailers);
            }
            Some(Err(status)) => return (status, None, HeaderMap::new()),
            None => return (no_status(), None, HeaderMap::new()),
        }
    }
}

async fn write(message: Bytes, call: ObservedBody, writer: &Writer) -> Result<Response<Body>, Status> {
    let (text, is_packed) = writer.text(message).await?;
    let is_other = writer.codec == Codec::Json || is_packed;
    let text = match text.len() {
        0..=UNCOUNTED_BYTES_MAX => text,
        // The message itself, whose memory is counted already.
        _ if !is_other => Bytes::from_owner(Sent { text, _call: call }),
        bytes => {
            let held = writer.connection.own.responses.try_hold(bytes).ok_or_else(|| writer.no_memory())?;
            writer.connection.frame(Bytes::from_owner(Sent { text, _call: call }), held)
        }
    };
    let mut response = Response::new(Body::new(Full::new(text)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(writer.codec.unary()));
    if is_packed {
        response.headers_mut().insert("content-encoding", HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// A text that is being sent; its call runs until then.
struct Sent {
    text: Bytes,
    _call: ObservedBody,
}

impl AsRef<[u8]> for Sent {
    fn as_ref(&self) -> &[u8] {
        &self.text
    }
}

/// The response of a streaming call: messages in envelopes, and a last one with the status.
pub(super) fn stream(response: Response<ObservedBody>, writer: Writer) -> Response<Body> {
    let (parts, body) = response.into_parts();
    let end = Status::from_header_map(&parts.headers).map(|status| (status, HeaderMap::new()));
    let (codec, is_gzip) = (writer.codec, writer.is_gzip);
    let outgoing = Outgoing { body, envelopes: Envelopes::default(), writer, end, is_over: false };
    let frames = stream::unfold(outgoing, async |mut outgoing| {
        let frame = outgoing.next().await?;
        Some((Ok::<_, Status>(Frame::data(frame)), outgoing))
    });
    let mut response = Response::new(Body::new(StreamBody::new(frames)));
    let headers = response.headers_mut();
    for (name, value) in metadata(&parts.headers) {
        headers.append(name.clone(), value.clone());
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(codec.stream()));
    if is_gzip {
        headers.insert("connect-content-encoding", HeaderValue::from_static("gzip"));
    }
    response
}

/// Messages in envelopes, as they come.
struct Outgoing {
    body: ObservedBody,
    envelopes: Envelopes,
    writer: Writer,
    /// The status and the trailers, once they are known.
    end: Option<(Status, HeaderMap)>,
    is_over: bool,
}

impl Outgoing {
    async fn next(&mut self) -> Option<Bytes> {
        while !self.is_over {
            if let Some(Envelope { message, .. }) = self.envelopes.next() {
                match self.writer.envelope(message).await {
                    Ok(whole) => return Some(whole),
                    Err(status) => self.end = Some((status, HeaderMap::new())),
                }
            }
            if let Some((status, trailers)) = self.end.take() {
                self.is_over = true;
                return Some(end_of_stream(&status, &trailers).into());
            }
            match self.body.frame().await.map(|frame| frame.map(Frame::into_data)) {
                // The envelopes of gRPC are those of Connect.
                Some(Ok(Ok(data))) if self.writer.codec == Codec::Proto && !self.writer.is_gzip => return Some(data),
                Some(Ok(Ok(data))) => self.envelopes.push(data),
                Some(Ok(Err(frame))) => {
                    let trailers = frame.into_trailers().unwrap_or_default();
                    let status = Status::from_header_map(&trailers).unwrap_or_else(no_status);
                    self.end = Some((status, trailers));
                }
                Some(Err(status)) => self.end = Some((status, HeaderMap::new())),
                None => self.end = Some((no_status(), HeaderMap::new())),
            }
        }
        None
    }
}

/// The last envelope: the error, if any, and the trailers.
fn end_of_stream(status: &Status, trailers: &HeaderMap) -> Vec<u8> {
    let mut end = Map::new();
    if status.code() != tonic::Code::Ok {
        end.insert("error".into(), error::value(status));
    }
    let mut all = Map::<String, Value>::new();
    for (name, value) in metadata(trailers) {
        let values = all.entry(name.as_str()).or_insert_with(|| json!([]));
        if let (Value::Array(values), Ok(text)) = (values, value.to_str()) {
            values.push(text.into());
        }
    }
    if !all.is_empty() {
        end.insert("metadata".into(), all.into());
    }
    envelope(END_OF_STREAM, Value::from(end).to_string().as_bytes())
}

/// The headers or trailers that are metadata of the call.
fn metadata(headers: &HeaderMap) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
    headers.iter().filter(|(name, _)| !OF_GRPC.contains(&name.as_str()))
}

fn no_status() -> Status {
    Status::unknown("the call ended without a status")
}
