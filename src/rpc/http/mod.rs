//! The same calls for clients that do not speak gRPC: Connect (JSON or protobuf) and gRPC-Web, over HTTP/1.1 and HTTP/2.
//!
//! A translation on both sides of the middleware, so that access, deadlines, limits, fairness, metrics and traces are
//! those of gRPC. gRPC itself passes after one look at its content type.

mod compression;
mod connect;
mod cors;
mod envelopes;
mod error;
mod pages;
mod protocol;
mod request;
mod respond;
mod web;

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Method, Request, Response, Version, header};
use http_body::{Body, Frame, SizeHint};
use tonic::Status;

use self::error::Answer;
pub use self::pages::{Calls, EXTENSION_BYTES_MAX, Extension};
use self::pages::{extended, openapi, page};
use self::protocol::Protocol;
use super::connection::state::Connection;
use super::middleware::stack::{Middleware, ObservedBody};

/// The body of any response.
#[expect(clippy::large_enum_variant, reason = "gRPC is the usual case, and a box would be an allocation for each call")]
pub(super) enum AnyBody {
    /// Of gRPC, as it is.
    Grpc(ObservedBody),
    /// Translated.
    Other(tonic::body::Body),
}

impl Body for AnyBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        match self.get_mut() {
            Self::Grpc(body) => Pin::new(body).poll_frame(context),
            Self::Other(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Grpc(body) => body.is_end_stream(),
            Self::Other(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Grpc(body) => body.size_hint(),
            Self::Other(body) => body.size_hint(),
        }
    }
}

/// Serves a request of any protocol.
pub(super) async fn serve<B>(
    middleware: Arc<Middleware>,
    request: Request<B>,
    connection: Arc<Connection>,
) -> Result<Response<AnyBody>, Infallible>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    // gRPC needs trailers, which clients of HTTP/1 do not read.
    if request.version() == Version::HTTP_2 && protocol::is_grpc(request.headers()) {
        return Ok(middleware.call(request, connection).await?.map(AnyBody::Grpc));
    }
    // Apart, so that the future of a gRPC call stays small.
    Ok(Box::pin(translate(middleware, request, connection)).await.map(AnyBody::Other))
}

async fn translate<B>(middleware: Arc<Middleware>, request: Request<B>, connection: Arc<Connection>) -> Answer
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if let Err(hosts) = one_host(&request) {
        return error::bad_request(format!("a request of HTTP/1.1 must have one Host header, got {hosts}"));
    }
    if request.uri().path() == openapi::PATH && request.method() != Method::OPTIONS {
        return match *request.method() {
            Method::GET | Method::HEAD => openapi::answer(),
            _ => error::not_allowed("GET, HEAD"),
        };
    }
    if middleware.settings.page
        && let Some(answer) = page::answer(&request)
    {
        return answer;
    }
    if request.method() == Method::GET
        && let Some(page) = extended::page(&middleware.settings.extensions, request.uri().path())
    {
        return page;
    }
    let allowed = match cors::allowed(&request, &middleware.settings) {
        Ok(allowed) => allowed,
        Err(origin) => {
            let message = format!("pages of {origin} may not call this server; allow them with --cors-origin");
            return error::forbidden(message);
        }
    };
    if let Some(answer) = cors::preflight(&request, allowed.as_ref()) {
        return answer;
    }
    let mut answer = dispatch(middleware, request, connection).await;
    cors::allow(&mut answer, allowed);
    answer
}

/// Refuses a request whose host is missing or ambiguous (RFC 9112, 3.2): checks of the host could look at another one than is
/// meant. The number of hosts.
fn one_host<B>(request: &Request<B>) -> Result<(), usize> {
    match request.headers().get_all(header::HOST).iter().count() {
        0 if request.version() != Version::HTTP_11 => Ok(()),
        1 => Ok(()),
        hosts => Err(hosts),
    }
}

async fn dispatch<B>(middleware: Arc<Middleware>, request: Request<B>, connection: Arc<Connection>) -> Answer
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let path = request.uri().path();
    if let Some(extension) = extended::find(&middleware, path) {
        return extended::serve(extension, middleware, request.map(tonic::body::Body::new), connection).await;
    }
    let method = super::wire::json::schema().method(path);
    if request.method() == Method::GET {
        return match method {
            Some(method) if method.is_safe => connect::get(middleware, request, connection, method).await,
            Some(_) => error::not_allowed("POST"),
            None => error::not_found(path),
        };
    }
    if request.method() != Method::POST {
        return match method {
            Some(method) => error::not_allowed(if method.is_safe { "GET, POST" } else { "POST" }),
            None => error::not_found(path),
        };
    }
    match (Protocol::of(request.headers()), method) {
        (Some(Protocol::Web { is_text }), _) => web::call(middleware, request, connection, is_text).await,
        // Unknown methods are counted as such.
        (Some(_), None) => connect::unknown(middleware, request, connection).await,
        (Some(Protocol::Unary(codec)), Some(method)) if !method.is_stream => {
            connect::unary(middleware, request, connection, (method, codec)).await
        }
        (Some(Protocol::Stream(codec)), Some(method)) if method.is_stream => {
            connect::stream(middleware, request, connection, (method, codec)).await
        }
        (_, method) => error::wrong_type(request.headers(), method.is_some_and(|method| method.is_stream)),
    }
}
