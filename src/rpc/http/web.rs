//! gRPC-Web: the messages of gRPC, with the trailers as a last message because pages cannot read trailers; all of it in
//! base64 for pages that cannot read bytes.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::{Body as HttpBody, Frame};
use http_body_util::{BodyExt, StreamBody};
use tonic::Status;
use tonic::body::Body;

use super::envelopes::envelope;
use super::error::Answer;
use super::request;
use crate::rpc::connection::state::Connection;
use crate::rpc::middleware::stack::{Middleware, ObservedBody};

/// An envelope with trailers.
const TRAILERS: u8 = 0x80;

const BINARY: HeaderValue = HeaderValue::from_static("application/grpc-web+proto");
const TEXT: HeaderValue = HeaderValue::from_static("application/grpc-web-text+proto");

/// A call of any kind.
pub(super) async fn call<B>(
    middleware: Arc<Middleware>,
    request: Request<B>,
    connection: Arc<Connection>,
    is_text: bool,
) -> Answer
where
    B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (parts, body) = request.into_parts();
    // These two mean the same in gRPC.
    let kept = ["grpc-timeout", "grpc-encoding"].map(|name| (name, parts.headers.get(name).cloned()));
    let body = if is_text { decoded(body) } else { Body::new(body) };
    let mut request = request::grpc(parts, body, None);
    for (name, value) in kept {
        if let Some(value) = value {
            request.headers_mut().insert(name, value);
        }
    }
    let Ok(response) = middleware.call(request, connection).await;
    answer(response, is_text)
}

/// A body without its base64, which may be cut and padded anywhere.
fn decoded<B>(body: B) -> Body
where
    B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let frames = stream::try_unfold((body, BytesMut::new()), async |(mut body, mut text)| {
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|error| Status::from_error(error.into()))?.into_data() else { continue };
            text.extend_from_slice(&data);
            let whole = text.split_to(text.len() / 4 * 4);
            if !whole.is_empty() {
                return Ok::<_, Status>(Some((Frame::data(decode(&whole)?), (body, text))));
            }
        }
        if text.is_empty() { Ok(None) } else { Err(not_base64()) }
    });
    Body::new(StreamBody::new(frames))
}

/// Decodes groups of four, of which any may be padded.
fn decode(text: &[u8]) -> Result<Bytes, Status> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.iter().position(|&c| c == b'=').map_or(rest.len(), |at| (at / 4 + 1) * 4);
        let (part, after) = rest.split_at(end);
        BASE64_STANDARD.decode_vec(part, &mut bytes).map_err(|_| not_base64())?;
        rest = after;
    }
    Ok(bytes.into())
}

fn not_base64() -> Status {
    Status::invalid_argument("the body is not base64, as application/grpc-web-text has it")
}

fn answer(response: Response<ObservedBody>, is_text: bool) -> Answer {
    let (mut parts, body) = response.into_parts();
    parts.headers.insert(CONTENT_TYPE, if is_text { TEXT } else { BINARY });
    let frames = stream::unfold(Some(body), move |body| async move {
        let mut body = body?;
        let frame = match body.frame().await?.map(Frame::into_data) {
            Ok(Ok(data)) => encoded(data, is_text),
            Ok(Err(frame)) => {
                let trailers = frame.into_trailers().unwrap_or_default();
                return Some((Ok(Frame::data(encoded(last(&trailers).into(), is_text))), None));
            }
            Err(status) => return Some((Err(status), None)),
        };
        Some((Ok::<_, Status>(Frame::data(frame)), Some(body)))
    });
    Response::from_parts(parts, Body::new(StreamBody::new(frames)))
}

/// The trailers as a message.
fn last(trailers: &HeaderMap) -> Vec<u8> {
    let mut lines = Vec::new();
    for (name, value) in trailers {
        lines.extend_from_slice(name.as_str().as_bytes());
        lines.push(b':');
        lines.extend_from_slice(value.as_bytes());
        lines.extend_from_slice(b"\r\n");
    }
    envelope(TRAILERS, &lines)
}

/// Bytes as they are sent. Those in base64 hold the memory of the bytes until they are sent, too.
fn encoded(data: Bytes, is_text: bool) -> Bytes {
    if !is_text {
        return data;
    }
    Bytes::from_owner(Text { text: BASE64_STANDARD.encode(&data), _data: data })
}

struct Text {
    text: String,
    _data: Bytes,
}

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_may_be_padded_in_between() {
        let text =
            [BASE64_STANDARD.encode(b"a"), BASE64_STANDARD.encode(b"bcd"), BASE64_STANDARD.encode(b"ef")].concat();
        assert_eq!(&*decode(text.as_bytes()).expect("good"), b"abcdef");
        for wrong in [&b"=AAA"[..], b"A===", b"!!!!"] {
            assert_eq!(decode(wrong).expect_err("refused").code(), tonic::Code::InvalidArgument);
        }
    }

    #[test]
    fn trailers_are_lines() {
        let trailers = [(http::HeaderName::from_static("grpc-status"), HeaderValue::from_static("0"))];
        let message = last(&trailers.into_iter().collect());
        assert_eq!(message, b"\x80\0\0\0\x0fgrpc-status:0\r\n");
    }
}
